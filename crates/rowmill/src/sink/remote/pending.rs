//! The uploads of a run, written down so that somebody can give them up if it dies.
//!
//! Whether a run is dead nobody can tell without a clock. But each has begun with one record of its
//! place, and can only commit as long as that is there. So the uploads of a run that has begun with
//! another one are given up, and those of one that may still come through are left alone.

use serde::{Deserialize, Serialize};

use super::record::{self, Begun};
use crate::cloud::{If, Place};
use crate::error::{Error, Result};

const VERSION: u32 = 1;

/// What such objects are called, before the name of the run.
const BEGINNING: &str = "uploads-";

/// Uploads that one object lists at most: it is written anew with each of them.
const MOST: usize = 100;

/// Uploads of one run, as they lie in the store.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    version: u32,
    /// The record that the run has begun with.
    begun: Begun,
    uploads: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    to: String,
    upload: String,
}

/// The list of a run. Its objects go with this value, unless it is [kept](Self::keep).
pub(super) struct List {
    place: Place,
    /// What the objects are called, before their numbers.
    name: String,
    /// Those that are full.
    full: usize,
    /// What is in the last one.
    pending: Pending,
    kept: bool,
}

impl List {
    /// That of `run`, in the folder `private` of `place`.
    pub(super) fn new(place: &Place, private: &str, run: &str, begun: Begun) -> Self {
        let pending = Pending { version: VERSION, begun, uploads: Vec::new() };
        let name = format!("{private}/{BEGINNING}{run}");
        Self { place: place.firm(), name, full: 0, pending, kept: false }
    }

    /// From now on it is to outlive this value.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }

    /// Adds an upload.
    pub(super) fn add(&mut self, to: &str, upload: &str) -> Result<()> {
        if self.pending.uploads.len() == MOST {
            self.pending.uploads.clear();
            self.full += 1;
        }
        let (to, upload) = (to.to_owned(), upload.to_owned());
        self.pending.uploads.push(Entry { to, upload });
        let text = serde_json::to_vec(&self.pending).map_err(|e| Error::internal(e.to_string()))?;
        self.place.write(&self.object(self.full), text, If::Any).map(drop)
    }

    fn object(&self, number: usize) -> String {
        format!("{}-{number}.json", self.name)
    }
}

impl Drop for List {
    fn drop(&mut self) {
        if !self.kept && !self.pending.uploads.is_empty() {
            for number in 0..=self.full {
                // The next run removes it otherwise.
                let _ = self.place.remove(&self.object(number));
            }
        }
    }
}

/// Gives up the uploads of all runs that have begun with another record than the one that is there
/// now, under the name `record`: none of them can commit. What cannot be given up does no harm, and is
/// left to the next run.
pub(super) fn sweep(place: &Place, private: &str, record: &str) {
    let beginning = format!("{private}/{BEGINNING}");
    let names = place.names(private).unwrap_or_default();
    let names = names.into_iter().filter(|name| name.starts_with(&beginning));
    let read = |name: String| {
        let (text, _) = place.read(&name).ok()??;
        let pending: Pending = serde_json::from_slice(&text).ok()?;
        (pending.version == VERSION).then_some((name, pending))
    };
    let found: Vec<(String, Pending)> = names.filter_map(read).collect();
    if found.is_empty() {
        return;
    }
    // Looked at after the lists: who begins with a later record is not among them. One that is not
    // carried out yet still needs its uploads.
    let Ok(Some(now)) = record::settled(place, record) else { return };
    for (name, pending) in found.into_iter().filter(|(_, pending)| pending.begun != now) {
        let stays = |entry: &&Entry| {
            let holder = place.holder(&entry.to);
            holder.and_then(|(place, name)| place.abort(&name, &entry.upload)).is_err()
        };
        // All of them are tried.
        if pending.uploads.iter().filter(stays).count() == 0 {
            let _ = place.remove(&name);
        }
    }
}
