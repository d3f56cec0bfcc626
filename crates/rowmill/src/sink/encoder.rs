//! Batches into the bytes of one Parquet file, wherever these go.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

use super::chunk::{Codec, Tools};
use super::group::RowGroup;
use super::properties::{self, ROW_GROUP_ROWS};
use crate::arrow::{RecordBatch, SchemaRef};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::Compression;

/// A row group ends with the batch that brings it to this many bytes of encoded pages, by the
/// encoder's own estimate. That depends on the rows alone, so the file is the same every time.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Encodes batches as Parquet, just as [`Convert`](crate::Convert) does, into any writer. Nothing
/// is synced, renamed or proved here: whoever owns the writer knows when its bytes are a file.
///
/// ```
/// use rowmill::{Column, Compression, Decoder, Encoder, Layout};
///
/// let layout = Layout::new([Column::int64("n")])?;
/// let mut decoder = Decoder::new(&layout);
/// decoder.push("{\"n\":1}\n{\"n\":2}\n".into());
/// decoder.finish();
///
/// let mut encoder = Encoder::new(Vec::new(), layout.schema(), Compression::default())?;
/// while let Some(batch) = decoder.next_batch()? {
///     encoder.write(&batch)?;
/// }
/// assert_eq!(encoder.rows(), 2);
/// let bytes = encoder.finish()?;
/// assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Encoder<W: Write + Send> {
    // It buffers by itself.
    file: SerializedFileWriter<W>,
    schema: SchemaRef,
    group: RowGroup,
    rows: u64,
}

impl<W: Write + Send> Encoder<W> {
    /// An encoder of rows of this schema.
    ///
    /// # Errors
    /// [`Output`](ErrorKind::Output): the writer refuses. [`Internal`](ErrorKind::Internal): Parquet
    /// has no place for such a schema; those of layouts have one.
    pub fn new(writer: W, schema: &SchemaRef, codec: Compression) -> Result<Self> {
        Self::build(writer, schema, codec).map_err(refused)
    }

    fn build(writer: W, schema: &SchemaRef, codec: Compression) -> Result<Self, ParquetError> {
        let columns = ArrowSchemaConverter::new().convert(schema)?;
        let mut properties = properties::properties(&columns, codec)?;
        add_encoded_arrow_schema_to_metadata(schema, &mut properties);
        let root = columns.root_schema_ptr();
        let file = SerializedFileWriter::new(writer, root, Arc::new(properties))?;
        let tools = Tools::new(Codec::new(codec)?, properties::codec(codec)?);
        let group = RowGroup::new(&file, schema, tools);
        Ok(Self { file, schema: SchemaRef::clone(schema), group, rows: 0 })
    }

    /// Appends the rows of `batch`.
    ///
    /// # Errors
    /// As [`new`](Self::new); `Internal` too if the batch is not of the schema.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.append(batch).map_err(refused)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        self.check(batch)?;
        let (mut start, end) = (0, batch.num_rows());
        while start < end {
            let room = ROW_GROUP_ROWS - self.group.rows();
            let rows = room.min(end - start);
            self.group.append(batch, start, start + rows)?;
            start += rows;
            if self.group.rows() == ROW_GROUP_ROWS {
                self.group.append_to(&mut self.file)?;
            }
        }
        if self.group.size() >= ROW_GROUP_BYTES {
            self.group.append_to(&mut self.file)?;
        }
        Ok(())
    }

    /// Are the columns of `batch` those of the schema?
    fn check(&self, batch: &RecordBatch) -> Result<(), ParquetError> {
        if Arc::ptr_eq(batch.schema_ref(), &self.schema) {
            return Ok(());
        }
        let fields = self.schema.fields();
        let fit = fields.len() == batch.num_columns()
            && fields.iter().zip(batch.columns()).all(|(field, column)| {
                let missing = !field.is_nullable() && column.is_nullable();
                field.data_type().equals_datatype(column.data_type()) && !missing
            });
        match fit {
            true => Ok(()),
            false => Err(ParquetError::General("a batch of another schema".to_owned())),
        }
    }

    /// How many rows have been written.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Puts a text into the footer, under a key.
    pub fn note(&mut self, key: impl Into<String>, text: impl Into<Option<String>>) {
        self.file.append_key_value_metadata(KeyValue::new(key.into(), text.into()));
    }

    /// Completes the file and gives the writer back.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn finish(mut self) -> Result<W> {
        if self.group.rows() > 0 {
            self.group.append_to(&mut self.file).map_err(refused)?;
        }
        self.file.into_inner().map_err(refused)
    }
}

impl<W: Write + Send> fmt::Debug for Encoder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("rows", &self.rows).finish_non_exhaustive()
    }
}

#[cold]
fn refused(error: ParquetError) -> Error {
    let kind_and_cause = |kind, cause: &dyn fmt::Display, what| {
        Error::new(kind, format!("cannot be {what}: {cause}"))
    };
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => kind_and_cause(ErrorKind::Output, &cause, "written").because(cause),
            Err(cause) => kind_and_cause(ErrorKind::Output, &cause, "written"),
        },
        // The writer refuses only what the layout should not have let through.
        error => kind_and_cause(ErrorKind::Internal, &error, "encoded").because(error),
    }
}
