//! A row group under construction: the chunks of all columns.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;

use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::errors::Result;
use parquet::file::writer::SerializedFileWriter;

use super::chunk::{Columns, Tools};
use super::crew::{Crew, Outcome};
use super::field::{Field, Size, writers};
use crate::arrow::{RecordBatch, SchemaRef};

/// So many batches may be on their way while the next one is asked for: enough to go on with while
/// the row group before is passed on to the file.
const AHEAD: usize = 6;

/// The row group that rows are appended to, one after the other.
pub(crate) struct RowGroup {
    crew: Crew,
    /// Of the steps that have begun, the oldest first.
    begun: VecDeque<Arc<Outcome>>,
    rows: usize,
    size: Size,
    /// The fields that are left to the parquet crate,
    others: Vec<usize>,
    /// and what makes the writers of their columns.
    factory: Option<ArrowRowGroupWriterFactory>,
}

impl RowGroup {
    /// The first row group of a file.
    pub(super) fn new<W: Write + Send>(
        file: &SerializedFileWriter<W>,
        schema: &SchemaRef,
        columns: &Columns<'_>,
        tools: Tools,
        spare: Vec<Tools>,
    ) -> Self {
        let mut next = 0;
        let mut fields = Vec::new();
        for (n, field) in schema.fields().iter().enumerate() {
            let field = Field::new(n, field, columns, next);
            next += field.columns();
            fields.push(field);
        }
        let others: Vec<usize> = (0..fields.len()).filter(|n| fields[*n].is_other()).collect();
        let other = !others.is_empty();
        let factory = other.then(|| ArrowRowGroupWriterFactory::new(file, schema.clone()));
        let crew = Crew::new(fields, tools, spare);
        Self { crew, begun: VecDeque::new(), rows: 0, size: Size::default(), others, factory }
    }

    /// The fields that are left to the parquet crate, by number.
    pub(super) fn others(&self) -> &[usize] {
        &self.others
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// About how many bytes were held of it before the last [`AHEAD`] batches came; that depends on
    /// the rows alone.
    pub(super) fn size(&self) -> usize {
        self.size.held
    }

    /// The bytes of its full pages before the same batches came; they depend on the rows alone.
    pub(super) fn encoded(&self) -> usize {
        self.size.encoded
    }

    /// Appends the rows `start..end` of `batch`, whose columns are those of the schema.
    ///
    /// # Errors
    /// Those of these rows, or of some before them.
    pub(super) fn append(&mut self, batch: &RecordBatch, start: usize, end: usize) -> Result<()> {
        if let Some(factory) = self.factory.as_ref().filter(|_| self.rows == 0) {
            let mut writers = writers(factory)?;
            self.crew.fields().for_each(|mut field| field.take_writers(&mut writers));
        }
        self.begun.push_back(self.crew.append(batch, start, end));
        self.rows += end - start;
        if self.begun.len() > AHEAD
            && let Some(step) = self.begun.pop_front()
        {
            self.size = step.wait()?;
        }
        Ok(())
    }

    /// Writes it behind those before it and begins the next one.
    pub(super) fn append_to<W: Write + Send>(
        &mut self,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<()> {
        for step in self.begun.drain(..) {
            step.wait()?;
        }
        self.crew.complete().wait()?;
        let mut group = file.next_row_group()?;
        self.crew.fields().try_for_each(|mut field| field.append_to(&mut group))?;
        group.close()?;
        (self.rows, self.size) = (0, Size::default());
        Ok(())
    }
}
