//! What a run did.

use std::ops::AddAssign;
use std::path::PathBuf;

use rowmill_json::{Counts, Layout};
use serde::{Deserialize, Serialize};

use crate::drift::{ColumnReport, DriftReport};
use crate::partition::PartitionValue;
use crate::sink::ManifestPart;

/// What a run has read and written. It serialises as a JSON object with the names of the fields;
/// a change that a reader would notice raises [`version`](Self::version).
///
/// `lines == rows + quarantined + blank + superseded` holds, for the whole and for each file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of this form: 2.
    pub version: u32,
    /// Entity the rows belong to, where it was named.
    pub entity: Option<String>,
    /// Id of the export the rows came from.
    pub export: Option<String>,
    /// True if an earlier run had committed the same here: nothing was done, and everything below is
    /// about what that run has left.
    pub already_there: bool,
    /// Rows written.
    pub rows: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Rows left out because a newer one of the same `Id` came in the same export, see `Ingest::dedupe`.
    pub superseded: u64,
    /// Bytes of JSON Lines, after decompression.
    pub bytes: u64,
    /// [`Checksum`](crate::Checksum) of the rows written, those of all files one after the other, as
    /// 32 hexadecimal digits: of the columns of the layout, without those of
    /// [lineage](crate::Lineage). It says whether two runs have found the same rows, whatever the
    /// number of threads, the compression, and the cutting of batches and files. `None` where it was
    /// not [asked for](crate::Convert::checksum) or [nothing was done](Self::already_there).
    pub checksum: Option<String>,
    /// Bytes of all files written under their final names, the rejects and the manifest not
    /// counted.
    pub output_bytes: u64,
    /// Seconds from the start of the run to its commit.
    pub elapsed_s: f64,
    /// Of these, seconds in which the run waited for files and directories to be on the disk (`fsync`). With
    /// threads most of a part is synced while the next rows are encoded, which takes no time and is
    /// not in here.
    pub sync_s: f64,
    /// How often something was bent, as far as the layout allows it.
    pub leniencies: Leniencies,
    /// How the rows differ from their layout without being bad.
    pub drift: DriftReport,
    /// Nulls by column, and by field in one, in the order of the layout. Empty if
    /// [nothing was done](Self::already_there).
    pub columns: Vec<ColumnReport>,
    /// The layout that rows were read by, inferred or not; not in JSON.
    #[serde(skip)]
    pub layout: Option<Layout>,
    /// Where the rows that were set aside lie, if there are any.
    pub rejects: Option<String>,
    /// Where the manifest lies, for output to a directory.
    pub manifest: Option<String>,
    /// One entry for each source, in their order.
    pub files: Vec<FileReport>,
    /// One entry for each file written, in the order of their rows.
    pub parts: Vec<PartReport>,
}

/// What became of one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// Name of the source.
    pub source: String,
    /// Bytes of the source as it is stored or was sent.
    pub source_bytes: u64,
    /// Path of the file in which its rows begin.
    pub part: String,
    /// Bytes of JSON Lines, after decompression.
    pub bytes: u64,
    /// Rows written.
    pub rows: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Rows left out because a newer one of the same `Id` came.
    pub superseded: u64,
    /// Seconds from the opening of the source to its end.
    pub elapsed_s: f64,
}

/// A file that was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartReport {
    /// Its path.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Of its bytes: `xxh3-128:` and 32 hexadecimal digits; empty where it was found in place and is
    /// not known.
    pub checksum: String,
    /// The values that its directories stand for; absent in JSON where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partition: Vec<PartitionValue>,
}

/// How often something was bent in good rows; see [`Allow`](crate::Allow).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leniencies {
    /// `""` taken for null.
    pub empty_as_null: u64,
    /// A plain date taken for its midnight.
    pub date_as_midnight: u64,
    /// Digits below the unit of an instant cut off.
    pub cut_digits: u64,
    /// Decimals rounded to the scale of their column.
    #[serde(default)]
    pub round_digits: u64,
    /// Decimals with more digits than their column has, kept in a column of the rest.
    #[serde(default)]
    pub rescue_digits: u64,
    /// Cells made null that did not fit their column, see
    /// [`OnBadRow::Null`](crate::OnBadRow::Null).
    #[serde(default)]
    pub nulled: u64,
}

impl From<&Counts> for Leniencies {
    fn from(counts: &Counts) -> Self {
        Self {
            empty_as_null: counts.empty_as_null,
            date_as_midnight: counts.date_as_midnight,
            cut_digits: counts.cut_digits,
            round_digits: counts.round_digits,
            rescue_digits: counts.rescue_digits,
            nulled: counts.nulled,
        }
    }
}

impl AddAssign for Leniencies {
    fn add_assign(&mut self, other: Self) {
        self.empty_as_null += other.empty_as_null;
        self.date_as_midnight += other.date_as_midnight;
        self.cut_digits += other.cut_digits;
        self.round_digits += other.round_digits;
        self.rescue_digits += other.rescue_digits;
        self.nulled += other.nulled;
    }
}

impl Report {
    /// The sums over `counts`, without what is known of the files.
    pub(crate) fn of(counts: &Counts) -> Self {
        Self {
            version: 2,
            rows: counts.rows,
            lines: counts.lines,
            blank: counts.blank,
            quarantined: counts.quarantined,
            bytes: counts.bytes,
            leniencies: Leniencies::from(counts),
            ..Self::default()
        }
    }

    /// Tells of `parts`, and each of `files` where its rows begin. `path` makes a path of what a
    /// manifest calls a part.
    pub(crate) fn tell_parts(
        &mut self,
        parts: &[ManifestPart],
        files: &mut [FileReport],
        path: impl Fn(&str) -> PathBuf,
    ) {
        for part in parts {
            let path = path(&part.path).display().to_string();
            for held in &part.holds {
                // In the first of the parts that hold it.
                if let Some(file) = files.get_mut(held.source).filter(|file| file.part.is_empty()) {
                    file.part.clone_from(&path);
                }
            }
            self.output_bytes += part.bytes;
            let (rows, bytes, checksum) = (part.rows, part.bytes, part.checksum.clone());
            let partition = part.partition.clone();
            self.parts.push(PartReport { path, rows, bytes, checksum, partition });
        }
    }
}
