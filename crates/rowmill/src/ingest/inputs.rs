//! What an export is called here, and its files, and how its rows are read if nobody says so.

use rowmill_json::Layout;
use rowmill_mews::ReadyExport;

use crate::entity;
use crate::error::{Error, ErrorKind, Result};
use crate::job::Input;
use crate::settings::is_file_name;

/// How files and manifests call the export with this id: in one way, however the server spells it, as
/// ids are the same in any case. `None` if no file can be called so.
pub(crate) fn name_of_export(id: &str) -> Option<String> {
    is_file_name(id).then(|| id.to_ascii_lowercase())
}

/// The same for an export that is about to name files.
pub(super) fn id_of(export: &ReadyExport) -> Result<String> {
    name_of_export(export.id()).ok_or_else(|| {
        let message = "the export has an id that is none: letters, digits, `-` and `_` only";
        Error::new(ErrorKind::Refused, message)
    })
}

/// The files of the export; one without bytes where it has none.
pub(super) fn inputs(export: &ReadyExport, id: &str) -> Vec<Input> {
    let sizes = export.files().iter().map(|file| Some(file.size_in_bytes));
    let named = |(index, size)| input(format!("{id}-{:04}", index + 1), size);
    let inputs: Vec<Input> = sizes.enumerate().map(named).collect();
    if inputs.is_empty() { vec![named((0, None))] } else { inputs }
}

/// The file of an export that is called so and has this size.
pub(super) fn input(name: String, size: Option<u64>) -> Input {
    Input {
        name: name.as_str().into(),
        file_name: name.clone(),
        stem: name,
        size,
        promised: size,
        file: None,
    }
}

/// Those inputs that are files of the export.
pub(super) fn files<'a>(export: &ReadyExport, inputs: &'a [Input]) -> &'a [Input] {
    &inputs[..inputs.len().min(export.files().len())]
}

/// The layout of an entity for which none was given.
pub(crate) fn layout_for(entity: &str) -> Result<Layout> {
    entity::layout(entity).ok_or_else(|| {
        let message = format!("there is no layout for the entity {entity:?}; give one");
        Error::new(ErrorKind::Schema, message)
    })
}
