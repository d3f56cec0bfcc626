//! A small object that runs remember things in, one after the other.
//!
//! A store has no locks, and no end that could be written to: an object is replaced as a whole, on the
//! condition that it is still the one that was read. So of two runs at a time the one that writes second
//! is refused, and so is everything that it would write later.

use std::path::Path;

use bytes::Bytes;

use crate::cancel::Cancel;
use crate::cloud::{Address, If, Place, Version};
use crate::error::{Error, Result};

pub(super) struct SmallObject {
    place: Place,
    name: String,
    /// What was read or written last; `None` as long as there is none.
    version: Option<Version>,
}

impl SmallObject {
    /// The object at `path` and what is in it, if that is a URL.
    ///
    /// # Errors
    /// It cannot be read, or be written to.
    pub(super) fn open(path: &Path) -> Result<Option<(Self, Option<Bytes>)>> {
        if Address::of(path).is_none() {
            return Ok(None);
        }
        // What is remembered must get there also in a run that was cancelled.
        let (place, name) = Place::of(path, &Cancel::new())?;
        let (bytes, version) = place.read(&name)?.unzip();
        Ok(Some((Self { place, name, version }, bytes)))
    }

    /// Replaces what is in it.
    ///
    /// # Errors
    /// Another run has written there since it was read, or the store cannot be reached.
    pub(super) fn write(&mut self, bytes: Vec<u8>) -> Result<()> {
        let when = self.version.clone().map_or(If::Free, If::Is);
        let outcome = self.place.write(&self.name, bytes.clone(), when);
        if let Ok(Some(version)) = outcome {
            self.version = Some(version);
            return Ok(());
        }
        // A try that was not answered may have come through, and the next one then is refused.
        if let Ok(Some((there, version))) = self.place.read(&self.name)
            && *there == *bytes
        {
            self.version = Some(version);
            return Ok(());
        }
        Err(outcome.err().unwrap_or_else(|| self.overtaken()))
    }

    /// What is in other objects, called by names that [`write_beside`](Self::write_beside) has given.
    pub(super) fn read_beside(&self, names: &[String]) -> Result<Vec<Option<Bytes>>> {
        self.place.read_all(names)
    }

    /// Writes another object, whose name ends with `ending` and which is told.
    pub(super) fn write_beside(&self, ending: &str, bytes: Vec<u8>) -> Result<String> {
        let name = format!("{}.{ending}", self.name);
        self.place.write(&name, bytes, If::Any)?;
        Ok(name)
    }

    /// Makes sure that no other run has written there.
    pub(super) fn check(&self) -> Result<()> {
        let there = self.place.look(&self.name)?.map(|seen| seen.version);
        if there == self.version { Ok(()) } else { Err(self.overtaken()) }
    }

    fn overtaken(&self) -> Error {
        let message = "another run has written here since this one began; what this one has committed \
                       stays, and the next run goes on from there";
        Error::locked(self.place.shown(&self.name).as_ref(), message)
    }
}

#[cfg(test)]
mod tests;
