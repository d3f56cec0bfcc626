//! What is said about the parts in a file beside them.

mod old;

use std::fmt::Write as _;

use rowmill_json::Layout;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::one_table::ColumnsId;
use crate::partition::{PartitionColumn, PartitionValue};

/// The version that is written.
const VERSION: u32 = 2;

/// What one run has committed to a directory: `OUT/_rowmill/manifest-<job>.json`.
///
/// Its presence says that every part it names is in place: it comes after them, and goes before they
/// are replaced. Paths are relative to `OUT` and use `/`.
///
/// ```json
/// {
///   "version": 2,
///   "job": "67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11",
///   "entity": "Reservation",
///   "export": "67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11",
///   "lines": 2001, "rows": 2000, "quarantined": 0, "blank": 1,
///   "columns": { "count": 33, "hash": "5d1ab6b2a9f7a4b6f0b8c1f2ce0a77d1" },
///   "sources": [{
///     "name": "67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11-0001", "bytes": 3145728,
///     "etag": "\"0x8DC4A2B1F3E7D90\"",
///     "lines": 2001, "rows": 2000, "quarantined": 0, "blank": 1
///   }],
///   "parts": [{
///     "path": "Reservation/67d2c3a0-0a2f-4e7f-9b3a-0c3d7d1f2a11-0001.parquet",
///     "rows": 2000, "bytes": 81734,
///     "checksum": "xxh3-128:99aa06d3014798d86001c324468d497f",
///     "holds": [{ "source": 0, "rows": 2000 }]
///   }]
/// }
/// ```
///
/// These hold, or nothing is committed: for each source, and for the sums above,
/// `lines == rows + quarantined + blank + superseded`; the rows of a part are those it holds of all sources; what
/// all parts hold of a source are its rows; the sums are those of the sources.
///
/// Version 1, of earlier releases, had no `sources`, no checksums, and in each part the counts of
/// the one source it was made from. Such manifests are still read where it matters what is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Version of this form: 2.
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
    /// Rows left out because a newer one of the same `Id` came; absent where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub superseded: u64,
    /// What directories are named by, from the outer to the inner ones; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partitioned_by: Vec<PartitionColumn>,
    /// What tells the columns of the parts from others; absent in those of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<ColumnsId>,
    /// What was read, in its order.
    pub sources: Vec<ManifestSource>,
    /// What was written, in the order of its rows, or of their ends where there are partitions.
    pub parts: Vec<ManifestPart>,
}

/// A source of a [`Manifest`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManifestSource {
    /// File name, without directories.
    pub name: String,
    /// Its size as it is stored or was sent, in bytes.
    pub bytes: u64,
    /// The entity tag that the host gave for the version that was downloaded. Absent where there was
    /// none, and for what was no download.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its lines.
    pub lines: u64,
    /// Those that are rows in the parts.
    pub rows: u64,
    /// Those that were set aside.
    pub quarantined: u64,
    /// Those with nothing but white space.
    pub blank: u64,
    /// Those that are rows left out because a newer one of the same `Id` came; absent where there are
    /// none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub superseded: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A file of a [`Manifest`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManifestPart {
    /// Path from the output directory.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Of its bytes: `xxh3-128:` and 32 hexadecimal digits, which `xxhsum -H2` gives. Empty where a
    /// manifest of version 1 was read.
    pub checksum: String,
    /// Whose rows they are, in the order in which they stand there.
    pub holds: Vec<Held>,
    /// The values that its directories stand for; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition: Vec<PartitionValue>,
}

/// Rows of one source in one part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Held {
    /// The place of the source in [`Manifest::sources`], counted from 0.
    pub source: usize,
    /// How many.
    pub rows: u64,
}

impl Manifest {
    pub(crate) fn new(job: String) -> Self {
        Self { version: VERSION, job, ..Self::default() }
    }

    /// Reads a manifest of any version; `None` if it is of none that is known.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_slice::<Version>(text).ok()?.version {
            VERSION => serde_json::from_slice(text).ok(),
            old::VERSION => old::read(text),
            _ => None,
        }
    }

    /// Whether every line is accounted for, and every row is in one part.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.balance().unwrap_or(false)
    }

    /// `None` where it adds up in more than 64 bits.
    fn balance(&self) -> Option<bool> {
        let of = |source: &ManifestSource| {
            let others = [source.quarantined, source.blank, source.superseded];
            Some(others.into_iter().try_fold(source.rows, u64::checked_add)? == source.lines)
        };
        let sum = |count: fn(&ManifestSource) -> u64| {
            self.sources.iter().try_fold(0_u64, |sum, source| sum.checked_add(count(source)))
        };
        let mut left: Vec<u64> = self.sources.iter().map(|source| source.rows).collect();
        for part in &self.parts {
            let mut rows = part.rows;
            for held in &part.holds {
                let left = left.get_mut(held.source)?;
                *left = left.checked_sub(held.rows)?;
                rows = rows.checked_sub(held.rows)?;
            }
            if rows != 0 {
                return Some(false);
            }
        }
        let mut each = true;
        for source in &self.sources {
            each &= of(source)?;
        }
        Some(
            each && left.iter().all(|left| *left == 0)
                && sum(|source| source.lines)? == self.lines
                && sum(|source| source.rows)? == self.rows
                && sum(|source| source.quarantined)? == self.quarantined
                && sum(|source| source.blank)? == self.blank
                && sum(|source| source.superseded)? == self.superseded,
        )
    }
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

#[cfg(test)]
mod tests;
