//! JSON Lines and Mews exports into Arrow and Parquet: streamed, exact, and committed whole or not
//! at all.
//!
//! An export becomes bytes, bytes become lines, lines become columns, columns become committed
//! Parquet. Every station of that line can be used by itself; this crate puts them together.
//!
//! ```
//! use rowmill::{Column, Convert, Layout};
//!
//! # let dir = tempfile::tempdir()?;
//! # let (input, output) = (dir.path().join("rooms.jsonl"), dir.path().join("rooms.parquet"));
//! # std::fs::write(&input, "{\"Id\":\"0f515589-99b4-423d-b83a-b237009f0509\",\"Floor\":2}\n")?;
//! let layout = Layout::new([
//!     Column::uuid("Id").required(),
//!     Column::int32("Floor"),
//!     Column::timestamp_us("UpdatedUtc"),
//! ])?;
//! let report = Convert::new(&layout).run(&input, &output)?;
//! assert_eq!(report.rows, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Stairs
//!
//! From the most to the least done for you; each is made of the next.
//!
//! * `sync` keeps a directory of Parquet files up to date with the Mews API: it asks for exports,
//!   waits for them, and knows how far it has come (feature `mews`, on by default).
//! * `ingest` takes a ready export of the Mews API to a directory of Parquet files (feature
//!   `mews`, on by default).
//! * [`convert`] takes files to Parquet; [`Convert`] is the same with options: what a bad row does,
//!   codec, threads, progress, cancelling. Both block and need no runtime.
//!   `Convert::run_async` is awaited, and takes streams of bytes, too: `Source::stream` (feature `async`).
//! * `decode` turns a stream of bytes into a stream of record batches (feature `async`), and [`read`]
//!   a source into an Arrow `RecordBatchReader`; [`Decode`] is both with options.
//! * [`Decoder`] is pushed bytes and asked for batches: three verbs, no threads, no I/O.
//!
//! # What a layout is
//!
//! A [`Layout`] names the columns to read and their types. It comes from code ([`Layout::new`]),
//! from an Arrow schema (`Layout::try_from(&schema)`), from a file that people edit
//! ([`schema_file`]), or is one of the ten that this crate brings along ([`entity`]). Or it is
//! [inferred](fn@infer) from the data: the narrowest one that loses nothing of it
//! ([`Convert::inferred`]).
//!
//! # What is promised
//!
//! * A file under its final name is whole: it was written beside, synced and renamed, and only when
//!   the lines of each source equal its rows, the rows set aside, the blank lines and, where that was
//!   asked for, the rows left out because a newer one came, together. That proof is in its footer
//!   (see [`FOOTER_PROOF`]). Whatever fails leaves nothing behind.
//! * All files of a run are there or none, also if it is killed: the next run into the same place
//!   completes what was begun. A run that was done already does nothing.
//! * An [`Error`] about data names file, line, byte and column, and never shows a value.
//! * The same input gives the same bytes, whatever the number of threads (as long as no column of
//!   [`Lineage`] is asked for that depends on the clock or on names).
//! * Memory does not grow with the size of the input.

#![forbid(unsafe_code)]

mod cancel;
mod checksum;
#[cfg(feature = "cloud")]
mod cloud;
mod convert;
mod decode;
mod drift;
mod earlier;
pub mod entity;
mod error;
mod inference;
#[cfg(feature = "mews")]
mod ingest;
mod job;
mod left_out;
mod lineage;
mod memory;
#[cfg(feature = "mews")]
mod newest;
mod partition;
mod parts;
mod progress;
mod quarantine;
mod report;
pub mod schema_file;
mod settings;
mod sink;
mod source;
#[cfg(feature = "mews")]
mod sync;
#[cfg(feature = "async")]
mod worker;

pub use bytes;
pub use bytes::Bytes;
pub use rowmill_json as json;
#[cfg(feature = "mews")]
pub use rowmill_mews as mews;

pub use cancel::Cancel;
pub use checksum::Checksum;
pub use convert::{Convert, convert};
pub use decode::{BatchReader, Decode, read};
#[cfg(feature = "async")]
pub use decode::{Batches, decode};
pub use drift::{ColumnReport, DriftReport, NewKeyReport, NewValueReport, NulledReport};
pub use error::{Error, ErrorKind, Result};
pub use inference::{Infer, infer};
#[cfg(feature = "mews")]
pub use ingest::{Ingest, ingest};
pub use lineage::Lineage;
pub use partition::{DatePart, PartitionBy, PartitionColumn, PartitionValue};
pub use progress::Progress;
pub use report::{FileReport, Leniencies, PartReport, Report};
pub use rowmill_json::infer;
pub use rowmill_json::{
    Allow, Column, Counts, Decoder, Drift, Frames, Kind, Layout, LayoutError, Limit, NewKey,
    NewValue, Nulled, OnBadRow, Options, Place, RESCUED, Reject, Simd, Union, Unknown, UuidForm,
};
pub use settings::Compression;
pub use sink::{
    ColumnsId, Encoder, FOOTER_PROOF, Held, Manifest, ManifestPart, ManifestSource, ParquetOptions,
    Profile, Proof, ProofSource, SourceCounts,
};
pub use source::{Reading, Source, Sources};
#[cfg(feature = "mews")]
pub use sync::{EntityReport, SyncEvent, SyncEvents, SyncReport, SyncRun, sync};

/// The parts of Arrow that stand in this crate's interface, in the version it is built with.
pub mod arrow {
    pub use arrow_array as array;
    pub use arrow_array::{RecordBatch, RecordBatchReader};
    pub use arrow_buffer as buffer;
    pub use arrow_schema as schema;
    pub use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};
}
