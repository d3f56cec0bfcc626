//! What can be chosen of the Parquet that is written.

use rowmill_json::UuidForm;

use crate::settings::Compression;

/// What can be chosen of a Parquet file. The rows in it are the same whatever is chosen.
///
/// ```
/// use rowmill::{Column, Encoder, Layout, ParquetOptions, Profile, UuidForm};
///
/// let layout = Layout::new([Column::uuid("Id"), Column::string("Name")])?;
/// let mut options = ParquetOptions::default();
/// options.profile = Profile::Compat;
/// options.uuid = UuidForm::Text;
/// options.bloom_filters = vec!["Id".to_owned()];
/// let encoder = Encoder::with(Vec::new(), layout.schema(), &options)?;
/// assert!(encoder.finish()?.starts_with(b"PAR1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParquetOptions {
    /// How pages are compressed.
    pub compression: Compression,
    /// How values are encoded.
    pub profile: Profile,
    /// How UUIDs are stored in columns that do [not say so](crate::Column::stored_as) themselves.
    pub uuid: UuidForm,
    /// The columns that get a Bloom filter in each row group: a name, and after a point the name of
    /// a field in it, lists and maps being passed through. With about 1 % of the values that are not
    /// in a row group, its filter says that they might be.
    pub bloom_filters: Vec<String>,
    /// A row group ends two batches after the one that brings what is held of it to this many bytes, by
    /// the encoder's own estimate, or after 131,072 rows. Default 64 MiB.
    pub row_group_bytes: usize,
    /// Threads that encode; each takes any column in which something is to be done, so more than there
    /// are columns are of no use. The file is the same for every number. Default 1: all is done by the
    /// caller.
    pub threads: usize,
}

impl Default for ParquetOptions {
    fn default() -> Self {
        Self {
            compression: Compression::default(),
            profile: Profile::default(),
            uuid: UuidForm::default(),
            bloom_filters: Vec::new(),
            row_group_bytes: 64 << 20,
            threads: 1,
        }
    }
}

/// Which encodings a file may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Those that make it small and are quick to write: for readers from about 2023 on.
    #[default]
    Default,
    /// `PLAIN` and dictionaries alone, which every reader knows. Files are larger.
    Compat,
}
