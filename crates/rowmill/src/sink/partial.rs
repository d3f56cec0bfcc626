//! A file that has no name yet: under construction, then complete.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::disk;
use super::written::Written;
use crate::error::{Error, Result};

/// How often the file may be moved away from under a run that is about to claim it.
const TRIES: usize = 16;

/// A file under construction: locked, so that no other run takes it, and removed when it is
/// dropped.
///
/// The lock is the operating system's and ends with the process, so what a dead run has left is
/// simply written over.
#[derive(Debug)]
pub(crate) struct Partial {
    // Before `file`, whose lock holds until the name is free again.
    complete: Complete,
    file: File,
}

/// A file that has all its bytes and waits for its name. It is removed when it is dropped, unless
/// it has been [placed](Self::place) or is to be [kept](Self::keep).
#[derive(Debug)]
pub(crate) struct Complete {
    path: PathBuf,
    kept: bool,
    /// Keeps the lock.
    _file: Option<File>,
}

impl Partial {
    /// Claims the file at `path` and empties it. `purpose` is the path that a refusal names.
    pub(crate) fn create(path: PathBuf, purpose: &Path) -> Result<Self> {
        let refused = |cause| Error::writing(purpose, cause);
        for _ in 0..TRIES {
            // Emptied only under the lock: until then it may be another run's.
            let file = disk::open(&path).map_err(refused)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::locked(purpose, "another run is writing here"));
                }
                // A file system without locks: then only the names keep runs apart.
                Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(e)) => return Err(refused(e)),
            }
            // Between opening and locking, the run before may have given the file its final name
            // or removed it; that file is not ours to empty.
            if is_at(&file, &path) {
                let complete = Complete { path, kept: false, _file: None };
                disk::empty(&file).map_err(refused)?;
                return Ok(Self { complete, file });
            }
        }
        Err(Error::locked(purpose, format!("{} cannot be claimed", path.display())))
    }

    /// Removes what a run that died has left at `path`, where nothing can have been left but such a
    /// file. What is locked, or no file, stays.
    pub(crate) fn clear(path: PathBuf) {
        if fs::symlink_metadata(&path).is_ok_and(|there| there.is_file()) {
            let purpose = path.clone();
            // What cannot be removed does no harm: nobody looks for such names.
            drop(Self::create(path, &purpose));
        }
    }

    /// Removes it, and tells if that is refused.
    pub(super) fn discard(self) -> io::Result<()> {
        disk::remove(&self.complete.path)
    }

    /// What writes to the file, behind what was written before.
    pub(crate) fn writer(&self) -> io::Result<Written> {
        Ok(Written::new(self.file.try_clone()?))
    }

    /// Its size.
    pub(crate) fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Waits until the contents are on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        disk::sync(&self.file)
    }

    /// Nothing more will be written. The file stays locked.
    pub(crate) fn complete(self) -> Complete {
        let Self { mut complete, file } = self;
        complete._file = Some(file);
        complete
    }

    /// The same for a file in a folder that is locked itself: this one is closed, since a run may
    /// have more parts than a process may have open files.
    pub(crate) fn close(self) -> Complete {
        self.complete
    }
}

impl Complete {
    /// Gives the file its final name, in the same file system. What has that name is replaced.
    pub(crate) fn place(mut self, target: &Path) -> io::Result<()> {
        disk::rename(&self.path, target)?;
        self.kept = true;
        Ok(())
    }

    /// The name it has until then.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// From now on it is to outlive this value.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Complete {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done about it here; the next run removes it.
            let _ = disk::remove(&self.path);
        }
    }
}

/// Whether `file` is what lies at `path` now (and not behind a link there).
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| there.is_file())
}
