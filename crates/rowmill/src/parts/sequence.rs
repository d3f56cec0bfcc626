//! Parts filled one after the other.

use super::{Cut, Form};
use crate::arrow::RecordBatch;
use crate::error::{Error, Result};
use crate::sink::{
    Held, ManifestPart, Output, PartWriter, Proof, ProofSource, RowGroup, SourceCounts,
};

/// The parts of a run, filled one after the other.
pub(crate) struct Sequence {
    form: Form,
    open: Option<Open>,
    /// What has encoded the part before: with its threads and its memory the next one goes on.
    idle: Option<RowGroup>,
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

impl Sequence {
    pub(super) fn new(form: Form) -> Self {
        Self { form, open: None, idle: None, done: Vec::new(), source: 0, begun: 0, rows: 0 }
    }

    /// Goes on with this source.
    pub(super) fn begin_source(&mut self, source: usize, output: &mut Output) -> Result<()> {
        (self.source, self.begun, self.rows) = (source, 0, 0);
        match self.open {
            // What follows may have no rows: then there is nothing to begin another one for.
            Some(_) => Ok(()),
            None => self.begin(output),
        }
    }

    /// How many rows of the source have been written.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends rows of `source`.
    pub(super) fn write(
        &mut self,
        batch: &RecordBatch,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        // Even an empty file has some bytes.
        let full = |open: &Open| match self.form.cut {
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
    pub(super) fn end_source(
        &mut self,
        counts: SourceCounts,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        let (source, before) = (self.source, self.rows);
        let (_, proof) = self.open()?.entry(source, name, before)?;
        proof.whole = Some(counts);
        if self.form.cut == Cut::Source { self.end(output) } else { Ok(()) }
    }

    /// All sources have ended: what has been written.
    pub(super) fn finish(&mut self, output: &mut Output) -> Result<&[ManifestPart]> {
        self.end(output)?;
        Ok(&self.done)
    }

    fn open(&mut self) -> Result<&mut Open> {
        self.open.as_mut().ok_or_else(|| Error::internal("no part has begun"))
    }

    fn begin(&mut self, output: &mut Output) -> Result<()> {
        let Form { names, schema, options, proof, .. } = &self.form;
        let name = names.name(self.source, self.begun, self.done.len())?;
        let target = output.part_path(&name);
        let path = output.relative(&target);
        let mut writer = output.begin(target, &name, schema, options, options.threads > 1)?;
        if let Some(group) = self.idle.take() {
            writer.take_group(group);
        }
        self.begun += 1;
        self.open = Some(Open { writer, path, holds: Vec::new(), proof: proof.clone() });
        Ok(())
    }

    /// Ends the part, if there is one.
    fn end(&mut self, output: &mut Output) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Open { mut writer, path, holds, proof } = open;
        self.idle = writer.give_group()?;
        self.done.push(super::finish(writer, proof, path, holds, output)?);
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
