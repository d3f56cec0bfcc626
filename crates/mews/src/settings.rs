//! What can be set on a client.

use std::time::Duration;

use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::platform::Platform;
use crate::proxy::Proxy;
use crate::retry::Patience;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) allow_http: bool,
    pub(crate) extra_authorities: Option<Vec<u8>>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) calls: usize,
    pub(crate) window: Duration,
    pub(crate) attempts: u32,
    pub(crate) max_backoff: Duration,
    pub(crate) call_deadline: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) least_bytes: u64,
    pub(crate) poll_interval: Duration,
    pub(crate) wait: Duration,
    pub(crate) link_age: Duration,
    pub(crate) file_deadline: Duration,
    pub(crate) read_ahead: usize,
    pub(crate) connections: usize,
    pub(crate) files_at_once: usize,
    pub(crate) range_size: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            allow_http: false,
            extra_authorities: None,
            proxy: None,
            calls: 150,
            window: Duration::from_secs(30),
            attempts: 6,
            max_backoff: Duration::from_secs(60),
            call_deadline: Duration::from_secs(5 * 60),
            request_timeout: Duration::from_secs(100),
            idle_timeout: Duration::from_secs(60),
            least_bytes: 1024,
            poll_interval: Duration::from_secs(5 * 60),
            wait: Duration::from_secs(24 * 60 * 60),
            link_age: Duration::from_secs(9 * 60),
            file_deadline: Duration::from_secs(12 * 60 * 60),
            read_ahead: 16 * 1024 * 1024,
            connections: 8,
            files_at_once: 4,
            range_size: 4 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// For one call of the API.
    pub(crate) fn call_patience(&self) -> Patience {
        Patience {
            attempts: self.attempts,
            max_backoff: self.max_backoff,
            longest_asked: self.call_deadline,
            deadline: self.call_deadline,
        }
    }

    /// For one file.
    pub(crate) fn file_patience(&self) -> Patience {
        Patience { deadline: self.file_deadline, ..self.call_patience() }
    }
}

/// Builds a [`Client`] with other settings than the usual ones.
///
/// ```no_run
/// use std::time::Duration;
/// use rowmill_mews::{Client, Credentials, Platform};
///
/// let client = Client::builder(Platform::Production, Credentials::from_env()?)
///     .poll_interval(Duration::from_secs(60))
///     .wait(Duration::from_secs(3600))
///     .build()?;
/// # Ok::<(), rowmill_mews::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    platform: Platform,
    credentials: Credentials,
    settings: Settings,
}

impl ClientBuilder {
    pub(crate) fn new(platform: Platform, credentials: Credentials) -> ClientBuilder {
        ClientBuilder { platform, credentials, settings: Settings::default() }
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> ClientBuilder {
        change(&mut self.settings);
        self
    }

    /// Allows plain http, and files on this machine, for a platform that is this machine itself
    /// (such as a test server). Default: no.
    pub fn allow_http(self, allow: bool) -> ClientBuilder {
        self.set(|settings| settings.allow_http = allow)
    }

    /// Trusts further certificate authorities, given as PEM text, beside those that the operating
    /// system trusts. [`build`](ClientBuilder::build) reports text that is not PEM.
    pub fn extra_authorities(self, pem: impl Into<Vec<u8>>) -> ClientBuilder {
        self.set(|settings| settings.extra_authorities = Some(pem.into()))
    }

    /// Sends all requests through a proxy. Default: none, not even one from the environment.
    pub fn proxy(self, proxy: Proxy) -> ClientBuilder {
        self.set(|settings| settings.proxy = Some(proxy))
    }

    /// At most this many calls of the API in any stretch of time of this length, counted over all
    /// clones of the client. Default: 150 in 30 s; Mews allows 200, shared by everything that uses
    /// the same access token.
    pub fn rate(self, calls: usize, window: Duration) -> ClientBuilder {
        self.set(|settings| (settings.calls, settings.window) = (calls, window))
    }

    /// Requests in all for one call, or for one file without getting on. Default: 6; at least 1.
    pub fn attempts(self, attempts: u32) -> ClientBuilder {
        self.set(|settings| settings.attempts = attempts.max(1))
    }

    /// The longest wait between two attempts where the server names none. Default: 60 s.
    pub fn max_backoff(self, longest: Duration) -> ClientBuilder {
        self.set(|settings| settings.max_backoff = longest)
    }

    /// The time for one call of the API with all its attempts and waits; a `Retry-After` that goes
    /// beyond it ends the call at once. Default: 5 min.
    pub fn call_deadline(self, deadline: Duration) -> ClientBuilder {
        self.set(|settings| settings.call_deadline = deadline)
    }

    /// The time for one request to the API and its answer. Default: 100 s.
    pub fn request_timeout(self, timeout: Duration) -> ClientBuilder {
        self.set(|settings| settings.request_timeout = timeout)
    }

    /// No byte for this long means that the other side has stalled. Default: 60 s.
    pub fn idle_timeout(self, timeout: Duration) -> ClientBuilder {
        self.set(|settings| settings.idle_timeout = timeout)
    }

    /// A body of a file that brings fewer bytes than this in the time of the
    /// [idle timeout](ClientBuilder::idle_timeout) has stalled, too; only the time in which it is waited
    /// for counts. Default: 1 KiB; 0 means that only silence counts.
    pub fn least_bytes(self, bytes: u64) -> ClientBuilder {
        self.set(|settings| settings.least_bytes = bytes)
    }

    /// The pause between two looks at an unfinished export. The first ones come sooner: after 2 s,
    /// then twice as long each time. Default: 5 min.
    pub fn poll_interval(self, interval: Duration) -> ClientBuilder {
        self.set(|settings| settings.poll_interval = interval)
    }

    /// How long to wait for an export to be finished. Zero means one look. Default: 24 h.
    pub fn wait(self, longest: Duration) -> ClientBuilder {
        self.set(|settings| settings.wait = longest)
    }

    /// Links older than this are renewed before they are used. Default: 9 min; Mews lets them live
    /// for 10.
    pub fn link_age(self, age: Duration) -> ClientBuilder {
        self.set(|settings| settings.link_age = age)
    }

    /// The time for one file, not counting the time in which its consumer is busy. Default: 12 h.
    pub fn file_deadline(self, deadline: Duration) -> ClientBuilder {
        self.set(|settings| settings.file_deadline = deadline)
    }

    /// How many bytes of one file may lie ready, or be on their way in ranges, before its consumer
    /// takes them. Default: 16 MiB. However small the pieces are in which they come, there are never
    /// more than 4,096 of them.
    pub fn read_ahead(self, bytes: usize) -> ClientBuilder {
        self.set(|settings| settings.read_ahead = bytes)
    }

    /// At most this many connections to the file host for the files of one export, where they are
    /// read by [`downloads`](crate::ReadyExport::downloads). Default: 8; at least 1.
    pub fn connections(self, connections: usize) -> ClientBuilder {
        self.set(|settings| settings.connections = connections.max(1))
    }

    /// So many files of an export are read at once by
    /// [`downloads`](crate::ReadyExport::downloads): the one that is being taken, and those behind
    /// it. Never more than there are [`connections`](ClientBuilder::connections); those that are left
    /// over read ranges. Default: 4; at least 1.
    pub fn files_at_once(self, files: usize) -> ClientBuilder {
        self.set(|settings| settings.files_at_once = files.max(1))
    }

    /// A file of at least twice this size is read in ranges of it, several at a time, if the file
    /// host can do that, there is more than one connection, and two ranges fit into what is
    /// [read ahead](ClientBuilder::read_ahead). Default: 4 MiB; at least 1 byte.
    pub fn range_size(self, bytes: u64) -> ClientBuilder {
        self.set(|settings| settings.range_size = bytes.max(1))
    }

    /// The client.
    ///
    /// # Errors
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) for a platform address or a
    /// proxy that cannot be used, [`Credentials`](crate::ErrorKind::Credentials) for blank ones,
    /// [`Certificate`](crate::ErrorKind::Certificate) if TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        Client::assemble(self.platform, self.credentials, self.settings)
    }
}
