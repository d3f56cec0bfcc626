//! The layout that rows are read by: an entity's own, or one from a schema file.

use std::fs;
use std::path::Path;

use rowmill::{Layout, LayoutError, Unknown, entity, schema_file};

use crate::args::{Reading, UnknownKeys};
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

impl Reading {
    /// What these options leave of a layout.
    pub(crate) fn part_of(&self, layout: &Layout) -> Result<Layout, Failure> {
        let wrong = |option: &str| {
            let option = option.to_owned();
            move |error: LayoutError| Failure::usage(format!("{option}: {error}"))
        };
        let mut layout = layout.clone();
        if !self.columns.is_empty() {
            let paths = self.columns.iter().map(String::as_str);
            layout = layout.select(paths).map_err(wrong("--columns"))?;
        }
        let unknown = match self.unknown {
            None => return Ok(layout),
            Some(UnknownKeys::Ignore) => Unknown::Ignore,
            Some(UnknownKeys::Error) => Unknown::Error,
            Some(UnknownKeys::Rescue) => Unknown::Rescue,
        };
        layout.with_unknown(unknown).map_err(wrong("--unknown"))
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
