//! Objects that belong to a commit on the disk, such as rows set aside that go to a store.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::record::{Old, Placing};
use crate::cancel::Cancel;
use crate::cloud::{Place, Uploaded};
use crate::error::Result;

/// What a commit on the disk has to do in stores. Objects are called by their URLs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in super::super) struct Apart {
    removes: Vec<Old>,
    places: Vec<Placing>,
}

impl Apart {
    pub(in super::super) fn is_empty(&self) -> bool {
        self.removes.is_empty() && self.places.is_empty()
    }

    /// The upload becomes the object at `url`.
    pub(in super::super) fn place(&mut self, uploaded: &Uploaded, url: &Path) {
        self.places.push(Placing::new(uploaded, &url.to_string_lossy()));
    }

    /// The object at `url` goes, if it is there.
    pub(in super::super) fn remove(&mut self, url: &Path) -> Result<()> {
        let (place, name) = Place::of(url, &Cancel::new())?;
        if let Some(seen) = place.look(&name)? {
            self.removes.push(Old::new(url.to_string_lossy().into_owned(), seen));
        }
        Ok(())
    }

    /// Does what it says. It may be done again.
    pub(in super::super) fn carry_out(&self) -> Result<()> {
        for old in &self.removes {
            let (place, name) = Place::of(Path::new(&old.name), &Cancel::new())?;
            old.carry_out(&place, &name)?;
        }
        for placing in &self.places {
            let (place, name) = Place::of(Path::new(&placing.to), &Cancel::new())?;
            placing.carry_out(&place, &name)?;
        }
        Ok(())
    }
}
