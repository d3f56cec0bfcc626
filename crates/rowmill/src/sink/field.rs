//! One column of a table in a row group under construction, with all that is nested in it.

use std::io::Write;
use std::mem;
use std::ops::{AddAssign, Range};

use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::errors::Result;
use parquet::file::writer::SerializedRowGroupWriter;

use super::chunk::{Chunk, Columns, Node, Reach, Tools, node};
use crate::arrow::FieldRef;
use crate::arrow::array::ArrayRef;

/// Rows that are taken into the chunks at a time, so that pages end near their bounds.
const STEP: usize = 2048;

/// A field, and its part of the row group.
pub(super) struct Field {
    field: FieldRef,
    writer: Writer,
}

/// Bytes of fields.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Those that are held,
    pub(super) held: usize,
    /// and of these the ones of full pages, which will be in the file as they are.
    pub(super) encoded: usize,
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.held += other.held;
        self.encoded += other.encoded;
    }
}

enum Writer {
    Own {
        node: Node,
        chunks: Vec<Chunk>,
    },
    /// A field of a type that is left to the parquet crate: its columns, their writers if the row
    /// group has begun, and what these have made when it ends.
    Other {
        columns: Range<usize>,
        writers: Vec<ArrowColumnWriter>,
        made: Vec<ArrowColumnChunk>,
    },
}

impl Field {
    /// The field whose first column is `first`, and the one whose columns follow.
    pub(super) fn new(n: usize, field: &FieldRef, columns: &Columns<'_>, first: usize) -> Self {
        let mut end = first;
        while end < columns.schema.num_columns() && columns.schema.get_column_root_idx(end) == n {
            end += 1;
        }
        let mut chunks = Vec::new();
        let writer = match node(field, columns, first, &mut chunks) {
            Some(node) if chunks.len() == end - first => Writer::Own { node, chunks },
            _ => Writer::Other { columns: first..end, writers: Vec::new(), made: Vec::new() },
        };
        Self { field: FieldRef::clone(field), writer }
    }

    /// How many columns of the file it has.
    pub(super) fn columns(&self) -> usize {
        match &self.writer {
            Writer::Own { chunks, .. } => chunks.len(),
            Writer::Other { columns, .. } => columns.len(),
        }
    }

    /// Is it left to the parquet crate?
    pub(super) fn is_other(&self) -> bool {
        matches!(self.writer, Writer::Other { .. })
    }

    /// Takes its writers out of those of all columns, if it has none of its own.
    pub(super) fn take_writers(&mut self, all: &mut [Option<ArrowColumnWriter>]) {
        if let Writer::Other { columns, writers, .. } = &mut self.writer {
            *writers = all[columns.clone()].iter_mut().filter_map(Option::take).collect();
        }
    }

    /// Appends the rows `start..end` of `array`, which is of the type of the field.
    pub(super) fn append(
        &mut self,
        array: &ArrayRef,
        start: usize,
        end: usize,
        tools: &mut Tools,
    ) -> Result<()> {
        for start in (start..end).step_by(STEP) {
            let rows = STEP.min(end - start);
            match &mut self.writer {
                Writer::Own { node, chunks } => {
                    node.append(array, &Reach::rows(start, rows), chunks)?;
                    for chunk in chunks {
                        chunk.end(rows, tools)?;
                    }
                }
                Writer::Other { writers, .. } => {
                    let leaves = compute_leaves(&self.field, &array.slice(start, rows))?;
                    for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                        writer.write(leaf)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// About how many bytes there are of it; that depends on the rows alone.
    pub(super) fn size(&self) -> Size {
        match &self.writer {
            Writer::Own { chunks, .. } => Size {
                held: chunks.iter().map(Chunk::size).sum(),
                encoded: chunks.iter().map(Chunk::encoded).sum(),
            },
            Writer::Other { writers, .. } => {
                let bytes = writers.iter().map(ArrowColumnWriter::get_estimated_total_bytes).sum();
                Size { held: bytes, encoded: bytes }
            }
        }
    }

    /// Encodes what is left: no more rows come into this row group.
    pub(super) fn complete(&mut self, tools: &mut Tools) -> Result<()> {
        match &mut self.writer {
            Writer::Own { chunks, .. } => {
                chunks.iter_mut().try_for_each(|chunk| chunk.complete(tools))
            }
            Writer::Other { writers, made, .. } => {
                let writers = mem::take(writers).into_iter();
                *made = writers.map(ArrowColumnWriter::close).collect::<Result<_>>()?;
                Ok(())
            }
        }
    }

    /// Appends its chunks to `group` once they are complete, and begins the next ones.
    pub(super) fn append_to<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        match &mut self.writer {
            Writer::Own { chunks, .. } => {
                chunks.iter_mut().try_for_each(|chunk| chunk.append_to(group))
            }
            Writer::Other { made, .. } => {
                made.drain(..).try_for_each(|chunk| chunk.append_to_row_group(group))
            }
        }
    }
}

/// Writers of the columns that are left to the parquet crate, for one row group.
pub(super) fn writers(
    factory: &ArrowRowGroupWriterFactory,
) -> Result<Vec<Option<ArrowColumnWriter>>> {
    // Without encryption it does not matter which row group it is.
    Ok(factory.create_column_writers(0)?.into_iter().map(Some).collect())
}
