//! Where batches go: Parquet files, and how they get their names.

mod chunk;
mod columns;
mod commit;
mod encoder;
mod group;
mod manifest;
mod options;
mod part;
mod partial;
mod properties;

pub(crate) use columns::filtered;
#[cfg(feature = "mews")]
pub(crate) use columns::stored;
#[cfg(feature = "mews")]
pub(crate) use commit::{MadeFolders, PRIVATE, manifest_path, sync_folder_of};
pub(crate) use commit::{Output, Target, beside, check_folder, check_free, name_of};
pub use encoder::Encoder;
pub use manifest::{FOOTER_PROOF, Manifest, ManifestPart, Proof};
pub(crate) use manifest::{job_id, layout_id};
pub use options::{ParquetOptions, Profile};
pub(crate) use part::PartWriter;
pub(crate) use partial::Partial;
