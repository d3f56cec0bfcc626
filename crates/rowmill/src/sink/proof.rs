//! What is said about a part in its own footer.

use rowmill_json::Counts;
use serde::{Deserialize, Serialize};

use crate::report::Leniencies;

/// The key in a Parquet footer under which rowmill writes a [`Proof`] as JSON.
pub const FOOTER_PROOF: &str = "rowmill.proof";

/// What a part was made of: the proof that nothing is missing in it. It stands in the footer of
/// the part, as JSON under the key [`FOOTER_PROOF`].
///
/// Nothing in it depends on the clock, the machine or the folders that files lie in.
///
/// `lines == rows + quarantined + blank`; a part for which this does not hold is not committed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proof {
    /// Version of this form: 1.
    pub version: u32,
    /// File name of the source, without directories.
    pub source: String,
    /// Size of the source as it is stored or was sent, in bytes. Not there in the parts of older
    /// versions, and read as 0 then.
    #[serde(default)]
    pub source_bytes: u64,
    /// Entity, where it was named.
    pub entity: Option<String>,
    /// Id of the export.
    pub export: Option<String>,
    /// The layout of the rows: the XXH3-128 of its [schema file](crate::schema_file::print), columns
    /// of lineage left out. Empty where an earlier version has not written it.
    #[serde(default)]
    pub layout: String,
    /// Bytes of JSON Lines read, after decompression.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Rows in the part.
    pub rows: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// How often something was bent in the rows.
    pub leniencies: Leniencies,
}

impl Proof {
    pub(crate) fn new(counts: &Counts) -> Self {
        Self {
            version: 1,
            bytes: counts.bytes,
            lines: counts.lines,
            rows: counts.rows,
            quarantined: counts.quarantined,
            blank: counts.blank,
            leniencies: Leniencies::from(counts),
            ..Self::default()
        }
    }

    /// Whether every line is accounted for.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.rows.checked_add(self.quarantined).and_then(|n| n.checked_add(self.blank))
            == Some(self.lines)
    }
}
