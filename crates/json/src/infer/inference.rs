//! The push side: bytes in, a layout out.

use std::fmt;

use bytes::Bytes;

use super::columns;
use super::crew::Crew;
use super::inferred::Inferred;
use super::lines::Looked;
use crate::error::{Error, ErrorKind};
use crate::frame::{Frame, Framer};
use crate::frames::MAX_BYTES;
use crate::options::{Counts, Options};

/// Finds out a layout from JSON Lines bytes.
///
/// Three verbs: [`push`](Inference::push) bytes as they come, and at the end either
/// [`finish`](Inference::finish), when that was all, or [`stop`](Inference::stop), when it was a
/// sample. What comes out is the same for every chunking and every number of threads.
///
/// A line that is no row is skipped and counted: whoever decodes will hear of it. Memory is bounded
/// as that of a [`Decoder`](crate::Decoder) is, and by what [the module](super) says of keys.
///
/// ```
/// use rowmill_json::Kind;
/// use rowmill_json::infer::Inference;
///
/// let mut inference = Inference::new();
/// for chunk in [&b"{\"Id\":1}\n{\"Id\""[..], b":2,\"On\":\"2026-01-31\"}\n"] {
///     inference.push(chunk.into());
/// }
/// let inferred = inference.finish()?;
/// let columns = inferred.layout().columns();
/// assert_eq!((columns[0].name(), columns[0].is_nullable()), ("Id", false));
/// assert_eq!((columns[1].name(), columns[1].is_nullable()), ("On", true));
/// assert_eq!(inferred.rows(), 2);
/// # Ok::<(), rowmill_json::Error>(())
/// ```
pub struct Inference {
    options: Options,
    framer: Framer,
    crew: Crew,
    counts: Counts,
    /// Bytes of the inputs before the present one.
    base: u64,
    /// Bytes of the present one.
    pushed: u64,
    /// Lines of the present one that were looked at.
    lines: u64,
    first_bad: Option<Error>,
    /// What the inference will end with.
    error: Option<Error>,
}

/// Bytes of a frame where not all rows are looked at.
const SAMPLE_FRAME: usize = 64 << 10;

impl Default for Inference {
    fn default() -> Self {
        Self::new()
    }
}

impl Inference {
    /// An inference in the caller's thread that looks at all rows.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// An inference with these options, of which those count that say how lines are found and read:
    /// `threads`, `frame_bytes`, `max_line_bytes`, `max_depth` and `simd`.
    #[must_use]
    pub fn with(options: Options) -> Self {
        Self::looking_at(options, None)
    }

    /// An inference from the first `rows` rows, in the caller's thread. Once it has seen them, it is
    /// a sample, even if there are no others.
    #[must_use]
    pub fn sample(options: Options, rows: u64) -> Self {
        // So that a few rows need few bytes.
        let frame_bytes = options.frame_bytes.min(SAMPLE_FRAME);
        Self::looking_at(Options { frame_bytes, ..options }, Some(rows.max(1)))
    }

    fn looking_at(mut options: Options, rows: Option<u64>) -> Self {
        options.frame_bytes = options.frame_bytes.clamp(1, MAX_BYTES);
        options.max_line_bytes = options.max_line_bytes.clamp(1, MAX_BYTES);
        Self {
            framer: framer(&options),
            crew: Crew::new(&options, rows),
            options,
            counts: Counts::default(),
            base: 0,
            pushed: 0,
            lines: 0,
            first_bad: None,
            error: None,
        }
    }

    /// Whether more bytes would be looked at: not after as many rows as were asked for, nor after
    /// what ends the inference. They may be pushed all the same.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.error.is_none() && !self.crew.is_full()
    }

    /// Why the first bad line is bad, as far as that is known: of all lines of the inputs before
    /// this one.
    #[must_use]
    pub fn first_bad(&self) -> Option<&Error> {
        self.first_bad.as_ref()
    }

    /// Takes bytes.
    pub fn push(&mut self, chunk: Bytes) {
        self.pushed += chunk.len() as u64;
        self.framer.push(chunk);
        self.take_frames(|_| true);
    }

    /// What is pushed from here on is another input: the last line of the one before ends here if it
    /// lacks its line end, and a byte order mark may follow.
    ///
    /// # Errors
    /// A line of the input before is longer than [`Options::max_line_bytes`].
    pub fn next_input(&mut self) -> Result<(), Error> {
        self.end_input(|_| true);
        self.framer = framer(&self.options);
        self.base += std::mem::take(&mut self.pushed);
        self.lines = 0;
        self.error.clone().map_or(Ok(()), Err)
    }

    /// The layout, when all of the input was pushed. Where a key was in every object with a value
    /// other than null, its column is required, unless not all rows were looked at.
    ///
    /// # Errors
    /// There is no good row, or no key in any of them, or there are more than 4,096; or a line is longer
    /// than [`Options::max_line_bytes`], which would end the decoding too.
    pub fn finish(mut self) -> Result<Inferred, Error> {
        self.end_input(|_| true);
        let whole = !self.crew.is_full();
        self.infer(whole)
    }

    /// The layout, when only the beginning of the input was pushed: the last line counts only if it
    /// has its line end, and every column is nullable.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn stop(mut self) -> Result<Inferred, Error> {
        self.end_input(|frame| {
            frame.pieces.retain(|piece| piece.ends_with(b"\n"));
            !frame.pieces.is_empty()
        });
        self.infer(false)
    }

    fn end_input(&mut self, keep: impl Fn(&mut Frame) -> bool) {
        self.framer.finish();
        self.take_frames(keep);
        self.wait();
    }

    fn take_frames(&mut self, keep: impl Fn(&mut Frame) -> bool) {
        while self.wants_more() {
            match self.framer.next() {
                Ok(Some(mut frame)) => {
                    if keep(&mut frame)
                        && let Some(looked) = self.crew.look(frame, self.base)
                    {
                        self.take_in(looked);
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    // The lines before it come first.
                    self.wait();
                    self.error.get_or_insert(error.after_lines(self.lines));
                }
            }
        }
    }

    /// Takes in what all frames held that were handed out.
    fn wait(&mut self) {
        while let Some(looked) = self.crew.next() {
            self.take_in(looked);
        }
    }

    /// Takes in what the next frame held.
    fn take_in(&mut self, looked: Looked) {
        let lines = self.lines;
        self.lines += looked.counts.lines;
        if self.first_bad.is_none() {
            self.first_bad = looked.first_bad.map(|error| error.after_lines(lines));
        }
        if self.error.is_none() {
            self.error = looked.error.map(|error| error.after_lines(lines));
        }
        self.counts += looked.counts;
    }

    fn infer(self, whole: bool) -> Result<Inferred, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.counts.rows == 0 {
            return Err(no_rows(&self.counts, self.first_bad.as_ref()));
        }
        columns::inferred(&self.crew.into_shape()?, self.counts, whole)
    }
}

fn framer(options: &Options) -> Framer {
    Framer::new(options.frame_bytes, options.max_line_bytes)
}

#[cold]
fn no_rows(counts: &Counts, bad: Option<&Error>) -> Error {
    let (place, found) = match bad {
        Some(bad) => {
            let lines = if counts.quarantined == 1 { "line" } else { "lines" };
            let (kind, expected, found) = (bad.kind().reason(), bad.expected(), bad.found());
            let why = format!("the first one is {kind}: expected {expected}, found {found}");
            (bad.place().cloned(), format!("{} bad {lines}, {why}", counts.quarantined))
        }
        None => (None, "none".into()),
    };
    let error = Error::new(ErrorKind::NoLayout, place, "one good row at least", found);
    match bad.and_then(Error::excerpt) {
        Some(line) => error.with_line(line),
        None => error,
    }
}

impl fmt::Debug for Inference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inference").field("counts", &self.counts).finish_non_exhaustive()
    }
}
