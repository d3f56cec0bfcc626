//! What an earlier run has committed of the same export.

use std::fs::{self, File};
use std::path::Path;

use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use rowmill_json::{Counts, OnBadRow};

use crate::arrow::Schema;
use crate::job::Input;
use crate::report::{FileReport, Report};
use crate::settings::Settings;
use crate::sink::{FOOTER_PROOF, Manifest, ManifestPart, Proof, manifest_path, stored};

/// The report of a run that has already done what is asked for, if there was one: its manifest
/// names these inputs with these sizes, and every part is in place as it was written, with the
/// columns of this schema. `None` in every other case, whatever the reason.
pub(super) fn report(
    root: &Path,
    settings: &Settings,
    schema: &Schema,
    export: &str,
    inputs: &[Input],
) -> Option<Report> {
    let schema = stored(schema, settings.parquet.uuid);
    let place = manifest_path(root, export);
    let manifest: Manifest = serde_json::from_slice(&fs::read(&place).ok()?).ok()?;
    let same = manifest.export.as_deref() == Some(export)
        && manifest.entity == settings.entity
        && manifest.parts.len() == inputs.len()
        // Rows that an earlier policy set aside are an error under this one.
        && (manifest.quarantined == 0 || settings.on_bad_row != OnBadRow::Fail);
    if !same {
        return None;
    }
    let mut report = Report::of(&Counts::default());
    report.already_there = true;
    report.entity = manifest.entity;
    report.export = manifest.export;
    report.manifest = Some(place.display().to_string());
    for (part, input) in manifest.parts.iter().zip(inputs) {
        let path = root.join(&part.path);
        let proof = proof(&path, part, input, &schema)?;
        report.rows += proof.rows;
        report.lines += proof.lines;
        report.blank += proof.blank;
        report.quarantined += proof.quarantined;
        report.bytes += proof.bytes;
        report.output_bytes += part.bytes;
        report.leniencies += proof.leniencies;
        report.files.push(FileReport {
            source: input.name.to_string(),
            source_bytes: part.source_bytes,
            part: path.display().to_string(),
            bytes: proof.bytes,
            rows: proof.rows,
            lines: proof.lines,
            blank: proof.blank,
            quarantined: proof.quarantined,
            output_bytes: part.bytes,
            elapsed_s: 0.0,
        });
    }
    Some(report)
}

/// The proof in a part that is in place and was made of this input.
fn proof(path: &Path, part: &ManifestPart, input: &Input, schema: &Schema) -> Option<Proof> {
    let promised = input.promised.unwrap_or_default();
    let file = File::open(path).ok()?;
    if part.source != input.file_name
        || part.source_bytes != promised
        || part.bytes != file.metadata().ok()?.len()
    {
        return None;
    }
    let footer = ArrowReaderMetadata::load(&file, Default::default()).ok()?;
    let pairs = footer.metadata().file_metadata().key_value_metadata()?;
    let pair = pairs.iter().find(|pair| pair.key == FOOTER_PROOF)?;
    let proof: Proof = serde_json::from_str(pair.value.as_deref()?).ok()?;
    let same = proof.source == part.source
        && proof.rows == part.rows
        && footer.schema().fields() == schema.fields();
    same.then_some(proof)
}
