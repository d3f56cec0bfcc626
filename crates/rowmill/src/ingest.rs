//! A ready export to a directory of Parquet files.

mod inputs;
mod raw;
mod there;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use futures::StreamExt;
use rowmill_json::Layout;
use rowmill_mews::{Events, ReadyExport};
use tokio::sync::oneshot;

use crate::cancel::Cancel;
#[cfg(feature = "cloud")]
use crate::cloud::{Address, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::job::{Input, Job, Start};
use crate::lineage::{Origin, Table};
use crate::newest::Newest;
use crate::report::Report;
use crate::settings::{Settings, setters};
use crate::sink::Target;
use crate::source::{Chunks, Feeder, Opened, Received, decompress, feed};
use crate::worker;
use inputs::{files, id_of, inputs};
pub(crate) use inputs::{layout_for, name_of_export};
use raw::{Keeping, RawFolder};
pub(crate) use there::{left_of, rehearse};

/// Takes the files of a finished export to Parquet.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use rowmill::mews::{Client, Credentials, Entity, Platform};
///
/// let client = Client::new(Platform::Production, Credentials::from_env()?);
/// let export = client.export(Entity::Reservation).send().await?.ready().await?;
/// let report = rowmill::ingest(export).into_parquet("lake").await?;
/// println!("{} rows", report.rows);
/// # Ok(())
/// # }
/// ```
pub fn ingest(export: ReadyExport) -> Ingest {
    let entity = Some(export.entity().as_str().to_owned());
    Ingest {
        export,
        layout: None,
        keep_raw: None,
        settings: Settings { entity, ..Settings::default() },
    }
}

/// An export on its way to Parquet; made by [`ingest`].
#[must_use = "nothing is downloaded before `into_parquet`"]
pub struct Ingest {
    export: ReadyExport,
    layout: Option<Layout>,
    keep_raw: Option<PathBuf>,
    settings: Settings,
}

impl Ingest {
    setters!();

    /// With all options of an earlier step.
    pub(crate) fn with(mut self, settings: &Settings, layout: Option<Layout>) -> Self {
        let entity = self.settings.entity.take();
        self.settings = Settings { entity, ..settings.clone() };
        self.layout = layout;
        self
    }

    /// Reads rows by `layout`. Default: [`entity::layout`](crate::entity::layout) of what was exported.
    pub fn layout(mut self, layout: impl Into<Layout>) -> Self {
        self.layout = Some(layout.into());
        self
    }

    /// Keeps the files as they came, too, so that they can be decoded again without the API:
    /// `<directory>/<export id>-0001.jsonl` and so on, with `<directory>/<export id>.xxh128` beside
    /// them, which has the XXH3 checksum (128 bits) of each in the form that `xxhsum --check` reads. No
    /// link is in them. The directory is made if it is missing. Files of the same export that lie there
    /// are replaced by an equal copy where the export is fetched again. Default: none are kept.
    ///
    /// A file gets its name when all its bytes have come, and keeps it if the run fails. Where it fails
    /// because of the data, the remaining files are fetched before it ends. Where files are missing,
    /// the checksums are in `<export id>.incomplete.xxh128`. With the feature `cloud` the directory may be
    /// a URL, wherever the output goes.
    ///
    /// ```no_run
    /// # async fn run(export: rowmill::mews::ReadyExport) -> Result<(), rowmill::Error> {
    /// rowmill::ingest(export).keep_raw("raw").into_parquet("lake").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep_raw(mut self, directory: impl Into<PathBuf>) -> Self {
        self.keep_raw = Some(directory.into());
        self
    }

    /// Writes of each `Id` only the row with the newest `UpdatedUtc` of all rows of this export, and
    /// counts the others as [superseded](Report::superseded). Of rows that are equally new the last
    /// one stays; a row without `UpdatedUtc` is older than all others. The rows of other exports are not
    /// known here: what is newest in all of them is for the lake to tell. Default: all rows are
    /// written.
    ///
    /// Rows are read twice for this, the second time from the files that are [kept](Self::keep_raw), or
    /// lie meanwhile in one without a name, beside the output or, if that is a URL, in
    /// [`std::env::temp_dir`]. At most 7,340,032 different `Id`s can be told apart, which takes up
    /// to 420 MB, or as many as fit into a quarter of [`memory`](Self::memory), which comes on top of it.
    /// A run with more is refused, as [`Usage`](crate::ErrorKind::Usage), and so is a layout without
    /// such columns.
    ///
    /// ```no_run
    /// # async fn run(export: rowmill::mews::ReadyExport) -> Result<(), rowmill::Error> {
    /// let report = rowmill::ingest(export).dedupe(true).into_parquet("lake").await?;
    /// println!("{} rows, {} older ones", report.rows, report.superseded);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dedupe(mut self, dedupe: bool) -> Self {
        self.settings.dedupe = dedupe;
        self
    }

    /// What happens to the files of the export from now on: requests, retries, renewed links. Nothing
    /// waits for who reads it; see [`Events`]. How far the rows are is told by
    /// [`progress`](Self::progress).
    ///
    /// ```no_run
    /// # async fn run(export: rowmill::mews::ReadyExport) -> Result<(), rowmill::Error> {
    /// use futures::{StreamExt, future};
    ///
    /// let ingest = rowmill::ingest(export);
    /// let watching = ingest.events().for_each(|event| async move { eprintln!("{event}") });
    /// let (report, ()) = future::join(ingest.into_parquet("lake"), watching).await;
    /// println!("{} rows", report?.rows);
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        self.export.events()
    }

    /// Downloads the files, decodes them as they come, and commits the parts
    /// `<directory>/<entity>/<export id>-0001.parquet` and so on, which hold the rows of all files in
    /// their order and are cut by [size](Self::target_size) or [file](Self::part_per_file), or lie in
    /// [directories by value](Self::partition_by), with a
    /// [`Manifest`](crate::Manifest) beside them. An export without files gives one part without rows. The directory is made if it is missing.
    ///
    /// If an earlier run has committed the same files of this export by the same layout there,
    /// nothing is done and the report [says so](Report::already_there).
    ///
    /// Bytes move on the caller's Tokio runtime; decoding, encoding and writing happen on plain
    /// threads. Dropping the future stops them, waits for the batch they are in, and leaves nothing
    /// behind; unless all had been written and the files were just being put in place, which is
    /// then completed.
    ///
    /// # Errors
    /// The output is complete, or there is none and an error: those of [`Convert::run`], and
    /// * [`Schema`](crate::ErrorKind::Schema): there is no layout for this entity.
    /// * [`Refused`](crate::ErrorKind::Refused): the export has failed or expired, or the API will
    ///   not renew its links.
    /// * [`TryLater`](crate::ErrorKind::TryLater): bytes are missing, or the network is.
    ///
    /// [`Convert::run`]: crate::Convert::run
    pub async fn into_parquet(self, directory: impl AsRef<Path>) -> Result<Report> {
        let Self { export, layout, keep_raw, mut settings } = self;
        let stop = Cancel::new();
        let cancel = std::mem::replace(&mut settings.cancel, stop.clone());
        let layout = layout.map_or_else(|| layout_for(export.entity().as_str()), Ok)?;
        let layout = settings.part_of(layout)?;
        let id = id_of(&export)?;
        let inputs = inputs(&export, &id);
        let scope = export.scope();
        let origin =
            Origin { export: &id, enterprises: &scope.enterprise_ids, chains: &scope.chain_ids };
        let table = Table::new(layout, &settings.lineage, Some(&origin))?;
        let newest =
            settings.dedupe.then(|| Newest::new(table.own(), settings.memory)).transpose()?;
        #[cfg(feature = "cloud")]
        check_places(directory.as_ref(), keep_raw.as_deref(), &settings)?;
        let settings = settings.keeping(keep_raw.as_deref());
        let raw = match keep_raw {
            Some(folder) => Some(RawFolder::new(folder, &id, &settings)?),
            None if settings.dedupe => {
                Some(RawFolder::passing(directory.as_ref(), &id, &settings)?)
            }
            None => None,
        };
        let (feeders, sources): (Vec<_>, Vec<_>) = export.files().iter().map(|_| source()).unzip();
        let target = Target::Directory(directory.as_ref().to_owned());
        let max_expansion = settings.max_expansion;
        let to_keep = files(&export, &inputs).to_vec();
        let (tell_claimed, claimed) = oneshot::channel();
        let (all_sent, sent) = oneshot::channel();
        let work = move || {
            let mut raw = raw;
            let kept = || raw.as_ref().is_none_or(|raw| raw.holds(&to_keep));
            let mut job = match Job::start(|| Ok(table), settings, Some(id), inputs, target, kept)?
            {
                Start::Begun(job) => job,
                Start::Done(report) => return Ok(*report),
            };
            if let Some(raw) = &mut raw {
                raw.claim(&mut job, &to_keep)?;
            }
            // Where nobody listens any more, the sources end soon.
            let _ = tell_claimed.send(());
            run(Claimed { raw, files: to_keep, newest, job }, sources, max_expansion, sent)
        };
        let transfer = async move {
            // Nothing is fetched for an output that is refused, or that is there.
            if claimed.await.is_err() {
                return;
            }
            for ((feeder, told), mut file) in feeders.into_iter().zip(export.downloads()) {
                feeder.pump((&mut file).map(|item| item.map_err(carried))).await;
                if let Some(etag) = file.etag() {
                    // Nobody else sets it.
                    let _ = told.set(etag.to_owned());
                }
            }
            // A thread that has ended already has an error to tell.
            let _ = all_sent.send(());
        };
        worker::work("rowmill-ingest", work, transfer, &cancel, stop).await
    }
}

/// Refuses places that files cannot lie in.
#[cfg(feature = "cloud")]
pub(crate) fn check_places(
    output: &Path,
    keep_raw: Option<&Path>,
    settings: &Settings,
) -> Result<()> {
    if let Some(folder) = keep_raw.filter(|folder| Address::of(folder).is_some()) {
        Place::new(folder, &settings.cancel)?;
    }
    let target = Target::Directory(output.to_owned());
    settings.clone().keeping(keep_raw).towards(&target).map(drop)
}

/// A job that has its place, and the place of the files that are kept.
struct Claimed {
    // Before `job`, which removes the folders that are empty then.
    raw: Option<RawFolder>,
    files: Vec<Input>,
    newest: Option<Newest>,
    job: Box<Job>,
}

/// The thread's part: every source into its part, and the commit once it is sure that the sending
/// side has seen everything arrive.
fn run(
    claimed: Claimed,
    sources: Vec<Source>,
    max_expansion: Option<u64>,
    all_sent: oneshot::Receiver<()>,
) -> Result<Report> {
    // The files first, then the job, which removes the folders that are empty: in the reverse order.
    let Claimed { mut job, files, mut newest, mut raw } = claimed;
    let mut kept = Vec::new();
    if sources.is_empty() {
        if let Some(mut newest) = newest.take() {
            newest.begin_part();
            job.leave_out(newest);
        }
        job.feed(Opened { chunks: Box::new(std::iter::empty()), received: Received::default() })?;
    }
    let mut etags = Vec::new();
    let mut sources = sources.into_iter().zip(&files);
    while let Some((Source { chunks, received, etag }, file)) = sources.next() {
        let (keeping, chunks) = match &mut raw {
            Some(raw) => raw.keep(file, chunks).map(|(keeping, chunks)| (Some(keeping), chunks))?,
            None => (None, chunks),
        };
        // What fails here fails again as the first chunk, where the name of the file is known.
        let chunks =
            decompress(chunks, max_expansion).unwrap_or_else(|e| Box::new(std::iter::once(Err(e))));
        let opened = Opened { chunks, received };
        let outcome = match &mut newest {
            Some(newest) => job.survey(newest, opened),
            None => job.feed(opened),
        };
        if let Err(error) = outcome {
            let rest = sources.map(|(source, file)| (file, source.chunks));
            if let (Some(raw), Some(keeping)) = (raw, keeping) {
                // The first error is the one to tell. Without their checksums nobody takes files for
                // complete.
                let _ = keep_on(raw, keeping, rest, error.kind());
            }
            return Err(error);
        }
        etags.push(etag);
        if let (Some(raw), Some(keeping)) = (&mut raw, keeping) {
            kept.push(raw.complete(keeping)?);
        }
    }
    if let Some(newest) = newest {
        job.leave_out(newest);
        for file in kept {
            let again = file.open(1, max_expansion, &Cancel::new())?;
            let received = Received { bytes: again.received.bytes, ..Received::default() };
            job.feed(Opened { chunks: again.chunks, received })?;
        }
    }
    if let Some(raw) = raw {
        raw.finish()?;
    }
    all_sent.blocking_recv().map_err(|_| Error::cancelled())?;
    job.downloaded(etags.iter().map(|etag| etag.get().cloned()));
    job.commit()
}

/// Keeps what is kept although the run has failed. Where the rows are to blame, that is all files, so
/// that they can be decoded again without the API.
fn keep_on<'a>(
    mut raw: RawFolder,
    begun: Keeping,
    rest: impl Iterator<Item = (&'a Input, Chunks)>,
    failure: ErrorKind,
) -> Result<()> {
    // Nobody asked for those that only pass.
    if raw.is_passing() || failure != ErrorKind::Data || begun.take_the_rest().is_err() {
        return raw.finish_incomplete();
    }
    raw.complete(begun)?;
    for (file, chunks) in rest {
        let (keeping, _) = raw.keep(file, chunks)?;
        if keeping.take_the_rest().is_err() {
            return raw.finish_incomplete();
        }
        raw.complete(keeping)?;
    }
    raw.finish()
}

/// The thread's end of a download.
struct Source {
    chunks: Chunks,
    received: Received,
    /// Told when all has been sent.
    etag: Arc<OnceLock<String>>,
}

/// Both ends of a download.
fn source() -> ((Feeder, Arc<OnceLock<String>>), Source) {
    let received = Received::default();
    let (feeder, chunks) = feed();
    let (chunks, etag) = (received.counted(chunks), Arc::default());
    ((feeder, Arc::clone(&etag)), Source { chunks, received, etag })
}

/// An error of a download, on its way through readers.
fn carried(cause: rowmill_mews::Error) -> io::Error {
    io::Error::other(Error::from(cause))
}
