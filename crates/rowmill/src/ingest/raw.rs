//! The files of an export as they came, kept beside what is made of them.
//!
//! They are written on the way from the download to the decoder, under names that nobody looks
//! for. A file gets its own name as soon as all its bytes are there, whatever becomes of the rows.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::job::{Input, Job};
use crate::sink::{Complete, PRIVATE, Partial, Written, beside, sync_folder_of};
use crate::source::Chunks;

/// Where the files go.
pub(super) struct RawFolder {
    folder: PathBuf,
    export: String,
    /// The file of checksums, from the moment in which the names are claimed. Its lock keeps other
    /// runs from the files of the export.
    claimed: Option<Partial>,
    /// Its lines, one for each file that has its name.
    lines: String,
    /// Files that get no name, and go with this value; `None` if they are to be kept.
    passing: Option<Vec<Complete>>,
}

impl RawFolder {
    pub(super) fn new(folder: PathBuf, export: &str) -> Self {
        let (claimed, lines) = (None, String::new());
        Self { folder, export: export.to_owned(), claimed, lines, passing: None }
    }

    /// Files in the output at `root`, where nobody looks, for as long as they are read again.
    pub(super) fn passing(root: &Path, export: &str) -> Self {
        Self { passing: Some(Vec::new()), ..Self::new(root.join(PRIVATE), export) }
    }

    pub(super) fn is_passing(&self) -> bool {
        self.passing.is_some()
    }

    /// The file of checksums: its presence says that all others are complete.
    fn checksums(&self) -> PathBuf {
        self.folder.join(format!("{}.xxh128", self.export))
    }

    /// The one in its place as long as files are missing.
    fn checksums_of_some(&self) -> PathBuf {
        self.folder.join(format!("{}.incomplete.xxh128", self.export))
    }

    fn path(&self, input: &Input) -> PathBuf {
        self.folder.join(format!("{}.jsonl", input.stem))
    }

    /// Whether an earlier run has kept these files.
    pub(super) fn holds<'a>(&self, files: impl IntoIterator<Item = &'a Input>) -> bool {
        let size = |path: &Path| fs::metadata(path).ok().map(|file| file.len());
        self.is_passing()
            || size(&self.checksums()).is_some()
                && files.into_iter().all(|input| size(&self.path(input)) == input.promised)
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
        let targets = files.into_iter().map(|input| self.path(input));
        job.make_folder(&self.folder)?;
        job.check_free(targets.chain([self.checksums(), self.checksums_of_some()]))?;
        let target = self.checksums();
        self.claimed = Some(Partial::create(beside(&target), &target)?);
        Ok(())
    }

    /// Lets the bytes of `chunks` pass into a file.
    pub(super) fn keep(&self, input: &Input, chunks: Chunks) -> Result<(Keeping, Chunks)> {
        let target = self.path(input);
        let partial = Partial::create(beside(&target), &target)?;
        let written = partial.writer().map_err(|e| Error::writing(&target, e))?;
        let file = RawFile { chunks, partial, target, written, ended: false };
        let file = Arc::new(Mutex::new(file));
        let kept = Kept(Arc::clone(&file));
        Ok((Keeping(file), Box::new(kept)))
    }

    /// Gives a file its name, and tells where it lies. The download has proved its size by then, or
    /// its chunks would have ended with an error.
    pub(super) fn complete(&mut self, keeping: Keeping) -> Result<PathBuf> {
        let file = Arc::into_inner(keeping.0).map(Mutex::into_inner);
        let file = file.ok_or_else(|| Error::internal("a kept file is still being written"))?;
        let RawFile { partial, target, written, ended, .. } =
            file.unwrap_or_else(PoisonError::into_inner);
        if !ended {
            return Err(Error::internal("a kept file has not been read to its end"));
        }
        if let Some(passing) = &mut self.passing {
            passing.push(partial.close());
            return Ok(beside(&target));
        }
        if self.lines.is_empty() {
            // What an earlier run has said of the files is not sure from here on.
            remove(&self.checksums())?;
        }
        let placed = partial.sync().and_then(|()| partial.close().place(&target));
        placed.map_err(|e| Error::writing(&target, e))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        self.lines.push_str(&format!("{:032x}  {name}\n", written.hash()));
        Ok(target)
    }

    /// Writes the checksums of all files, in the form that `xxhsum --check` reads.
    pub(super) fn finish(self) -> Result<()> {
        if self.is_passing() {
            return Ok(());
        }
        let (some, all) = (self.checksums_of_some(), self.checksums());
        self.write(&all)?;
        remove(&some)
    }

    /// The same where files are missing; nothing where all are.
    pub(super) fn finish_incomplete(self) -> Result<()> {
        let some = self.checksums_of_some();
        if self.lines.is_empty() { Ok(()) } else { self.write(&some) }
    }

    fn write(self, target: &Path) -> Result<()> {
        let partial = self.claimed.ok_or_else(|| Error::internal("raw files were not claimed"))?;
        let written = partial.writer().and_then(|mut file| file.write_all(self.lines.as_bytes()));
        written
            .and_then(|()| partial.sync())
            .and_then(|()| partial.complete().place(target))
            .and_then(|()| sync_folder_of(target))
            .map_err(|e| Error::writing(target, e))
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::writing(path, e)),
        _ => Ok(()),
    }
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
    partial: Partial,
    target: PathBuf,
    written: Written,
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
        self.written
            .write_all(&chunk)
            .map_err(|e| io::Error::other(Error::writing(&self.target, e)))?;
        Ok(Some(chunk))
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
