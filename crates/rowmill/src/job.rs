//! One run: sources through the decoder into parts, then the commit.

#[cfg(feature = "mews")]
mod survey;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rowmill_json::{Counts, Decoder};

use crate::checksum::Checksum;
use crate::drift::{DriftReport, Nulls};
use crate::earlier::Earlier;
use crate::error::{Error, ErrorKind, Result};
use crate::left_out::LeftOut;
use crate::lineage::{Stamp, Table};
use crate::partition::{PartitionColumn, Plan};
use crate::parts::{Cut, Form, Names, Parts};
use crate::progress::{Pace, Progress};
use crate::quarantine::Quarantine;
use crate::report::{FileReport, Report};
use crate::settings::Settings;
use crate::sink::{
    ColumnsId, Manifest, ManifestPart, ManifestSource, Output, Proof, SourceCounts, TableColumns,
    Target, filtered, job_id, layout_id, name_of, stored, waited_for_disk,
};
use crate::source::Opened;

/// A source as the job knows it before it is read.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// What messages, reports and rejects call it.
    pub(crate) name: Arc<str>,
    /// What parts call it: nothing of this machine in it.
    pub(crate) file_name: String,
    /// What a part is called that begins with it.
    pub(crate) stem: String,
    /// Its size, for progress.
    pub(crate) size: Option<u64>,
    /// The size it must turn out to have.
    pub(crate) promised: Option<u64>,
    /// The file it is, if it is one of this machine.
    pub(crate) file: Option<PathBuf>,
}

/// What becomes of a run before anything is read.
pub(crate) enum Start {
    /// It is to be done.
    Begun(Box<Job>),
    /// An earlier run has done it.
    Done(Box<Report>),
}

/// A run on its way. Dropping it removes everything it has written.
pub(crate) struct Job {
    table: Table,
    settings: Settings,
    export: Option<String>,
    inputs: Vec<Input>,
    // Before `output`, so that its file goes before the folder.
    quarantine: Quarantine,
    // Likewise.
    parts: Parts,
    partitioned_by: Vec<PartitionColumn>,
    columns: ColumnsId,
    output: Output,
    counts: Counts,
    /// Of the rows of all sources, one after the other, if it was asked for.
    checksum: Option<Checksum>,
    drift: DriftReport,
    /// Whether any row has had a key of the layout.
    met: bool,
    nulls: Nulls,
    files: Vec<FileReport>,
    /// Of the sources, as far as they were downloaded.
    etags: Vec<Option<String>>,
    started: Instant,
    /// How long this thread had waited for the disk by then.
    waited: Duration,
    /// Of each source, the rows that are not written, if it was asked which.
    left_out: Vec<Vec<u32>>,
}

impl Job {
    /// Claims the output, and makes sure that nothing is there that must stay. `export` is the id of
    /// the export that `inputs` are the files of. `table` is asked for when that is done, and
    /// `complete` whether all that is no part is there if the parts are.
    pub(crate) fn start(
        table: impl FnOnce() -> Result<Table>,
        settings: Settings,
        export: Option<String>,
        inputs: Vec<Input>,
        target: Target,
        complete: impl FnOnce() -> bool,
    ) -> Result<Start> {
        let (started, waited) = (Instant::now(), waited_for_disk());
        settings.check()?;
        let settings = settings.towards(&target)?;
        let partitioned = !settings.partition_by.is_empty();
        if let (Target::File(path), true) = (&target, partitioned) {
            let message =
                "is the name of a file (it ends with .parquet), and partitions need a directory";
            return Err(Error::usage(message).in_file(path.display().to_string()));
        }
        let mut output = Output::open(target, settings.entity.clone(), settings.means())?;
        output.sweep(&settings.partition_by);
        if !settings.overwrite
            && complete()
            && let Some(earlier) = Earlier::find(&output, &settings, export.as_deref(), &inputs)
        {
            return match earlier.report(table()?.schema(), &settings)? {
                Some(report) => Ok(Start::Done(Box::new(report))),
                None => Err(earlier.has_other_columns()),
            };
        }
        // The parts of an export have its id in their names. Without its manifest they are what a
        // run of an older version has left that died while it put them in place: this run puts them
        // there again.
        let manifest = export.as_ref().and_then(|id| output.target().manifest_path(id));
        let unfinished = match manifest {
            Some(path) => !output.has(&path)?,
            None => false,
        };
        let overwrite = settings.overwrite || unfinished;
        output.overwrite(overwrite);
        // In directories, names are known when there are rows for them.
        let parts: Vec<PathBuf> = match partitioned {
            true => Vec::new(),
            false => inputs.iter().map(|input| output.part_path(&input.stem)).collect(),
        };
        let sources = inputs.iter().map(|input| input.file_name.clone()).collect();
        output.claim(&parts, sources)?;
        #[cfg(feature = "mews")]
        settings.replaces.iter().try_for_each(|job| output.retire(job))?;
        // Those of an export have its id in their names, too.
        if export.is_none() {
            output.claim_sources()?;
        }
        let names = inputs.iter().map(|input| Arc::clone(&input.name)).collect();
        let quarantine = Quarantine::new(&settings, &output, export.is_some(), names)?;
        if let Some(rejects) = quarantine.target() {
            let name = name_of(rejects).or_else(|| url(rejects));
            let mut parts = inputs.iter().map(|input| output.part_path(&input.stem));
            let is_it = |part: PathBuf| name_of(&part).or_else(|| url(&part)) == name;
            if name.is_some() && parts.any(is_it) {
                return Err(Error::usage("is the output, and cannot be the file of rejects too")
                    .in_file(rejects.display().to_string()));
            }
        }
        let table = table()?;
        let checksum = settings.checksum.then(|| Checksum::new(table.own())).transpose()?;
        let nulls = Nulls::new(table.own());
        let plan = Plan::new(&settings.partition_by, table.schema())?;
        let partitioned_by = plan.as_ref().map(Plan::columns).unwrap_or_default();
        output.claim_partitions(&partitioned_by, export.as_deref())?;
        let schema = plan.as_ref().map_or(table.schema(), Plan::schema);
        let columns = TableColumns::of(&stored(schema, settings.parquet.uuid));
        output.claim_columns(&columns, settings.new_columns, export.as_deref())?;
        let form = Form {
            cut: match output.target() {
                Target::File(_) => Cut::Nowhere,
                Target::Directory(_) => settings.cut(),
            },
            names: match &export {
                Some(id) => Names::Numbered(id.clone()),
                None => Names::Stems(inputs.iter().map(|input| input.stem.clone()).collect()),
            },
            schema: table.schema().clone(),
            options: settings.parquet()?,
            proof: Proof {
                entity: settings.entity.clone(),
                export: export.clone(),
                layout: layout_id(table.layout()),
                ..Proof::new()
            },
            cancel: settings.cancel.clone(),
        };
        if let Some(plan) = &plan {
            filtered(plan.schema(), &form.options.bloom_filters)?;
        }
        let parts = Parts::new(form, plan, settings.max_partitions);
        Ok(Start::Begun(Box::new(Self {
            table,
            settings,
            export,
            inputs,
            quarantine,
            parts,
            partitioned_by,
            columns: columns.id(),
            output,
            counts: Counts::default(),
            checksum,
            drift: DriftReport::default(),
            met: false,
            nulls,
            files: Vec::new(),
            etags: Vec::new(),
            started,
            waited,
            left_out: Vec::new(),
        })))
    }

    /// Refuses files that are read if the run would put one of its own in the place of one.
    pub(crate) fn spare<'a>(&self, sources: impl Iterator<Item = &'a Path>) -> Result<()> {
        let rejects = self.quarantine.target().map(Path::to_owned);
        let targets = self.claimed().chain(self.output.doomed()).chain(rejects);
        let targets: HashSet<PathBuf> =
            targets.flat_map(|path| [name_of(&path), url(&path)]).flatten().collect();
        // What parts of partitions are called is not known yet, but where they lie.
        let table = self.output.table();
        let table = url(&table).or_else(|| fs::canonicalize(table).ok());
        let table = table.filter(|_| !self.partitioned_by.is_empty());
        let is_part = |name: &PathBuf| {
            let inside = table.as_ref().is_some_and(|table| name.starts_with(table));
            inside && name.extension().is_some_and(|ending| ending == "parquet")
        };
        for source in sources {
            // By its name, and by that of the file it is a link to.
            let names = [name_of(source), fs::canonicalize(source).ok(), url(source)];
            if names.iter().flatten().any(|name| targets.contains(name) || is_part(name)) {
                return Err(Error::usage("is read, and cannot be written in the same run")
                    .in_file(source.display().to_string()));
            }
        }
        Ok(())
    }

    /// Makes a folder that is no part of the output; it is removed if nothing comes into it.
    #[cfg(feature = "mews")]
    pub(crate) fn make_folder(&mut self, folder: &Path) -> Result<()> {
        self.output.make_folder(folder)
    }

    /// Refuses a path that a file of the run itself takes.
    #[cfg(feature = "mews")]
    pub(crate) fn check_other(&self, path: &Path) -> Result<()> {
        let names = |path: &Path| name_of(path).or_else(|| url(path));
        let own = self.claimed().chain(self.quarantine.target().map(Path::to_owned));
        let name = names(path);
        if name.is_some() && own.into_iter().any(|own| names(&own) == name) {
            let message = "is written by the same run, and cannot hold a file as it came too";
            return Err(Error::usage(message).in_file(path.display().to_string()));
        }
        Ok(())
    }

    /// Whether it replaces what is there.
    #[cfg(feature = "mews")]
    pub(crate) fn overwrites(&self) -> bool {
        self.output.overwrites()
    }

    /// The names that parts may get, as far as they are known before.
    fn claimed(&self) -> impl Iterator<Item = PathBuf> {
        self.inputs.iter().map(|input| self.output.part_path(&input.stem))
    }

    /// Reads the next source to its end.
    ///
    /// # Errors
    /// Whatever stops the run; the job is of no more use then.
    pub(crate) fn feed(&mut self, source: Opened) -> Result<()> {
        let started = Instant::now();
        let file = self.files.len();
        let Some(input) = self.inputs.get(file).cloned() else {
            return Err(Error::internal("more sources than were named"));
        };
        let set_aside = self.quarantine.rows();
        self.parts.begin_source(file, &mut self.output)?;
        let mut sinks = Sinks {
            parts: &mut self.parts,
            output: &mut self.output,
            stamp: self.table.stamp(&input.name),
            checksum: &mut self.checksum,
            nulls: &mut self.nulls,
            quarantine: &mut self.quarantine,
            left_out: LeftOut::new(self.left_out.get(file).cloned().unwrap_or_default()),
        };
        let options = self.settings.decoder_options(self.table.decoded().schema())?;
        let mut decoder = Decoder::with(self.table.decoded(), options);
        let progress = |rows, quarantined, finished| Progress {
            file,
            files: self.inputs.len(),
            source: Arc::clone(&input.name),
            read: source.received.bytes.load(Ordering::Relaxed),
            size: input.size,
            rows,
            quarantined,
            finished,
        };
        let mut pace = Pace::default();

        for chunk in source.chunks {
            self.settings.cancel.check()?;
            decoder.push(chunk.map_err(|e| Error::reading(&input.name, e))?);
            sinks.drain(&mut decoder, &self.settings, &input)?;
            if pace.is_due(source.received.bytes.load(Ordering::Relaxed)) {
                let quarantined = sinks.quarantine.rows() - set_aside;
                self.settings.tell(|| progress(sinks.parts.rows(), quarantined, false));
            }
        }
        decoder.finish();
        sinks.drain(&mut decoder, &self.settings, &input)?;
        let set_aside = sinks.quarantine.rows() - set_aside;
        let counts = decoder
            .report()
            .ok_or_else(|| Error::internal("the decoder has not ended").in_file(&*input.name))?;
        self.met |= decoder.has_met_a_key();
        let layout = self.table.layout();
        self.drift.add(&input.name, decoder.drift(), layout, self.settings.redact);
        // That the decoder's other counts add up, and are those of the rows written, is proved when
        // the source has ended.
        if set_aside != counts.quarantined {
            let message =
                format!("{} rows are bad, but {set_aside} were set aside", counts.quarantined);
            return Err(Error::internal(message).in_file(&*input.name));
        }
        let received = source.received.bytes.load(Ordering::Relaxed);
        if input.promised.is_some_and(|promised| promised != received) {
            let message = format!(
                "{received} bytes received instead of {}",
                input.promised.unwrap_or_default()
            );
            return Err(Error::new(ErrorKind::TryLater, message).in_file(&*input.name));
        }
        self.settings.tell(|| progress(counts.rows, counts.quarantined, true));

        let superseded = self.left_out.get(file).map(|rows| rows.len() as u64);
        let whole = SourceCounts {
            fingerprint: source.received.fingerprint.get().cloned(),
            ..SourceCounts::new(&counts, received, superseded)
        };
        let rows = whole.rows;
        self.parts.end_source(whole, &input.file_name, &mut self.output)?;
        self.files.push(FileReport {
            source: input.name.to_string(),
            source_bytes: received,
            // Told when all parts are there.
            part: String::new(),
            bytes: counts.bytes,
            rows,
            lines: counts.lines,
            blank: counts.blank,
            quarantined: counts.quarantined,
            superseded: superseded.unwrap_or_default(),
            elapsed_s: started.elapsed().as_secs_f64(),
        });
        self.counts += counts;
        Ok(())
    }

    /// Which versions of the sources were read, in their order.
    pub(crate) fn downloaded(&mut self, etags: impl Iterator<Item = Option<String>>) {
        self.etags = etags.collect();
    }

    /// Puts everything in place.
    ///
    /// # Errors
    /// Too many rows were bad, not all sources were read, the run was cancelled, or the files cannot
    /// be put in place.
    pub(crate) fn commit(mut self) -> Result<Report> {
        if self.files.len() != self.inputs.len() {
            return Err(Error::internal("not all sources have been read"));
        }
        self.quarantine.judge(&self.counts)?;
        let mut report = Report::of(&self.counts);
        report.superseded = self.files.iter().map(|file| file.superseded).sum();
        report.rows = report.rows.saturating_sub(report.superseded);
        report.entity.clone_from(&self.settings.entity);
        report.export.clone_from(&self.export);
        report.checksum = self.checksum.as_ref().map(Checksum::to_string);
        report.drift = self.drift.clone();
        report.drift.all_null = self.nulls.all_null();
        let any = !report.drift.new_keys.is_empty() || report.drift.more_new_keys > 0;
        report.drift.no_known_key = any && !self.met && report.rows > 0;
        let parts = self.parts.finish(&mut self.output)?.to_vec();
        report.tell_parts(&parts, &mut self.files, |path| self.output.absolute(path));
        if self.quarantine.rows() > 0 {
            report.rejects = Some(self.quarantine.path().display().to_string());
        }
        let job = self.job_id();
        let path = self.output.target().manifest_path(&job);
        report.manifest = path.map(|path| path.display().to_string());
        let manifest = report.manifest.is_some().then(|| self.manifest(job, &report, parts));
        let rejects = self.quarantine.finish(&mut self.output)?;
        // From here on it is all or nothing, and soon done.
        self.settings.cancel.check()?;
        self.output.commit(rejects, manifest)?;
        report.elapsed_s = self.started.elapsed().as_secs_f64();
        report.sync_s = waited_for_disk().saturating_sub(self.waited).as_secs_f64();
        report.columns = self.nulls.into_columns();
        report.layout = Some(self.table.into_layout());
        report.files = self.files;
        Ok(report)
    }

    fn job_id(&self) -> String {
        self.export.clone().unwrap_or_else(|| {
            let sources = self.inputs.iter().zip(&self.files);
            let sources = sources.map(|(input, file)| (&*input.file_name, file.source_bytes));
            job_id(self.settings.entity.as_deref(), sources)
        })
    }

    fn manifest(&self, job: String, report: &Report, parts: Vec<ManifestPart>) -> Manifest {
        let mut manifest = Manifest::new(job);
        manifest.entity.clone_from(&self.settings.entity);
        manifest.export.clone_from(&self.export);
        (manifest.lines, manifest.rows) = (report.lines, report.rows);
        (manifest.quarantined, manifest.blank) = (report.quarantined, report.blank);
        manifest.superseded = report.superseded;
        manifest.partitioned_by.clone_from(&self.partitioned_by);
        manifest.columns = Some(self.columns.clone());
        manifest.parts = parts;
        for (n, (file, input)) in self.files.iter().zip(&self.inputs).enumerate() {
            manifest.sources.push(ManifestSource {
                name: input.file_name.clone(),
                bytes: file.source_bytes,
                etag: self.etags.get(n).cloned().flatten(),
                lines: file.lines,
                rows: file.rows,
                quarantined: file.quarantined,
                blank: file.blank,
                superseded: file.superseded,
            });
        }
        manifest
    }
}

/// What a URL names has no other name.
fn url(path: &Path) -> Option<PathBuf> {
    path.to_str().is_some_and(|text| text.contains("://")).then(|| path.to_owned())
}

/// Where the rows of one source go.
struct Sinks<'a> {
    parts: &'a mut Parts,
    output: &'a mut Output,
    stamp: Stamp,
    checksum: &'a mut Option<Checksum>,
    nulls: &'a mut Nulls,
    quarantine: &'a mut Quarantine,
    left_out: LeftOut,
}

impl Sinks<'_> {
    /// Takes what the decoder has ready.
    fn drain(&mut self, decoder: &mut Decoder, settings: &Settings, input: &Input) -> Result<()> {
        loop {
            let batch = decoder.next_batch();
            for reject in decoder.take_rejects() {
                self.quarantine.add(&input.name, &reject, self.output)?;
            }
            let Some(batch) = batch.map_err(|e| Error::decode(&input.name, e))? else {
                return Ok(());
            };
            for (from, rows) in self.left_out.stays(batch.num_rows()) {
                let batch = batch.slice(from, rows);
                let own = self.stamp.own(&batch)?;
                if let Some(checksum) = self.checksum {
                    checksum.update(&own)?;
                }
                self.nulls.add(&own);
                self.parts.write(&self.stamp.add(batch)?, &input.file_name, self.output)?;
            }
            settings.cancel.check()?;
        }
    }
}
