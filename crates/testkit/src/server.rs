//! The export service for tests and demonstrations, on loopback.
//!
//! It speaks `exports/add` and `exports/getAll` of the Mews Connector API and serves the files
//! behind signed links that expire. Files are corpora made while they are served, or bytes the
//! caller brings. What may go wrong is played by script: see [`Fault`].
//!
//! ```no_run
//! use rowmill_testkit::corpus::Kind;
//! use rowmill_testkit::server::{Server, Setup};
//!
//! # async fn start() -> std::io::Result<()> {
//! let setup = Setup::new().corpus(Kind::Reservation, 10_000, 3);
//! let server = Server::start(setup).await?;
//! println!("{} {} {}", server.url(), server.client_token(), server.access_token());
//! # Ok(())
//! # }
//! ```
//!
//! What the documentation leaves open is decided so: an id that `getAll` does not know is left
//! out of the answer; a filter is checked and repeated in the answer but selects nothing, so
//! every export holds all rows of its entity; an entity without data gives an export without
//! files.

mod api;
mod clock;
mod exports;
mod faults;
mod files;
mod limit;
mod links;
mod model;
mod reply;
mod schedule;
mod setup;
mod source;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use faults::{Fault, Played, Trigger};
pub use setup::{Ending, Setup, demo_setup};

use crate::corpus::Totals;
use clock::Clock;
use exports::Exports;
use faults::Script;
use limit::Limit;
use links::Signer;
use setup::Dataset;

/// A running export service. It stops when dropped; [`stop`](Server::stop) also waits for that.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

/// What all requests see.
struct Shared {
    client_token: String,
    access_token: String,
    base: String,
    datasets: Vec<Dataset>,
    clock: Clock,
    signer: Signer,
    limit: Mutex<Limit>,
    exports: Mutex<Exports>,
    script: Mutex<Script>,
    counters: Counters,
    stopped: watch::Receiver<bool>,
}

#[derive(Default)]
struct Counters {
    add: AtomicU64,
    get_all: AtomicU64,
    downloads: AtomicU64,
    rate_limited: AtomicU64,
    expired_links: AtomicU64,
}

/// How many requests the server has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requests {
    /// Requests to `exports/add`, refused ones included.
    pub add: u64,
    /// Requests to `exports/getAll`, refused ones included.
    pub get_all: u64,
    /// Requests for files, `HEAD` and refused ones included.
    pub downloads: u64,
    /// Requests refused because there were too many, played ones not included.
    pub rate_limited: u64,
    /// Requests for files refused because the link had expired, played ones not included.
    pub expired_links: u64,
}

impl Server {
    /// Counts the files of all corpora, then listens on loopback and serves from the current
    /// Tokio runtime.
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn start(setup: Setup) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, setup.port)).await?;
        let address = listener.local_addr()?;
        let Setup { seed, datasets, .. } = setup;
        // Half a gigabyte of rows takes a second: too long for a runtime's thread.
        let prepare = move || datasets.into_iter().map(|plan| plan.prepare(seed)).collect();
        let datasets = tokio::task::spawn_blocking(prepare).await.map_err(io::Error::other)?;
        let (stop, stopped) = watch::channel(false);
        let clock = Clock::start();
        let shared = Arc::new(Shared {
            client_token: setup.client_token,
            access_token: setup.access_token,
            base: format!("http://{address}"),
            datasets,
            clock,
            signer: Signer::new(setup.link_life),
            limit: Mutex::new(Limit::new(setup.rate_limit.0, setup.rate_limit.1)),
            exports: Mutex::new(Exports::new(setup.polls, setup.ready_after, setup.export_life)),
            script: Mutex::new(setup.script),
            counters: Counters::default(),
            stopped: stopped.clone(),
        });
        let router = Router::new()
            .route("/api/connector/v1/exports/add", post(api::add).fallback(api::not_found))
            .route("/api/connector/v1/exports/getAll", post(api::get_all).fallback(api::not_found))
            .route("/files/{name}", get(files::download))
            .fallback(api::not_found)
            .with_state(shared.clone());
        let accepting = tokio::spawn(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(raised(stopped));
            // Accepting never fails for good, and a connection's error is its client's concern.
            let _ = served.await;
        });
        Ok(Server { shared, address, stop, accepting })
    }

    /// The platform address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.base
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The `ClientToken` it accepts.
    #[must_use]
    pub fn client_token(&self) -> &str {
        &self.shared.client_token
    }

    /// The `AccessToken` it accepts.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.shared.access_token
    }

    /// What the files of an entity add up to; `None` if it has no corpus.
    #[must_use]
    pub fn totals(&self, entity: &str) -> Option<Totals> {
        self.shared.dataset(entity).and_then(Dataset::totals)
    }

    /// The sizes in bytes of the files of an entity, in order.
    #[must_use]
    pub fn sizes(&self, entity: &str) -> Vec<u64> {
        self.shared.dataset(entity).map(Dataset::sizes).unwrap_or_default()
    }

    /// How many requests it has seen so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.shared.counters;
        Requests {
            add: read(&counters.add),
            get_all: read(&counters.get_all),
            downloads: read(&counters.downloads),
            rate_limited: read(&counters.rate_limited),
            expired_links: read(&counters.expired_links),
        }
    }

    /// The faults played so far, in order.
    #[must_use]
    pub fn played(&self) -> Vec<Played> {
        locked(&self.shared.script).played().to_vec()
    }

    /// Plays one more fault from now on.
    pub fn add_fault(&self, trigger: Trigger, fault: Fault) {
        locked(&self.shared.script).push(trigger, fault);
    }

    /// Lets every link issued so far expire; transfers that run go on.
    pub fn expire_links(&self) {
        self.shared.signer.expire_all();
    }

    /// Lets every finished export expire.
    pub fn expire_exports(&self) {
        locked(&self.shared.exports).expire_all();
    }

    /// Stops listening, cuts what is being sent and waits until that is done, five seconds at
    /// most.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let end = tokio::time::timeout(Duration::from_secs(5), &mut self.accepting);
        if end.await.is_err() {
            self.accepting.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    fn dataset(&self, entity: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.entity == entity)
    }

    /// Ends when the server stops.
    fn stopping(&self) -> impl Future<Output = ()> + Send + use<> {
        raised(self.stopped.clone())
    }
}

async fn raised(mut flag: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = flag.wait_for(|raised| *raised).await;
}

/// A lock whose data stays usable if a holder panicked: all of it is plain counts and lists.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
