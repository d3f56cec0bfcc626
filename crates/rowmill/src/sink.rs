//! Where batches go: Parquet files, and how they get their names.

mod commit;
mod manifest;
mod part;
mod partial;
mod properties;

pub(crate) use commit::{Output, Target, beside, check_folder, check_free, manifest_path, name_of};
pub(crate) use manifest::job_id;
pub use manifest::{FOOTER_PROOF, Manifest, ManifestPart, Proof};
pub(crate) use part::PartWriter;
pub(crate) use partial::Partial;
