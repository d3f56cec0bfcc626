//! Clients of stores, built from the environment.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::multipart::MultipartStore;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, ObjectStoreScheme, RetryConfig};
use url::{Position, Url};

use super::refusal;
use crate::error::{Error, Result};

/// The time that an answer may take to its last byte where bytes are read. The client counts the time
/// in which nobody takes them, so this is as good as none; silence is noticed by who reads.
const READING: &str = "12h";

/// The time that an answer may take where pieces are sent.
const WRITING: &str = "60s";

/// How often a request is made again, and the least time before that.
const RETRIES: usize = 5;
const WAIT: Duration = Duration::from_millis(250);
const _: () = assert!(WAIT.as_millis() * RETRIES as u128 > 1_000, "a second passes");

/// A client of a store, as the two kinds of it that the `object_store` crate has.
pub(super) struct Client {
    pub(super) objects: Arc<dyn ObjectStore>,
    /// Not of servers that only give.
    pub(super) uploads: Option<Arc<dyn MultipartStore>>,
}

impl Client {
    /// Of the store at `url`, which messages call `shown`. Its answers are small unless it is `reading`.
    ///
    /// # Errors
    /// The environment does not say what is needed, or the store must not be spoken to like this.
    pub(super) fn new(
        scheme: &ObjectStoreScheme,
        url: &Url,
        shown: &str,
        reading: bool,
    ) -> Result<Self> {
        let time = if reading { READING } else { WRITING };
        let built = match scheme {
            ObjectStoreScheme::AmazonS3 => AmazonS3Builder::from_env()
                .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), time)
                .with_url(url.as_str())
                .with_retry(retries())
                .build()
                .map(Self::whole),
            ObjectStoreScheme::GoogleCloudStorage => GoogleCloudStorageBuilder::from_env()
                .with_config(GoogleConfigKey::Client(ClientConfigKey::Timeout), time)
                .with_url(url.as_str())
                .with_retry(retries())
                .build()
                .map(Self::whole),
            ObjectStoreScheme::MicrosoftAzure => MicrosoftAzureBuilder::from_env()
                .with_config(AzureConfigKey::Client(ClientConfigKey::Timeout), time)
                .with_url(url.as_str())
                .with_retry(retries())
                .build()
                .map(Self::whole),
            ObjectStoreScheme::Http => {
                if url.scheme() == "http" && !is_loopback(url) && !http_is_allowed() {
                    let message = "is not encrypted, and http is taken from this machine alone; \
                                   AWS_ALLOW_HTTP=true allows it";
                    return Err(Error::usage(message).in_file(shown.to_owned()));
                }
                HttpBuilder::new()
                    .with_url(&url[..Position::BeforePath])
                    .with_config(ClientConfigKey::AllowHttp, "true")
                    .with_config(ClientConfigKey::Timeout, time)
                    .with_retry(retries())
                    .build()
                    .map(|store| Self { objects: Arc::new(store), uploads: None })
            }
            #[cfg(test)]
            ObjectStoreScheme::Memory => Ok(memory::client(url)),
            _ => {
                let message = "is of no store that is known: s3, gs, az, http and https are";
                return Err(Error::usage(message).in_file(shown.to_owned()));
            }
        };
        built.map_err(|cause| refusal::reading(shown, &cause))
    }

    fn whole<T: ObjectStore + MultipartStore>(store: T) -> Self {
        let store = Arc::new(store);
        Self { objects: Arc::clone(&store) as _, uploads: Some(store as _) }
    }
}

/// Of one request: more than that is a matter of who asks.
///
/// Google takes one write a second to an object, and the record and the lists of uploads are written at
/// shorter intervals; so all tries together take longer, however short each wait happens to be.
fn retries() -> RetryConfig {
    let backoff = BackoffConfig { init_backoff: WAIT, ..BackoffConfig::default() };
    RetryConfig { backoff, max_retries: RETRIES, ..RetryConfig::default() }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn http_is_allowed() -> bool {
    std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Stores in memory, for tests: `memory:///NAME/…` is in the one of that name.
#[cfg(test)]
pub(crate) mod memory {
    use std::collections::HashMap;
    use std::sync::{Arc, LazyLock, Mutex, PoisonError};

    use object_store::memory::InMemory;
    use url::Url;

    use super::Client;

    static STORES: LazyLock<Mutex<HashMap<String, Arc<InMemory>>>> = LazyLock::new(Mutex::default);

    pub(crate) fn store(name: &str) -> Arc<InMemory> {
        let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stores.entry(name.to_owned()).or_default())
    }

    pub(super) fn client(url: &Url) -> Client {
        let name = url.path_segments().and_then(|mut names| names.next()).unwrap_or_default();
        let store = store(name);
        Client { objects: Arc::clone(&store) as _, uploads: Some(store as _) }
    }
}
