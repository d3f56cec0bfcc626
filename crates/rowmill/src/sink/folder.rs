//! Names and the folders they lie in.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk;
use crate::error::{Error, Result, code};

/// Refuses `path` if something is there, unless it is a file and may be replaced.
pub(crate) fn check_free(path: &Path, overwrite: bool) -> Result<()> {
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Error::writing(path, e)),
        Ok(there) if !there.is_file() && !there.is_symlink() => {
            Err(Error::output(path, "exists and is not a file").with_code(code::NOT_A_FILE))
        }
        Ok(_) if overwrite => Ok(()),
        Ok(_) => Err(is_there(path)),
    }
}

/// What is at `path` may not be replaced.
pub(super) fn is_there(path: &Path) -> Error {
    let message = "exists already; --overwrite (in code `.overwrite(true)`) replaces it";
    Error::output(path, message).with_code(code::EXISTS)
}

/// Refuses `path` if there is no folder for it.
pub(crate) fn check_folder(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    let message = format!("there is no folder {}", folder.display());
    Err(Error::output(path, message).with_code(code::NO_FOLDER))
}

/// Refuses a folder that is there under another spelling, as where case makes no difference: what is
/// put into it would be read back as another value.
pub(super) fn check_spelling(folder: &Path) -> Result<()> {
    if fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    let entries = fs::read_dir(folder_of(folder)).map_err(|e| Error::writing(folder, e))?;
    let names: Result<Vec<_>, _> = entries.map(|entry| entry.map(|it| it.file_name())).collect();
    let names = names.map_err(|e| Error::writing(folder, e))?;
    match names.iter().any(|name| Some(name.as_os_str()) == folder.file_name()) {
        true => Ok(()),
        false => Err(Error::output(
            folder,
            "is there with other letters, which this file system takes for the same name",
        )),
    }
}

/// Refuses a folder that has just been made, below `base`, if it or one that it lies in was there under
/// another spelling: characters that are not ASCII may be spelt in more ways than one.
pub(super) fn check_twins(folder: &Path, base: &Path) -> Result<()> {
    let folders = folder.ancestors().take_while(|it| it.starts_with(base) && *it != base);
    let odd = |it: &&Path| it.file_name().is_some_and(|name| !name.as_encoded_bytes().is_ascii());
    folders.filter(odd).try_for_each(check_spelling)
}

/// Whether a folder is called as those of partitions are.
fn is_partition(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().contains('='))
}

/// Removes `folder` and those of partitions that it lies in, below `base`, as far as they are empty. One
/// that stays does no harm: readers look for files.
pub(super) fn remove_empty_partitions(folder: &Path, base: &Path) {
    let folders = folder.ancestors().take_while(|it| it.starts_with(base) && *it != base);
    for folder in folders.take_while(|it| is_partition(it)) {
        // Refused where something lies in it, whosever it is.
        if disk::remove_folder(folder).is_err() {
            return;
        }
    }
}

/// Removes the folders of partitions below `folder` that have nothing in them: such as a run has made
/// that died before it could put anything there. `names` begin those of each depth.
pub(super) fn sweep_partitions(folder: &Path, names: &[String]) {
    let Some((name, inner)) = names.split_first() else { return };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(name);
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            sweep_partitions(&entry.path(), inner);
            let _ = disk::remove_folder(&entry.path());
        }
    }
}

/// The name that `path` stands for, whatever way leads to its folder. A link there is not followed:
/// putting a file in place replaces the link. `None` where there is no such folder.
pub(crate) fn name_of(path: &Path) -> Option<PathBuf> {
    Some(fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?))
}

/// The name under which the file at `path` is written: in the same folder, hidden.
pub(crate) fn beside(path: &Path) -> PathBuf {
    hidden(path, ".partial")
}

/// A hidden name in the same folder, which ends like this.
pub(super) fn hidden(path: &Path, ending: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(ending);
    path.with_file_name(name)
}

/// The folder a file at `path` lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

/// Waits until the name `path` is on the disk.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    disk::sync_folder(folder_of(path))
}

/// Folders made for a run; those still empty when it ends are removed.
#[derive(Default)]
pub(crate) struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes `folder` and those it lies in, as far as they are missing, and waits until they are on
    /// the disk.
    pub(crate) fn make(&mut self, folder: &Path) -> io::Result<()> {
        self.make_all([folder])
    }

    /// The same for many folders: what they lie in is waited for once.
    pub(super) fn make_all<'a>(
        &mut self,
        folders: impl IntoIterator<Item = &'a Path>,
    ) -> io::Result<()> {
        let mut changed = BTreeSet::new();
        for folder in folders {
            let missing: Vec<&Path> = folder
                .ancestors()
                .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
                .collect();
            for folder in missing.into_iter().rev() {
                match disk::make_folder(folder) {
                    Ok(()) => self.0.push(folder.to_owned()),
                    // Another run was faster: then it is that one's to remove.
                    Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                    Err(e) => return Err(e),
                }
                changed.insert(folder_of(folder).to_owned());
            }
        }
        changed.iter().try_for_each(|folder| disk::sync_folder(folder))
    }

    /// They stay, whatever comes into them.
    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // Refused where something lies in it, which is the case after a commit.
            let _ = disk::remove_folder(folder);
        }
    }
}
