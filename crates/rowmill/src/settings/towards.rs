//! What settings come to where the output is in a store.

use super::Settings;
#[cfg(feature = "cloud")]
use crate::cloud::{self, Address};
#[cfg(feature = "cloud")]
use crate::error::Error;
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
        if self.rejects.as_deref().is_some_and(|path| Address::of(path).is_some()) {
            let message = "rows set aside go to a file of this machine, and cannot go to a URL";
            return Err(Error::usage(message));
        }
        if !target.is_remote() {
            return Ok(self);
        }
        if self.quarantine().is_some() && self.rejects.is_none() {
            return Err(Error::usage(
                "rows set aside go to a file of this machine: where the output is a URL, name one with \
                 --rejects (in code `.rejects(path)`)",
            ));
        }
        if let Some(bytes) = self.memory {
            let parts = if self.partition_by.is_empty() { 1 } else { parts::AT_ONCE };
            let held = cloud::held(parts, cloud::piece(self.memory));
            self.memory = Some(memory::without(held, bytes)?);
        }
        Ok(self)
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
