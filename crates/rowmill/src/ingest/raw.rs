//! The files of an export as they came, kept beside what is made of them.
//!
//! They are written on the way from the download to the decoder, under names that nobody looks
//! for. A file gets its own name as soon as all its bytes are there, whatever becomes of the rows.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::job::{Input, Job};
use crate::settings::Settings;
use crate::sink::{Claimed, Draft, PRIVATE, Shelf};
use crate::source::{Chunks, Source};

/// Where the files go.
pub(super) struct RawFolder {
    shelf: Shelf,
    export: String,
    /// The file of checksums, from the moment in which the names are claimed. On a disk its lock keeps
    /// other runs from the files of the export; in a store they are replaced by equal ones.
    claimed: Option<Claimed>,
    /// Its lines, one for each file that has its name.
    lines: String,
    /// Where files lie that get no name and go with the run; `None` if they are to be kept.
    passing: Option<Passing>,
}

/// Files behind one another, in one that is made with the first of them.
#[derive(Default)]
struct Passing {
    file: Option<File>,
    bytes: u64,
}

impl RawFolder {
    pub(super) fn new(folder: PathBuf, export: &str, settings: &Settings) -> Result<Self> {
        let shelf = Shelf::new(folder, settings.means())?;
        let (claimed, lines) = (None, String::new());
        Ok(Self { shelf, export: export.to_owned(), claimed, lines, passing: None })
    }

    /// Files in the output at `root`, for as long as they are read again. Nobody else sees them.
    pub(super) fn passing(root: &Path, export: &str, settings: &Settings) -> Result<Self> {
        let folder = Self::new(root.join(PRIVATE), export, settings)?;
        Ok(Self { passing: Some(Passing::default()), ..folder })
    }

    pub(super) fn is_passing(&self) -> bool {
        self.passing.is_some()
    }

    /// The file of checksums: its presence says that all others are complete.
    fn checksums(&self) -> String {
        format!("{}.xxh128", self.export)
    }

    /// The one in its place as long as files are missing.
    fn checksums_of_some(&self) -> String {
        format!("{}.incomplete.xxh128", self.export)
    }

    /// Whether an earlier run has kept these files.
    pub(super) fn holds<'a>(&self, files: impl IntoIterator<Item = &'a Input>) -> bool {
        self.is_passing()
            || self.shelf.size(&self.checksums()).is_some()
                && files.into_iter().all(|input| self.shelf.size(&name(input)) == input.promised)
    }

    /// Claims the names, so that what may not be replaced is found before anything is fetched.
    pub(super) fn claim<'a>(
        &mut self,
        job: &mut Job,
        files: impl IntoIterator<Item = &'a Input>,
    ) -> Result<()> {
        if self.is_passing() {
            // The output is locked.
            return Ok(());
        }
        if self.shelf.is_on_disk() {
            job.make_folder(self.shelf.folder())?;
        }
        for name in files.into_iter().map(name).chain([self.checksums(), self.checksums_of_some()])
        {
            job.check_other(&self.shelf.path(&name))?;
            self.shelf.check_free(&name, job.overwrites())?;
        }
        self.claimed = Some(self.shelf.claim(&self.checksums())?);
        Ok(())
    }

    /// Lets the bytes of `chunks` pass into a file.
    pub(super) fn keep(&mut self, input: &Input, chunks: Chunks) -> Result<(Keeping, Chunks)> {
        let name = name(input);
        let draft = match &mut self.passing {
            Some(Passing { file: Some(file), .. }) => self.shelf.append(file)?,
            Some(Passing { file, .. }) => self.shelf.append(file.insert(self.shelf.unnamed()?))?,
            None => self.shelf.begin(&name)?,
        };
        let target = self.shelf.path(&name);
        let file = RawFile { chunks, draft, name, target, ended: false };
        let file = Arc::new(Mutex::new(file));
        let kept = Kept(Arc::clone(&file));
        Ok((Keeping(file), Box::new(kept)))
    }

    /// Gives a file its name, and what reads it again. The download has proved its size by then, or
    /// its chunks would have ended with an error.
    pub(super) fn complete(&mut self, keeping: Keeping) -> Result<Source> {
        let file = Arc::into_inner(keeping.0).map(Mutex::into_inner);
        let file = file.ok_or_else(|| Error::internal("a kept file is still being written"))?;
        let RawFile { draft, name, target, ended, .. } =
            file.unwrap_or_else(PoisonError::into_inner);
        if !ended {
            return Err(Error::internal("a kept file has not been read to its end"));
        }
        if let Some(passing) = &mut self.passing {
            let (start, bytes) = (passing.bytes, draft.close()?);
            passing.bytes += bytes;
            let file = passing.file.as_ref().map(File::try_clone);
            let file = file.transpose().map_err(|e| Error::writing(&target, e))?;
            return Ok(Source::reader(name, Section { file, start, left: bytes }));
        }
        if self.lines.is_empty() {
            // What an earlier run has said of the files is not sure from here on.
            self.shelf.remove(&self.checksums())?;
        }
        let finished = draft.finish()?;
        let hash = finished.hash;
        finished.place()?;
        self.lines.push_str(&format!("{hash:032x}  {name}\n"));
        Ok(Source::path(target))
    }

    /// Writes the checksums of all files, in the form that `xxhsum --check` reads.
    pub(super) fn finish(mut self) -> Result<()> {
        if self.is_passing() {
            return Ok(());
        }
        self.write(&self.checksums())?;
        self.shelf.remove(&self.checksums_of_some())
    }

    /// The same where files are missing; nothing where all are.
    pub(super) fn finish_incomplete(mut self) -> Result<()> {
        if self.lines.is_empty() { Ok(()) } else { self.write(&self.checksums_of_some()) }
    }

    fn write(&mut self, name: &str) -> Result<()> {
        let claimed = self.claimed.take();
        let claimed = claimed.ok_or_else(|| Error::internal("raw files were not claimed"))?;
        self.shelf.write(claimed, name, &self.lines)
    }
}

/// What a file of the export is called.
fn name(input: &Input) -> String {
    format!("{}.jsonl", input.stem)
}

/// A file that is being written.
pub(super) struct Keeping(Arc<Mutex<RawFile>>);

impl Keeping {
    /// Takes in what is still to come of it, after nobody else reads it any more.
    pub(super) fn take_the_rest(&self) -> io::Result<()> {
        let mut file = locked(&self.0);
        while file.next_chunk()?.is_some() {}
        Ok(())
    }
}

struct RawFile {
    chunks: Chunks,
    draft: Draft,
    name: String,
    target: PathBuf,
    /// All bytes are there.
    ended: bool,
}

impl RawFile {
    /// The next chunk, which is written down first.
    fn next_chunk(&mut self) -> io::Result<Option<Bytes>> {
        if self.ended {
            return Ok(None);
        }
        let Some(chunk) = self.chunks.next().transpose()? else {
            self.ended = true;
            return Ok(None);
        };
        self.draft
            .write_all(&chunk)
            .map_err(|e| io::Error::other(Error::writing(&self.target, e)))?;
        Ok(Some(chunk))
    }
}

/// Reads one of the files that lie behind one another. One is read at a time.
struct Section {
    file: Option<File>,
    start: u64,
    left: u64,
}

impl Read for Section {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(file) = self.file.as_mut().filter(|_| self.left > 0) else { return Ok(0) };
        file.seek(SeekFrom::Start(self.start))?;
        let bytes = file.take(self.left).read(into)?;
        if bytes == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.start += bytes as u64;
        self.left -= bytes as u64;
        Ok(bytes)
    }
}

fn locked(file: &Mutex<RawFile>) -> MutexGuard<'_, RawFile> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Chunks that are written down before they are passed on.
struct Kept(Arc<Mutex<RawFile>>);

impl Iterator for Kept {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        locked(&self.0).next_chunk().transpose()
    }
}
