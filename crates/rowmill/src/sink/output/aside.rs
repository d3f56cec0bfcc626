//! Files of a run that are no parts: where they go is up to the caller, the disk or a store.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

#[cfg(feature = "cloud")]
use super::super::folder::is_there;
use super::super::folder::{beside, check_folder, check_free};
use super::super::partial::Partial;
use super::{Draft, Output};
#[cfg(feature = "cloud")]
use crate::cloud::{self, Address, FromStart, Place, Upload, Version};
use crate::error::{Error, Result};

/// What was seen at a path. A file on a disk is locked by whoever is about to replace it, so there it
/// stays the same.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    #[cfg(feature = "cloud")]
    version: Option<Version>,
}

impl Output {
    /// Makes sure that a new file can be made at `path`, and removes what a run that died has left of it.
    ///
    /// # Errors
    /// Something is there that may not be replaced, or it cannot be looked at.
    pub(crate) fn check_aside(&self, path: &Path, overwrite: bool) -> Result<()> {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            let there = self.has_aside(path)?;
            return if there && !overwrite { Err(is_there(path)) } else { Ok(()) };
        }
        check_folder(path)?;
        check_free(path, overwrite)?;
        Partial::clear(beside(path));
        Ok(())
    }

    /// Makes sure once more that nothing is at `path`, right before something is: uploads have no locks. On
    /// a disk the file has been locked since it was begun.
    pub(crate) fn check_aside_again(&self, path: &Path, overwrite: bool) -> Result<()> {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            return self.check_aside(path, overwrite);
        }
        let _ = (path, overwrite);
        Ok(())
    }

    /// Whether something is at `path`.
    pub(crate) fn has_aside(&self, path: &Path) -> Result<bool> {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            let (place, name) = Place::of(path, &self.means.cancel)?;
            return Ok(place.look(&name)?.is_some());
        }
        Ok(path.exists())
    }

    /// What is at `path` now, to be compared with what is there later.
    pub(crate) fn seen_aside(&self, path: &Path) -> Result<Seen> {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            let (place, name) = Place::of(path, &self.means.cancel)?;
            return Ok(Seen { version: place.look(&name)?.map(|seen| seen.version) });
        }
        let _ = path;
        Ok(Seen::default())
    }

    /// Reads what is at `path`; `None` if nothing is.
    pub(crate) fn read_aside(&self, path: &Path) -> Result<Option<Box<dyn Read>>> {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            let (place, name) = Place::of(path, &self.means.cancel)?;
            let file = cloud::File::open(&place, &name)?;
            return Ok(file.map(|file| Box::new(FromStart::from(file)) as _));
        }
        match File::open(path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::writing(path, e)),
        }
    }

    /// Begins the file that goes to `path` with the commit.
    pub(crate) fn begin_aside(&mut self, path: &Path) -> Result<Draft> {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            if let Some(remote) = &mut self.remote {
                return Ok(Draft::upload(remote.begin(path)?, path));
            }
            let (place, name) = Place::of(path, &self.means.cancel)?;
            let id = place.begin(&name)?;
            let upload = Upload::new(place, name, id, self.means.piece, Box::new(|| None));
            return Ok(Draft::upload(upload, path));
        }
        Draft::file(Partial::create(beside(path), path)?, path)
    }
}
