//! The layout that rows are read by: an entity's own, one from a schema file, or the one that the data
//! leads to.

use std::fs;
use std::path::{Path, PathBuf};

use rowmill::{Cancel, Infer, Layout, Report, Source, entity, schema_file};

use crate::exit::{self, Failure};
use crate::{inferred, output, values};

/// The layout that the options `--entity` and `--schema` name; `None` where they name none.
pub(crate) fn named(
    entity: Option<&str>,
    schema: Option<&Path>,
) -> Result<Option<Layout>, Failure> {
    match (entity, schema) {
        (Some(name), _) => of_entity(name).map(Some),
        (None, Some(path)) => from_file(path).map(Some),
        (None, None) => Ok(None),
    }
}

/// The layout that these files lead to, all of them, and tells so.
pub(crate) fn of_files(
    inputs: &[PathBuf],
    threads: usize,
    cancel: &Cancel,
) -> Result<Layout, Failure> {
    let inferred = Infer::new().threads(threads).cancel(cancel.clone()).run(inputs)?;
    inferred::tell_briefly(&inferred);
    Ok(inferred.layout().clone())
}

/// Writes the layout that a run would have needed to know all it has read, if it is asked for.
pub(crate) fn write_widened(report: &Report, path: Option<&Path>) -> Result<(), Failure> {
    let (Some(path), Some(layout)) = (path, &report.layout) else { return Ok(()) };
    let wrong = |what: &dyn std::fmt::Display| {
        Failure::new(exit::OUTPUT, format!("widened layout {}: {what}", path.display()))
    };
    let wider = report.drift.widened(layout).map_err(|error| wrong(&error))?;
    schema_file::save(&wider, path)?;
    let drift = &report.drift;
    if drift.more_new_keys > 0 || drift.more_new_values > 0 {
        output::note(&format!(
            "{} knows the first {} new keys and {} new values alone; a run that reads by it finds more",
            path.display(),
            drift.new_keys.len(),
            drift.new_values.len()
        ));
    }
    Ok(())
}

/// Makes sure before the run that its widened layout will replace nothing but a schema file.
pub(crate) fn check_widened(path: Option<&Path>) -> Result<(), Failure> {
    Ok(path.map_or(Ok(()), schema_file::check_saved)?)
}

/// The layout of one of the ten entities.
pub(crate) fn of_entity(name: &str) -> Result<Layout, Failure> {
    entity::layout(name).ok_or_else(|| Failure::usage(format!("there is no layout for {name}")))
}

/// The layout that a schema file describes.
pub(crate) fn from_file(path: &Path) -> Result<Layout, Failure> {
    let wrong = |what: &dyn std::fmt::Display| {
        Failure::usage(format!("schema file {}: {what}", path.display()))
    };
    let text = text(path).map_err(|error| wrong(&error))?;
    schema_file::parse(&text).map_err(|error| wrong(&error))
}

/// The text of a file, or of an object.
fn text(path: &Path) -> Result<String, Box<dyn std::error::Error>> {
    if !values::is_url(path) {
        return Ok(fs::read_to_string(path)?);
    }
    let mut bytes = Vec::new();
    for chunk in Source::path(path).read(1, &Cancel::new())? {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(String::from_utf8(bytes)?)
}
