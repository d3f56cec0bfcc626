//! The manifests of a directory, read by who does not write there yet.

use std::path::{Path, PathBuf};

use super::manifest::Manifest;
#[cfg(feature = "cloud")]
use super::remote;
use super::retired::{self, Retired};
use super::target::{PRIVATE, manifest_path};
#[cfg(feature = "cloud")]
use crate::cancel::Cancel;
#[cfg(feature = "cloud")]
use crate::cloud::{Address, Place};
use crate::error::{Error, Result};

/// Whether the manifest of `job` is in `directory`.
///
/// # Errors
/// Nobody can tell now.
pub(crate) fn has_manifest(directory: &Path, job: &str) -> Result<bool> {
    let path = manifest_path(directory, job);
    #[cfg(feature = "cloud")]
    if Address::of(directory).is_some() {
        let place = Place::new(directory, &Cancel::new())?;
        return Ok(place.look(&place.name(&path))?.is_some());
    }
    Ok(path.exists())
}

/// The manifest of `job` in `directory`, if there is one.
///
/// # Errors
/// It cannot be read or be understood.
pub(crate) fn manifest_of(directory: &Path, job: &str) -> Result<Option<Manifest>> {
    let path = manifest_path(directory, job);
    #[cfg(feature = "cloud")]
    if Address::of(directory).is_some() {
        let place = Place::new(directory, &Cancel::new())?;
        let there = place.read(&place.name(&path))?;
        return there.map(|(text, _)| retired::parse(&path, &text)).transpose();
    }
    match std::fs::read(&path) {
        Ok(text) => retired::parse(&path, &text).map(Some),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::writing(&path, e)),
    }
}

/// All manifests in `directory`, with their paths.
///
/// # Errors
/// One of them cannot be read or be understood.
pub(crate) fn all_manifests(directory: &Path) -> Result<Vec<(PathBuf, Manifest)>> {
    #[cfg(feature = "cloud")]
    if Address::of(directory).is_some() {
        let place = Place::new(directory, &Cancel::new())?;
        return remote::manifests(&place, PRIVATE, directory);
    }
    let private = directory.join(PRIVATE);
    if private.is_dir() { Retired::default().others(&private, |_| true) } else { Ok(Vec::new()) }
}
