//! A layout out of sources, before they are converted.

use rowmill_json::infer::{Inference, Inferred};
use rowmill_json::{Layout, LayoutError, Options, Unknown};

use crate::arrow::Schema;
use crate::cancel::Cancel;
use crate::error::{Error, ErrorKind, Result};
use crate::memory::Shares;
use crate::settings::{Settings, threads};
use crate::source::{Source, Sources};

/// Bytes of a source that can be read only once that are looked at and held in memory, to be read
/// again from there.
const BEGINNING: usize = 64 << 20;

/// Infers a layout from JSON Lines with sensible settings: [`Infer`] without options.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let input = dir.path().join("rooms.jsonl");
/// # std::fs::write(&input, "{\"Id\":\"0f515589-99b4-423d-b83a-b237009f0509\",\"Floor\":2}\n")?;
/// let inferred = rowmill::infer(&input)?;
/// assert!(inferred.is_whole());
/// println!("{}", rowmill::schema_file::print(inferred.layout()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Infer::run`].
pub fn infer(sources: impl Into<Sources>) -> Result<Inferred> {
    Infer::new().run(sources)
}

/// Infers a layout from JSON Lines, compressed or not. It blocks, and neither needs nor starts a
/// runtime. [The rules](rowmill_json::infer) are those of `rowmill-json`.
///
/// Files are read whole, unless a [sample](Self::sample) is enough. What can be read only once,
/// standard input and other readers and pipes, is looked at as far as 64 MiB, and nothing after it:
/// if it goes on, the layout is that of a sample.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is read before `run`"]
pub struct Infer {
    sample: Option<u64>,
    threads: usize,
    max_expansion: Option<u64>,
    max_line_bytes: Option<usize>,
    max_depth: Option<usize>,
    shares: Option<Shares>,
    cancel: Cancel,
}

impl Infer {
    /// An inference from all rows, with all cores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the first `rows` rows only. Then no column is required, and rows that come later may
    /// not fit.
    pub fn sample(mut self, rows: u64) -> Self {
        self.sample = Some(rows);
        self
    }

    /// Threads that look at rows. The layout is the same for every number. 0, the default, stands for
    /// the number of cores.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// How many bytes may come out of one of a compressed source: as
    /// [`Convert::max_expansion`](crate::Convert::max_expansion).
    pub fn max_expansion(mut self, times: u64) -> Self {
        self.max_expansion = Some(times);
        self
    }

    /// Bytes of the longest line: as [`Convert::max_line_bytes`](crate::Convert::max_line_bytes).
    pub fn max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_line_bytes = Some(bytes);
        self
    }

    /// How many objects and arrays may stand inside one another: as
    /// [`Convert::max_depth`](crate::Convert::max_depth).
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = Some(depth);
        self
    }

    /// Takes no more memory than these.
    pub(crate) fn within(mut self, shares: Option<Shares>) -> Self {
        self.shares = shares;
        self
    }

    /// Lets `token` stop it.
    pub fn cancel(mut self, token: Cancel) -> Self {
        self.cancel = token;
        self
    }

    /// Reads `sources` and gives the layout that reads them all.
    ///
    /// # Errors
    /// * [`Data`](ErrorKind::Data): there is no good row, or they have no keys or too many to be
    ///   columns, or a line is too long, or compressed bytes are damaged.
    /// * [`Input`](ErrorKind::Input): a source is missing or cannot be read.
    /// * [`Usage`](ErrorKind::Usage): no source.
    /// * [`Cancelled`](ErrorKind::Cancelled).
    pub fn run(&self, sources: impl Into<Sources>) -> Result<Inferred> {
        self.peek(sources).map(|(inferred, _)| inferred)
    }

    /// As [`run`](Self::run), and gives the sources back, to be read from their beginning: what was
    /// read of a pipe is held in memory and comes first.
    ///
    /// ```
    /// use rowmill::{Convert, Infer, Source};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let output = dir.path().join("rooms.parquet");
    /// let source = Source::reader("rooms", &b"{\"Floor\":2}\n{\"Floor\":3}\n"[..]);
    /// let (inferred, sources) = Infer::new().peek(source)?;
    /// let report = Convert::new(inferred.layout()).run(sources, &output)?;
    /// assert_eq!(report.rows, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn peek(&self, sources: impl Into<Sources>) -> Result<(Inferred, Sources)> {
        let sources = sources.into().into_vec();
        if sources.is_empty() {
            return Err(Error::usage("there is nothing to read: no sources"));
        }
        // What is missing is told before anything is read.
        for source in &sources {
            source.size()?;
        }
        let mut looking = Looking {
            inference: self.inference(),
            threads: threads(self.threads),
            max_expansion: self.max_expansion,
            cancel: self.cancel.clone(),
            most: self.shares.map_or(BEGINNING, |shares| shares.beginning().min(BEGINNING)),
            cut: false,
            name: String::new(),
            bad: None,
        };
        let mut again = Vec::with_capacity(sources.len());
        for source in sources {
            let source = if looking.goes_on() { looking.look_at(source)? } else { source };
            again.push(source);
        }
        Ok((looking.end()?, again.into()))
    }

    fn inference(&self) -> Inference {
        let mut options = Options::default();
        options.threads = threads(self.threads);
        if let Some(shares) = self.shares {
            shares.set(&mut options, &Schema::empty());
            options.max_line_bytes = options.max_line_bytes.min(shares.row());
        }
        options.max_line_bytes = self.max_line_bytes.unwrap_or(options.max_line_bytes);
        options.max_depth = self.max_depth.unwrap_or(options.max_depth);
        match self.sample {
            Some(rows) => Inference::sample(options, rows),
            None => Inference::with(options),
        }
    }
}

/// The layout to read all rows by, where `settings` do not say what becomes of keys that it does not
/// know.
pub(crate) fn layout(inferred: &Inferred, settings: &Settings) -> Result<Layout> {
    let layout = inferred.layout();
    let unknown = match (inferred.is_whole(), inferred.bad_rows()) {
        _ if settings.unknown.is_some() => return Ok(layout.clone()),
        (true, 0) => return Ok(layout.clone()),
        // Only the lines that were passed over can have such keys. A column of JSON text takes some of
        // what made them no rows, and their keys must not be lost by that.
        (true, _) => Unknown::Error,
        // A sample does not know what is to come.
        (false, _) => Unknown::Rescue,
    };
    let taken = |error: LayoutError| Error::new(ErrorKind::Schema, format!("a sample: {error}"));
    layout.with_unknown(unknown).map_err(taken)
}

/// Sources being looked at.
struct Looking {
    inference: Inference,
    threads: usize,
    max_expansion: Option<u64>,
    cancel: Cancel,
    /// So much is held of a source that can be read only once.
    most: usize,
    /// The present source has more than was looked at.
    cut: bool,
    /// The present source, and the one of the first bad line.
    name: String,
    bad: Option<String>,
}

impl Looking {
    fn goes_on(&self) -> bool {
        !self.cut && self.inference.wants_more()
    }

    /// Looks at the next source, and gives it back as it was.
    fn look_at(&mut self, source: Source) -> Result<Source> {
        if !self.name.is_empty() {
            let ended = self.inference.next_input();
            self.remember_bad();
            ended.map_err(|error| Error::decode(&self.name, error))?;
        }
        self.name = source.name();
        let again = source.again();
        let file_name = source.file_name();
        let mut opened = source.open(self.threads, self.max_expansion, &self.cancel)?;
        let (mut head, mut held) = (Vec::new(), 0);
        while self.inference.wants_more() && held < self.most {
            self.cancel.check()?;
            let Some(chunk) = opened.chunks.next() else { break };
            let chunk = chunk.map_err(|error| Error::reading(&self.name, error))?;
            if again.is_none() {
                held += chunk.len();
                head.push(chunk.clone());
            }
            self.inference.push(chunk);
        }
        match again {
            Some(again) => Ok(again),
            None => {
                if held >= self.most {
                    // Whether it goes on is told by the next chunk alone.
                    let next = opened.chunks.next().transpose();
                    let next = next.map_err(|error| Error::reading(&self.name, error))?;
                    self.cut = next.is_some();
                    head.extend(next);
                }
                Ok(Source::begun(self.name.clone(), file_name, head, opened))
            }
        }
    }

    fn remember_bad(&mut self) {
        if self.bad.is_none() && self.inference.first_bad().is_some() {
            self.bad = Some(self.name.clone());
        }
    }

    fn end(mut self) -> Result<Inferred> {
        let (cut, last) = (self.cut, self.name.clone());
        self.remember_bad();
        let inferred = if cut { self.inference.stop() } else { self.inference.finish() };
        inferred.map_err(|error| {
            let of_rows = error.kind() == rowmill_json::ErrorKind::NoLayout;
            match (of_rows, self.bad) {
                (true, Some(file)) if error.place().is_some() => Error::decode(&file, error),
                // Rows of all sources together.
                (true, None) if error.place().is_none() => {
                    Error::new(ErrorKind::Data, error.to_string()).because(error)
                }
                _ => Error::decode(&last, error),
            }
        })
    }
}
