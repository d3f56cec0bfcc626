//! The place of the output: claimed, filled, and committed.
//!
//! Everything is written under names that no reader looks at. When the whole run has succeeded, the
//! files are put in place, see [`commit`](super::commit). Until then, dropping an [`Output`] removes
//! every trace of it.

mod aside;
mod columns;
mod partitions;
mod there;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(crate) use self::aside::Seen;
#[cfg(feature = "mews")]
pub(crate) use self::partitions::check_partitioning;
use super::commit::Record;
use super::draft::{Body, Draft};
use super::folder::{MadeFolders, beside, check_folder, check_free, check_twins, folder_of};
use super::manifest::Manifest;
use super::options::ParquetOptions;
use super::part::{FinishedPart, PartWriter};
use super::partial::{Complete, Partial};
#[cfg(feature = "cloud")]
use super::remote::Remote;
use super::retired::Retired;
use super::spill::Spill;
use super::target::{PRIVATE, Target, manifest_path};
use crate::arrow::SchemaRef;
#[cfg(feature = "cloud")]
use crate::cloud::{Address, Uploaded};
use crate::error::{Error, ErrorKind, Result, code};

/// What writing takes of a run.
pub(crate) struct Means {
    /// Ends the waiting for a store.
    #[cfg(feature = "cloud")]
    pub(crate) cancel: crate::cancel::Cancel,
    /// Bytes that are sent to a store at a time.
    #[cfg(feature = "cloud")]
    pub(crate) piece: usize,
}

/// Where rejects go in the end: what has them and its place, or a place that nothing is left to lie in.
pub(crate) type Rejects = (Option<Body>, PathBuf);

/// The output of one run. The fields are dropped from the first to the last: what is in a folder
/// goes before the folder.
pub(crate) struct Output {
    /// Complete files and the names they will have.
    staged: Vec<(Complete, PathBuf)>,
    /// Holds the place against other runs. A store has no locks.
    _lock: Option<Partial>,
    /// The place, where it is one in a store.
    #[cfg(feature = "cloud")]
    remote: Option<Remote>,
    #[cfg(feature = "cloud")]
    means: Means,
    made: MadeFolders,
    target: Target,
    entity: Option<String>,
    overwrite: bool,
    /// What is read.
    sources: Vec<String>,
    /// Files that are there under names that the run has claimed.
    replaced: Vec<PathBuf>,
    /// What goes with them.
    retired: Retired,
}

impl Output {
    /// Claims the place, completes what an earlier run has not, and removes what it has left.
    ///
    /// # Errors
    /// It cannot be written to, another run holds it, or what an earlier one has begun cannot be
    /// completed.
    pub(crate) fn open(target: Target, entity: Option<String>, means: Means) -> Result<Self> {
        let mut made = MadeFolders::default();
        #[cfg(feature = "cloud")]
        {
            let single = matches!(target, Target::File(_));
            let remote = Remote::open(target.path(), single, &means.cancel, means.piece)?;
            if remote.is_some() {
                let output = Self::in_place(target, entity, made, None, means);
                return Ok(Self { remote, ..output });
            }
        }
        match &target {
            Target::File(path) => {
                check_folder(path)?;
                // What is no file is never replaced.
                check_free(path, true)?;
            }
            Target::Directory(root) => {
                if root.exists() && !root.is_dir() {
                    let message = "is a file, and a directory is needed";
                    return Err(Error::output(root, message).with_code(code::NOT_A_FILE));
                }
                made.make(&root.join(PRIVATE)).map_err(|e| Error::writing(root, e))?;
            }
        }
        let lock = Partial::create(target.lock(), target.path())?;
        target.recover()?;
        let output = Self::in_place(target, entity, made, Some(lock), means);
        output.remove_leftovers();
        Ok(output)
    }

    fn in_place(
        target: Target,
        entity: Option<String>,
        made: MadeFolders,
        lock: Option<Partial>,
        means: Means,
    ) -> Self {
        #[cfg(not(feature = "cloud"))]
        let Means {} = means;
        Self {
            staged: Vec::new(),
            _lock: lock,
            #[cfg(feature = "cloud")]
            remote: None,
            #[cfg(feature = "cloud")]
            means,
            made,
            target,
            entity,
            overwrite: false,
            sources: Vec::new(),
            replaced: Vec::new(),
            retired: Retired::default(),
        }
    }

    /// Lets the run replace what is there already.
    pub(crate) fn overwrite(&mut self, overwrite: bool) {
        self.overwrite = overwrite;
    }

    #[cfg(feature = "mews")]
    pub(crate) fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// Removes what a run that died has left. What cannot be removed does no harm: readers do not
    /// look there.
    fn remove_leftovers(&self) {
        match &self.target {
            Target::File(path) => {
                let mut record = self.target.record().into_os_string();
                record.push(".partial");
                for leftover in [beside(path), beside(&self.rejects_path().0), record.into()] {
                    Partial::clear(leftover);
                }
            }
            Target::Directory(root) => {
                let Ok(entries) = fs::read_dir(root.join(PRIVATE)) else { return };
                for path in entries.flatten().map(|entry| entry.path()) {
                    if path.extension().is_some_and(|extension| extension == "partial") {
                        Partial::clear(path);
                    }
                }
            }
        }
    }

    /// Where the output goes.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Where the part goes whose stem is `stem`.
    pub(crate) fn part_path(&self, stem: &str) -> PathBuf {
        match &self.target {
            Target::File(path) => path.clone(),
            Target::Directory(_) => self.table().join(format!("{stem}.parquet")),
        }
    }

    /// The folder that parts lie in, or the directories of partitions.
    pub(crate) fn table(&self) -> PathBuf {
        let base = self.target.base();
        self.entity.as_ref().map_or(base.to_owned(), |name| base.join(name))
    }

    /// Where rows go that are set aside, if nothing else is said; and whether that file gathers
    /// those of many runs.
    pub(crate) fn rejects_path(&self) -> (PathBuf, bool) {
        match &self.target {
            Target::File(path) => {
                let mut name = path.as_os_str().to_owned();
                name.push(".rejects.jsonl");
                (name.into(), false)
            }
            Target::Directory(root) => (root.join(PRIVATE).join("rejects.jsonl"), true),
        }
    }

    /// How a manifest names `path`: from the output directory, with `/`.
    pub(crate) fn relative(&self, path: &Path) -> String {
        #[cfg(feature = "cloud")]
        if let (Some(_), Target::File(path)) = (&self.remote, &self.target) {
            return path.display().to_string();
        }
        let path = match &self.target {
            Target::File(_) => path,
            Target::Directory(root) => path.strip_prefix(root).unwrap_or(path),
        };
        let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
        names.join("/")
    }

    /// The path of what a manifest names so.
    pub(crate) fn absolute(&self, name: &str) -> PathBuf {
        match &self.target {
            Target::File(path) => path.clone(),
            Target::Directory(root) => root.join(name),
        }
    }

    /// Refuses a path where something is that may not be replaced.
    pub(crate) fn check_free(&self, path: &Path) -> Result<()> {
        check_free(path, self.overwrite)
    }

    /// Makes sure that parts of these names can be written, made of `sources`, and that no row is
    /// lost of what they replace. Not all of them need to be written: what is there goes all the same.
    pub(crate) fn claim(&mut self, parts: &[PathBuf], sources: Vec<String>) -> Result<()> {
        self.sources = sources;
        #[cfg(feature = "cloud")]
        if let Some(remote) = &mut self.remote {
            if let [part, _, ..] = parts {
                remote.look_into_folder_of(part)?;
            }
            return self.replace(parts);
        }
        if let Target::Directory(_) = &self.target {
            let folder = self.table();
            self.made.make(&folder).map_err(|e| Error::writing(&folder, e))?;
            // Better to know it now than when everything has been read.
            let probe = Partial::create(folder.join(".rowmill.partial"), &folder)?;
            probe.discard().map_err(|e| Error::writing(&folder, e))?;
        }
        self.replace(parts)
    }

    /// The part of the claim that is about what is there.
    fn replace(&mut self, parts: &[PathBuf]) -> Result<()> {
        let mut there = Vec::new();
        for part in parts {
            if self.check_part(part)? && !self.replaced.contains(part) {
                there.push(part.clone());
            }
        }
        if matches!(self.target, Target::Directory(_)) && !there.is_empty() {
            let names: HashSet<String> = parts.iter().map(|part| self.relative(part)).collect();
            let names_one =
                |manifest: &Manifest| manifest.parts.iter().any(|part| names.contains(&part.path));
            let found = self.others(names_one)?;
            self.retired.replace(found, &self.sources)?;
            self.replaced.extend(there);
        }
        Ok(())
    }

    /// Makes sure that no source is in the directory twice, as its rows may lie in a part that has
    /// the name of another: what an earlier run has committed of one is replaced, or in the way.
    pub(crate) fn claim_sources(&mut self) -> Result<()> {
        if matches!(self.target, Target::File(_)) {
            return Ok(());
        }
        let sources: HashSet<&str> = self.sources.iter().map(String::as_str).collect();
        let shared = |manifest: &Manifest| {
            let mut names = manifest.sources.iter().map(|from| &from.name);
            let shared = names.find(|name| sources.contains(name.as_str())).cloned();
            shared.filter(|_| manifest.entity == self.entity)
        };
        let found = self.others(|manifest| shared(manifest).is_some())?;
        match found.first() {
            Some((path, manifest)) if !self.overwrite => {
                let name = shared(manifest).unwrap_or_default();
                let message = format!(
                    "rows of {name:?} are in this directory already; --overwrite (in code \
                     `.overwrite(true)`) replaces all that were committed with them"
                );
                Err(Error::output(path, message).with_code(code::EXISTS))
            }
            _ => self.retired.replace(found, &self.sources),
        }
    }

    /// Parts of earlier runs that go with those that are replaced.
    pub(crate) fn doomed(&self) -> impl Iterator<Item = PathBuf> {
        let root = self.target.base();
        self.retired.parts().map(|part| root.join(part))
    }

    /// Begins the part that goes to `target`; until then its name has `stem` in it. If it is
    /// `threaded`, a thread of its own writes it.
    pub(crate) fn begin(
        &mut self,
        target: PathBuf,
        stem: &str,
        schema: &SchemaRef,
        options: &ParquetOptions,
        threaded: bool,
    ) -> Result<PartWriter> {
        self.replace(std::slice::from_ref(&target))?;
        #[cfg(feature = "cloud")]
        if let Some(remote) = &mut self.remote {
            let upload = remote.begin(&target)?;
            return PartWriter::of_upload(upload, target, schema, options, threaded);
        }
        let partial = match &self.target {
            Target::File(path) => beside(path),
            Target::Directory(root) => {
                let entity = self.entity.as_ref().map(|name| format!("{name}-"));
                let entity = entity.unwrap_or_default();
                root.join(PRIVATE).join(format!("{entity}{stem}.parquet.partial"))
            }
        };
        let partial = Partial::create(partial, &target)?;
        PartWriter::new(partial, target, schema, options, threaded)
    }

    /// A file for rows of `schema` that wait to be written: beside the output, or where this machine keeps
    /// what is temporary.
    pub(crate) fn spill(&self, schema: &SchemaRef) -> Result<Spill> {
        let schema = SchemaRef::clone(schema);
        #[cfg(feature = "cloud")]
        if self.remote.is_some() {
            return Spill::new(std::env::temp_dir(), schema);
        }
        Spill::new(self.target.base().join(PRIVATE), schema)
    }

    /// Keeps a finished part for the commit.
    pub(crate) fn stage(&mut self, part: FinishedPart) {
        match part.body {
            Body::File(partial) => self.staged.push((partial.close(), part.target)),
            #[cfg(feature = "cloud")]
            Body::Object(uploaded) => {
                if let Some(remote) = &mut self.remote {
                    remote.stage(uploaded, &part.target);
                }
            }
        }
    }

    /// Makes a folder beside the output; it is removed if nothing lies in it in the end.
    #[cfg(feature = "mews")]
    pub(crate) fn make_folder(&mut self, folder: &Path) -> Result<()> {
        self.made.make(folder).map_err(|e| Error::writing(folder, e))
    }

    /// [`commit`](Self::commit), in a store.
    #[cfg(feature = "cloud")]
    pub(super) fn commit_to(
        mut self,
        remote: Remote,
        rejects: Option<Rejects>,
        manifest: Option<Manifest>,
    ) -> Result<()> {
        let root = self.target.path().to_owned();
        let manifest = match manifest {
            Some(manifest) => {
                let path = manifest_path(&root, &manifest.job);
                if let Some(there) = remote.manifest(&path)? {
                    self.retired.add_one(path.clone(), there);
                }
                Some((path, text(&manifest)?))
            }
            None => None,
        };
        remote.commit(&root, rejects, manifest, &self.retired, &self.replaced)
    }

    /// Puts everything in place: the parts, `rejects`, then the manifest.
    ///
    /// # Errors
    /// Before anything has got its name: then all is as it was. Or while names are given: then
    /// whoever opens the place next completes it.
    pub(crate) fn commit(
        mut self,
        rejects: Option<Rejects>,
        manifest: Option<Manifest>,
    ) -> Result<()> {
        if manifest.as_ref().is_some_and(|manifest| !manifest.holds()) {
            let message = "not committed: what was read and what was written do not add up";
            return Err(Error::internal(message).in_file(self.target.path().display().to_string()));
        }
        #[cfg(feature = "cloud")]
        if let Some(remote) = self.remote.take() {
            return self.commit_to(remote, rejects, manifest);
        }
        let place = self.target.path().to_owned();
        let base = fs::canonicalize(self.target.base()).map_err(|e| Error::writing(&place, e))?;
        let mut record = Record::new();
        let folders: BTreeSet<&Path> =
            self.staged.iter().map(|(_, target)| folder_of(target)).collect();
        let made = self.made.make_all(folders.iter().copied());
        made.map_err(|e| Error::writing(&place, e))?;
        folders.into_iter().try_for_each(|folder| check_twins(folder, self.target.base()))?;
        for (file, target) in &self.staged {
            check_free(target, self.overwrite)?;
            record.place(file.path(), target, &base)?;
        }
        #[cfg(feature = "cloud")]
        let mut objects = Vec::new();
        match rejects {
            Some((Some(Body::File(partial)), path)) => {
                let file = partial.complete();
                record.place(file.path(), &path, &base)?;
                self.staged.push((file, path));
            }
            #[cfg(feature = "cloud")]
            Some((Some(Body::Object(uploaded)), path)) => {
                record.objects().place(&uploaded, &path);
                objects.push(uploaded);
            }
            #[cfg(feature = "cloud")]
            Some((None, path)) if Address::of(&path).is_some() => record.objects().remove(&path)?,
            Some((None, path)) => record.remove(&path, &base)?,
            None => {}
        }
        if let (Some(manifest), Target::Directory(root)) = (manifest, &self.target) {
            let path = manifest_path(root, &manifest.job);
            self.retired.add(&path)?;
            for manifest in self.retired.manifests() {
                record.retire(manifest, &base)?;
            }
            for part in self.retired.parts().map(|part| root.join(part)).chain(self.replaced) {
                record.remove(&part, &base)?;
            }
            let file = written(&path, &manifest)?.complete();
            record.place_manifest(file.path(), &path, &base)?;
            self.staged.push((file, path));
        }
        if record.is_one_step() {
            return record.steps(&base);
        }
        let path = self.target.record();
        let record = record.write(&path)?;
        for (file, _) in &mut self.staged {
            file.keep();
        }
        #[cfg(feature = "cloud")]
        objects.iter_mut().for_each(Uploaded::keep);
        // Files are bound to get their names in them.
        self.made.keep();
        record.carry_out(&path, &base).map_err(|error| {
            let message = format!(
                "{error}; all of it is written, and the next run into this place puts it there"
            );
            Error::new(ErrorKind::Output, message).because(error)
        })
    }
}

/// The manifest in a file that waits for its name.
fn written(path: &Path, manifest: &Manifest) -> Result<Partial> {
    let text = text(manifest)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    let partial = Partial::create(name.into(), path)?;
    let result = partial.writer().and_then(|mut file| file.write_all(text.as_bytes()));
    result.and_then(|()| partial.sync()).map_err(|e| Error::writing(path, e))?;
    Ok(partial)
}

fn text(manifest: &Manifest) -> Result<String> {
    let text = serde_json::to_string_pretty(manifest);
    text.map(|text| text + "\n").map_err(|e| Error::internal(e.to_string()))
}
