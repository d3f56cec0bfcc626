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

/// Writes the layout that a run would have needed to know all it has read, if it is asked for: that of
/// all its `reports`, which are of one entity. A key is of the type that it had where it came first.
pub(crate) fn write_widened<'a>(
    reports: impl IntoIterator<Item = &'a Report>,
    path: Option<&Path>,
) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let mut wider = None;
    for report in reports {
        let Some(layout) = wider.as_ref().or(report.layout.as_ref()) else { continue };
        wider = Some(report.drift.widened(layout).map_err(|error| {
            Failure::new(exit::OUTPUT, format!("widened layout {}: {error}", path.display()))
        })?);
        let drift = &report.drift;
        if drift.more_new_keys > 0 || drift.more_new_values > 0 {
            output::note(&format!(
                "{} knows the first {} new keys and {} new values alone; a run that reads by it finds more",
                path.display(),
                drift.new_keys.len(),
                drift.new_values.len()
            ));
        }
    }
    wider.map_or(Ok(()), |wider| Ok(schema_file::save(&wider, path)?))
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

#[cfg(test)]
mod tests {
    use rowmill::{Column, Convert};

    use super::*;

    #[test]
    fn what_any_of_several_exports_had_is_widened() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new([Column::int64("n")]).expect("a sound layout");
        let lines =
            ["{\"n\":1,\"a\":true}\n", "{\"n\":2,\"b\":\"x\",\"a\":false}\n", "{\"n\":3}\n"];
        let reports = lines.map(|line| {
            let (input, output) =
                (folder.path().join("in.jsonl"), folder.path().join("out.parquet"));
            fs::write(&input, line).expect("writes");
            Convert::new(&layout).overwrite(true).run(&input, &output).expect("converts")
        });
        let path = folder.path().join("wider.json");
        write_widened(&reports, Some(&path)).expect("writes");
        let wider =
            schema_file::parse(&fs::read_to_string(&path).expect("reads")).expect("a layout");
        let names: Vec<_> = wider.schema().fields().iter().map(|f| f.name().as_str()).collect();
        assert_eq!(names, ["n", "a", "b"]);
    }
}
