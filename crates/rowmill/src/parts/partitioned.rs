//! Parts in directories by the values of rows.
//!
//! Rows wait in memory, in a block, and are sorted out when it is full. A partition that has much of
//! it is written to its part at once; the rows of the others wait on the disk until they are enough for
//! a row group, or all sources have ended. So memory depends on neither the number of partitions nor
//! the order of rows, files are as large as they can be, and where a row goes follows from the rows and
//! the settings alone. The rows of a partition stay in their order.

mod lane;

use super::block::{Block, Run};
use super::{Cut, Form};
use crate::arrow::RecordBatch;
use crate::error::{Error, Result};
use crate::partition::{Plan, Split, Splitter};
use crate::sink::{
    Held, ManifestPart, Output, PartWriter, ProofSource, RowGroup, SourceCounts, Spill,
};
use lane::{Lane, Piece};

/// Parts that are open at a time: each has files of the system, or a piece of an upload, and what its
/// footer will say.
const OPEN: usize = 8;

/// The same with the one that has ended last.
#[cfg(feature = "cloud")]
pub(crate) const AT_ONCE: usize = OPEN + 1;

/// The parts of a run in directories.
pub(crate) struct Partitioned {
    form: Form,
    plan: Plan,
    splitter: Splitter,
    block: Block,
    /// Bytes of rows that wait in memory at most.
    most: usize,
    /// Where rows wait for which there is no room there.
    spill: Option<Spill>,
    /// What is known of each partition.
    lanes: Vec<Lane>,
    /// Parts that are being written; the one that rows went to last is the last.
    open: Vec<Open>,
    /// What encodes the rows, while none of them has it.
    idle: Option<RowGroup>,
    /// The part that has ended last: its footer may be the one that says what sources came to.
    ended: Option<Open>,
    done: Vec<ManifestPart>,
    /// The sources by name, with their rows in the parts that are done and what they came to.
    sources: Vec<Source>,
    /// Rows of the source that is being read.
    rows: u64,
}

#[derive(Default)]
struct Source {
    name: String,
    done: u64,
    whole: Option<SourceCounts>,
}

/// A part that is being written.
struct Open {
    partition: u32,
    writer: PartWriter,
    /// Whether it has what encodes rows.
    encodes: bool,
    path: String,
    holds: Vec<Held>,
    rows: u64,
}

impl Partitioned {
    pub(super) fn new(form: Form, plan: Plan, most: usize) -> Self {
        Self {
            splitter: Splitter::new(&plan, most),
            plan,
            block: Block::default(),
            most: form.options.row_group_bytes / 4,
            form,
            spill: None,
            lanes: Vec::new(),
            open: Vec::new(),
            idle: None,
            ended: None,
            done: Vec::new(),
            sources: Vec::new(),
            rows: 0,
        }
    }

    pub(super) fn begin_source(&mut self, source: usize) {
        self.sources.resize_with(source + 1, Source::default);
        self.rows = 0;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn write(
        &mut self,
        batch: &RecordBatch,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let split = self.splitter.split(batch, self.rows);
        let split = split.map_err(|e| e.in_file(name.to_owned()))?;
        self.lanes.resize_with(self.splitter.len(), Lane::default);
        let batch = self.plan.stored(batch)?;
        let source = self.source(name)?;
        self.rows += batch.num_rows() as u64;
        match split {
            // As it is where rows come in the order of partitions.
            Split::One(partition) if self.is_current(partition) => {
                self.append(partition, &batch, source, output)
            }
            split => {
                self.block.push(&batch, split, source)?;
                if self.block.bytes() >= self.most { self.sort_out(output) } else { Ok(()) }
            }
        }
    }

    pub(super) fn end_source(
        &mut self,
        counts: SourceCounts,
        name: &str,
        output: &mut Output,
    ) -> Result<()> {
        let source = self.source(name)?;
        self.sources[source].whole = Some(counts);
        if self.form.cut == Cut::Source { self.write_all(output) } else { Ok(()) }
    }

    pub(super) fn finish(&mut self, output: &mut Output) -> Result<&[ManifestPart]> {
        self.write_all(output)?;
        if self.ended.is_none() {
            // There are no rows: one part says what there would have been.
            let nulls = self.splitter.nulls()?;
            self.lanes.resize_with(self.splitter.len(), Lane::default);
            let at = self.begin(nulls, 0, output)?;
            self.end(at, output)?;
        }
        if let Some(last) = self.ended.take() {
            self.complete(last, true, output)?;
        }
        Ok(&self.done)
    }

    /// The source that is being read, which has this name.
    fn source(&mut self, name: &str) -> Result<usize> {
        let source = self.sources.len().checked_sub(1);
        let source = source.ok_or_else(|| Error::internal("no source has begun"))?;
        if self.sources[source].name.is_empty() {
            name.clone_into(&mut self.sources[source].name);
        }
        Ok(source)
    }

    /// Whether rows of this partition can go where the last ones went, with none before them that wait.
    fn is_current(&self, partition: u32) -> bool {
        self.block.is_empty()
            && self.lanes[partition as usize].is_empty()
            && self.open.last().is_some_and(|open| open.partition == partition)
    }

    /// The block is full: each of its rows goes to the part of its partition, or to the disk.
    fn sort_out(&mut self, output: &mut Output) -> Result<()> {
        let block = std::mem::take(&mut self.block);
        let sorted = block.sorted_out(self.lanes.len());
        for (partition, (runs, bytes)) in (0..).zip(&sorted) {
            if runs.is_empty() {
                continue;
            }
            // At most one has most of a block, so rows that are written at once rarely go elsewhere
            // than those of the block before, and go on with its row group.
            if bytes / 3 >= self.most / 4 {
                self.write_lane(partition, &block, runs, output)?;
                continue;
            }
            self.set_aside(partition, &block, runs, output)?;
            while let Some(pieces) = self.lanes[partition as usize].row_group() {
                self.write_pieces(partition, pieces, output)?;
            }
        }
        Ok(())
    }

    /// Writes every row that waits, and ends all parts.
    fn write_all(&mut self, output: &mut Output) -> Result<()> {
        let block = std::mem::take(&mut self.block);
        let sorted = block.sorted_out(self.lanes.len());
        for (partition, (runs, _)) in (0..).zip(&sorted) {
            self.write_lane(partition, &block, runs, output)?;
            if let Some(at) = self.place(partition) {
                self.end(at, output)?;
            }
        }
        Ok(())
    }

    /// Writes the rows of a partition that wait on the disk, and then those of `runs`.
    fn write_lane(
        &mut self,
        partition: u32,
        block: &Block,
        runs: &[Run],
        output: &mut Output,
    ) -> Result<()> {
        let pieces = self.lanes[partition as usize].take();
        self.write_pieces(partition, pieces, output)?;
        for run in runs {
            self.form.cancel.check()?;
            self.append(partition, &block.gather(run)?, run.source, output)?;
        }
        Ok(())
    }

    /// Writes rows of a partition that have waited.
    fn write_pieces(
        &mut self,
        partition: u32,
        pieces: Vec<Piece>,
        output: &mut Output,
    ) -> Result<()> {
        for piece in pieces {
            self.form.cancel.check()?;
            let spill = self.spill.as_mut().ok_or_else(|| Error::internal("no rows wait"))?;
            let batch = spill.read(piece.place)?;
            self.append(partition, &batch, piece.source, output)?;
        }
        Ok(())
    }

    fn set_aside(
        &mut self,
        partition: u32,
        block: &Block,
        runs: &[Run],
        output: &Output,
    ) -> Result<()> {
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(output.spill(self.plan.schema())?),
        };
        let lane = &mut self.lanes[partition as usize];
        for run in runs {
            let place = spill.write(&block.gather_apart(run)?)?;
            lane.push(Piece { place, source: run.source, rows: run.rows() });
        }
        Ok(())
    }

    /// The place among the open parts of that of a partition.
    fn place(&self, partition: u32) -> Option<usize> {
        self.open.iter().position(|open| open.partition == partition)
    }

    /// Appends rows of a source to the part of a partition.
    fn append(
        &mut self,
        partition: u32,
        batch: &RecordBatch,
        source: usize,
        output: &mut Output,
    ) -> Result<()> {
        let mut at = self.place(partition);
        if let (Some(full), Cut::Size(most)) = (at, self.form.cut)
            && self.open[full].rows > 0
            && self.open[full].writer.size() >= most
        {
            self.end(full, output)?;
            at = None;
        }
        let at = match at {
            Some(at) => at,
            None => self.begin(partition, source, output)?,
        };
        self.hand_over(at)?;
        let rows = batch.num_rows() as u64;
        let open = self.open.last_mut().ok_or_else(|| Error::internal("no part has begun"))?;
        open.writer.write(batch)?;
        open.rows += rows;
        match open.holds.last_mut() {
            Some(held) if held.source == source => held.rows += rows,
            _ => open.holds.push(Held { source, rows }),
        }
        Ok(())
    }

    /// Puts an open part behind all others, and has it encode the rows.
    fn hand_over(&mut self, at: usize) -> Result<()> {
        if at + 1 < self.open.len() {
            let open = self.open.remove(at);
            self.open.push(open);
        }
        let Some((current, others)) = self.open.split_last_mut() else { return Ok(()) };
        if current.encodes {
            return Ok(());
        }
        for other in others.iter_mut().filter(|other| other.encodes) {
            other.encodes = false;
            self.idle = other.writer.give_group()?;
        }
        if let Some(group) = self.idle.take() {
            current.writer.take_group(group);
        }
        current.encodes = true;
        Ok(())
    }

    /// Begins a part of a partition, in which rows of `source` come first, and says where it is.
    fn begin(&mut self, partition: u32, source: usize, output: &mut Output) -> Result<usize> {
        if self.open.len() >= OPEN {
            // The one that nothing went to for the longest time.
            self.end(0, output)?;
        }
        let lane = &mut self.lanes[partition as usize];
        let (earlier, all) = lane.begin(source);
        let name = self.form.names.name(source, earlier, all)?;
        let directory = &self.splitter.partition(partition)?.directory;
        let target = output.partition_path(directory, &name)?;
        let path = output.relative(&target);
        let unfinished = format!("{name}-{partition}");
        let (schema, options) = (self.plan.schema(), &self.form.options);
        // A thread for each of the open parts would hold bytes for each.
        let writer = output.begin(target, &unfinished, schema, options, false)?;
        let (holds, rows, encodes) = (Vec::new(), 0, false);
        self.open.push(Open { partition, writer, encodes, path, holds, rows });
        Ok(self.open.len() - 1)
    }

    /// No more rows come into this part.
    fn end(&mut self, at: usize, output: &mut Output) -> Result<()> {
        let mut open = self.open.remove(at);
        if open.encodes {
            open.encodes = false;
            self.idle = open.writer.give_group()?;
        }
        match self.ended.replace(open) {
            Some(before) => self.complete(before, false, output),
            None => Ok(()),
        }
    }

    /// Completes the file. The last one says what each source came to.
    fn complete(&mut self, open: Open, last: bool, output: &mut Output) -> Result<()> {
        let Open { partition, writer, path, mut holds, rows, .. } = open;
        if last {
            let has = |source: &usize| holds.iter().any(|held| held.source == *source);
            let without = (0..self.sources.len()).filter(|source| !has(source));
            let without: Vec<Held> = without.map(|source| Held { source, rows: 0 }).collect();
            holds.extend(without);
            holds.sort_by_key(|held| held.source);
        }
        let mut proof = self.form.proof.clone();
        proof.rows = rows;
        proof.partition = self.splitter.partition(partition)?.values.clone();
        for held in &holds {
            let source = &mut self.sources[held.source];
            let whole = if last { source.whole.clone() } else { None };
            let (name, before) = (source.name.clone(), source.done);
            source.done += held.rows;
            proof.sources.push(ProofSource { name, before, rows: held.rows, whole });
        }
        self.done.push(super::finish(writer, proof, path, holds, output)?);
        Ok(())
    }
}
