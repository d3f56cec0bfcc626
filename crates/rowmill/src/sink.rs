//! Where batches go: Parquet files, and how they get their names.

mod behind;
mod chunk;
mod columns;
mod commit;
mod crew;
mod disk;
mod draft;
mod encoder;
mod field;
mod folder;
mod group;
mod manifest;
#[cfg(feature = "mews")]
mod manifests;
mod one_table;
mod options;
mod output;
mod part;
mod partial;
mod proof;
mod properties;
#[cfg(feature = "cloud")]
mod remote;
mod replace;
mod retired;
#[cfg(feature = "mews")]
mod shelf;
mod spill;
mod target;
mod written;

pub(crate) use columns::{filtered, stored, told};
#[cfg(all(test, feature = "cloud"))]
pub(crate) use disk::faults::{self, step};
pub(crate) use disk::waited_for_disk;
pub(crate) use draft::Draft;
pub use encoder::Encoder;
pub(crate) use folder::name_of;
#[cfg(feature = "mews")]
pub(crate) use folder::{MadeFolders, check_folder, check_free, sync_folder_of};
pub(crate) use group::RowGroup;
pub use manifest::{Held, Manifest, ManifestPart, ManifestSource};
pub(crate) use manifest::{job_id, layout_id};
#[cfg(feature = "mews")]
pub(crate) use manifests::{all_manifests, has_manifest, manifest_of};
pub use one_table::ColumnsId;
pub(crate) use one_table::TableColumns;
pub use options::{ParquetOptions, Profile};
#[cfg(feature = "mews")]
pub(crate) use output::check_partitioning;
pub(crate) use output::{Means, Output, Rejects, Seen};
pub(crate) use part::PartWriter;
pub use proof::{FOOTER_PROOF, Proof, ProofSource, SourceCounts};
pub(crate) use properties::ROW_GROUP_ROWS;
pub(crate) use replace::replace;
#[cfg(feature = "mews")]
pub(crate) use shelf::{Claimed, Shelf};
pub(crate) use spill::{Place, Spill};
pub(crate) use target::Target;
#[cfg(feature = "mews")]
pub(crate) use target::{PRIVATE, recover};
