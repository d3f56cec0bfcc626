//! What is in the output already, told without the API: of an export, and of its whole table.

use std::path::Path;

use rowmill_json::Layout;

use super::inputs::input;
use super::layout_for;
use super::raw::RawFolder;
use crate::error::Result;
use crate::job::{Input, Job, Start};
use crate::lineage::{Origin, Table};
use crate::report::Report;
use crate::settings::Settings;
use crate::sink::{Target, manifest_of};

/// An export that is none.
const NOBODY: &str = "none";

/// Any enterprise: only the columns count here, and no row is stamped.
const SOMEBODY: &str = "00000000-0000-0000-0000-000000000000";

/// What the export that is called `id` has left in `root`, if it is what `settings` ask for. It is
/// judged as if the export were about to be taken in, by the files that the manifest names. `None` if
/// nothing is left that would stand in its way.
///
/// # Errors
/// Something else is there, and may not be replaced; or that cannot be told now.
pub(crate) fn left_of(
    id: &str,
    entity: &str,
    layout: Option<Layout>,
    settings: &Settings,
    keep_raw: Option<&Path>,
    root: &Path,
) -> Result<Option<Report>> {
    let Some(manifest) = manifest_of(root, id)? else { return Ok(None) };
    let table = table(entity, layout, settings)?;
    let settings = Settings {
        entity: Some(entity.to_owned()),
        overwrite: false,
        replaces: Vec::new(),
        ..settings.clone()
    };
    let settings = settings.keeping(keep_raw);
    let raw = keep_raw.map(|folder| RawFolder::new(folder.to_owned(), id, &settings));
    let raw = raw.transpose()?;
    let sources = manifest.sources.into_iter();
    let inputs: Vec<Input> = sources.map(|from| input(from.name, Some(from.bytes))).collect();
    let files = inputs.clone();
    let kept = || {
        raw.is_none_or(|raw| {
            // One without bytes may stand for none.
            let none = matches!(&files[..], [only] if only.promised == Some(0));
            raw.holds(&files) || none && raw.holds([])
        })
    };
    let target = Target::Directory(root.to_owned());
    match Job::start(|| Ok(table), settings, Some(id.to_owned()), inputs, target, kept)? {
        Start::Done(report) => Ok(Some(*report)),
        // Nothing was written, and nothing stays of it.
        Start::Begun(_) => Ok(None),
    }
}

/// Makes sure that rows of `entity` can be put into `root`, beside those that are there: begins as if an
/// export were about to be taken in, and leaves nothing behind.
///
/// # Errors
/// They cannot: they would be another table, the place cannot be written to, or another run is there.
pub(crate) fn rehearse(
    entity: &str,
    layout: Option<Layout>,
    settings: &Settings,
    root: &Path,
) -> Result<()> {
    let table = table(entity, layout, settings)?;
    let settings = Settings { entity: Some(entity.to_owned()), ..settings.clone() };
    let target = Target::Directory(root.to_owned());
    let job =
        Job::start(|| Ok(table), settings, Some(NOBODY.to_owned()), Vec::new(), target, || false);
    job.map(drop)
}

/// The table of an export of `entity`, whichever it is.
fn table(entity: &str, layout: Option<Layout>, settings: &Settings) -> Result<Table> {
    let layout = settings.part_of(layout.map_or_else(|| layout_for(entity), Ok)?)?;
    let enterprises = [SOMEBODY.to_owned()];
    let origin = Origin { export: NOBODY, enterprises: &enterprises, chains: &[] };
    Table::new(layout, &settings.lineage, Some(&origin))
}
