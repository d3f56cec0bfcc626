//! The push decoder: bytes in, batches out, errors in their place.

use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::SchemaRef;
use bytes::Bytes;

use crate::drift::{Drift, Gathered};
use crate::error::{Error, ErrorKind, Reject};
use crate::frame::Framer;
use crate::layout::{Column, Kind, Layout};
use crate::options::{Counts, Limit, OnBadRow, Options};
use crate::rows::Decoded;
use crate::workers::Crew;

/// The largest line and frame: the text of a batch must fit 32-bit offsets.
const MAX_BYTES: usize = 1 << 30;

/// Turns JSON Lines bytes into record batches.
///
/// Three verbs: [`push`](Decoder::push) bytes as they come, take batches with
/// [`next_batch`](Decoder::next_batch) until it gives `None`, and [`finish`](Decoder::finish) when
/// there are no more bytes. Batches come in the order of the input and are the same for every
/// chunking and every number of threads.
///
/// Memory is bounded if `next_batch` is called until `None` after each `push`: the decoder then
/// holds one started batch, or with threads one started frame, and two frames and three batches for each
/// of them. Without threads nothing of a chunk is kept but a line that has not ended.
///
/// ```
/// use rowmill_json::{Column, Decoder, Layout};
///
/// let layout = Layout::new([Column::int64("n")])?;
/// let mut decoder = Decoder::new(&layout);
/// let mut rows = 0;
/// for chunk in [&b"{\"n\":1}\n{\"n\""[..], b":2}\n", b"\n"] {
///     decoder.push(chunk.into());
///     while let Some(batch) = decoder.next_batch()? {
///         rows += batch.num_rows();
///     }
/// }
/// decoder.finish();
/// while let Some(batch) = decoder.next_batch()? {
///     rows += batch.num_rows();
/// }
/// let report = decoder.report().expect("the input has ended and all batches are taken");
/// assert_eq!((rows, report.rows, report.lines, report.blank), (2, 2, 3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Decoder {
    schema: SchemaRef,
    on_bad_row: OnBadRow,
    framer: Framer,
    crew: Crew,
    counts: Counts,
    drift: Gathered,
    met: bool,
    rejects: Vec<Reject>,
    /// The columns of line numbers.
    numbers: Vec<usize>,
    state: State,
}

enum State {
    Running,
    /// The framer found something no frame can hold; told when the frames before are done.
    LastError(Error),
    /// To be told at the next call; the rows before it are out.
    Failed(Error),
    /// Told.
    Dead,
    /// All went well to the end.
    Complete,
}

impl Decoder {
    /// A decoder with the default [`Options`]: in the caller's thread, ending at the first bad row.
    #[must_use]
    pub fn new(layout: impl Into<Layout>) -> Self {
        Self::with(layout, Options::default())
    }

    /// A decoder with these options. Zeros in them are read as one, sizes above 1 GiB as 1 GiB.
    #[must_use]
    pub fn with(layout: impl Into<Layout>, mut options: Options) -> Self {
        let layout = layout.into();
        options.batch_rows = options.batch_rows.max(1);
        options.frame_bytes = options.frame_bytes.clamp(1, MAX_BYTES);
        options.max_line_bytes = options.max_line_bytes.clamp(1, MAX_BYTES);
        let Options { frame_bytes, max_line_bytes, .. } = options;
        Self {
            schema: layout.schema().clone(),
            on_bad_row: options.on_bad_row,
            framer: Framer::new(frame_bytes, max_line_bytes),
            crew: Crew::new(&layout, &options),
            counts: Counts::default(),
            drift: Gathered::default(),
            met: false,
            rejects: Vec::new(),
            numbers: numbers(&layout),
            state: State::Running,
        }
    }

    /// The schema of the batches.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes bytes. They are neither copied nor looked at yet.
    ///
    /// Bytes after [`finish`](Decoder::finish) make the next call of `next_batch` an error: they
    /// would be lost otherwise.
    pub fn push(&mut self, chunk: Bytes) {
        if self.framer.is_finished() && !chunk.is_empty() {
            if !matches!(self.state, State::Failed(_) | State::Dead) {
                let kind = ErrorKind::AfterFinish;
                let found = format!("{} bytes", chunk.len());
                self.state = State::Failed(Error::new(kind, None, "no bytes after the end", found));
            }
            return;
        }
        self.framer.push(chunk);
    }

    /// Marks the end of the input: a line that was cut short becomes an error now.
    pub fn finish(&mut self) {
        self.framer.finish();
    }

    /// The next batch, never an empty one. `None` means that more bytes are needed, or, after
    /// [`finish`](Decoder::finish), that this was all.
    ///
    /// # Errors
    /// The first bad row, after a batch of the rows before it; too many bad rows; a line above the
    /// limit. After an error the decoder stays ended: it gives `None`, and no report.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        loop {
            match std::mem::replace(&mut self.state, State::Dead) {
                State::Failed(error) => return Err(error),
                State::Dead => return Ok(None),
                State::Complete => {
                    self.state = State::Complete;
                    return Ok(None);
                }
                state @ (State::Running | State::LastError(_)) => self.state = state,
            }
            self.hand_out_frames();
            let at_end = self.framer.is_finished() || matches!(self.state, State::LastError(_));
            let full = !self.crew.has_room();
            let oldest = if at_end || full { self.crew.oldest() } else { None };
            match oldest {
                Some(decoded) => {
                    if let Some(batch) = self.take_in(decoded) {
                        return Ok(Some(batch));
                    }
                }
                // It was part of a frame, of which there may be more.
                None if full => {}
                None if at_end => self.end(),
                None => return Ok(None),
            }
        }
    }

    fn hand_out_frames(&mut self) {
        while matches!(self.state, State::Running) && self.crew.has_room() {
            match self.framer.next() {
                Ok(Some(frame)) => self.crew.submit(frame),
                Ok(None) => {
                    if self.crew.takes_parts()
                        && let Some(part) = self.framer.part()
                    {
                        self.crew.submit(part);
                    }
                    return;
                }
                Err(error) => self.state = State::LastError(error),
            }
        }
    }

    fn take_in(&mut self, mut decoded: Decoded) -> Option<RecordBatch> {
        // Lines were counted from the first one of this batch.
        let (lines, before) = (self.counts.lines, self.counts.quarantined);
        decoded.error = decoded.error.map(|error| error.after_lines(lines));
        for reject in &mut decoded.rejects {
            reject.after_lines(lines);
        }
        self.counts += decoded.counts;
        self.drift.add(decoded.drift, lines);
        self.met |= decoded.met;
        let error = match self.on_bad_row.limit() {
            Some(at_most) if !at_most.holds(&self.counts, false) => {
                let first_above = match at_most {
                    Limit::Rows(most) => decoded.rejects.get((most - before) as usize),
                    _ => decoded.rejects.last(),
                };
                Some(too_many(at_most, self.counts, first_above))
            }
            _ => decoded.error,
        };
        self.rejects.extend(decoded.rejects);
        if let Some(error) = error {
            self.state = State::Failed(error);
        }
        let batch = decoded.batch?;
        if self.numbers.is_empty() {
            return Some(batch);
        }
        match counted_from(lines, batch, &self.numbers) {
            Ok(batch) => Some(batch),
            Err(error) => {
                self.state = State::Failed(error);
                None
            }
        }
    }

    /// Everything has been decoded.
    fn end(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Dead) {
            State::LastError(error) => State::Failed(error.after_lines(self.counts.lines)),
            _ => match self.on_bad_row.limit() {
                Some(at_most) if !at_most.holds(&self.counts, true) => {
                    State::Failed(too_many(at_most, self.counts, self.rejects.last()))
                }
                _ => State::Complete,
            },
        };
    }

    /// The rows set aside since the last call, in the order of the input. With
    /// [`OnBadRow::Quarantine`] take them after each batch, or they gather in memory.
    pub fn take_rejects(&mut self) -> Vec<Reject> {
        std::mem::take(&mut self.rejects)
    }

    /// What the batches taken so far have that the layout does not know, and what they lack for it.
    #[must_use]
    pub fn drift(&self) -> &Drift {
        self.drift.drift()
    }

    /// Whether any line of the batches taken so far has had a key of the layout, be it that of a column which
    /// is not read; true as well for a layout without keys. If not, rows are nothing but nulls: most likely
    /// the layout is that of other data.
    ///
    /// ```
    /// use rowmill_json::{Column, Decoder, Layout};
    ///
    /// let layout = Layout::new([Column::uuid("Idd")])?;
    /// let mut decoder = Decoder::new(&layout);
    /// decoder.push(b"{\"Id\":\"0f515589-99b4-423d-b83a-b237009f0509\"}\n".as_slice().into());
    /// decoder.finish();
    /// assert_eq!(decoder.next_batch()?.map(|batch| batch.num_rows()), Some(1));
    /// assert!(!decoder.has_met_a_key());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_met_a_key(&self) -> bool {
        self.met
    }

    /// What was counted, once the whole input was read without an error and the last batch taken.
    #[must_use]
    pub fn report(&self) -> Option<Counts> {
        matches!(self.state, State::Complete).then_some(self.counts)
    }
}

/// The columns of line numbers in the batches of this layout.
fn numbers(layout: &Layout) -> Vec<usize> {
    let read = layout.columns().iter().map(Column::kind).filter(|kind| **kind != Kind::Unread);
    read.zip(0..).filter(|(kind, _)| **kind == Kind::LineNumber).map(|(_, at)| at).collect()
}

/// The batch with the lines before it counted as well.
fn counted_from(before: u64, batch: RecordBatch, numbers: &[usize]) -> Result<RecordBatch, Error> {
    let (schema, mut columns, _) = batch.into_parts();
    for &column in numbers {
        let lines = columns[column].as_primitive::<Int64Type>();
        columns[column] = Arc::new(lines.unary::<_, Int64Type>(|line| line + before as i64));
    }
    // The same columns, some of which have other values.
    RecordBatch::try_new(schema, columns)
        .map_err(|error| Error::new(ErrorKind::Worker, None, "a batch", error.to_string()))
}

#[cold]
fn too_many(limit: Limit, counts: Counts, reject: Option<&Reject>) -> Error {
    let (place, cause) = match reject.map(Reject::error) {
        Some(error) => {
            let cause = format!("expected {}, found {}", error.expected(), error.found());
            (error.place().cloned(), format!(" ({}: {cause})", error.kind().reason()))
        }
        None => (None, String::new()),
    };
    let most = match limit {
        Limit::None => "any number".into(),
        Limit::Rows(most) => format!("at most {most}"),
        Limit::Percent(most) => {
            format!("at most {most} % of {}", counts.rows + counts.quarantined)
        }
    };
    let found = match limit {
        Limit::Rows(_) => format!("one more{cause}"),
        _ => format!("{}, the last one{cause}", counts.quarantined),
    };
    Error::new(ErrorKind::TooManyRejects, place, most, found)
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("counts", &self.counts).finish_non_exhaustive()
    }
}
