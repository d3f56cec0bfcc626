//! What is said about the parts: in their footers, and in a file beside them.

use std::fmt::Write as _;

use rowmill_json::{Counts, Layout};
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

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

/// What one run has committed to a directory: `OUT/_rowmill/manifest-<job>.json`.
///
/// It is written last, so its presence says that every part it names is in place. Paths are
/// relative to `OUT` and use `/`.
///
/// ```json
/// {
///   "version": 1,
///   "job": "67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11",
///   "entity": "Reservation",
///   "export": "67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11",
///   "lines": 2001, "rows": 2000, "quarantined": 0, "blank": 1,
///   "parts": [{
///     "path": "Reservation/67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11-0001.parquet",
///     "rows": 2000, "bytes": 81734,
///     "source": "67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11-0001", "source_bytes": 3145728,
///     "lines": 2001, "quarantined": 0, "blank": 1
///   }]
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Version of this form: 1.
    pub version: u32,
    /// What was done, so that doing it again has the same name: the id of the export, or a hash
    /// over the names and sizes of the sources.
    pub job: String,
    /// Entity, where it was named.
    pub entity: Option<String>,
    /// Id of the export.
    pub export: Option<String>,
    /// Lines read.
    pub lines: u64,
    /// Rows in all parts.
    pub rows: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// The files, in the order of the sources.
    pub parts: Vec<ManifestPart>,
}

/// One file of a [`Manifest`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManifestPart {
    /// Path from the output directory.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Name of the source it was made from.
    pub source: String,
    /// Size of the source as it is stored or was sent, in bytes.
    pub source_bytes: u64,
    /// Lines of the source.
    pub lines: u64,
    /// Rows of the source set aside.
    pub quarantined: u64,
    /// Lines of the source with nothing but white space.
    pub blank: u64,
}

/// What tells `layout` from others.
pub(crate) fn layout_id(layout: &Layout) -> String {
    let text = crate::schema_file::print(layout);
    format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
}

/// A name for converting `sources` (names and sizes) as `entity`: the same in every build and on
/// every machine.
pub(crate) fn job_id<'a>(
    entity: Option<&str>,
    sources: impl IntoIterator<Item = (&'a str, u64)>,
) -> String {
    // FNV-1a in its 64 bit form, http://www.isthe.com/chongo/tech/comp/fnv/; a NUL ends each part,
    // so that no two lists run together.
    let mut text = format!("{}\0", entity.unwrap_or_default());
    for (name, size) in sources {
        // Writing to a string cannot fail.
        let _ = write!(text, "{name}\0{size}\0");
    }
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
