//! The moment in which an output comes into being.
//!
//! A run writes everything under names that no reader looks at. Then it writes down what is to be
//! done, in one file: its *record*. Once that has its name, the output is as good as there: whoever
//! comes to the place next, under its lock, does what the record says, as far as it is not done yet.
//! Without a record nothing has been done, and what lies there unfinished is nobody's.
//!
//! Every step may be taken again: a file that has no unfinished name any more has its final one.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk;
use super::folder::{folder_of, name_of, remove_empty_partitions};
use super::partial::Partial;
#[cfg(feature = "cloud")]
use super::remote::Apart;
use crate::error::{Error, ErrorKind, Result};

/// The version of records of files alone.
const VERSION: u32 = 1;

/// That of records with objects, which only a program with clients of stores can carry out.
#[cfg(feature = "cloud")]
const WITH_OBJECTS: u32 = 2;

/// What is to be done, in this order. Names are paths from the base of the output, or from the root
/// of the file system for what lies elsewhere.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// Manifests that no longer hold: they go before anything that they name.
    retires: Vec<Name>,
    /// Files that go.
    removes: Vec<Name>,
    /// Files that get their names.
    places: Vec<Placing>,
    /// Objects that go and that get their names.
    #[cfg(feature = "cloud")]
    #[serde(default, skip_serializing_if = "Apart::is_empty")]
    objects: Apart,
    /// The manifest, which comes last.
    manifest: Option<Placing>,
}

/// A file and its name to be.
#[derive(Debug, Serialize, Deserialize)]
struct Placing {
    from: Name,
    to: Name,
    bytes: u64,
}

/// A path. Where it is text, it is written as such.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Other(OsString),
}

impl Name {
    /// How a record calls `path`, whose folder must be there.
    fn new(path: &Path, base: &Path) -> Result<Self> {
        let whole = name_of(path).ok_or_else(|| Error::output(path, "has no folder any more"))?;
        let name = whole.strip_prefix(base).unwrap_or(&whole).as_os_str().to_owned();
        Ok(name.into_string().map_or_else(Self::Other, Self::Text))
    }

    fn path(&self, base: &Path) -> PathBuf {
        match self {
            Self::Text(name) => base.join(name),
            Self::Other(name) => base.join(name),
        }
    }
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            version: VERSION,
            retires: Vec::new(),
            removes: Vec::new(),
            places: Vec::new(),
            #[cfg(feature = "cloud")]
            objects: Apart::default(),
            manifest: None,
        }
    }

    /// What is to be done in stores.
    #[cfg(feature = "cloud")]
    pub(super) fn objects(&mut self) -> &mut Apart {
        self.version = WITH_OBJECTS;
        &mut self.objects
    }

    /// Whether this program can carry it out.
    fn is_understood(&self) -> bool {
        #[cfg(feature = "cloud")]
        if self.version == WITH_OBJECTS {
            return true;
        }
        self.version == VERSION
    }

    /// The manifest at `path` no longer holds.
    pub(super) fn retire(&mut self, path: &Path, base: &Path) -> Result<()> {
        self.retires.push(Name::new(path, base)?);
        Ok(())
    }

    /// The file at `path` goes, unless another one takes its name.
    pub(super) fn remove(&mut self, path: &Path, base: &Path) -> Result<()> {
        if name_of(path).is_some() {
            self.removes.push(Name::new(path, base)?);
        }
        Ok(())
    }

    /// The file at `from` gets the name `to`.
    pub(super) fn place(&mut self, from: &Path, to: &Path, base: &Path) -> Result<()> {
        self.places.push(Placing::new(from, to, base)?);
        Ok(())
    }

    /// The same for the manifest.
    pub(super) fn place_manifest(&mut self, from: &Path, to: &Path, base: &Path) -> Result<()> {
        self.manifest = Some(Placing::new(from, to, base)?);
        Ok(())
    }

    /// Whether there is but one step, which needs no record: it is taken or it is not.
    pub(super) fn is_one_step(&self) -> bool {
        self.version == VERSION
            && self.retires.is_empty()
            && self.removes.is_empty()
            && self.manifest.is_none()
            && self.places.len() <= 1
    }

    /// Gives the record its name, at `path`. From then on it is bound to be carried out.
    pub(super) fn write(mut self, path: &Path) -> Result<Self> {
        let taken: Vec<&Name> = self.places.iter().map(|placing| &placing.to).collect();
        self.removes.retain(|name| !taken.contains(&name));
        let mut text =
            serde_json::to_vec_pretty(&self).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        let refused = |e| Error::writing(path, e);
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let partial = Partial::create(name.into(), path)?;
        let written = partial.writer().and_then(|mut file| io::Write::write_all(&mut file, &text));
        written.and_then(|()| partial.sync()).map_err(refused)?;
        partial.complete().place(path).map_err(refused)?;
        Ok(self)
    }

    /// Does what it says, and removes it from `path`.
    pub(super) fn carry_out(&self, path: &Path, base: &Path) -> Result<()> {
        sync(folder_of(path))?;
        self.steps(base)?;
        disk::remove(path).map_err(|e| Error::writing(path, e))?;
        sync(folder_of(path))
    }

    /// Does what it says.
    pub(super) fn steps(&self, base: &Path) -> Result<()> {
        let mut folders = Folders::default();
        for name in &self.retires {
            // One of the same name as the new one must not take it away again.
            let placed = self.manifest.as_ref().filter(|placing| placing.to == *name);
            if placed.is_none_or(|placing| placing.is_waiting(base)) {
                remove(name, base, &mut folders)?;
            }
        }
        folders.sync()?;
        for name in &self.removes {
            remove(name, base, &mut folders)?;
        }
        for placing in &self.places {
            placing.carry_out(base, &mut folders)?;
        }
        #[cfg(feature = "cloud")]
        self.objects.carry_out()?;
        // A manifest must not be seen before what it names.
        folders.sync()?;
        if let Some(placing) = &self.manifest {
            placing.carry_out(base, &mut folders)?;
        }
        folders.sync()?;
        for name in &self.removes {
            remove_empty_partitions(folder_of(&name.path(base)), base);
        }
        Ok(())
    }
}

impl Placing {
    fn new(from: &Path, to: &Path, base: &Path) -> Result<Self> {
        let bytes = fs::symlink_metadata(from).map_err(|e| Error::writing(to, e))?.len();
        Ok(Self { from: Name::new(from, base)?, to: Name::new(to, base)?, bytes })
    }

    /// Whether the file has its unfinished name.
    fn is_waiting(&self, base: &Path) -> bool {
        fs::symlink_metadata(self.from.path(base)).is_ok()
    }

    fn carry_out(&self, base: &Path, folders: &mut Folders) -> Result<()> {
        let (from, to) = (self.from.path(base), self.to.path(base));
        match disk::rename(&from, &to) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound && self.is_there(&to) => {}
            Err(e) => return Err(Error::writing(&to, e)),
        }
        folders.add(&to);
        Ok(())
    }

    /// Whether an earlier try has come as far as this.
    fn is_there(&self, to: &Path) -> bool {
        fs::symlink_metadata(to).is_ok_and(|there| there.is_file() && there.len() == self.bytes)
    }
}

/// Does what the record at `path` says, if there is one.
///
/// # Errors
/// It cannot be done, or not be understood.
pub(super) fn recover(path: &Path, base: &Path) -> Result<()> {
    let text = match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        text => text.map_err(|e| Error::writing(path, e))?,
    };
    let record: Option<Record> = serde_json::from_slice(&text).ok();
    let Some(record) = record.filter(Record::is_understood) else {
        let message = "says what a run was about to put in place here, in a way that this version \
                       does not understand; let the version that wrote it finish";
        return Err(Error::output(path, message));
    };
    record.carry_out(path, base).map_err(|error| {
        let message = format!(
            "a run that ended early was about to put files in place, and this cannot be completed: \
             {error}; remove this file to give them up"
        );
        let kind = if error.is_retryable() { error.kind() } else { ErrorKind::Output };
        Error::new(kind, message).in_file(path.display().to_string()).because(error)
    })
}

fn remove(name: &Name, base: &Path, folders: &mut Folders) -> Result<()> {
    let path = name.path(base);
    // A folder that is gone has nothing in it.
    if folder_of(&path).is_dir() {
        disk::remove(&path).map_err(|e| Error::writing(&path, e))?;
        folders.add(&path);
    }
    Ok(())
}

/// Folders in which names have changed.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Folders {
    fn add(&mut self, path: &Path) {
        let folder = folder_of(path);
        if !self.0.iter().any(|known| known == folder) {
            self.0.push(folder.to_owned());
        }
    }

    /// Waits until the names are on the disk.
    fn sync(&mut self) -> Result<()> {
        self.0.drain(..).try_for_each(|folder| sync(&folder))
    }
}

fn sync(folder: &Path) -> Result<()> {
    disk::sync_folder(folder).map_err(|e| Error::writing(folder, e))
}

#[cfg(test)]
mod tests;
