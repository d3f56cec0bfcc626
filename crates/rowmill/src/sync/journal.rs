//! The journal: what was asked of the API, and what became of it.
//!
//! A file of JSON Lines that only grows. Each line says what has happened to one export, and is on
//! the disk before anything else is done: the API has no list of exports, so an id that is lost
//! cannot be looked up. Tokens and links are never in it.
//!
//! In a store it is an object that is written anew for each line ([`Afar`]).

#[cfg(feature = "cloud")]
mod afar;

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rowmill_mews::chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[cfg(feature = "cloud")]
use self::afar::Afar;
use super::window::{Filter, Subject};
use crate::error::{Error, ErrorKind, Result};
use crate::sink::{MadeFolders, sync_folder_of};

/// The version of the lines.
const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    /// When it was written.
    at: DateTime<Utc>,
    event: Event,
    #[serde(flatten)]
    subject: Subject,
    #[serde(flatten)]
    filter: Filter,
    /// When the export was asked for, by the clock of this machine.
    asked: DateTime<Utc>,
    /// The same by the clock of the server, if that is behind.
    #[serde(default)]
    asked_there: Option<DateTime<Utc>>,
    /// Its id, as soon as it is known.
    #[serde(default)]
    export: Option<String>,
}

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Event {
    /// `exports/add` is about to be called.
    Asked,
    /// It certainly was not accepted.
    Refused,
    /// It was accepted, under this id.
    Added,
    /// The rows are in the output.
    Committed,
    /// There will be no rows: it failed, has expired, or is not known any more.
    Ended,
}

/// An export, or the request for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) subject: Subject,
    pub(super) filter: Filter,
    /// Taken before the request was made, so that the export lacks nothing that is older.
    pub(super) asked: DateTime<Utc>,
    /// The same by the clock of the server, if that is behind.
    pub(super) asked_there: Option<DateTime<Utc>>,
    pub(super) export: Option<String>,
}

pub(super) struct Journal {
    path: PathBuf,
    /// Locked. `None` as long as there is nothing to write: a run that is refused at once leaves
    /// nothing behind.
    file: Option<File>,
    /// The journal, where it is in a store.
    #[cfg(feature = "cloud")]
    afar: Option<Afar>,
    /// Requests of which no answer is known.
    asked: Vec<Work>,
    /// What is known of each export, in the order in which they were accepted.
    known: Vec<(Work, Event)>,
    /// The place of each among them, by its id in lower case: a journal of years has many.
    places: HashMap<String, usize>,
    /// Lines that are none, such as the last one of a run that was killed in the middle of it.
    damaged: usize,
    /// The last line has no end.
    torn: bool,
}

impl Journal {
    /// Reads the journal at `path` if there is one, and keeps other runs away from it.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let mut journal = Self {
            path,
            file: None,
            #[cfg(feature = "cloud")]
            afar: None,
            asked: Vec::new(),
            known: Vec::new(),
            places: HashMap::new(),
            damaged: 0,
            torn: false,
        };
        let path = &journal.path;
        #[cfg(feature = "cloud")]
        if let Some((afar, bytes)) = Afar::open(path)? {
            journal.read_all(&bytes)?;
            journal.afar = Some(afar);
            return Ok(journal);
        }
        let opened = match OpenOptions::new().read(true).append(true).open(path) {
            Ok(file) => Some(file),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(Error::writing(path, e)),
        };
        let Some(mut file) = opened else { return Ok(journal) };
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| Error::writing(path, e))?;
        journal.read_all(&bytes)?;
        journal.file = Some(file);
        Ok(journal)
    }

    fn read_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.torn = bytes.last().is_some_and(|last| *last != b'\n');
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.into_iter().try_for_each(|line| self.read(line))
    }

    fn read(&mut self, line: &[u8]) -> Result<()> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        // Another version may have other members, so this comes first.
        if let Ok(Version { version }) = serde_json::from_slice(line)
            && version != VERSION
        {
            let message = format!("was written by another version of rowmill (form {version})");
            return Err(
                Error::new(ErrorKind::Input, message).in_file(self.path.display().to_string())
            );
        }
        match serde_json::from_slice::<Record>(line) {
            Ok(Record { subject, filter, asked, asked_there, export, event, .. }) => {
                self.note(&Work { subject, filter, asked, asked_there, export }, event);
            }
            Err(_) => self.damaged += 1,
        }
        Ok(())
    }

    /// Lines that could not be read.
    pub(super) fn damaged(&self) -> usize {
        self.damaged
    }

    /// Exports of this subject that have been accepted and are neither committed nor ended.
    pub(super) fn open_exports(&self, subject: &Subject) -> Vec<Work> {
        let open = |(work, event): &&(Work, Event)| {
            work.subject == *subject && *event == Event::Added && work.export.is_some()
        };
        self.known.iter().filter(open).map(|(work, _)| work.clone()).collect()
    }

    /// An open export of the same type and another scope: the API lets one of a type run.
    pub(super) fn open_elsewhere(&self, subject: &Subject) -> Option<&str> {
        let (work, _) = self.known.iter().rev().find(|(work, event)| {
            *event == Event::Added
                && work.subject.entity == subject.entity
                && work.subject != *subject
        })?;
        work.export.as_deref()
    }

    /// When an export of this type was asked for of which no answer is known. It may exist.
    pub(super) fn unanswered(&self, entity: &str) -> Option<DateTime<Utc>> {
        self.asked.iter().rev().find(|work| work.subject.entity == entity).map(|work| work.asked)
    }

    /// The last committed export of exactly this.
    pub(super) fn committed(&self, subject: &Subject, filter: &Filter) -> Option<&str> {
        let (work, _) = self.known.iter().rev().find(|(work, event)| {
            *event == Event::Committed && work.subject == *subject && work.filter == *filter
        })?;
        work.export.as_deref()
    }

    /// The ids of all exports of exactly this that have come to their end.
    pub(super) fn over<'a>(
        &'a self,
        subject: &'a Subject,
        filter: &'a Filter,
    ) -> impl Iterator<Item = &'a str> {
        let over = move |(work, event): &&(Work, Event)| {
            matches!(event, Event::Committed | Event::Ended)
                && work.subject == *subject
                && work.filter == *filter
        };
        self.known.iter().filter(over).filter_map(|(work, _)| work.export.as_deref())
    }

    /// Whether the export with this id has been accepted and has not come to its end.
    pub(super) fn is_open(&self, id: &str) -> bool {
        self.place(id).is_some_and(|place| self.known[place].1 == Event::Added)
    }

    /// What is known of the export with this id.
    pub(super) fn find(&self, id: &str) -> Option<&Work> {
        self.place(id).map(|place| &self.known[place].0)
    }

    /// Makes sure that no other run has written a line: what was committed may only be told by the one
    /// that knows all lines. On a disk the lock keeps them away.
    pub(super) fn check(&self) -> Result<()> {
        #[cfg(feature = "cloud")]
        if let Some(afar) = &self.afar {
            return afar.check();
        }
        Ok(())
    }

    /// Writes a line and waits until it is on the disk.
    pub(super) fn record(&mut self, event: Event, work: &Work) -> Result<()> {
        let record = Record {
            version: VERSION,
            at: Utc::now(),
            event,
            subject: work.subject.clone(),
            filter: work.filter.clone(),
            asked: work.asked,
            asked_there: work.asked_there,
            export: work.export.clone(),
        };
        let mut line = serde_json::to_vec(&record).map_err(|e| Error::internal(e.to_string()))?;
        line.push(b'\n');
        if self.torn {
            // What was being written when a run was killed stays a line of its own.
            line.insert(0, b'\n');
        }
        self.write(&line)?;
        self.torn = false;
        self.note(work, event);
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> Result<()> {
        #[cfg(feature = "cloud")]
        if let Some(afar) = &mut self.afar {
            return afar.append(line);
        }
        let refused = |cause| Error::writing(&self.path, cause);
        let mut file = match &self.file {
            Some(file) => file,
            None => {
                let file = created(&self.path)?;
                self.file.insert(file)
            }
        };
        // If only a part of it gets there, the next line does not go on with it.
        self.torn = true;
        file.write_all(line).and_then(|()| file.sync_all()).map_err(refused)
    }

    /// Ids are the same in any case.
    fn place(&self, id: &str) -> Option<usize> {
        self.places.get(&id.to_ascii_lowercase()).copied()
    }

    fn note(&mut self, work: &Work, event: Event) {
        match event {
            Event::Asked => self.asked.push(work.clone()),
            Event::Refused => self.asked.retain(|asked| {
                (&asked.subject, &asked.filter, asked.asked)
                    != (&work.subject, &work.filter, work.asked)
            }),
            Event::Added => {
                // One of a type runs at a time: whatever was asked for before is over.
                self.asked.retain(|asked| asked.subject.entity != work.subject.entity);
                // An id stands for one export, whatever a journal says that was joined of two: what
                // it was asked for first and what became of it stays.
                self.known_as(work, event);
            }
            Event::Committed | Event::Ended => {
                if let Some((_, last)) = self.known_as(work, event)
                    // Rows that are in the output stay there.
                    && *last != Event::Committed
                {
                    *last = event;
                }
            }
        }
    }

    /// What is known of the export that `work` names, which is this if nothing was; `None` if it names none.
    fn known_as(&mut self, work: &Work, event: Event) -> Option<&mut (Work, Event)> {
        let id = work.export.as_ref()?.to_ascii_lowercase();
        let place = *self.places.entry(id).or_insert(self.known.len());
        if place == self.known.len() {
            self.known.push((work.clone(), event));
        }
        self.known.get_mut(place)
    }
}

/// A journal where there was none, with the folders on the way to it.
fn created(path: &Path) -> Result<File> {
    let refused = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AlreadyExists => Error::locked(path, "another run is writing here"),
        _ => Error::writing(path, cause),
    };
    let mut made = MadeFolders::default();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        made.make(folder).map_err(refused)?;
    }
    let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(refused)?;
    lock(&file, path)?;
    // The name must be as durable as what is about to be written.
    sync_folder_of(path).map_err(refused)?;
    Ok(file)
}

/// The lock is the operating system's and ends with the process.
fn lock(file: &File, path: &Path) -> Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Error::locked(path, "another run is writing here")),
        // A file system without locks: then nothing keeps runs apart but their user.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(e)) => Err(Error::writing(path, e)),
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // One that never got its first line is no journal.
        if self.file.is_some() && fs::metadata(&self.path).is_ok_and(|file| file.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests;
