//! Earlier commits that a run replaces: their manifests, and all the parts that these name.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::manifest::Manifest;
use crate::error::{Error, Result};

/// What goes when the run is committed.
#[derive(Default)]
pub(super) struct Retired(Vec<(PathBuf, Manifest)>);

impl Retired {
    /// The manifests in the `private` folder that this is true of, without those that are known.
    ///
    /// # Errors
    /// One of them cannot be understood.
    pub(super) fn others(
        &self,
        private: &Path,
        wanted: impl Fn(&Manifest) -> bool,
    ) -> Result<Vec<(PathBuf, Manifest)>> {
        let mut found = Vec::new();
        let entries = fs::read_dir(private).map_err(|e| Error::writing(private, e))?;
        for entry in entries {
            let path = entry.map_err(|e| Error::writing(private, e))?.path();
            if !is_manifest(&path) || self.knows(&path) {
                continue;
            }
            let manifest = read(&path)?;
            if wanted(&manifest) {
                found.push((path, manifest));
            }
        }
        Ok(found)
    }

    /// Adds manifests of what is replaced by rows of `sources`.
    ///
    /// # Errors
    /// One of them tells of rows of other sources.
    pub(super) fn replace(
        &mut self,
        found: Vec<(PathBuf, Manifest)>,
        sources: &[String],
    ) -> Result<()> {
        found.iter().try_for_each(|(path, manifest)| check(path, manifest, sources))?;
        self.0.extend(found);
        Ok(())
    }

    /// Adds the manifest at `path`, if there is one: that of the same job.
    pub(super) fn add(&mut self, path: &Path) -> Result<()> {
        if !self.knows(path) && path.exists() {
            self.0.push((path.to_owned(), read(path)?));
        }
        Ok(())
    }

    /// Of these, the ones that this is true of, without those that are known.
    #[cfg(feature = "cloud")]
    pub(super) fn others_of(
        &self,
        all: &[(PathBuf, Manifest)],
        wanted: impl Fn(&Manifest) -> bool,
    ) -> Vec<(PathBuf, Manifest)> {
        let others = all.iter().filter(|(path, one)| !self.knows(path) && wanted(one));
        others.cloned().collect()
    }

    /// Adds the manifest at `path`: that of the same job.
    #[cfg(feature = "cloud")]
    pub(super) fn add_one(&mut self, path: PathBuf, manifest: Manifest) {
        if !self.knows(&path) {
            self.0.push((path, manifest));
        }
    }

    fn knows(&self, path: &Path) -> bool {
        self.0.iter().any(|(known, _)| known == path)
    }

    pub(super) fn manifests(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(path, _)| path.as_path())
    }

    /// The parts they name, as paths from the output directory.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|(_, manifest)| &manifest.parts).map(|part| part.path.as_str())
    }
}

/// Whether it is a manifest, by its name.
pub(super) fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("manifest-") && name.ends_with(".json")
}

fn read(path: &Path) -> Result<Manifest> {
    let text = match fs::read(path) {
        // It went between listing and reading: then it names nothing.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Manifest::default()),
        text => text.map_err(|e| Error::writing(path, e))?,
    };
    parse(path, &text)
}

/// The manifest at `path`, which has this text.
pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Manifest> {
    let manifest = Manifest::read(text);
    let inside =
        |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    manifest.filter(|manifest| manifest.parts.iter().all(|part| inside(&part.path))).ok_or_else(
        || {
            let message = "is no manifest that this version understands, so nobody knows which parts \
                           it is about, and none is replaced";
            Error::output(path, message)
        },
    )
}

/// Refuses to lose rows: those of a source that is not read again.
fn check(path: &Path, manifest: &Manifest, sources: &[String]) -> Result<()> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for source in sources {
        *left.entry(source.as_str()).or_default() += 1;
    }
    for source in &manifest.sources {
        match left.get_mut(source.name.as_str()) {
            Some(times) if *times > 0 => *times -= 1,
            _ => {
                let message = format!(
                    "parts that would be replaced were committed together with the rows of {:?}, \
                     which this run does not read: they would be lost; read it too, or write to \
                     another directory",
                    source.name
                );
                return Err(Error::output(path, message));
            }
        }
    }
    Ok(())
}
