//! A checksum of what batches hold: the same for the same rows, however they are cut and laid out.

mod bits;
mod blocks;
mod column;
mod hasher;
mod lengths;
mod text;

use std::fmt;

use crate::arrow::array::{Array, ArrayRef};
use crate::arrow::{FieldRef, RecordBatch, Schema};
use crate::error::{Error, ErrorKind, Result};
use column::Column;
use hasher::{Hasher, Scratch};

/// A checksum (128 bits, XXH3) of the rows of record batches in their order.
///
/// It depends on what a reader of the rows can see, and on nothing else: on the number of rows, and
/// for each column, through all nesting, on which values are null and on those that are not. It does
/// not depend on where batches are cut, on how buffers are laid out, shared or sliced, on what lies
/// in the slots of nulls, on names, nor on the order of a dictionary's words.
///
/// Each column is hashed by itself, and what comes of that is put together in the order of the
/// columns. Numbers count with the bits of their values, in the order of bytes of this machine; so
/// `0.0` and `-0.0` are two values. Text counts with its bytes and lengths, whether its type is
/// `Utf8`, `LargeUtf8` or `Utf8View` (or binary). Columns of dictionaries count with the text that
/// each row has, but not like columns of plain text: it takes part by its hash, since a row would
/// have to be copied letter by letter otherwise. Where the schema has a dictionary, batches may have
/// plain text, as readers of files make of some of them.
///
/// XXH3 finds accidents. It is no proof against somebody who wants two tables to look the same.
///
/// ```
/// use std::sync::Arc;
///
/// use rowmill::Checksum;
/// use rowmill::arrow::array::{ArrayRef, Int64Array, RecordBatch};
///
/// let numbers: ArrayRef = Arc::new(Int64Array::from_iter([Some(1), None, Some(3)]));
/// let batch = RecordBatch::try_from_iter([("n", numbers)])?;
///
/// let mut whole = Checksum::new(&batch.schema())?;
/// whole.update(&batch)?;
/// let mut parts = Checksum::new(&batch.schema())?;
/// parts.update(&batch.slice(0, 1))?;
/// parts.update(&batch.slice(1, 2))?;
/// assert_eq!(whole.finish(), parts.finish());
/// assert_eq!(whole.to_string(), format!("{:032x}", whole.finish()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Checksum {
    rows: u64,
    columns: Vec<Column>,
    scratch: Scratch,
}

impl Checksum {
    /// The checksum of no rows of this schema.
    ///
    /// # Errors
    /// [`Schema`](crate::ErrorKind::Schema): a column has a type that no [`Layout`](crate::Layout)
    /// gives and that is none of its relatives either: a union, a run-end encoded array, a list view
    /// or a list of fixed size, or a dictionary of something else than text.
    pub fn new(schema: &Schema) -> Result<Self> {
        let column = |field: &FieldRef| {
            Column::of(field.data_type()).ok_or_else(|| {
                let (name, found) = (field.name(), field.data_type());
                let message = format!("column {name}: there is no checksum of {found}");
                Error::new(ErrorKind::Schema, message)
            })
        };
        let columns = schema.fields().iter().map(column).collect::<Result<_>>()?;
        Ok(Self { rows: 0, columns, scratch: Scratch::new() })
    }

    /// Adds the rows of `batch` after those before.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage): the columns of `batch` are not those of the schema. Then
    /// nothing has been added.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let arrays = batch.columns();
        let fits = |(column, array): (&Column, &ArrayRef)| column.fits(array.data_type());
        if arrays.len() != self.columns.len() || !self.columns.iter().zip(arrays).all(fits) {
            return Err(Error::usage("a checksum takes batches of one schema"));
        }
        self.rows += batch.num_rows() as u64;
        for (column, array) in self.columns.iter_mut().zip(arrays) {
            column.update(array, None, &mut self.scratch);
        }
        Ok(())
    }

    /// The checksum of all rows so far. More may follow.
    #[must_use]
    pub fn finish(&self) -> u128 {
        let mut all = Hasher::new();
        all.write(&self.rows.to_le_bytes());
        all.write(&(self.columns.len() as u64).to_le_bytes());
        self.columns.iter().for_each(|column| column.finish(&mut all));
        all.finish()
    }
}

/// As 32 hexadecimal digits.
impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.finish())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checksum").field("rows", &self.rows).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
