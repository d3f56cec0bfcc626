//! One object that is read, in one version.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore};
use tokio::time::timeout;

use super::address::Address;
use super::store::Client;
use super::{refusal, runtime};
use crate::cancel::Cancel;
use crate::error::{Error, ErrorKind, Result};

/// So long a store may be silent.
pub(super) const SILENCE: Duration = Duration::from_secs(60);

/// An object. Its version is that of the first look at it; any other one is an error from then on.
#[derive(Clone)]
pub(crate) struct Object {
    address: Address,
    /// What the first look has found. Clones share it.
    found: Arc<OnceLock<Found>>,
}

/// An object that is there.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) meta: ObjectMeta,
}

impl Object {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, found: Arc::default() }
    }

    /// One that was found already.
    pub(super) fn known(address: Address, found: Found) -> Self {
        Self { address, found: Arc::new(found.into()) }
    }

    /// Its URL.
    pub(crate) fn name(&self) -> String {
        self.address.shown()
    }

    /// The last part of its name.
    pub(crate) fn file_name(&self) -> String {
        let key = self.address.parse().map(|(_, _, key)| key);
        key.ok().and_then(|key| key.filename().map(str::to_owned)).unwrap_or_default()
    }

    /// Its size in bytes.
    ///
    /// # Errors
    /// It is not there, or cannot be looked at.
    pub(crate) fn size(&self) -> Result<u64> {
        self.found().map(|found| found.meta.size)
    }

    /// The entity tag of the version that is read, if the store has one and was asked.
    pub(crate) fn etag(&self) -> Option<String> {
        self.found.get()?.meta.e_tag.clone()
    }

    pub(super) fn found(&self) -> Result<&Found> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let name = self.name();
        let (scheme, url, key) = self.address.parse()?;
        let store = Client::new(&scheme, &url, &name, true)?.objects;
        let head = head(Arc::clone(&store), key);
        let meta = runtime::wait(&Cancel::new(), head)?.map_err(|cause| match cause {
            Some(cause) => refusal::reading(&name, &cause),
            None => silent(&name),
        })?;
        Ok(self.found.get_or_init(|| Found { store, meta }))
    }
}

/// What the store says of the object; no error where it says nothing.
pub(super) async fn head(
    store: Arc<dyn ObjectStore>,
    key: Path,
) -> std::result::Result<ObjectMeta, Option<object_store::Error>> {
    let options = GetOptions { head: true, ..GetOptions::default() };
    match timeout(SILENCE, store.get_opts(&key, options)).await {
        Ok(answer) => answer.map(|answer| answer.meta).map_err(Some),
        Err(_) => Err(None),
    }
}

pub(super) fn silent(name: &str) -> Error {
    let message = format!(
        "cannot be read: the store has said nothing for {} s; trying again may help",
        SILENCE.as_secs()
    );
    Error::new(ErrorKind::TryLater, message).in_file(name)
}
