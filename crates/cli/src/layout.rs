//! The layout that rows are read by: an entity's own, or one from a schema file.

use std::fs;
use std::path::Path;

use rowmill::{Layout, entity, schema_file};

use crate::exit::Failure;

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
