//! Files to Parquet.

#[cfg(feature = "async")]
mod future;
mod names;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rowmill_json::Layout;
use rowmill_json::infer::Inferred;

use crate::error::{Error, Result};
use crate::inference::{self, Infer};
use crate::job::{Input, Job, Start};
use crate::lineage::Table;
use crate::report::Report;
use crate::settings::{Settings, setters};
use crate::sink::Target;
use crate::source::{Source, Sources};

/// Converts JSON Lines to Parquet with sensible settings: [`Convert`] without options.
///
/// ```no_run
/// let layout = rowmill::entity::layout("Reservation").expect("one of the ten");
/// rowmill::convert(&layout, "reservations.jsonl.gz", "reservations.parquet")?;
/// # Ok::<(), rowmill::Error>(())
/// ```
///
/// # Errors
/// As [`Convert::run`].
pub fn convert(
    layout: &Layout,
    sources: impl Into<Sources>,
    output: impl AsRef<Path>,
) -> Result<Report> {
    Convert::new(layout).run(sources, output)
}

/// Converts JSON Lines, compressed or not, to Parquet. It blocks, and neither needs nor starts a
/// runtime.
///
/// ```no_run
/// use rowmill::{Compression, Convert, Limit, OnBadRow, Source};
///
/// let layout = rowmill::entity::layout("Customer").expect("one of the ten");
/// let report = Convert::new(&layout)
///     .on_bad_row(OnBadRow::Quarantine { at_most: Limit::Percent(0.5) })
///     .compression(Compression::Zstd(3))
///     .run(Source::stdin(), "customers.parquet")?;
/// println!("{} rows, {} set aside", report.rows, report.quarantined);
/// # Ok::<(), rowmill::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "nothing is read before `run`"]
pub struct Convert {
    layout: LayoutFrom,
    settings: Settings,
}

/// Where the layout comes from.
#[derive(Clone)]
enum LayoutFrom {
    Caller(Layout),
    /// The sources: all rows, or so many.
    Sources {
        sample: Option<u64>,
        on_inferred: Option<OnInferred>,
    },
}

type OnInferred = Arc<dyn Fn(&Inferred) + Send + Sync>;

impl Convert {
    /// A conversion of rows of this layout.
    pub fn new(layout: &Layout) -> Self {
        Self { layout: LayoutFrom::Caller(layout.clone()), settings: Settings::default() }
    }

    /// A conversion of rows by the layout that is [inferred](Infer) from them. Files are read twice
    /// for that: by default all of them, or as far as [`sample`](Self::sample) says.
    ///
    /// ```
    /// use rowmill::Convert;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let (input, output) = (dir.path().join("rooms.jsonl"), dir.path().join("rooms.parquet"));
    /// # std::fs::write(&input, "{\"Floor\":2}\n{\"Floor\":3}\n")?;
    /// let report = Convert::inferred().run(&input, &output)?;
    /// assert_eq!(report.rows, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inferred() -> Self {
        let layout = LayoutFrom::Sources { sample: None, on_inferred: None };
        Self { layout, settings: Settings::default() }
    }

    /// Infers the layout from the first `rows` rows only. A row that does not fit it is a bad row. It
    /// means nothing where the layout was given.
    pub fn sample(mut self, rows: u64) -> Self {
        if let LayoutFrom::Sources { sample, .. } = &mut self.layout {
            *sample = Some(rows);
        }
        self
    }

    /// Calls `callback` with the layout that was inferred, before any row is converted. It is not
    /// called where the layout was given.
    pub fn on_inferred(mut self, callback: Arc<dyn Fn(&Inferred) + Send + Sync>) -> Self {
        if let LayoutFrom::Sources { on_inferred, .. } = &mut self.layout {
            *on_inferred = Some(callback);
        }
        self
    }

    setters!();

    /// Names the entity that the rows are. In a directory the parts then lie in a folder of that
    /// name. Letters, digits, `-` and `_`.
    pub fn name(mut self, entity: impl Into<String>) -> Self {
        self.settings.entity = Some(entity.into());
        self
    }

    /// Reads `sources` to their ends and writes what they hold to `output`.
    ///
    /// One source goes to the file `output`. Many go to the directory `output`, as does one if
    /// `output` is a directory already or ends with a `/`, or if an option asks for partitions, for a part of each
    /// source or for new columns and the name does not end with `.parquet`: one after the other into parts of the
    /// [target size](Self::target_size), or [one each](Self::part_per_file). A part is
    /// `OUT/<entity>/<name>.parquet` (or `OUT/<name>.parquet` where no entity is named), where
    /// `<name>` is that of the source in which it begins, without `.jsonl`, `.ndjson`, `.json`, `.gz`
    /// and `.zst`. A source whose name comes again gets `-2`, `-3` and so on; further parts that begin
    /// in the same source get `-0002`, `-0003` and so on, without those that are names of sources. A
    /// manifest is beside them, see [`Manifest`](crate::Manifest). The directory is made if it is
    /// missing.
    ///
    /// With the feature `cloud`, `output` may be the URL of a place in an object store: of one object
    /// where it ends with `.parquet` and there is one source, else of a directory. What is committed there
    /// is as whole as on a disk. Of two runs into one place at a time the second to commit is
    /// refused. Where there is a URL, the process has a thread that moves its bytes.
    ///
    /// If an earlier run has made the same of sources of the same names and sizes, which are the same in
    /// [some places](crate::SourceCounts::fingerprint) too, with the same columns, nothing is done and the
    /// report [says so](Report::already_there). If one has ended while it put its files in place, that is
    /// completed first.
    ///
    /// # Errors
    /// The output is complete, or there is none and an error of one of these kinds; only if the disk
    /// fails while files are put in place, the next run there completes it, which the error says:
    /// * [`Data`](crate::ErrorKind::Data): a line does not fit the layout (or too many do not), or
    ///   compressed bytes are damaged, or there is nothing to infer a layout from.
    /// * [`Input`](crate::ErrorKind::Input): a source is missing or cannot be read.
    /// * [`TryLater`](crate::ErrorKind::TryLater): a reader says that its connection broke.
    /// * [`Usage`](crate::ErrorKind::Usage): no source, one that is named twice, a bad name or level, a
    ///   file that would be read and written, or written twice, or a column of lineage that only exports
    ///   have.
    /// * [`Schema`](crate::ErrorKind::Schema): the layout has a column of the name of one of lineage.
    /// * [`Output`](crate::ErrorKind::Output): the output exists and may not be replaced, another
    ///   run writes there, or the disk refuses.
    /// * [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn run(&self, sources: impl Into<Sources>, output: impl AsRef<Path>) -> Result<Report> {
        self.run_all(sources.into().into_vec(), output.as_ref())
    }

    fn run_all(&self, mut sources: Vec<Source>, output: &Path) -> Result<Report> {
        self.settings.check()?;
        if sources.is_empty() {
            return Err(Error::usage("there is nothing to read: no sources"));
        }
        let inputs = inputs(&sources)?;
        // What is about parts needs a directory; what is called a file is refused below for partitions.
        let Settings { partition_by, part_per_file, new_columns, .. } = &self.settings;
        let of_parts = !partition_by.is_empty() || *part_per_file || *new_columns;
        let is_file = output.extension().is_some_and(|it| it.eq_ignore_ascii_case("parquet"));
        let target = Target::of(output, sources.len() > 1 || of_parts && !is_file);
        // Nothing is read for an output that is refused.
        let table = || {
            Table::new(
                self.settings.part_of(self.layout(&mut sources)?)?,
                &self.settings.lineage,
                None,
            )
        };
        let start = Job::start(table, self.settings.clone(), None, inputs, target, || true)?;
        let mut job = match start {
            Start::Begun(job) => job,
            Start::Done(report) => return Ok(*report),
        };
        let places: Vec<_> = sources.iter().filter_map(Source::place).collect();
        job.spare(places.iter().map(PathBuf::as_path))?;
        let Settings { max_expansion, cancel, .. } = &self.settings;
        let etags: Vec<Option<String>> = sources.iter().map(Source::etag).collect();
        job.downloaded(etags.into_iter());
        for source in sources {
            job.feed(source.open(self.settings.threads(), *max_expansion, cancel)?)?;
        }
        job.commit()
    }

    /// The layout to read `sources` by, which are as they were afterwards.
    fn layout(&self, sources: &mut Vec<Source>) -> Result<Layout> {
        let (sample, callback) = match &self.layout {
            LayoutFrom::Caller(layout) => return Ok(layout.clone()),
            LayoutFrom::Sources { sample, on_inferred } => (*sample, on_inferred),
        };
        let settings = &self.settings;
        let infer = Infer::new().threads(settings.threads()).cancel(settings.cancel.clone());
        let infer = infer.within(settings.shares()?);
        let infer = sample.into_iter().fold(infer, Infer::sample);
        let infer = settings.max_expansion.into_iter().fold(infer, Infer::max_expansion);
        let infer = settings.max_line_bytes.into_iter().fold(infer, Infer::max_line_bytes);
        let infer = infer.max_depth(settings.max_depth);
        let (inferred, again) = infer.peek(std::mem::take(sources))?;
        *sources = again.into_vec();
        if let Some(callback) = callback {
            callback(&inferred);
        }
        inference::layout(&inferred, settings)
    }
}

/// What is known of the sources before they are opened; that they exist, above all.
fn inputs(sources: &[Source]) -> Result<Vec<Input>> {
    let mut places = HashSet::new();
    // A pipe gives other bytes each time.
    for source in sources.iter().filter(|source| source.again().is_some()) {
        let place = source.place().map(|place| fs::canonicalize(&place).unwrap_or(place));
        if place.is_some_and(|place| !places.insert(place)) {
            let message = "is named twice, and all its rows would be there twice";
            return Err(Error::usage(message).in_file(source.name()));
        }
    }
    let stems = names::stems(sources.iter().map(Source::file_name));
    let input = |(source, stem): (&Source, String)| {
        let (name, file_name) = (source.name().into(), source.file_name());
        let (size, file) = (source.size()?, source.file());
        Ok(Input { name, file_name, stem, size, promised: None, file })
    };
    sources.iter().zip(stems).map(input).collect()
}
