//! The layout that rows are read by: an entity's own, or one from a schema file.

use std::fs;
use std::path::Path;

use rowmill::{Layout, entity, schema_file};

use crate::exit::Failure;

/// The layout that the options `--entity` and `--schema` name.
pub(crate) fn named(entity: Option<&str>, schema: Option<&Path>) -> Result<Layout, Failure> {
    match (entity, schema) {
        (Some(name), _) => of_entity(name),
        (None, Some(path)) => from_file(path),
        (None, None) => Err(Failure::usage(
            "a layout is needed, as it is not inferred from the data yet: name a Mews entity with \
             --entity NAME or a schema file with --schema FILE",
        )),
    }
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
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    schema_file::parse(&text).map_err(|error| wrong(&error))
}
