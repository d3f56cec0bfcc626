//! Get data exports out of Mews: ask for an export, wait until it is made, and read its files.
//!
//! The Exports of the Mews Connector API hand out whole tables (reservations, order items, …) as
//! files of JSON Lines. They are made in the background, take minutes or hours, and are fetched
//! through signed links that live for ten minutes. This crate does all of that, each state being a
//! type of its own:
//!
//! ```text
//!  Client ──export(Entity)──▶ ExportRequest ──send()──▶ PendingExport ──ready()──▶ ReadyExport
//!    │                                                    ▲       │                    │
//!    └──adopt(id)─────────────────────────────────────────┘       ├─▶ Failed           │ downloads()
//!                                                                 ├─▶ Expired          ▼
//!                                                                 └─▶ NotReady     Download
//!                                                                            (Stream of Bytes)
//! ```
//!
//! ```no_run
//! # async fn run() -> Result<(), rowmill_mews::Error> {
//! use futures::TryStreamExt;
//! use rowmill_mews::{Client, Credentials, Entity, Platform};
//!
//! let client = Client::new(Platform::Demo, Credentials::from_env()?);
//! let export = client.export(Entity::Reservation).send().await?.ready().await?;
//! for (file, mut bytes) in export.files().iter().zip(export.downloads()) {
//!     println!("a file of {} bytes", file.size_in_bytes);
//!     while let Some(chunk) = bytes.try_next().await? {
//!         // the bytes of the file, in order, each exactly once; the next files are on their way
//!         let _ = chunk;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What can be relied on:
//!
//! - `exports/add` is never repeated unless it certainly was not accepted, since a running export
//!   locks out every other one of its type. A lost answer is [`ErrorKind::Unknown`].
//! - A download either gives exactly the bytes that the export promises, all from one version of
//!   the file, or ends with an error.
//! - Files, and ranges of large ones, come in parallel and are given in order.
//! - Waits, attempts, connections and memory are bounded, and the bounds can be set ([`ClientBuilder`]).
//! - What happens can be watched: as a stream of [`Event`]s, in [`Counters`], and with `tracing`.
//!   Nothing waits for who watches.
//! - Tokens go to the API alone; neither they nor signed links appear in any text made here.
#![forbid(unsafe_code)]

mod client;
mod counters;
mod credentials;
mod download;
mod entity;
mod error;
mod event;
mod events;
mod export;
mod http;
mod limiter;
mod link;
mod model;
mod platform;
mod proxy;
mod retry;
mod settings;

/// The crate whose types stand for instants and dates here.
pub use chrono;

pub use client::Client;
pub use counters::Counters;
pub use credentials::Credentials;
pub use download::{Download, Downloads};
pub use entity::Entity;
pub use error::{Error, ErrorKind};
pub use event::{Event, Reason};
pub use events::Events;
pub use export::{ExportRequest, PendingExport, ReadyExport, Waiting};
pub use model::{Export, FileEntry, Filters, LedgerEntryFilters, Posting, Scope, Status, Updated};
pub use platform::Platform;
pub use proxy::Proxy;
pub use settings::ClientBuilder;
