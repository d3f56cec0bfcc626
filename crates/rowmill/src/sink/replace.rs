//! A small file that is replaced as a whole.

use std::io::Write;
use std::path::Path;

use super::folder::{MadeFolders, sync_folder_of};
use super::partial::Partial;
use crate::error::{Error, Result};

/// Writes `text` beside `path`, syncs it, and gives it that name. Folders that are missing are made.
///
/// # Errors
/// The disk refuses, or another run writes there; then what was there is there still.
pub(crate) fn replace(path: &Path, text: &[u8]) -> Result<()> {
    let refused = |cause| Error::writing(path, cause);
    let mut made = MadeFolders::default();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        made.make(folder).map_err(refused)?;
    }
    let mut name = path.as_os_str().to_owned();
    // Not `.partial`: those are removed by whoever writes to the directory next.
    name.push(".new");
    let partial = Partial::create(name.into(), path)?;
    let written = partial.writer().and_then(|mut file| file.write_all(text));
    written.and_then(|()| partial.sync()).map_err(refused)?;
    partial.complete().place(path).map_err(refused)?;
    sync_folder_of(path).map_err(refused)
}
