//! What settings come to where files of the run go to a store.

#[cfg(feature = "mews")]
use std::path::Path;

use super::Settings;
#[cfg(feature = "cloud")]
use crate::cloud::{self, Address, Place};
use crate::error::Result;
use crate::sink::{Means, Target};
#[cfg(feature = "cloud")]
use crate::{memory, parts};

impl Settings {
    /// These for output that goes to `target`.
    ///
    /// # Errors
    /// Something is asked for that cannot be had there.
    #[cfg(feature = "cloud")]
    pub(crate) fn towards(mut self, target: &Target) -> Result<Self> {
        let rejects = match self.rejects.as_ref().filter(|path| Address::of(path).is_some()) {
            Some(url) => Place::of(url, &self.cancel).map(|_| true)?,
            None => self.rejects.is_none() && target.is_remote(),
        };
        let aside = if rejects && self.quarantine().is_some() { 1 } else { 0 };
        let held = |uploads| cloud::held(uploads, cloud::piece(self.memory));
        let parts = match target.is_remote() {
            true if self.partition_by.is_empty() => held(1),
            true => held(parts::AT_ONCE),
            false => 0,
        };
        let held = parts + (aside + self.uploads) * held(1);
        if let (Some(bytes), 1..) = (self.memory, held) {
            self.memory = Some(memory::without(held, bytes)?);
        }
        Ok(self)
    }

    /// These for a run that keeps files as they came in `folder`.
    #[cfg(feature = "mews")]
    pub(crate) fn keeping(self, folder: Option<&Path>) -> Self {
        #[cfg(feature = "cloud")]
        let uploads = usize::from(folder.and_then(Address::of).is_some());
        #[cfg(not(feature = "cloud"))]
        let _ = folder;
        Self {
            #[cfg(feature = "cloud")]
            uploads,
            ..self
        }
    }

    /// Without clients of stores all output is alike.
    #[cfg(not(feature = "cloud"))]
    pub(crate) fn towards(self, _: &Target) -> Result<Self> {
        Ok(self)
    }

    /// What writing takes of these.
    pub(crate) fn means(&self) -> Means {
        Means {
            #[cfg(feature = "cloud")]
            cancel: self.cancel.clone(),
            #[cfg(feature = "cloud")]
            piece: cloud::piece(self.memory),
        }
    }
}
