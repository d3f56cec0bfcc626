//! Rows into files: where one part ends and the next begins, and what each is called.

use crate::arrow::{RecordBatch, SchemaRef};
use crate::error::{Error, Result};
use crate::sink::{
    Held, ManifestPart, Output, ParquetOptions, PartWriter, Proof, ProofSource, SourceCounts,
};

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
    fn name(&self, source: usize, earlier: usize, all: usize) -> Option<String> {
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

/// The parts of a run, filled one after the other.
pub(crate) struct Parts {
    cut: Cut,
    names: Names,
    schema: SchemaRef,
    options: ParquetOptions,
    /// What the proofs of all of them have in common.
    proof: Proof,
    open: Option<Open>,
    done: Vec<ManifestPart>,
    /// The source that is being read.
    source: usize,
    /// Parts that have begun in it.
    begun: usize,
    /// Rows of it that have been written.
    rows: u64,
}

/// The part that is being written.
struct Open {
    writer: PartWriter,
    path: String,
    holds: Vec<Held>,
    proof: Proof,
}

impl Parts {
    /// `proof` has what all parts have in common.
    pub(crate) fn new(
        cut: Cut,
        names: Names,
        schema: SchemaRef,
        options: ParquetOptions,
        proof: Proof,
    ) -> Self {
        let (open, done) = (None, Vec::new());
        Self { cut, names, schema, options, proof, open, done, source: 0, begun: 0, rows: 0 }
    }

    /// Goes on with this source.
    pub(crate) fn begin_source(&mut self, source: usize, output: &mut Output) -> Result<()> {
        (self.source, self.begun, self.rows) = (source, 0, 0);
        match self.open {
            // What follows may have no rows: then there is nothing to begin another one for.
            Some(_) => Ok(()),
            None => self.begin(output),
        }
    }

    /// How many rows of the source have been written.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends rows of `source`.
    pub(crate) fn write(
        &mut self,
        batch: &RecordBatch,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        // Even an empty file has some bytes.
        let full = |open: &Open| match self.cut {
            Cut::Size(most) => open.proof.rows > 0 && open.writer.size() >= most,
            Cut::Source | Cut::Nowhere => false,
        };
        if batch.num_rows() > 0 && self.open.as_ref().is_none_or(full) {
            self.end(output)?;
            self.begin(output)?;
        }
        let rows = batch.num_rows() as u64;
        let (source, before) = (self.source, self.rows);
        let open = self.open()?;
        open.writer.write(batch)?;
        let (held, proof) = open.entry(source, name, before)?;
        held.rows += rows;
        proof.rows += rows;
        open.proof.rows += rows;
        self.rows += rows;
        Ok(())
    }

    /// The source has ended, and came to this.
    pub(crate) fn end_source(
        &mut self,
        counts: SourceCounts,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        if counts.rows != self.rows || !counts.holds() {
            let message = format!(
                "not committed: {} lines read, but {} rows written, {} set aside and {} lines blank",
                counts.lines, self.rows, counts.quarantined, counts.blank,
            );
            return Err(Error::internal(message).in_file(name.to_owned()));
        }
        let (source, before) = (self.source, self.rows);
        let (_, proof) = self.open()?.entry(source, name, before)?;
        proof.whole = Some(counts);
        if self.cut == Cut::Source { self.end(output) } else { Ok(()) }
    }

    /// All sources have ended: what has been written.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<&[ManifestPart]> {
        self.end(output)?;
        Ok(&self.done)
    }

    fn open(&mut self) -> Result<&mut Open> {
        self.open.as_mut().ok_or_else(|| Error::internal("no part has begun"))
    }

    fn begin(&mut self, output: &mut Output) -> Result<()> {
        let name = self.names.name(self.source, self.begun, self.done.len());
        let name = name.ok_or_else(|| Error::internal("more sources than were named"))?;
        let writer = output.begin(&name, &self.schema, &self.options)?;
        let path = output.relative(&output.part_path(&name));
        self.begun += 1;
        self.open = Some(Open { writer, path, holds: Vec::new(), proof: self.proof.clone() });
        Ok(())
    }

    /// Ends the part, if there is one.
    fn end(&mut self, output: &mut Output) -> Result<()> {
        let Some(Open { writer, path, holds, proof }) = self.open.take() else { return Ok(()) };
        let part = writer.finish(&proof)?;
        self.done.push(ManifestPart {
            path,
            rows: proof.rows,
            bytes: part.bytes,
            checksum: part.checksum.clone(),
            holds,
        });
        output.stage(part);
        Ok(())
    }
}

impl Open {
    /// What is told of a source here, of which so many rows are in earlier parts if it is new.
    fn entry(
        &mut self,
        source: usize,
        name: &str,
        before: u64,
    ) -> Result<(&mut Held, &mut ProofSource)> {
        if self.holds.last().is_none_or(|held| held.source != source) {
            self.holds.push(Held { source, rows: 0 });
            let name = name.to_owned();
            self.proof.sources.push(ProofSource { name, before, ..ProofSource::default() });
        }
        let entry = self.holds.last_mut().zip(self.proof.sources.last_mut());
        entry.ok_or_else(|| Error::internal("a part without sources"))
    }
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
        assert_eq!(names.name(3, 0, 0), None);
        let names = Names::Numbered("id".to_owned());
        assert_eq!(names.name(7, 3, 9), Some("id-0010".to_owned()));
    }
}
