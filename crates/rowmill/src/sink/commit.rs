//! The place of the output, and the moment in which it comes into being.
//!
//! Everything is written under names that no reader looks at. When the whole run has succeeded,
//! the files are renamed to their final names, and last of all the manifest. Until then, dropping
//! an [`Output`] removes every trace of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use super::options::ParquetOptions;
use super::part::{FinishedPart, PartWriter};
use super::partial::{Complete, Partial};
use crate::arrow::SchemaRef;
use crate::error::{Error, Result};

/// The folder for all that is no data. Readers of lakes skip names that begin with `_`.
pub(crate) const PRIVATE: &str = "_rowmill";

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// One Parquet file at this path.
    File(PathBuf),
    /// Parts in this directory.
    Directory(PathBuf),
}

impl Target {
    /// A directory for many sources, or where there is one, or where the path ends like one; else
    /// a file.
    pub(crate) fn of(path: &Path, many: bool) -> Self {
        let named_directory = path.to_string_lossy().ends_with(std::path::is_separator);
        if many || named_directory || path.is_dir() {
            Self::Directory(path.to_owned())
        } else {
            Self::File(path.to_owned())
        }
    }

    /// Where the manifest of `job` goes; a single file has none.
    pub(crate) fn manifest_path(&self, job: &str) -> Option<PathBuf> {
        match self {
            Self::File(_) => None,
            Self::Directory(root) => Some(manifest_path(root, job)),
        }
    }
}

/// The output of one run. The fields are dropped from the first to the last: what is in a folder
/// goes before the folder.
pub(crate) struct Output {
    /// Complete files and the names they will have.
    staged: Vec<(Complete, PathBuf)>,
    /// Holds the directory against other runs.
    lock: Option<Partial>,
    made: MadeFolders,
    target: Target,
    entity: Option<String>,
    overwrite: bool,
}

impl Output {
    /// Claims the place.
    ///
    /// # Errors
    /// It cannot be written to, or another run holds it.
    pub(crate) fn open(target: Target, entity: Option<String>, overwrite: bool) -> Result<Self> {
        let mut made = MadeFolders::default();
        let lock = match &target {
            Target::File(path) => {
                check_folder(path)?;
                None
            }
            Target::Directory(root) => {
                if root.exists() && !root.is_dir() {
                    return Err(Error::output(root, "is a file, and a directory is needed"));
                }
                let private = root.join(PRIVATE);
                made.make(&private).map_err(|e| Error::writing(root, e))?;
                let lock = Partial::create(private.join("lock"), root)?;
                remove_leftovers(&private);
                Some(lock)
            }
        };
        Ok(Self { staged: Vec::new(), lock, made, target, entity, overwrite })
    }

    /// Where the part for a source goes whose stem is `stem`.
    pub(crate) fn part_path(&self, stem: &str) -> PathBuf {
        match &self.target {
            Target::File(path) => path.clone(),
            Target::Directory(root) => {
                let folder = self.entity.as_ref().map_or(root.clone(), |name| root.join(name));
                folder.join(format!("{stem}.parquet"))
            }
        }
    }

    /// Where rows go that are set aside, if nothing else is said; and whether that file gathers
    /// those of many runs.
    pub(crate) fn rejects_path(&self) -> (PathBuf, bool) {
        match &self.target {
            Target::File(path) => {
                let mut name = path.as_os_str().to_owned();
                name.push(".rejects.jsonl");
                (name.into(), false)
            }
            Target::Directory(root) => (root.join(PRIVATE).join("rejects.jsonl"), true),
        }
    }

    /// Where the manifest of `job` goes; a single file has none.
    pub(crate) fn manifest_path(&self, job: &str) -> Option<PathBuf> {
        self.target.manifest_path(job)
    }

    /// How a manifest names `path`.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        match &self.target {
            Target::File(_) => path,
            Target::Directory(root) => path.strip_prefix(root).unwrap_or(path),
        }
    }

    /// Refuses a path where something is that may not be replaced.
    pub(crate) fn check_free(&self, path: &Path) -> Result<()> {
        check_free(path, self.overwrite)
    }

    /// Begins the part for the source with this stem.
    pub(crate) fn begin(
        &self,
        stem: &str,
        schema: &SchemaRef,
        options: &ParquetOptions,
    ) -> Result<PartWriter> {
        let target = self.part_path(stem);
        let partial = match &self.target {
            Target::File(path) => beside(path),
            Target::Directory(root) => {
                let entity = self.entity.as_ref().map(|name| format!("{name}-"));
                let name = format!("{}{stem}.parquet.partial", entity.unwrap_or_default());
                root.join(PRIVATE).join(name)
            }
        };
        let partial = Partial::create(partial, &target)?;
        PartWriter::new(partial, target, schema, options)
    }

    /// Keeps a finished part for the commit.
    pub(crate) fn stage(&mut self, part: FinishedPart) {
        let FinishedPart { partial, target, .. } = part;
        let complete = if self.lock.is_some() { partial.close() } else { partial.complete() };
        self.staged.push((complete, target));
    }

    /// Makes a folder beside the output; it is removed if nothing lies in it in the end.
    #[cfg(feature = "mews")]
    pub(crate) fn make_folder(&mut self, folder: &Path) -> Result<()> {
        self.made.make(folder).map_err(|e| Error::writing(folder, e))
    }

    /// Puts everything in place: the parts, `rejects` (a file and its place, or a place that
    /// nothing is left to lie in), then the manifest.
    ///
    /// # Errors
    /// Something cannot be renamed or synced. What was placed until then is removed again, apart
    /// from what has replaced an older file.
    pub(crate) fn commit(
        mut self,
        rejects: Option<(Option<Partial>, PathBuf)>,
        manifest: Option<(PathBuf, Manifest)>,
    ) -> Result<()> {
        let manifest = manifest.map(|(path, manifest)| written(path, &manifest)).transpose()?;
        let mut placed = Placed::default();
        for (part, target) in std::mem::take(&mut self.staged) {
            self.made.make(folder_of(&target)).map_err(|e| Error::writing(&target, e))?;
            self.check_free(&target)?;
            placed.place(part, target)?;
        }
        match rejects {
            Some((Some(partial), path)) => placed.place(partial.complete(), path)?,
            Some((None, path)) => match fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::writing(&path, e));
                }
                _ => {}
            },
            None => {}
        }
        placed.sync_folders()?;
        if let Some((partial, path)) = manifest {
            placed.place(partial.complete(), path)?;
            placed.sync_folders()?;
        }
        placed.keep();
        Ok(())
    }
}

/// Where the manifest of `job` lies below the output directory `root`.
pub(crate) fn manifest_path(root: &Path, job: &str) -> PathBuf {
    root.join(PRIVATE).join(format!("manifest-{job}.json"))
}

/// Removes what a run that died has left in the `private` folder, which is held by the caller's
/// lock. What cannot be removed does no harm: readers do not look there.
fn remove_leftovers(private: &Path) {
    let Ok(entries) = fs::read_dir(private) else { return };
    for entry in entries.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "partial") {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Refuses `path` if something is there, unless it is a file and may be replaced.
pub(crate) fn check_free(path: &Path, overwrite: bool) -> Result<()> {
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Error::writing(path, e)),
        Ok(there) if !there.is_file() && !there.is_symlink() => {
            Err(Error::output(path, "exists and is not a file"))
        }
        Ok(_) if overwrite => Ok(()),
        Ok(_) => Err(Error::output(
            path,
            "exists already; --overwrite (in code `.overwrite(true)`) replaces it",
        )),
    }
}

/// Refuses `path` if there is no folder for it.
pub(crate) fn check_folder(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    Err(Error::output(path, format!("there is no folder {}", folder.display())))
}

/// The name that `path` stands for, whatever way leads to its folder. A link there is not followed:
/// putting a file in place replaces the link. `None` where there is no such folder.
pub(crate) fn name_of(path: &Path) -> Option<PathBuf> {
    Some(fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?))
}

/// The name under which the file at `path` is written: in the same folder, hidden.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}

/// The manifest in a file that waits for its name.
fn written(path: PathBuf, manifest: &Manifest) -> Result<(Partial, PathBuf)> {
    let mut text =
        serde_json::to_vec_pretty(manifest).map_err(|e| Error::internal(e.to_string()))?;
    text.push(b'\n');
    let mut name = path.clone().into_os_string();
    name.push(".partial");
    let partial = Partial::create(name.into(), &path)?;
    let result = partial.file().write_all(&text).and_then(|()| partial.sync());
    result.map_err(|e| Error::writing(&path, e))?;
    Ok((partial, path))
}

/// The folder a file at `path` lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

/// Files under their final names. Until they are [kept](Self::keep), dropping this removes those
/// that were not there before.
#[derive(Default)]
struct Placed {
    new: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Placed {
    fn place(&mut self, file: Complete, target: PathBuf) -> Result<()> {
        let replaces = fs::symlink_metadata(&target).is_ok();
        file.place(&target).map_err(|e| Error::writing(&target, e))?;
        let folder = folder_of(&target).to_owned();
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
        if !replaces {
            self.new.push(target);
        }
        Ok(())
    }

    /// Waits until the names are on the disk.
    fn sync_folders(&self) -> Result<()> {
        for folder in &self.folders {
            sync_folder(folder).map_err(|e| Error::writing(folder, e))?;
        }
        Ok(())
    }

    fn keep(mut self) {
        self.new.clear();
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        for path in &self.new {
            let _ = fs::remove_file(path);
        }
    }
}

/// Waits until the name `path` is on the disk.
#[cfg(feature = "mews")]
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    sync_folder(folder_of(path))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere folders cannot be opened, and renames are as durable as they get.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    let _ = File::open;
    Ok(())
}

/// Folders made for a run; those still empty when it ends are removed.
#[derive(Default)]
pub(crate) struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes `folder` and those it lies in, as far as they are missing.
    pub(crate) fn make(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => self.0.push(folder.to_owned()),
                // Another run was faster: then it is that one's to remove.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // Refused where something lies in it, which is the case after a commit.
            let _ = fs::remove_dir(folder);
        }
    }
}
