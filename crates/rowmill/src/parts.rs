//! Rows into files: where one part ends and the next begins, and what each is called.

mod block;
mod partitioned;
mod sequence;

use crate::arrow::{RecordBatch, SchemaRef};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::partition::Plan;
use crate::sink::{Held, ManifestPart, Output, ParquetOptions, PartWriter, Proof, SourceCounts};
#[cfg(feature = "cloud")]
pub(crate) use partitioned::AT_ONCE;
use partitioned::Partitioned;
use sequence::Sequence;

/// Where a part ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// With the batch by which this many bytes of it are encoded. That depends on the rows alone.
    Size(u64),
    /// With each source.
    Source,
    /// With the last one.
    Nowhere,
}

/// What parts are called.
#[derive(Debug)]
pub(crate) enum Names {
    /// By this and their numbers.
    Numbered(String),
    /// By the source in which they begin, each of which has a stem of its own.
    Stems(Vec<String>),
}

impl Names {
    /// The name of the part that begins in this source, where `earlier` ones have begun, and `all`
    /// in the sources before it too.
    fn name(&self, source: usize, earlier: usize, all: usize) -> Result<String> {
        self.find(source, earlier, all)
            .ok_or_else(|| Error::internal("more sources than were named"))
    }

    fn find(&self, source: usize, earlier: usize, all: usize) -> Option<String> {
        let stems = match self {
            Self::Numbered(id) => return Some(format!("{id}-{:04}", all + 1)),
            Self::Stems(stems) => stems,
        };
        let stem = stems.get(source)?;
        if earlier == 0 {
            return Some(stem.clone());
        }
        // A number that makes it the name of another source is passed over.
        let taken = |name: &String| stems.iter().any(|stem| stem.eq_ignore_ascii_case(name));
        (2_usize..).map(|n| format!("{stem}-{n:04}")).filter(|name| !taken(name)).nth(earlier - 1)
    }
}

/// What parts are made of, and how.
pub(crate) struct Form {
    pub(crate) cut: Cut,
    pub(crate) names: Names,
    /// Of the rows.
    pub(crate) schema: SchemaRef,
    pub(crate) options: ParquetOptions,
    /// What the proofs of all of them have in common.
    pub(crate) proof: Proof,
    /// Rows that wait may take a while to write.
    pub(crate) cancel: Cancel,
}

/// The parts of a run.
pub(crate) enum Parts {
    /// Filled one after the other.
    Sequence(Box<Sequence>),
    /// In directories by the values of rows, many at a time.
    Partitioned(Box<Partitioned>),
}

impl Parts {
    /// With a plan they are partitioned, into so many directories at most.
    pub(crate) fn new(form: Form, plan: Option<Plan>, most: usize) -> Self {
        match plan {
            None => Self::Sequence(Box::new(Sequence::new(form))),
            Some(plan) => Self::Partitioned(Box::new(Partitioned::new(form, plan, most))),
        }
    }

    /// Goes on with this source.
    pub(crate) fn begin_source(&mut self, source: usize, output: &mut Output) -> Result<()> {
        match self {
            Self::Sequence(parts) => parts.begin_source(source, output),
            Self::Partitioned(parts) => {
                parts.begin_source(source);
                Ok(())
            }
        }
    }

    /// How many rows of the source have been written.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Self::Sequence(parts) => parts.rows(),
            Self::Partitioned(parts) => parts.rows(),
        }
    }

    /// Appends rows of the source, which is called `name`.
    pub(crate) fn write(
        &mut self,
        batch: &RecordBatch,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        match self {
            Self::Sequence(parts) => parts.write(batch, name, output),
            Self::Partitioned(parts) => parts.write(batch, name, output),
        }
    }

    /// The source has ended, and came to this.
    pub(crate) fn end_source(
        &mut self,
        counts: SourceCounts,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        if counts.rows != self.rows() || !counts.holds() {
            let message = format!(
                "not committed: {} lines read, but {} rows written, {} set aside and {} lines blank",
                counts.lines,
                self.rows(),
                counts.quarantined,
                counts.blank,
            );
            return Err(Error::internal(message).in_file(name.to_owned()));
        }
        match self {
            Self::Sequence(parts) => parts.end_source(counts, name, output),
            Self::Partitioned(parts) => parts.end_source(counts, name, output),
        }
    }

    /// All sources have ended: what has been written.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<&[ManifestPart]> {
        match self {
            Self::Sequence(parts) => parts.finish(output),
            Self::Partitioned(parts) => parts.finish(output),
        }
    }
}

/// Completes a part with its proof, and tells of it: where it lies, and whose rows it has.
fn finish(
    writer: PartWriter,
    proof: Proof,
    path: String,
    holds: Vec<Held>,
    output: &mut Output,
) -> Result<ManifestPart> {
    let part = writer.finish(&proof)?;
    let (bytes, checksum) = (part.bytes, part.checksum.clone());
    output.stage(part);
    Ok(ManifestPart { path, rows: proof.rows, bytes, checksum, holds, partition: proof.partition })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_called_by_the_source_they_begin_in() {
        let stems = ["a", "A-0002", "b"].map(str::to_owned).to_vec();
        let names = Names::Stems(stems);
        let name = |source, earlier| names.name(source, earlier, 9).unwrap_or_default();
        assert_eq!([name(0, 0), name(0, 1), name(0, 2)], ["a", "a-0003", "a-0004"]);
        assert_eq!([name(1, 0), name(1, 1)], ["A-0002", "A-0002-0002"]);
        assert_eq!([name(2, 0), name(2, 9_999)], ["b", "b-10000"]);
        assert!(names.name(3, 0, 0).is_err());
        let names = Names::Numbered("id".to_owned());
        assert_eq!(names.find(7, 3, 9), Some("id-0010".to_owned()));
    }
}
