//! What a commit into a store has to do, written down in one object before it is done.
//!
//! It is the counterpart of [`commit`](super::super::commit) for the disk, where the operating system
//! keeps runs apart and files can be renamed. A store does neither. It makes an object of an upload in
//! one step, and replaces an object on the condition that it is still the one that was seen; that is
//! all that is needed:
//!
//! * Parts are uploads that nobody completes. Until then they do not show.
//! * The *record* of a place says what is to be done. It is put there on the condition that the record
//!   that was there when the run began still is. So of two runs one comes through, and with that its
//!   output is as good as there: whoever comes next does what the record says. When all is done,
//!   the record says so, and stays.
//!
//! Every step may be taken again, and by two at a time: an upload that is gone was completed, and what
//! is removed is the version that was seen.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cloud::{Address, If, Place, Seen, Uploaded, Version, Whole};
use crate::error::{Error, ErrorKind, Result};

const VERSION: u32 = 1;

/// How often the record may change under a run that looks at it.
const TRIES: usize = 16;

/// What is to be done, in this order, or was done. Names count from the place; what lies elsewhere is
/// called by its URL.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// The run that has written it: no two records are equal.
    run: String,
    done: bool,
    /// Manifests that no longer hold: they go before anything that they name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    retires: Vec<Old>,
    /// Objects that go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removes: Vec<Old>,
    /// Uploads that become objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<Placing>,
    /// The manifest, which comes last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manifest: Option<Text>,
}

/// An object as it was seen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Old {
    pub(super) name: String,
    seen: Version,
}

/// An upload that has all its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Placing {
    pub(super) to: String,
    upload: String,
    pieces: Vec<String>,
    bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Text {
    to: String,
    text: String,
}

/// The record that was there when a run began: `None` where there was none.
pub(super) type Begun = Option<Version>;

impl Record {
    pub(super) fn new(run: &str) -> Self {
        Self {
            version: VERSION,
            run: run.to_owned(),
            done: false,
            retires: Vec::new(),
            removes: Vec::new(),
            places: Vec::new(),
            manifest: None,
        }
    }

    /// The manifest of this name no longer holds.
    pub(super) fn retire(&mut self, name: String, seen: Seen) {
        self.retires.push(Old::new(name, seen));
    }

    /// The object of this name goes, unless another one takes its name.
    pub(super) fn remove(&mut self, name: String, seen: Seen) {
        self.removes.push(Old::new(name, seen));
    }

    /// The upload becomes the object of this name.
    pub(super) fn place(&mut self, uploaded: &Uploaded, to: &str) {
        self.places.push(Placing::new(uploaded, to));
    }

    /// The manifest gets this name and this text.
    pub(super) fn place_manifest(&mut self, to: String, text: String) {
        self.manifest = Some(Text { to, text });
    }

    /// Puts the record at `name`, if the one that was there when the run began still is. From then on
    /// it is bound to be carried out.
    ///
    /// # Errors
    /// It is not there; or it may be, which [`Unsure`](Put::Unsure) says.
    pub(super) fn put(mut self, place: &Place, name: &str, begun: Begun) -> Put {
        let taken: Vec<&str> = self.places.iter().map(|placing| placing.to.as_str()).collect();
        self.removes.retain(|old| !taken.contains(&old.name.as_str()));
        let outcome = self.text().and_then(|text| place.write(name, text, when(begun)));
        match outcome {
            Ok(Some(version)) => Put::There(self, version),
            // A try that was not answered may have come through, and the next one then is refused.
            outcome => match read(place, name) {
                Ok(Some((there, version))) if there.run == self.run => Put::There(self, version),
                Ok(_) => Put::Refused(outcome.err().unwrap_or_else(|| overtaken(place, name))),
                Err(error) => Put::Unsure(outcome.err().unwrap_or(error)),
            },
        }
    }

    /// Does what it says, as the one at `name` of this version, and says there that it is done.
    pub(super) fn carry_out(self, place: &Place, name: &str, version: Version) -> Result<()> {
        self.steps(place).or_else(|error| {
            // Somebody may have done all of it, and more since.
            match read(place, name)? {
                Some((there, _)) if there.run == self.run && !there.done => Err(error),
                _ => Ok(()),
            }
        })?;
        let done = Self { done: true, ..Self::new(&self.run) };
        // Whoever has been faster has said the same.
        place.write(name, done.text()?, If::Is(version)).map(drop)
    }

    /// Does what it says.
    fn steps(&self, place: &Place) -> Result<()> {
        for old in self.retires.iter().chain(&self.removes) {
            let (holder, name) = place.holder(&old.name)?;
            old.carry_out(&holder, &name)?;
        }
        let (elsewhere, here): (Vec<_>, Vec<_>) =
            self.places.iter().partition(|placing| placing.is_elsewhere());
        let uploads: Vec<_> = here.iter().map(|placing| placing.whole(&placing.to)).collect();
        for (placing, made) in here.iter().zip(place.complete_all(&uploads)?) {
            if !made {
                placing.check(place, &placing.to)?;
            }
        }
        for placing in elsewhere {
            let (holder, name) = place.holder(&placing.to)?;
            placing.carry_out(&holder, &name)?;
        }
        let Some(Text { to, text }) = &self.manifest else { return Ok(()) };
        if place.write(to, text.clone().into_bytes(), If::Free)?.is_none() {
            let there = place.read(to)?;
            if there.is_none_or(|(there, _)| *there != *text.as_bytes()) {
                let message = "is there with another text, which no run has put there";
                return Err(Error::output(place.shown(to).as_ref(), message));
            }
        }
        Ok(())
    }

    fn text(&self) -> Result<Vec<u8>> {
        let mut text =
            serde_json::to_vec_pretty(self).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// What became of a record that was to be put in place.
pub(super) enum Put {
    /// It is there, in this version.
    There(Record, Version),
    /// It is not, and never will be.
    Refused(Error),
    /// Nobody knows.
    Unsure(Error),
}

impl Old {
    pub(super) fn new(name: String, seen: Seen) -> Self {
        Self { name, seen: seen.version }
    }

    /// Removes it from `place`, where it is called `name`, if it is still the one that was seen.
    pub(super) fn carry_out(&self, place: &Place, name: &str) -> Result<()> {
        match place.look(name)?.is_some_and(|there| there.version == self.seen) {
            true => place.remove(name),
            false => Ok(()),
        }
    }
}

impl Placing {
    pub(super) fn new(uploaded: &Uploaded, to: &str) -> Self {
        Self {
            to: to.to_owned(),
            upload: uploaded.id().to_owned(),
            pieces: uploaded.pieces().to_vec(),
            bytes: uploaded.bytes(),
        }
    }

    /// Whether it is called by its URL.
    fn is_elsewhere(&self) -> bool {
        Address::of(Path::new(&self.to)).is_some()
    }

    fn whole<'a>(&'a self, name: &'a str) -> Whole<'a> {
        Whole { name, upload: &self.upload, pieces: &self.pieces }
    }

    /// Completes it in `place`, where it is called `name`.
    pub(super) fn carry_out(&self, place: &Place, name: &str) -> Result<()> {
        if place.complete_all(&[self.whole(name)])? == [true] {
            return Ok(());
        }
        self.check(place, name)
    }

    /// The upload is gone: makes sure that an earlier try has made the object of it.
    fn check(&self, place: &Place, name: &str) -> Result<()> {
        if place.look(name)?.is_some_and(|there| there.bytes == self.bytes) {
            return Ok(());
        }
        let message = "was uploaded, and the store has neither the upload nor the object any more";
        Err(Error::output(place.shown(name).as_ref(), message))
    }
}

/// Does what the record at `name` says, as far as it is not done, and gives its version then.
///
/// # Errors
/// It cannot be done, or not be understood.
pub(super) fn recover(place: &Place, name: &str) -> Result<Begun> {
    for _ in 0..TRIES {
        match read(place, name)? {
            None => return Ok(None),
            Some((record, version)) if record.done => return Ok(Some(version)),
            Some((record, version)) => record.carry_out(place, name, version).map_err(|error| {
                let message = format!(
                    "a run that ended early was about to put objects in place, and this cannot be \
                     completed: {error}; remove this object to give them up"
                );
                let kind = if error.is_retryable() { error.kind() } else { ErrorKind::Output };
                Error::new(kind, message).in_file(place.shown(name))
            })?,
        }
    }
    Err(Error::locked(place.shown(name).as_ref(), "changes all the time; other runs write here"))
}

/// The version of the record at `name`; `None` where what it says is not done.
pub(super) fn settled(place: &Place, name: &str) -> Result<Option<Begun>> {
    Ok(match read(place, name)? {
        None => Some(None),
        Some((record, version)) => record.done.then_some(Some(version)),
    })
}

/// Whether the record at `name` is the one that was there when the run began.
pub(super) fn check(place: &Place, name: &str, begun: &Begun) -> Result<()> {
    let there = place.look(name)?.map(|there| there.version);
    if there == *begun { Ok(()) } else { Err(overtaken(place, name)) }
}

fn when(begun: Begun) -> If {
    begun.map_or(If::Free, If::Is)
}

fn read(place: &Place, name: &str) -> Result<Option<(Record, Version)>> {
    let Some((text, version)) = place.read(name)? else { return Ok(None) };
    let record: Option<Record> = serde_json::from_slice(&text).ok();
    match record.filter(|record| record.version == VERSION) {
        Some(record) => Ok(Some((record, version))),
        None => {
            let message = "says what a run was about to put in place here, in a way that this version \
                           does not understand; let the version that wrote it finish";
            Err(Error::output(place.shown(name).as_ref(), message))
        }
    }
}

fn overtaken(place: &Place, name: &str) -> Error {
    let message = "another run has committed here since this one began; nothing of this one is there, \
                   and it can be run again";
    Error::locked(place.shown(name).as_ref(), message)
}
