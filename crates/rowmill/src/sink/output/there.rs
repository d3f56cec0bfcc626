//! What is at the place of the output already, on the disk or in a store.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
#[cfg(feature = "cloud")]
use parquet::file::reader::Length;

#[cfg(feature = "cloud")]
use super::super::folder::is_there;
use super::super::manifest::Manifest;
use super::{Output, PRIVATE};
use crate::error::Result;

impl Output {
    /// Whether it is on a disk of this machine, and not in a store.
    pub(super) fn is_on_disk(&self) -> bool {
        #[cfg(feature = "cloud")]
        if self.remote.is_some() {
            return false;
        }
        true
    }

    /// Whether there is a file of the output at `path`.
    pub(crate) fn has(&self, path: &Path) -> Result<bool> {
        #[cfg(feature = "cloud")]
        if let Some(remote) = &self.remote {
            return remote.has(path);
        }
        Ok(path.exists())
    }

    /// The bytes of a small file of the output; `None` where they cannot be had.
    pub(crate) fn read(&self, path: &Path) -> Option<Vec<u8>> {
        #[cfg(feature = "cloud")]
        if let Some(remote) = &self.remote {
            return remote.read(path).ok()?;
        }
        fs::read(path).ok()
    }

    /// The size of a Parquet file of the output and what its footer says; `None` where they cannot be
    /// had.
    pub(crate) fn footer(&self, path: &Path) -> Option<(u64, ArrowReaderMetadata)> {
        let options = ArrowReaderOptions::default();
        #[cfg(feature = "cloud")]
        if let Some(remote) = &self.remote {
            let file = remote.file(path).ok()??;
            return Some((file.len(), ArrowReaderMetadata::load(&file, options).ok()?));
        }
        let file = File::open(path).ok()?;
        Some((file.metadata().ok()?.len(), ArrowReaderMetadata::load(&file, options).ok()?))
    }

    /// Whether something is at `part`, which is refused if it may not be replaced.
    pub(super) fn check_part(&mut self, part: &Path) -> Result<bool> {
        #[cfg(feature = "cloud")]
        if let Some(remote) = &mut self.remote {
            let there = remote.is_there(part)?;
            return if there && !self.overwrite { Err(is_there(part)) } else { Ok(there) };
        }
        self.check_free(part)?;
        Ok(fs::symlink_metadata(part).is_ok())
    }

    /// What `job` has committed in the directory goes with the commit of this one.
    ///
    /// # Errors
    /// Its manifest cannot be read or be understood.
    #[cfg(feature = "mews")]
    pub(crate) fn retire(&mut self, job: &str) -> Result<()> {
        let Some(path) = self.target.manifest_path(job) else { return Ok(()) };
        #[cfg(feature = "cloud")]
        if let Some(remote) = &self.remote {
            if let Some(manifest) = remote.manifest(&path)? {
                self.retired.add_one(path, manifest);
            }
            return Ok(());
        }
        self.retired.add(&path)
    }

    /// The manifests in the directory that this is true of, without those that go anyway.
    pub(super) fn others(
        &self,
        wanted: impl Fn(&Manifest) -> bool,
    ) -> Result<Vec<(PathBuf, Manifest)>> {
        let root = self.target.path();
        #[cfg(feature = "cloud")]
        if let Some(remote) = &self.remote {
            return Ok(self.retired.others_of(remote.manifests(root)?, wanted));
        }
        self.retired.others(&root.join(PRIVATE), wanted)
    }
}
