//! Where output goes: a file or a directory, on the disk or in a store.

use std::fs;
use std::path::{Path, PathBuf};

use super::commit;
use super::folder::{folder_of, hidden};
#[cfg(feature = "mews")]
use super::partial::Partial;
#[cfg(all(feature = "mews", feature = "cloud"))]
use super::remote::Remote;
#[cfg(feature = "cloud")]
use crate::cloud::Address;
use crate::error::{Error, Result};

/// The folder for all that is no data. Readers of lakes skip names that begin with `_`.
pub(crate) const PRIVATE: &str = "_rowmill";

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// One Parquet file at this path.
    File(PathBuf),
    /// Parts in this directory.
    Directory(PathBuf),
}

impl Target {
    /// A directory for many sources, or where there is one, or where the path ends like one; else
    /// a file. A URL is that of a directory unless it ends with `.parquet`: a store has no directories
    /// to look at.
    pub(crate) fn of(path: &Path, many: bool) -> Self {
        #[cfg(feature = "cloud")]
        if Address::of(path).is_some() {
            let single = !many && path.extension().is_some_and(|ending| ending == "parquet");
            let path = path.to_owned();
            return if single { Self::File(path) } else { Self::Directory(path) };
        }
        let named_directory = path.to_string_lossy().ends_with(std::path::is_separator);
        if many || named_directory || path.is_dir() {
            Self::Directory(path.to_owned())
        } else {
            Self::File(path.to_owned())
        }
    }

    /// Where the manifest of `job` goes; a single file has none.
    pub(crate) fn manifest_path(&self, job: &str) -> Option<PathBuf> {
        match self {
            Self::File(_) => None,
            Self::Directory(root) => Some(manifest_path(root, job)),
        }
    }

    /// The path that messages name.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Directory(path) => path,
        }
    }

    /// The folder that the names in a record count from.
    pub(super) fn base(&self) -> &Path {
        match self {
            Self::File(path) => folder_of(path),
            Self::Directory(root) => root,
        }
    }

    /// Where a commit is written down while it is carried out.
    pub(super) fn record(&self) -> PathBuf {
        match self {
            Self::File(path) => hidden(path, ".commit"),
            Self::Directory(root) => root.join(PRIVATE).join("commit.json"),
        }
    }

    /// Whether it is in a store.
    #[cfg(feature = "cloud")]
    pub(crate) fn is_remote(&self) -> bool {
        Address::of(self.path()).is_some()
    }

    /// Whoever has this file may write to the place.
    pub(super) fn lock(&self) -> PathBuf {
        match self {
            Self::File(path) => hidden(path, ".lock"),
            Self::Directory(root) => root.join(PRIVATE).join("lock"),
        }
    }

    /// Completes what an earlier run has begun to put in place.
    pub(super) fn recover(&self) -> Result<()> {
        let base = fs::canonicalize(self.base()).map_err(|e| Error::writing(self.path(), e))?;
        commit::recover(&self.record(), &base)
    }
}

/// Completes what a run into `directory` has begun that ended in the middle of its commit. What
/// another run holds is left to it.
#[cfg(feature = "mews")]
pub(crate) fn recover(directory: &Path) -> Result<()> {
    #[cfg(feature = "cloud")]
    if Address::of(directory).is_some() {
        return Remote::recover(directory);
    }
    let target = Target::Directory(directory.to_owned());
    if !target.record().exists() {
        return Ok(());
    }
    let Ok(_lock) = Partial::create(target.lock(), directory) else { return Ok(()) };
    target.recover()
}

/// Where the manifest of `job` lies below the output directory `root`.
pub(crate) fn manifest_path(root: &Path, job: &str) -> PathBuf {
    root.join(PRIVATE).join(format!("manifest-{job}.json"))
}
