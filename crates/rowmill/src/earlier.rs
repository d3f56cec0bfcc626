//! What an earlier run has committed of the same sources.

use std::path::Path;

use rowmill_json::{Counts, OnBadRow};

use crate::arrow::SchemaRef;
use crate::error::{Error, Result, code};
use crate::job::Input;
use crate::partition::{PartitionColumn, Plan};
use crate::report::{FileReport, Report};
use crate::settings::Settings;
use crate::sink::{
    FOOTER_PROOF, Held, Manifest, ManifestPart, Output, Proof, SourceCounts, Target, job_id,
    stored, told,
};
use crate::source::Fingerprint;

/// The output of a run that has done what is asked for, as far as that can be told without the
/// columns: its sources have the names, sizes and fingerprints of these, and every part is in place with
/// the size and the rows it was written with. How it was cut and encoded does not matter.
pub(crate) struct Earlier {
    report: Report,
    /// Of each part.
    schemas: Vec<SchemaRef>,
    partitioned_by: Vec<PartitionColumn>,
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
        let sources = || inputs.iter().map(|input| input.file_name.as_str()).zip(sizes.clone());
        let mut partitioned_by = Vec::new();
        let (manifest, parts) = match output.target() {
            Target::File(path) => (None, vec![alone(output, path)?]),
            Target::Directory(root) => {
                let job = match export {
                    Some(id) => id.to_owned(),
                    None => job_id(settings.entity.as_deref(), sources()),
                };
                let place = output.target().manifest_path(&job)?;
                let manifest = Manifest::read(&output.read(&place)?)?;
                let named = manifest.sources.iter().map(|from| (from.name.as_str(), from.bytes));
                let same = manifest.holds() && named.eq(sources());
                partitioned_by = manifest.partitioned_by;
                (Some(place), same.then(|| parts(output, root, manifest.parts))??)
            }
        };
        let mut report = Report::of(&Counts::default());
        let wholes = parts.iter().flat_map(|part| &part.proof.sources);
        let wholes = wholes.filter_map(|from| Some((from.name.as_str(), from.whole.as_ref()?)));
        let wholes: Vec<(&str, &SourceCounts)> = wholes.collect();
        if wholes.len() != inputs.len() {
            return None;
        }
        for ((name, whole), (input, size)) in wholes.into_iter().zip(inputs.iter().zip(&sizes)) {
            // The footers of older versions do not tell the size; their manifests do.
            let same_size = manifest.is_some() || whole.source_bytes == *size;
            let same = match (&whole.fingerprint, &input.file) {
                (Some(then), Some(file)) => Fingerprint::of(file).ok()? == *then,
                _ => true,
            };
            if name != input.file_name || !same_size || !same || !allowed(whole, settings) {
                return None;
            }
            add(&mut report, input, *size, whole);
        }
        let same = |part: &Part| {
            part.proof.export.as_deref() == export && part.proof.entity == settings.entity
        };
        if !parts.iter().all(same) {
            return None;
        }
        let rejects = match &settings.rejects {
            Some(path) => path.clone(),
            None => output.rejects_path().0,
        };
        if report.quarantined > 0 && output.has_aside(&rejects).ok()? {
            report.rejects = Some(rejects.display().to_string());
        }
        report.already_there = true;
        report.entity.clone_from(&settings.entity);
        report.export = export.map(str::to_owned);
        report.manifest = manifest.map(|path| path.display().to_string());
        let schemas = parts.iter().map(|part| part.schema.clone()).collect();
        let parts: Vec<ManifestPart> = parts.into_iter().map(|part| part.named).collect();
        let mut files = std::mem::take(&mut report.files);
        report.tell_parts(&parts, &mut files, |name| output.absolute(name));
        report.files = files;
        Some(Self { report, schemas, partitioned_by })
    }

    /// The report of that run, if its columns are these, stored and partitioned as `settings` say.
    ///
    /// # Errors
    /// Such rows cannot be partitioned so.
    pub(crate) fn report(&self, schema: &SchemaRef, settings: &Settings) -> Result<Option<Report>> {
        let plan = Plan::new(&settings.partition_by, schema)?;
        let partitioned_by = plan.as_ref().map(Plan::columns).unwrap_or_default();
        let schema =
            stored(plan.as_ref().map_or(schema, |plan| plan.schema()), settings.parquet.uuid);
        // Those of earlier versions tell dictionaries inside other columns, too.
        let told = told(&schema);
        let same = |columns: &SchemaRef| {
            [&told, &schema].into_iter().any(|schema| columns.fields() == schema.fields())
        };
        let same = self.schemas.iter().all(same) && self.partitioned_by == partitioned_by;
        Ok(same.then(|| self.report.clone()))
    }

    /// Why it cannot stand for what is asked for, if its columns are others.
    pub(crate) fn has_other_columns(&self) -> Error {
        let part = self.report.parts.first().map(|part| part.path.as_str()).unwrap_or_default();
        let message = "exists already, with other columns or partitions; --overwrite (in code \
                       `.overwrite(true)`) replaces it";
        Error::output(Path::new(part), message).with_code(code::OTHER_COLUMNS)
    }
}

/// The size that `input` has, if it is known before it is read. An export without files has one
/// source without bytes.
fn size(input: &Input, of_export: bool) -> Option<u64> {
    input.promised.or(input.size).or(of_export.then_some(0))
}

/// Whether the rows are those that are wanted, and what an earlier policy has set aside or made null
/// is no error under this one.
fn allowed(whole: &SourceCounts, settings: &Settings) -> bool {
    // Without it there are rows that are not wanted, and with it others are missing.
    whole.superseded.is_some() == settings.dedupe
        && (whole.quarantined == 0 || settings.on_bad_row != OnBadRow::Fail)
        && (whole.leniencies.nulled == 0 || matches!(settings.on_bad_row, OnBadRow::Null { .. }))
}

fn add(report: &mut Report, input: &Input, size: u64, whole: &SourceCounts) {
    report.rows += whole.rows;
    report.lines += whole.lines;
    report.blank += whole.blank;
    report.quarantined += whole.quarantined;
    report.superseded += whole.superseded.unwrap_or_default();
    report.bytes += whole.bytes;
    report.leniencies += whole.leniencies;
    report.files.push(FileReport {
        source: input.name.to_string(),
        source_bytes: size,
        part: String::new(),
        bytes: whole.bytes,
        rows: whole.rows,
        lines: whole.lines,
        blank: whole.blank,
        quarantined: whole.quarantined,
        superseded: whole.superseded.unwrap_or_default(),
        elapsed_s: 0.0,
    });
}

/// A part that is in place.
struct Part {
    named: ManifestPart,
    proof: Proof,
    schema: SchemaRef,
}

/// The parts below `root` that a manifest names, if all of them are as it says.
fn parts(output: &Output, root: &Path, named: Vec<ManifestPart>) -> Option<Vec<Part>> {
    let part = |named: ManifestPart| {
        let (bytes, proof, schema) = footer(output, &root.join(&named.path))?;
        let rows = named.holds.iter().map(|held| held.rows);
        let same = bytes == named.bytes
            && proof.holds()
            && proof.rows == named.rows
            && proof.sources.iter().map(|from| from.rows).eq(rows);
        same.then_some(Part { named, proof, schema })
    };
    named.into_iter().map(part).collect()
}

/// The single file at `path`, which no manifest tells of.
fn alone(output: &Output, path: &Path) -> Option<Part> {
    let (bytes, proof, schema) = footer(output, path)?;
    let named = ManifestPart {
        path: path.display().to_string(),
        rows: proof.rows,
        bytes,
        checksum: String::new(),
        holds: vec![Held { source: 0, rows: proof.rows }],
        partition: Vec::new(),
    };
    proof.holds().then_some(Part { named, proof, schema })
}

/// The size of the file at `path`, and what its footer says.
fn footer(output: &Output, path: &Path) -> Option<(u64, Proof, SchemaRef)> {
    let (bytes, footer) = output.footer(path)?;
    let pairs = footer.metadata().file_metadata().key_value_metadata()?;
    let pair = pairs.iter().find(|pair| pair.key == FOOTER_PROOF)?;
    let proof = Proof::read(pair.value.as_deref()?)?;
    Some((bytes, proof, footer.schema().clone()))
}
