//! What is said about a part in its own footer.

mod old;

use rowmill_json::Counts;
use serde::{Deserialize, Serialize};

use crate::partition::PartitionValue;
use crate::report::Leniencies;

/// The key in a Parquet footer under which rowmill writes a [`Proof`] as JSON.
pub const FOOTER_PROOF: &str = "rowmill.proof";

/// The version that is written.
const VERSION: u32 = 2;

/// What a part was made of: the proof that nothing is missing in it. It stands in the footer of
/// the part, as JSON under the key [`FOOTER_PROOF`].
///
/// Nothing in it depends on the clock, the machine or the folders that files lie in.
///
/// A part for which this does not hold is not committed: its rows are those of its sources; and for
/// each source that ends in it, `lines == rows + quarantined + blank + superseded`, where `rows` are
/// those of this part and of the ones before.
///
/// ```text
/// {
///   "version": 2, "entity": "Reservation", "export": null,
///   "layout": "99aa06d3014798d86001c324468d497f", "rows": 1500,
///   "sources": [
///     { "name": "a.jsonl", "before": 3000, "rows": 1000, "whole": {
///       "source_bytes": 6291456, "fingerprint": "a6f1b8d0c94e7a3352e4c0b1d7f86e09", "bytes": 6291456,
///       "lines": 4001, "rows": 4000, "quarantined": 1, "blank": 0, "leniencies": { … } } },
///     { "name": "b.jsonl", "before": 0, "rows": 500, "whole": null }
///   ]
/// }
/// ```
///
/// Version 1, of earlier releases, told the counts of the one source of the part beside its rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proof {
    /// Version of this form: 2.
    pub version: u32,
    /// Entity, where it was named.
    pub entity: Option<String>,
    /// Id of the export.
    pub export: Option<String>,
    /// The layout of the rows: the XXH3-128 of its [schema file](crate::schema_file::print), columns
    /// of lineage left out. Empty where an earlier version has not written it.
    pub layout: String,
    /// The values that the directories of the part stand for; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition: Vec<PartitionValue>,
    /// Rows in the part.
    pub rows: u64,
    /// Whose rows they are, in their order.
    pub sources: Vec<ProofSource>,
}

/// A source of a part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProofSource {
    /// File name, without directories.
    pub name: String,
    /// Rows of it in the parts before this one.
    pub before: u64,
    /// Rows of it in this part.
    pub rows: u64,
    /// What it came to in the end; null where it goes on in the next part.
    pub whole: Option<SourceCounts>,
}

/// What a source came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceCounts {
    /// Its size as it is stored or was sent, in bytes. 0 where a proof of version 1 was read that did
    /// not tell.
    pub source_bytes: u64,
    /// The XXH3-128 of its first MiB as it is stored and, from there on, of the first KiB of each
    /// 64 KiB: a file that is another one under the same name and of the same size is known by it.
    /// Absent for files of exports, and where an earlier version has not written it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Bytes of JSON Lines read, after decompression.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Rows in the parts.
    pub rows: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Rows left out because a newer one of the same `Id` came in the same export. Absent where that
    /// was not asked for (`Ingest::dedupe`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<u64>,
    /// How often something was bent in the rows.
    pub leniencies: Leniencies,
}

impl Proof {
    pub(crate) fn new() -> Self {
        Self { version: VERSION, ..Self::default() }
    }

    /// Reads a proof of any version; `None` if it is of none that is known.
    pub(crate) fn read(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_str::<Version>(text).ok()?.version {
            VERSION => serde_json::from_str(text).ok(),
            old::VERSION => old::read(text),
            _ => None,
        }
    }

    /// Whether every line is accounted for.
    #[must_use]
    pub fn holds(&self) -> bool {
        let rows = self.sources.iter().try_fold(0_u64, |sum, from| sum.checked_add(from.rows));
        let each = |from: &ProofSource| {
            from.whole.as_ref().is_none_or(|whole| {
                whole.holds() && from.before.checked_add(from.rows) == Some(whole.rows)
            })
        };
        rows == Some(self.rows) && self.sources.iter().all(each)
    }
}

impl SourceCounts {
    /// Of the rows that were read, those that are `superseded` are not written.
    pub(crate) fn new(counts: &Counts, source_bytes: u64, superseded: Option<u64>) -> Self {
        Self {
            source_bytes,
            fingerprint: None,
            bytes: counts.bytes,
            lines: counts.lines,
            rows: counts.rows.saturating_sub(superseded.unwrap_or_default()),
            quarantined: counts.quarantined,
            blank: counts.blank,
            superseded,
            leniencies: Leniencies::from(counts),
        }
    }

    /// Whether every line is accounted for.
    #[must_use]
    pub fn holds(&self) -> bool {
        [self.quarantined, self.blank, self.superseded.unwrap_or_default()]
            .into_iter()
            .try_fold(self.rows, u64::checked_add)
            == Some(self.lines)
    }
}
