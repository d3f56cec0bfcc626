//! Where batches go: Parquet files, and how they get their names.

mod commit;
mod encoder;
mod manifest;
mod part;
mod partial;
mod properties;

#[cfg(feature = "mews")]
pub(crate) use commit::manifest_path;
pub(crate) use commit::{Output, Target, beside, check_folder, check_free, name_of};
pub use encoder::Encoder;
pub(crate) use manifest::job_id;
pub use manifest::{FOOTER_PROOF, Manifest, ManifestPart, Proof};
pub(crate) use part::PartWriter;
pub(crate) use partial::Partial;
