//! Output in an object store: what [`Output`](super::output::Output) does differently there.

mod apart;
mod pending;
mod record;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

pub(super) use self::apart::Apart;
use self::pending::List;
use self::record::{Begun, Put, Record};
use super::draft::Body;
use super::folder::hidden;
use super::manifest::Manifest;
use super::output::Rejects;
use super::partial::Partial;
use super::retired::{self, Retired};
use super::target::PRIVATE;
use crate::cancel::Cancel;
use crate::cloud::{self, Address, Place, Upload, Uploaded};
use crate::error::{Error, ErrorKind, Result};

/// The place of the output of one run. The fields are dropped from the first to the last: uploads
/// are given up before the list of them goes.
pub(super) struct Remote {
    /// Complete uploads and the names they will have.
    staged: Vec<(Uploaded, String)>,
    list: List,
    place: Place,
    /// The folder for all that is no data.
    private: String,
    run: String,
    /// The record that was there when the run began.
    begun: Begun,
    /// Bytes of a piece.
    piece: usize,
    /// The folder that was looked at, and the names in it.
    there: Option<(String, HashSet<String>)>,
    /// All manifests, once somebody has asked for them.
    manifests: OnceCell<Vec<(PathBuf, Manifest)>>,
}

impl Remote {
    /// The directory or the single object at `path`, if it is a URL. What an earlier run has not
    /// completed there is.
    ///
    /// # Errors
    /// It cannot be written to, or what an earlier run has begun cannot be completed.
    pub(super) fn open(
        path: &Path,
        single: bool,
        cancel: &Cancel,
        piece: usize,
    ) -> Result<Option<Self>> {
        if Address::of(path).is_none() {
            return Ok(None);
        }
        let (root, private) = match (single, path.parent(), path.file_name()) {
            (true, Some(folder), Some(name)) => {
                (folder, format!("{PRIVATE}/{}", name.to_string_lossy()))
            }
            _ => (path, PRIVATE.to_owned()),
        };
        let place = Place::new(root, cancel)?;
        let begun = record::recover(&place, &record_in(&private))?;
        pending::sweep(&place, &private, &record_in(&private));
        let run = run();
        let list = List::new(&place, &private, &run, begun.clone());
        let (staged, there, manifests) = (Vec::new(), None, OnceCell::new());
        Ok(Some(Self { staged, list, place, private, run, begun, piece, there, manifests }))
    }

    /// Completes what a run into the directory at `root` has begun, and nothing else.
    #[cfg(feature = "mews")]
    pub(super) fn recover(root: &Path) -> Result<()> {
        let place = Place::new(root, &Cancel::new())?;
        record::recover(&place, &record_in(PRIVATE)).map(drop)
    }

    /// Whether there is an object at `path`.
    pub(super) fn has(&self, path: &Path) -> Result<bool> {
        Ok(self.place.look(&self.place.name(path))?.is_some())
    }

    /// Whether there is an object at `path`, in a folder that may have been looked at.
    pub(super) fn is_there(&mut self, path: &Path) -> Result<bool> {
        let name = self.place.name(path);
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        match &self.there {
            Some((known, names)) if known == folder => Ok(names.contains(&name)),
            _ => Ok(self.place.look(&name)?.is_some()),
        }
    }

    /// Looks at the folder of `path`, so that nobody needs to ask for each name in it.
    pub(super) fn look_into_folder_of(&mut self, path: &Path) -> Result<()> {
        let name = self.place.name(path);
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let names = self.place.names(folder)?.into_iter().collect();
        self.there = Some((folder.to_owned(), names));
        Ok(())
    }

    /// All manifests that lie in the place. They are read once: a run whose place has changed meanwhile
    /// does not come through.
    pub(super) fn manifests(&self, root: &Path) -> Result<&[(PathBuf, Manifest)]> {
        if let Some(known) = self.manifests.get() {
            return Ok(known);
        }
        let found = manifests(&self.place, &self.private, root)?;
        Ok(self.manifests.get_or_init(|| found))
    }

    /// The manifest at `path`, if there is one.
    pub(super) fn manifest(&self, path: &Path) -> Result<Option<Manifest>> {
        let text = self.read(path)?;
        text.map(|text| retired::parse(path, &text)).transpose()
    }

    /// The small object at `path`, if it is there.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        let found = self.place.read(&self.place.name(path))?;
        Ok(found.map(|(text, _)| text.to_vec()))
    }

    /// The object at `path`, to be read in places; `None` if it is not there.
    pub(super) fn file(&self, path: &Path) -> Result<Option<cloud::File>> {
        cloud::File::open(&self.place, &self.place.name(path))
    }

    /// Begins the object at `target`.
    ///
    /// # Errors
    /// Besides those of the store: another run has committed here meanwhile, so this one cannot.
    pub(super) fn begin(&mut self, target: &Path) -> Result<Upload> {
        record::check(&self.place, &record_in(&self.private), &self.begun)?;
        let name = self.place.name(target);
        let (place, inner) = self.place.holder(&name)?;
        let id = place.begin(&inner)?;
        // Whoever has come through meanwhile has given up this upload.
        let (there, at, begun) = (self.place.clone(), record_in(&self.private), self.begun.clone());
        let overtaken = move || {
            let checked = record::check(&there, &at, &begun);
            checked.err().filter(|error| error.kind() == ErrorKind::Output)
        };
        let upload = Upload::new(place, inner, id.clone(), self.piece, Box::new(overtaken));
        self.list.add(&name, &id)?;
        Ok(upload)
    }

    /// Keeps a complete upload for the commit.
    pub(super) fn stage(&mut self, uploaded: Uploaded, target: &Path) {
        self.staged.push((uploaded, self.place.name(target)));
    }

    /// Puts everything in place: the parts and rejects, then the manifest. `replaced` goes, and so does
    /// what was `retired`.
    ///
    /// # Errors
    /// Before the record is there: then all is as it was. Or after that: then whoever opens the place
    /// next completes it.
    pub(super) fn commit(
        mut self,
        root: &Path,
        rejects: Option<Rejects>,
        manifest: Option<(PathBuf, String)>,
        retired: &Retired,
        replaced: &[PathBuf],
    ) -> Result<()> {
        let place = self.place.firm();
        let mut record = Record::new(&self.run);
        let rejects = match rejects {
            Some((Some(Body::Object(uploaded)), path)) => {
                self.stage(uploaded, &path);
                None
            }
            Some((None, path)) if Address::of(&path).is_some() => {
                let name = place.name(&path);
                let (holder, inner) = place.holder(&name)?;
                if let Some(seen) = holder.look(&inner)? {
                    record.remove(name, seen);
                }
                None
            }
            rejects => rejects,
        };
        for (uploaded, name) in &self.staged {
            record.place(uploaded, name);
        }
        for path in retired.manifests() {
            let name = place.name(path);
            if let Some(seen) = place.look(&name)? {
                record.retire(name, seen);
            }
        }
        let parts = retired.parts().map(|part| root.join(part));
        for path in parts.chain(replaced.iter().cloned()) {
            let name = place.name(&path);
            if let Some(seen) = place.look(&name)? {
                record.remove(name, seen);
            }
        }
        if let Some((path, text)) = manifest {
            record.place_manifest(place.name(&path), text);
        }
        // Not after the record: whoever completes that knows nothing of this machine.
        let placed = put_rejects(rejects)?;
        let at = record_in(&self.private);
        let (record, version) = match record.put(&place, &at, self.begun.take()) {
            Put::There(record, version) => (record, version),
            Put::Refused(error) => {
                // The rows that are told of are not there, and those of others are.
                return match placed.map_or(Ok(()), Beside::take_back) {
                    Ok(()) => Err(error),
                    Err(left) => Err(Error::new(error.kind(), format!("{error}; and {left}"))),
                };
            }
            Put::Unsure(error) => {
                self.keep();
                self.list.keep();
                let message = format!(
                    "{error}; whether this run is committed is not known, and the next run into this \
                     place either completes it or does it again"
                );
                return Err(Error::new(error.kind(), message));
            }
        };
        self.keep();
        let carried = record.carry_out(&place, &at, version);
        carried.map_err(|error| {
            let message = format!(
                "{error}; all of it is uploaded, and the next run into this place puts it there"
            );
            Error::new(ErrorKind::Output, message)
        })?;
        let Self { list, private, .. } = self;
        drop(list);
        // Those who began with the record before cannot commit any more.
        pending::sweep(&place, &private, &at);
        Ok(())
    }

    fn keep(&mut self) {
        self.staged.iter_mut().for_each(|(uploaded, _)| uploaded.keep());
    }
}

/// Where the record of a place lies.
fn record_in(private: &str) -> String {
    format!("{private}/commit.json")
}

/// All manifests in the folder `private` of the directory at `root`.
pub(super) fn manifests(
    place: &Place,
    private: &str,
    root: &Path,
) -> Result<Vec<(PathBuf, Manifest)>> {
    let mut names = place.names(private)?;
    names.retain(|name| retired::is_manifest(Path::new(name)));
    let texts = place.read_all(&names)?;
    let parsed = |(name, text): (String, Option<Bytes>)| {
        let path = root.join(name);
        // It went between listing and reading: then it names nothing.
        Some(retired::parse(&path, &text?).map(|manifest| (path, manifest)))
    };
    names.into_iter().zip(texts).filter_map(parsed).collect()
}

/// What was at the place on this machine that rows set aside have taken.
struct Beside {
    path: PathBuf,
    before: Option<Partial>,
}

impl Beside {
    /// A copy of what is at `path`.
    fn of(path: PathBuf) -> Result<Self> {
        let refused = |e| Error::writing(&path, e);
        let mut there = match fs::File::open(&path) {
            Ok(there) => there,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, before: None });
            }
            Err(e) => return Err(refused(e)),
        };
        let before = Partial::create(hidden(&path, ".before.partial"), &path)?;
        let copied = before.writer().and_then(|mut copy| io::copy(&mut there, &mut copy));
        copied.and_then(|_| before.sync()).map_err(refused)?;
        Ok(Self { path, before: Some(before) })
    }

    /// Puts it there again.
    fn take_back(self) -> Result<()> {
        let Self { path, before } = self;
        let outcome = match before {
            Some(before) => before.complete().place(&path),
            None => super::disk::remove(&path),
        };
        outcome.map_err(|e| Error::writing(&path, e))
    }
}

/// Puts rows set aside in their place on this machine, and tells what was there before.
fn put_rejects(rejects: Option<Rejects>) -> Result<Option<Beside>> {
    match rejects {
        Some((Some(Body::File(partial)), path)) => {
            let beside = Beside::of(path)?;
            let placed = partial.complete().place(&beside.path);
            placed.map_err(|e| Error::writing(&beside.path, e))?;
            Ok(Some(beside))
        }
        Some((None, path)) => {
            let beside = Beside::of(path)?;
            super::disk::remove(&beside.path).map_err(|e| Error::writing(&beside.path, e))?;
            Ok(Some(beside))
        }
        // That of an object was staged.
        Some((Some(Body::Object(_)), _)) | None => Ok(None),
    }
}

/// A name that no other run has.
fn run() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests;
