//! A place that output goes to, and each step that can be taken there.
//!
//! Every change of a store is one function here, so that tests can let each of them fail in its turn,
//! as `sink/disk.rs` does for the disk.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as Key;
use object_store::{
    Error as Cause, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, PutPayload, PutResult, UpdateVersion,
};
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::runtime::{self, Task};
use super::store::Client;
use super::{faults, refusal};
use crate::cancel::Cancel;
use crate::error::{Error, Result};

/// Objects that are read or made at a time where there are many.
const AT_ONCE: usize = 16;

/// So long an upload that is given up may keep who gives it up.
const FAREWELL: Duration = Duration::from_secs(10);

/// A folder in a store. Names are counted from there and use `/`.
#[derive(Clone)]
pub(crate) struct Place {
    objects: Arc<dyn ObjectStore>,
    uploads: Arc<dyn MultipartStore>,
    /// Its URL, as paths are made of it.
    root: PathBuf,
    key: String,
    cancel: Cancel,
}

/// What tells one version of an object from others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    etag: Option<String>,
    version: Option<String>,
}

/// By the tag where there is one: that is what stores compare.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        match (&self.etag, &other.etag) {
            (Some(one), Some(two)) => one.trim_matches('"') == two.trim_matches('"'),
            _ => self.version.is_some() && self.version == other.version,
        }
    }
}

impl From<PutResult> for Version {
    fn from(put: PutResult) -> Self {
        Self { etag: put.e_tag, version: put.version }
    }
}

impl From<&ObjectMeta> for Version {
    fn from(meta: &ObjectMeta) -> Self {
        Self { etag: meta.e_tag.clone(), version: meta.version.clone() }
    }
}

/// An object that is there.
pub(crate) struct Seen {
    pub(crate) bytes: u64,
    pub(crate) version: Version,
}

/// An upload that has all its pieces, and the name of the object that it becomes.
pub(crate) struct Whole<'a> {
    pub(crate) name: &'a str,
    pub(crate) upload: &'a str,
    pub(crate) pieces: &'a [String],
}

/// When an object may be written.
pub(crate) enum If {
    /// In any case.
    Any,
    /// If there is none of this name.
    Free,
    /// If it is still this version.
    Is(Version),
}

impl Place {
    /// The folder at `root`, a URL. Waiting for its store ends when `cancel` says so.
    ///
    /// # Errors
    /// It is no URL of a store that can be written to.
    pub(crate) fn new(root: &Path, cancel: &Cancel) -> Result<Self> {
        let Some(address) = Address::of(root) else {
            return Err(Error::internal("no URL"));
        };
        let shown = address.shown();
        let (scheme, url, key) = address.parse()?;
        let client = Client::new(&scheme, &url, &shown, false)?;
        let Some(uploads) = client.uploads else {
            let message = "can only be read: output goes to files, or to s3, gs and az URLs";
            return Err(Error::usage(message).in_file(shown));
        };
        let (root, key) = (root.to_owned(), key.to_string());
        Ok(Self { objects: client.objects, uploads, root, key, cancel: cancel.clone() })
    }

    /// The place that the object at `path`, a URL, lies in, and its name there.
    ///
    /// # Errors
    /// It is no URL of an object, or of no store that can be written to.
    pub(crate) fn of(path: &Path, cancel: &Cancel) -> Result<(Self, String)> {
        let Some(address) = Address::of(path) else { return Err(Error::internal("no URL")) };
        let (_, _, key) = address.parse()?;
        let name = key.filename().filter(|_| !path.to_string_lossy().ends_with('/'));
        match name.zip(path.parent()) {
            Some((name, folder)) => Ok((Self::new(folder, cancel)?, name.to_owned())),
            None => {
                let message = "names no object: its name must follow the bucket";
                Err(Error::usage(message).in_file(address.shown()))
            }
        }
    }

    /// Where the object of this name lies, and its name there: here, unless it is called by its URL.
    pub(crate) fn holder(&self, name: &str) -> Result<(Self, String)> {
        let path = Path::new(name);
        match Address::of(path) {
            Some(_) => Self::of(path, &self.cancel),
            None => Ok((self.clone(), name.to_owned())),
        }
    }

    /// The same place, where nothing that was begun is given up any more.
    pub(crate) fn firm(&self) -> Self {
        Self { cancel: Cancel::new(), ..self.clone() }
    }

    /// What messages call the object of this name.
    pub(crate) fn shown(&self, name: &str) -> String {
        self.root.join(name).display().to_string()
    }

    /// The name of what paths call so: the whole URL for what does not lie in this place.
    pub(crate) fn name(&self, path: &Path) -> String {
        let Ok(path) = path.strip_prefix(&self.root) else {
            return path.to_string_lossy().into_owned();
        };
        let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
        names.join("/")
    }

    /// The object and the version of it, if it is there.
    pub(crate) fn read(&self, name: &str) -> Result<Option<(Bytes, Version)>> {
        let (objects, key) = (Arc::clone(&self.objects), self.key(name)?);
        let work = async move {
            let found = objects.get(&key).await?;
            let version = Version::from(&found.meta);
            Ok((found.bytes().await?, version))
        };
        self.found(name, self.wait(work)?)
    }

    /// The bytes of these objects, as far as they are there, in their order.
    pub(crate) fn read_all(&self, names: &[String]) -> Result<Vec<Option<Bytes>>> {
        let keys = names.iter().map(|name| self.key(name)).collect::<Result<Vec<_>>>()?;
        let objects = Arc::clone(&self.objects);
        let read = move |key: Key| {
            let objects = Arc::clone(&objects);
            async move { objects.get(&key).await?.bytes().await }
        };
        let work = async move {
            let reads = stream::iter(keys.into_iter().map(read)).buffered(AT_ONCE);
            reads.collect::<Vec<_>>().await
        };
        let found = self.wait(work)?.into_iter().zip(names);
        found.map(|(found, name)| self.found(name, found)).collect()
    }

    /// These bytes of an object, if it is still this version.
    pub(crate) fn range(
        &self,
        name: &str,
        seen: &Seen,
        range: Range<u64>,
    ) -> Result<Option<Bytes>> {
        let (objects, key) = (Arc::clone(&self.objects), self.key(name)?);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: seen.version.etag.clone(),
            ..GetOptions::default()
        };
        let work = async move { objects.get_opts(&key, options).await?.bytes().await };
        self.found(name, self.wait(work)?)
    }

    /// Whether the object is there, and which version.
    pub(crate) fn look(&self, name: &str) -> Result<Option<Seen>> {
        let (objects, key) = (Arc::clone(&self.objects), self.key(name)?);
        let work = async move { objects.head(&key).await };
        let found = self.found(name, self.wait(work)?)?;
        Ok(found.map(|meta| Seen { bytes: meta.size, version: Version::from(&meta) }))
    }

    /// The names of the objects right in this folder.
    pub(crate) fn names(&self, folder: &str) -> Result<Vec<String>> {
        let (objects, key) = (Arc::clone(&self.objects), self.key(folder)?);
        let key = (!key.as_ref().is_empty()).then_some(key);
        let work = async move { objects.list_with_delimiter(key.as_ref()).await };
        let found = self.wait(work)?.map_err(|cause| self.refused(folder, &cause))?;
        let last = |object: &ObjectMeta| object.location.filename().map(str::to_owned);
        let within = |last: String| {
            if folder.is_empty() { last } else { format!("{folder}/{last}") }
        };
        Ok(found.objects.iter().filter_map(last).map(within).collect())
    }

    /// Writes a small object whole, and gives its version: `None` where it may not be written.
    pub(crate) fn write(&self, name: &str, bytes: Vec<u8>, when: If) -> Result<Option<Version>> {
        self.step(name)?;
        let (objects, key) = (Arc::clone(&self.objects), self.key(name)?);
        let replaces = matches!(when, If::Is(_));
        let mode = match when {
            If::Any => PutMode::Overwrite,
            If::Free => PutMode::Create,
            If::Is(Version { etag, version }) => {
                PutMode::Update(UpdateVersion { e_tag: etag, version })
            }
        };
        let options = PutOptions { mode, ..PutOptions::default() };
        let work = async move { objects.put_opts(&key, bytes.into(), options).await };
        match self.wait(work)? {
            Ok(put) => Ok(Some(put.into())),
            // What was to be replaced is gone.
            Err(Cause::NotFound { .. }) if replaces => Ok(None),
            Err(Cause::AlreadyExists { .. } | Cause::Precondition { .. }) => Ok(None),
            Err(cause) => Err(self.refused(name, &cause)),
        }
    }

    /// Removes an object, which may be missing.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        self.step(name)?;
        let (objects, key) = (Arc::clone(&self.objects), self.key(name)?);
        let work = async move { objects.delete(&key).await };
        self.found(name, self.wait(work)?).map(drop)
    }

    /// Begins an upload, and gives its id.
    pub(crate) fn begin(&self, name: &str) -> Result<String> {
        self.step(name)?;
        let (uploads, key) = (Arc::clone(&self.uploads), self.key(name)?);
        let work = async move { uploads.create_multipart(&key).await };
        self.wait(work)?.map_err(|cause| self.refused(name, &cause))
    }

    /// Sends the next piece of an upload, which gets an id of its own.
    pub(super) fn send(
        &self,
        name: &str,
        upload: &str,
        number: usize,
        bytes: Vec<u8>,
    ) -> Result<Task<object_store::Result<PartId>>> {
        self.step(name)?;
        let (uploads, key) = (Arc::clone(&self.uploads), self.key(name)?);
        let upload = upload.to_owned();
        let work =
            async move { uploads.put_part(&key, &upload, number, PutPayload::from(bytes)).await };
        runtime::begin(work)
    }

    /// The id of a piece that was sent.
    pub(super) fn sent(
        &self,
        name: &str,
        task: Task<object_store::Result<PartId>>,
    ) -> Result<String> {
        let piece = task.wait(&self.cancel)?.map_err(|cause| match is_gone(&cause) {
            true => Error::output(&self.root.join(name), "its upload was given up meanwhile"),
            false => self.refused(name, &cause),
        })?;
        Ok(piece.content_id)
    }

    /// Makes objects of the pieces of uploads, and says of each whether it is one now: `false` where
    /// there is no such upload any more. After one that is refused no more are begun.
    pub(crate) fn complete_all(&self, uploads: &[Whole<'_>]) -> Result<Vec<bool>> {
        let mut made = Vec::with_capacity(uploads.len());
        for some in uploads.chunks(AT_ONCE) {
            let begun: Result<Vec<_>> = some.iter().map(|whole| self.complete(whole)).collect();
            for (task, whole) in begun?.into_iter().zip(some) {
                made.push(match task.wait(&self.cancel)? {
                    Err(cause) if is_gone(&cause) => false,
                    outcome => {
                        outcome.map(|_| true).map_err(|cause| self.refused(whole.name, &cause))?
                    }
                });
            }
        }
        Ok(made)
    }

    fn complete(&self, whole: &Whole<'_>) -> Result<Task<object_store::Result<PutResult>>> {
        self.step(whole.name)?;
        let (uploads, key) = (Arc::clone(&self.uploads), self.key(whole.name)?);
        let pieces = whole.pieces.iter().map(|id| PartId { content_id: id.clone() }).collect();
        let upload = whole.upload.to_owned();
        runtime::begin(async move { uploads.complete_multipart(&key, &upload, pieces).await })
    }

    /// Gives up an upload, which may be gone, without waiting long.
    pub(crate) fn abort(&self, name: &str, upload: &str) -> Result<()> {
        self.step(name)?;
        let (uploads, key) = (Arc::clone(&self.uploads), self.key(name)?);
        let upload = upload.to_owned();
        let work = async move {
            tokio::time::timeout(FAREWELL, uploads.abort_multipart(&key, &upload)).await
        };
        match runtime::wait(&Cancel::new(), work)? {
            Ok(Err(cause)) if !is_gone(&cause) => Err(self.refused(name, &cause)),
            _ => Ok(()),
        }
    }

    fn key(&self, name: &str) -> Result<Key> {
        let joint = if self.key.is_empty() || name.is_empty() { "" } else { "/" };
        Key::parse(format!("{}{joint}{name}", self.key))
            .map_err(|_| Error::output(&self.root.join(name), "is no name that a store takes"))
    }

    fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T> {
        runtime::wait(&self.cancel, work)
    }

    /// What was found, if it is there.
    fn found<T>(&self, name: &str, found: object_store::Result<T>) -> Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(Cause::NotFound { .. }) => Ok(None),
            Err(cause) => Err(self.refused(name, &cause)),
        }
    }

    fn refused(&self, name: &str, cause: &Cause) -> Error {
        refusal::writing(&self.shown(name), cause)
    }

    fn step(&self, name: &str) -> Result<()> {
        faults::step().map_err(|cause| Error::writing(&self.root.join(name), cause))
    }
}

/// Whether there is no such upload. Azure has none at all: there the pieces are gone once an object was
/// made of them. What is in memory has no error of its own for that.
fn is_gone(cause: &Cause) -> bool {
    let text = cause.to_string();
    matches!(cause, Cause::NotFound { .. } | Cause::Generic { store: "InMemory", .. })
        || ["NoSuchUpload", "InvalidBlockList"].iter().any(|code| text.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_that_are_gone_are_told_from_other_refusals() {
        let refused = |store, code: &str| {
            let source =
                format!("status code: 400 Bad Request: <Error><Code>{code}</Code></Error>");
            is_gone(&Cause::Generic { store, source: source.into() })
        };
        assert!(refused("S3", "NoSuchUpload") && refused("MicrosoftAzure", "InvalidBlockList"));
        assert!(!refused("S3", "InvalidPart") && !refused("MicrosoftAzure", "InvalidBlockId"));
    }
}
