//! The files of an export as they came, kept beside what is made of them.
//!
//! They are written on the way from the download to the decoder, under names that nobody looks
//! for, and get their own ones together with the parts: all of them or none.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use twox_hash::XxHash3_128;

use crate::error::{Error, Result};
use crate::job::{Input, Job};
use crate::sink::{Partial, beside};
use crate::source::Chunks;

/// Where the files go.
pub(super) struct RawFolder {
    folder: PathBuf,
    export: String,
    /// The file of checksums, from the moment in which the names are claimed. Its lock keeps other
    /// runs from the files of the export.
    claimed: Option<Partial>,
    /// Its lines.
    lines: String,
}

impl RawFolder {
    pub(super) fn new(folder: PathBuf, export: &str) -> Self {
        Self { folder, export: export.to_owned(), claimed: None, lines: String::new() }
    }

    /// The file of checksums: its presence says that the others are complete.
    pub(super) fn checksums(&self) -> PathBuf {
        self.folder.join(format!("{}.xxh128", self.export))
    }

    fn path(&self, input: &Input) -> PathBuf {
        self.folder.join(format!("{}.jsonl", input.stem))
    }

    /// Whether an earlier run has kept these files.
    pub(super) fn holds<'a>(&self, files: impl IntoIterator<Item = &'a Input>) -> bool {
        let size = |path: &Path| fs::metadata(path).ok().map(|file| file.len());
        size(&self.checksums()).is_some()
            && files.into_iter().all(|input| size(&self.path(input)) == input.promised)
    }

    /// Claims the names, so that what may not be replaced is found before anything is fetched.
    pub(super) fn claim<'a>(
        &mut self,
        job: &mut Job,
        files: impl IntoIterator<Item = &'a Input>,
    ) -> Result<()> {
        let targets = files.into_iter().map(|input| self.path(input));
        job.make_folder(&self.folder)?;
        job.check_free(targets.chain([self.checksums()]))?;
        let target = self.checksums();
        self.claimed = Some(Partial::create(beside(&target), &target)?);
        Ok(())
    }

    /// Lets the bytes of `chunks` pass into a file.
    pub(super) fn keep(&self, input: &Input, chunks: Chunks) -> Result<(Keeping, Chunks)> {
        let target = self.path(input);
        let partial = Partial::create(beside(&target), &target)?;
        let file = Arc::new(Mutex::new(RawFile { partial, target, hash: XxHash3_128::new() }));
        let kept = Kept { chunks, file: Arc::clone(&file) };
        Ok((Keeping(file), Box::new(kept)))
    }

    /// The file is complete: it gets its name with the parts of `job`.
    pub(super) fn complete(&mut self, job: &mut Job, keeping: Keeping) -> Result<()> {
        let file = Arc::into_inner(keeping.0).map(Mutex::into_inner);
        let file = file.ok_or_else(|| Error::internal("a kept file is still being written"))?;
        let RawFile { partial, target, hash } = file.unwrap_or_else(PoisonError::into_inner);
        partial.sync().map_err(|e| Error::writing(&target, e))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        self.lines.push_str(&format!("{:032x}  {name}\n", hash.finish_128()));
        // Closed, since there may be more files than a process may have open.
        job.place_too(partial.close(), target);
        Ok(())
    }

    /// Writes the checksums of all files, in the form that `xxhsum --check` reads.
    pub(super) fn finish(self, job: &mut Job) -> Result<()> {
        let target = self.checksums();
        let partial = self.claimed.ok_or_else(|| Error::internal("raw files were not claimed"))?;
        let written = partial.file().write_all(self.lines.as_bytes());
        written.and_then(|()| partial.sync()).map_err(|e| Error::writing(&target, e))?;
        job.place_too(partial.complete(), target);
        Ok(())
    }
}

/// A file that is being written.
pub(super) struct Keeping(Arc<Mutex<RawFile>>);

struct RawFile {
    partial: Partial,
    target: PathBuf,
    hash: XxHash3_128,
}

impl RawFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.write(bytes);
        let written = self.partial.file().write_all(bytes);
        written.map_err(|e| io::Error::other(Error::writing(&self.target, e)))
    }
}

/// Chunks that are written down before they are passed on.
struct Kept {
    chunks: Chunks,
    file: Arc<Mutex<RawFile>>,
}

impl Iterator for Kept {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunks.next()?;
        Some(chunk.and_then(|chunk| {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write(&chunk).map(|()| chunk)
        }))
    }
}
