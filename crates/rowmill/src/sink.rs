//! Where batches go: Parquet files, and how they get their names.

mod chunk;
mod commit;
mod encoder;
mod group;
mod manifest;
mod part;
mod partial;
mod properties;

#[cfg(feature = "mews")]
pub(crate) use commit::{MadeFolders, PRIVATE, manifest_path, sync_folder_of};
pub(crate) use commit::{Output, Target, beside, check_folder, check_free, name_of};
pub use encoder::Encoder;
pub(crate) use manifest::job_id;
pub use manifest::{FOOTER_PROOF, Manifest, ManifestPart, Proof};
pub(crate) use part::PartWriter;
#[cfg(feature = "mews")]
pub(crate) use partial::Complete;
pub(crate) use partial::Partial;
