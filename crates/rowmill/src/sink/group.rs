//! A row group under construction: the chunks of all columns.

use std::io::Write;
use std::ops::Range;

use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::Result;
use parquet::file::writer::SerializedFileWriter;

use super::chunk::{Chunk, Columns, Node, Reach, Tools, node};
use crate::arrow::{RecordBatch, SchemaRef};

/// Rows that are taken into the columns at a time, so that pages end near their bounds.
const STEP: usize = 2048;

/// The row group that rows are appended to, one after the other.
pub(super) struct RowGroup {
    schema: SchemaRef,
    fields: Vec<FieldWriter>,
    chunks: Vec<Chunk>,
    tools: Tools,
    rows: usize,
    /// Makes the writers of columns that are not encoded here, if there are any.
    others: Option<ArrowRowGroupWriterFactory>,
}

enum FieldWriter {
    /// A field and its chunks.
    Own(Node, Range<usize>),
    /// A field of a type that is left to the parquet crate: its columns, and their writers if the
    /// row group has begun.
    Other(Range<usize>, Vec<ArrowColumnWriter>),
}

impl RowGroup {
    /// The first row group of a file.
    pub(super) fn new<W: Write + Send>(
        file: &SerializedFileWriter<W>,
        schema: &SchemaRef,
        columns: &Columns<'_>,
        tools: Tools,
    ) -> Self {
        let (mut fields, mut chunks, mut next) = (Vec::new(), Vec::new(), 0);
        for (n, field) in schema.fields().iter().enumerate() {
            let first = next;
            while next < columns.schema.num_columns()
                && columns.schema.get_column_root_idx(next) == n
            {
                next += 1;
            }
            let before = chunks.len();
            fields.push(match node(field, columns, first, &mut chunks) {
                Some(node) if chunks.len() - before == next - first => {
                    FieldWriter::Own(node, before..chunks.len())
                }
                _ => {
                    chunks.truncate(before);
                    FieldWriter::Other(first..next, Vec::new())
                }
            });
        }
        let other = fields.iter().any(|field| matches!(field, FieldWriter::Other(..)));
        let others = other.then(|| ArrowRowGroupWriterFactory::new(file, schema.clone()));
        Self { schema: schema.clone(), fields, chunks, tools, rows: 0, others }
    }

    /// The fields that are left to the parquet crate, by number.
    pub(super) fn others(&self) -> impl Iterator<Item = usize> {
        let fields = self.fields.iter().enumerate();
        fields.filter(|(_, field)| matches!(field, FieldWriter::Other(..))).map(|(n, _)| n)
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// About how many bytes are held of it; that depends on the rows alone.
    pub(super) fn size(&self) -> usize {
        let others = self.fields.iter().flat_map(|field| match field {
            FieldWriter::Own(..) => [].iter(),
            FieldWriter::Other(_, writers) => writers.iter(),
        });
        self.chunks.iter().map(Chunk::size).sum::<usize>()
            + others.map(ArrowColumnWriter::get_estimated_total_bytes).sum::<usize>()
    }

    /// Appends the rows `start..end` of `batch`, whose columns are those of the schema.
    pub(super) fn append(&mut self, batch: &RecordBatch, start: usize, end: usize) -> Result<()> {
        self.begin()?;
        for start in (start..end).step_by(STEP) {
            self.step(batch, start, STEP.min(end - start))?;
        }
        self.rows += end - start;
        Ok(())
    }

    fn begin(&mut self) -> Result<()> {
        let Some(factory) = self.others.as_ref().filter(|_| self.rows == 0) else { return Ok(()) };
        // Without encryption it does not matter which row group it is.
        let mut made: Vec<_> = factory.create_column_writers(0)?.into_iter().map(Some).collect();
        for field in &mut self.fields {
            if let FieldWriter::Other(columns, writers) = field {
                *writers = made[columns.clone()].iter_mut().filter_map(Option::take).collect();
            }
        }
        Ok(())
    }

    fn step(&mut self, batch: &RecordBatch, start: usize, rows: usize) -> Result<()> {
        let reach = Reach::rows(start, rows);
        for (n, writer) in self.fields.iter_mut().enumerate() {
            let array = batch.column(n);
            match writer {
                FieldWriter::Own(node, chunks) => {
                    node.append(array, &reach, &mut self.chunks)?;
                    for chunk in &mut self.chunks[chunks.clone()] {
                        chunk.end(rows, &mut self.tools)?;
                    }
                }
                FieldWriter::Other(_, writers) => {
                    let leaves = compute_leaves(self.schema.field(n), &array.slice(start, rows))?;
                    for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                        writer.write(leaf)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes it behind those before it and begins the next one.
    pub(super) fn append_to<W: Write + Send>(
        &mut self,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<()> {
        let mut group = file.next_row_group()?;
        for field in &mut self.fields {
            match field {
                FieldWriter::Own(_, chunks) => {
                    for chunk in &mut self.chunks[chunks.clone()] {
                        chunk.append_to(&mut group, &mut self.tools)?;
                    }
                }
                FieldWriter::Other(_, writers) => {
                    for writer in writers.drain(..) {
                        writer.close()?.append_to_row_group(&mut group)?;
                    }
                }
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}
