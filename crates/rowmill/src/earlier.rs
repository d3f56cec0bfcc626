//! What an earlier run has committed of the same sources.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use rowmill_json::{Counts, OnBadRow};

use crate::arrow::{Schema, SchemaRef};
use crate::error::Error;
use crate::job::Input;
use crate::report::{FileReport, Report};
use crate::settings::Settings;
use crate::sink::{FOOTER_PROOF, Manifest, Output, Proof, Target, job_id, stored};

/// The output of a run that has done what is asked for, as far as that can be told without the
/// columns: its sources have the names and sizes of these, and every part is in place with the size
/// and the rows it was written with. How it was encoded does not matter.
pub(crate) struct Earlier {
    manifest: Option<PathBuf>,
    rejects: PathBuf,
    files: Vec<(FileReport, Proof, SchemaRef)>,
}

impl Earlier {
    /// `None` if there is none, whatever the reason.
    pub(crate) fn find(
        output: &Output,
        settings: &Settings,
        export: Option<&str>,
        inputs: &[Input],
    ) -> Option<Self> {
        let sizes: Vec<u64> =
            inputs.iter().map(|input| size(input, export.is_some())).collect::<Option<_>>()?;
        let (manifest, files) = match output.target() {
            Target::File(path) => {
                let found = file(path, inputs.first()?, *sizes.first()?)?;
                let same = found.1.source_bytes == found.0.source_bytes;
                (None, same.then_some(vec![found])?)
            }
            Target::Directory(root) => {
                let sources = inputs.iter().zip(&sizes);
                let sources = sources.map(|(input, size)| (input.file_name.as_str(), *size));
                let job = match export {
                    Some(id) => id.to_owned(),
                    None => job_id(settings.entity.as_deref(), sources),
                };
                let place = output.target().manifest_path(&job)?;
                let manifest = Manifest::read(&fs::read(&place).ok()?)?;
                (Some(place), parts(root, &manifest, inputs, &sizes)?)
            }
        };
        let same = files.iter().all(|(_, proof, _)| {
            proof.export.as_deref() == export
                && proof.entity == settings.entity
                // What an earlier policy set aside or made null is an error under this one.
                && (proof.quarantined == 0 || settings.on_bad_row != OnBadRow::Fail)
                && (proof.leniencies.nulled == 0
                    || matches!(settings.on_bad_row, OnBadRow::Null { .. }))
        });
        let rejects = match &settings.rejects {
            Some(path) => path.clone(),
            None => output.rejects_path().0,
        };
        same.then_some(Self { manifest, rejects, files })
    }

    /// The report of that run, if its columns are these, stored as `settings` say.
    pub(crate) fn report(&self, schema: &Schema, settings: &Settings) -> Option<Report> {
        let schema = stored(schema, settings.parquet.uuid);
        let mut report = Report::of(&Counts::default());
        report.already_there = true;
        report.manifest = self.manifest.as_ref().map(|path| path.display().to_string());
        for (file, proof, columns) in &self.files {
            if columns.fields() != schema.fields() {
                return None;
            }
            report.entity.clone_from(&proof.entity);
            report.export.clone_from(&proof.export);
            report.rows += proof.rows;
            report.lines += proof.lines;
            report.blank += proof.blank;
            report.quarantined += proof.quarantined;
            report.bytes += proof.bytes;
            report.output_bytes += file.output_bytes;
            report.leniencies += proof.leniencies;
            report.files.push(file.clone());
        }
        if report.quarantined > 0 && self.rejects.exists() {
            report.rejects = Some(self.rejects.display().to_string());
        }
        Some(report)
    }

    /// Why it cannot stand for what is asked for, if its columns are others.
    pub(crate) fn has_other_columns(&self) -> Error {
        let part = self.files.first().map(|(file, ..)| file.part.clone()).unwrap_or_default();
        let message = "exists already, with other columns; --overwrite (in code \
                       `.overwrite(true)`) replaces it";
        Error::output(Path::new(&part), message)
    }
}

/// The size that `input` has, if it is known before it is read. An export without files has one
/// source without bytes.
fn size(input: &Input, of_export: bool) -> Option<u64> {
    input.promised.or(input.size).or(of_export.then_some(0))
}

fn parts(
    root: &Path,
    manifest: &Manifest,
    inputs: &[Input],
    sizes: &[u64],
) -> Option<Vec<(FileReport, Proof, SchemaRef)>> {
    if manifest.sources.len() != inputs.len() || manifest.parts.len() != inputs.len() {
        return None;
    }
    let all = manifest.parts.iter().zip(&manifest.sources).zip(inputs.iter().zip(sizes));
    let files = all.map(|((part, source), (input, size))| {
        let found = file(&root.join(&part.path), input, *size)?;
        let (report, proof, _) = &found;
        let same = source.name == input.file_name
            && source.bytes == *size
            && part.bytes == report.output_bytes
            && part.rows == proof.rows;
        same.then_some(found)
    });
    files.collect()
}

/// The file at `path`, if its footer says that it was made of `input`, which has this size now.
fn file(path: &Path, input: &Input, size: u64) -> Option<(FileReport, Proof, SchemaRef)> {
    let file = File::open(path).ok()?;
    let output_bytes = file.metadata().ok()?.len();
    let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).ok()?;
    let pairs = footer.metadata().file_metadata().key_value_metadata()?;
    let pair = pairs.iter().find(|pair| pair.key == FOOTER_PROOF)?;
    let proof: Proof = serde_json::from_str(pair.value.as_deref()?).ok()?;
    if proof.source != input.file_name {
        return None;
    }
    let report = FileReport {
        source: input.name.to_string(),
        source_bytes: size,
        part: path.display().to_string(),
        bytes: proof.bytes,
        rows: proof.rows,
        lines: proof.lines,
        blank: proof.blank,
        quarantined: proof.quarantined,
        output_bytes,
        elapsed_s: 0.0,
    };
    Some((report, proof, footer.schema().clone()))
}
