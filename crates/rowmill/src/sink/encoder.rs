//! Batches into the bytes of one Parquet file, wherever these go.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

use super::chunk::{Codec, Columns, Tools};
use super::columns;
use super::group::RowGroup;
use super::options::ParquetOptions;
use super::properties::{self, ROW_GROUP_ROWS};
use crate::arrow::{RecordBatch, Schema, SchemaRef};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::Compression;

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
    /// Of the batches.
    schema: SchemaRef,
    /// `None` while the encoder of another file has it.
    group: Option<RowGroup>,
    /// What is held of a row group depends on the rows alone, so the file is the same every time.
    group_bytes: usize,
    rows: u64,
}

impl<W: Write + Send> Encoder<W> {
    /// An encoder of rows of this schema.
    ///
    /// # Errors
    /// [`Output`](ErrorKind::Output): the writer refuses. [`Internal`](ErrorKind::Internal): Parquet
    /// has no place for such a schema; those of layouts have one.
    pub fn new(writer: W, schema: &SchemaRef, codec: Compression) -> Result<Self> {
        let options = ParquetOptions { compression: codec, ..ParquetOptions::default() };
        Self::with(writer, schema, &options)
    }

    /// An encoder of rows of this schema, whose file is as `options` say.
    ///
    /// # Errors
    /// As [`new`](Self::new). [`Usage`](ErrorKind::Usage): a Bloom filter is asked for of what is no
    /// column, or one of booleans, or UUIDs as text inside a column together with a type that no
    /// layout has.
    pub fn with(writer: W, schema: &SchemaRef, options: &ParquetOptions) -> Result<Self> {
        let filtered = columns::filtered(schema, &options.bloom_filters)?;
        let stored = columns::stored(schema, options.uuid);
        let encoder = Self::build(writer, schema, &stored, options, &filtered).map_err(refused)?;
        // What is not encoded here is written as it comes.
        let mut others = encoder.group.iter().flat_map(RowGroup::others);
        match others.find(|n| stored.field(**n) != schema.field(**n)) {
            Some(n) => Err(Error::usage(format!(
                "the UUIDs in {} cannot be stored as text, since it has other types in it too that no \
                 layout has",
                schema.field(*n).name()
            ))),
            None => Ok(encoder),
        }
    }

    fn build(
        writer: W,
        schema: &SchemaRef,
        stored: &Schema,
        options: &ParquetOptions,
        filtered: &HashSet<usize>,
    ) -> Result<Self, ParquetError> {
        let parquet = ArrowSchemaConverter::new().convert(stored)?;
        let mut properties = properties::properties(&parquet, options, filtered)?;
        add_encoded_arrow_schema_to_metadata(&columns::told(stored), &mut properties);
        let root = parquet.root_schema_ptr();
        let file = SerializedFileWriter::new(writer, root, Arc::new(properties))?;
        let codec = options.compression;
        let named = properties::codec(codec)?;
        let tools = || Ok(Tools::new(Codec::new(codec)?, named));
        let threads = options.threads.min(schema.fields().len());
        let spare = if threads > 1 { threads } else { 0 };
        let spare = (0..spare).map(|_| tools()).collect::<Result<_, ParquetError>>()?;
        let columns = Columns { schema: &parquet, profile: options.profile, filtered };
        let group = RowGroup::new(&file, schema, &columns, tools()?, spare);
        let (group, group_bytes) = (Some(group), options.row_group_bytes);
        Ok(Self { file, schema: SchemaRef::clone(schema), group, group_bytes, rows: 0 })
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
        let Some(group) = &mut self.group else {
            return Err(ParquetError::General("a row group that another file has".to_owned()));
        };
        let (mut start, end) = (0, batch.num_rows());
        while start < end {
            let room = ROW_GROUP_ROWS - group.rows();
            let rows = room.min(end - start);
            group.append(batch, start, start + rows)?;
            start += rows;
            if group.rows() == ROW_GROUP_ROWS {
                group.append_to(&mut self.file)?;
            }
        }
        if group.size() >= self.group_bytes {
            group.append_to(&mut self.file)?;
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

    /// The bytes of the file that are known by now: those that are written, and the full pages of the
    /// row group that is not. They depend on the rows alone.
    pub(super) fn size(&self) -> u64 {
        let encoded = self.group.as_ref().map_or(0, RowGroup::encoded);
        (self.file.bytes_written() + encoded) as u64
    }

    /// Ends the row group, and gives what encodes it to whoever writes a file of the same columns and
    /// options next. Until this one has it back, nothing of its file is on its way.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn give_group(&mut self) -> Result<Option<RowGroup>> {
        self.end_group().map_err(refused)?;
        self.file.flush().map_err(|e| refused(e.into()))?;
        Ok(self.group.take())
    }

    /// Goes on with what another one has given away.
    pub(super) fn take_group(&mut self, group: RowGroup) {
        self.group = Some(group);
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        match &mut self.group {
            Some(group) if group.rows() > 0 => group.append_to(&mut self.file),
            _ => Ok(()),
        }
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
        self.end_group().map_err(refused)?;
        self.file.flush().map_err(|e| refused(e.into()))?;
        // Whatever is wrong from here on is the writer: it wraps the errors of the last bytes.
        self.file.into_inner().map_err(|error| match refused(error) {
            error if error.kind() == ErrorKind::Output => error,
            error => {
                Error::new(ErrorKind::Output, format!("cannot be written to its end: {error}"))
            }
        })
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
            Ok(cause) => match cause.downcast::<Error>() {
                // What writes may have errors of this crate.
                Ok(error) => error,
                Err(cause) => Error::refused(cause),
            },
            Err(cause) => kind_and_cause(ErrorKind::Output, &cause, "written"),
        },
        // The writer refuses only what the layout should not have let through.
        error => kind_and_cause(ErrorKind::Internal, &error, "encoded").because(error),
    }
}
