//! A folder for files of a run that do not wait for the commit: on this machine, or in a store.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::disk;
use super::draft::Draft;
#[cfg(feature = "cloud")]
use super::folder::is_there;
use super::folder::{beside, check_free, sync_folder_of};
use super::output::Means;
use super::partial::Partial;
#[cfg(feature = "cloud")]
use crate::cloud::{Address, If, Place, Upload};
use crate::error::{Error, Result};

/// The folder. Whatever gets a name in it is whole.
pub(crate) struct Shelf {
    folder: PathBuf,
    #[cfg(feature = "cloud")]
    store: Option<(Place, Means)>,
}

/// The name of a small file that is written at last. On a disk nobody else can claim it meanwhile; in a
/// store it is whoever writes it last that has it.
pub(crate) struct Claimed {
    target: PathBuf,
    partial: Option<Partial>,
}

impl Shelf {
    /// The one at `folder`, a path or a URL.
    ///
    /// # Errors
    /// It is a URL that cannot be written to.
    pub(crate) fn new(folder: PathBuf, means: Means) -> Result<Self> {
        #[cfg(feature = "cloud")]
        let store = match Address::of(&folder) {
            Some(_) => Some((Place::new(&folder, &means.cancel)?, means)),
            None => None,
        };
        #[cfg(not(feature = "cloud"))]
        let Means {} = means;
        Ok(Self {
            folder,
            #[cfg(feature = "cloud")]
            store,
        })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether folders are made there.
    pub(crate) fn is_on_disk(&self) -> bool {
        #[cfg(feature = "cloud")]
        if self.store.is_some() {
            return false;
        }
        true
    }

    /// Where the file of this name lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The size of the file of this name, if it is known to be there.
    pub(crate) fn size(&self, name: &str) -> Option<u64> {
        #[cfg(feature = "cloud")]
        if let Some((place, _)) = &self.store {
            return place.look(name).ok()?.map(|seen| seen.bytes);
        }
        fs::metadata(self.path(name)).ok().map(|file| file.len())
    }

    /// Refuses a name that something has which may not be replaced.
    pub(crate) fn check_free(&self, name: &str, overwrite: bool) -> Result<()> {
        #[cfg(feature = "cloud")]
        if let Some((place, _)) = &self.store {
            let there = !overwrite && place.look(name)?.is_some();
            return if there { Err(is_there(&self.path(name))) } else { Ok(()) };
        }
        check_free(&self.path(name), overwrite)
    }

    /// Begins the file of this name. It shows when it is [placed](super::draft::Finished::place).
    pub(crate) fn begin(&self, name: &str) -> Result<Draft> {
        let target = self.path(name);
        #[cfg(feature = "cloud")]
        if let Some((place, means)) = &self.store {
            let id = place.begin(name)?;
            let (place, name) = (place.clone(), name.to_owned());
            let upload = Upload::new(place, name, id, means.piece, Box::new(|| None));
            return Ok(Draft::upload(upload, &target));
        }
        Draft::file(Partial::create(beside(&target), &target)?, &target)
    }

    /// A file without a name, for what goes with the run: on the same disk, or where this machine keeps what
    /// is temporary.
    pub(crate) fn unnamed(&self) -> Result<File> {
        let folder = if self.is_on_disk() { self.folder.clone() } else { std::env::temp_dir() };
        disk::unnamed(&folder).map_err(|e| Error::writing(&folder, e))
    }

    /// Writes behind what is in such a file.
    pub(crate) fn append(&self, file: &File) -> Result<Draft> {
        let file = file.try_clone().map_err(|e| Error::writing(&self.folder, e))?;
        Ok(Draft::unnamed(file, &self.folder))
    }

    /// Removes the file of this name, which may be missing.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        #[cfg(feature = "cloud")]
        if let Some((place, _)) = &self.store {
            return place.remove(name);
        }
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::writing(&path, e)),
            _ => Ok(()),
        }
    }

    /// Claims this name.
    ///
    /// # Errors
    /// Another run has it.
    pub(crate) fn claim(&self, name: &str) -> Result<Claimed> {
        let target = self.path(name);
        let partial = self.is_on_disk().then(|| Partial::create(beside(&target), &target));
        Ok(Claimed { target, partial: partial.transpose()? })
    }

    /// Puts a small file there as `name`, which may be another one than was claimed.
    pub(crate) fn write(&self, claimed: Claimed, name: &str, text: &str) -> Result<()> {
        #[cfg(feature = "cloud")]
        if let Some((place, _)) = &self.store {
            return place.write(name, text.as_bytes().to_vec(), If::Any).map(drop);
        }
        let Claimed { target, partial } = claimed;
        let partial = partial.ok_or_else(|| Error::internal("a name was not claimed"))?;
        let target = target.with_file_name(name);
        let written = partial.writer().and_then(|mut file| file.write_all(text.as_bytes()));
        written
            .and_then(|()| partial.sync())
            .and_then(|()| partial.complete().place(&target))
            .and_then(|()| sync_folder_of(&target))
            .map_err(|e| Error::writing(&target, e))
    }
}

#[cfg(all(test, feature = "cloud"))]
mod tests;
