//! Files to Parquet.

mod names;

use std::path::Path;

use rowmill_json::Layout;

use crate::error::{Error, Result};
use crate::job::{Input, Job};
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
    layout: Layout,
    settings: Settings,
}

impl Convert {
    /// A conversion of rows of this layout.
    pub fn new(layout: &Layout) -> Self {
        Self { layout: layout.clone(), settings: Settings::default() }
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
    /// `output` is a directory already or ends with a `/`: a part for each source,
    /// `OUT/<entity>/<name>.parquet` (or `OUT/<name>.parquet` where no entity is named), where
    /// `<name>` is that of the source without `.jsonl`, `.ndjson`, `.json`, `.gz` and `.zst`; a
    /// name that comes again gets `-2`, `-3` and so on. A manifest is beside them, see
    /// [`Manifest`](crate::Manifest). The directory is made if it is missing.
    ///
    /// # Errors
    /// The output is complete, or there is none and an error of one of these kinds:
    /// * [`Data`](crate::ErrorKind::Data): a line does not fit the layout (or too many do not), or
    ///   compressed bytes are damaged.
    /// * [`Input`](crate::ErrorKind::Input): a source is missing or cannot be read.
    /// * [`Usage`](crate::ErrorKind::Usage): no source, a bad name or level, a file that would be
    ///   read and written, or written twice, or a column of lineage that only exports have.
    /// * [`Schema`](crate::ErrorKind::Schema): the layout has a column of the name of one of lineage.
    /// * [`Output`](crate::ErrorKind::Output): the output exists and may not be replaced, another
    ///   run writes there, or the disk refuses.
    /// * [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn run(&self, sources: impl Into<Sources>, output: impl AsRef<Path>) -> Result<Report> {
        self.run_all(sources.into().into_vec(), output.as_ref())
    }

    fn run_all(&self, sources: Vec<Source>, output: &Path) -> Result<Report> {
        self.settings.check()?;
        if sources.is_empty() {
            return Err(Error::usage("there is nothing to read: no sources"));
        }
        let inputs = inputs(&sources)?;
        let target = Target::of(output, sources.len() > 1);
        let table = Table::new(self.layout.clone(), &self.settings.lineage, None)?;
        let mut job = Job::start(table, self.settings.clone(), None, inputs, target)?;
        job.spare(sources.iter().filter_map(Source::as_path))?;
        let Settings { max_expansion, cancel, .. } = &self.settings;
        for source in sources {
            job.feed(source.open(self.settings.threads(), *max_expansion, cancel)?)?;
        }
        job.commit()
    }
}

/// What is known of the sources before they are opened; that they exist, above all.
fn inputs(sources: &[Source]) -> Result<Vec<Input>> {
    let stems = names::stems(sources.iter().map(Source::file_name));
    let input = |(source, stem): (&Source, String)| {
        let (name, file_name) = (source.name().into(), source.file_name());
        Ok(Input { name, file_name, stem, size: source.size()?, promised: None })
    };
    sources.iter().zip(stems).map(input).collect()
}
