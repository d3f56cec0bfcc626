//! Columns that say where a row has come from, behind those of the layout.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rowmill_json::{Column, Layout};

use crate::arrow::array::types::Int32Type;
use crate::arrow::array::{
    ArrayRef, DictionaryArray, FixedSizeBinaryArray, Int32Array, StringArray,
    TimestampMicrosecondArray,
};
use crate::arrow::buffer::Buffer;
use crate::arrow::{RecordBatch, Schema, SchemaRef};
use crate::error::{Error, ErrorKind, Result};

/// A column that says where the rows of a table have come from. It is never null, and stands after
/// the columns of the layout, in the order of this list.
///
/// [`File`](Self::File) makes the output depend on what sources are called, and
/// [`IngestedAt`](Self::IngestedAt) on the clock: with them, the same input no longer gives the same
/// bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lineage {
    /// `_file`, a text: the name of the source, as the [report](crate::FileReport::source) has it. A
    /// file of an export has no other name than `<export id>-0001` and so on.
    File,
    /// `_line`, a whole number: the line of the source that the row was, counted from 1, blank lines
    /// and rows set aside too.
    Line,
    /// `_export_id`, a text: the id of the export. For exports alone.
    ExportId,
    /// `_ingested_at`, an instant in microseconds, UTC: when the run began, the same in all of its
    /// rows.
    IngestedAt,
    /// `_enterprise_id`, a UUID: the enterprise that the export was made for. For exports alone whose
    /// scope is one enterprise and nothing else.
    EnterpriseId,
}

impl Lineage {
    /// All of them, in their order.
    pub const ALL: [Self; 5] =
        [Self::File, Self::Line, Self::ExportId, Self::IngestedAt, Self::EnterpriseId];

    /// What the column is called.
    ///
    /// ```
    /// assert_eq!(rowmill::Lineage::IngestedAt.column_name(), "_ingested_at");
    /// ```
    #[must_use]
    pub fn column_name(self) -> &'static str {
        match self {
            Self::File => "_file",
            Self::Line => "_line",
            Self::ExportId => "_export_id",
            Self::IngestedAt => "_ingested_at",
            Self::EnterpriseId => "_enterprise_id",
        }
    }

    fn column(self) -> Column {
        let name = self.column_name();
        match self {
            Self::File | Self::ExportId => Column::category(name),
            Self::Line => Column::line_number(name),
            Self::IngestedAt => Column::timestamp_us(name),
            Self::EnterpriseId => Column::uuid(name),
        }
        .required()
    }
}

/// What is known of an export before its rows are read.
pub(crate) struct Origin<'a> {
    pub(crate) export: &'a str,
    /// The enterprises and the chains it was made for.
    pub(crate) enterprises: &'a [String],
    pub(crate) chains: &'a [String],
}

/// The columns of a layout with those of `lineage` behind them.
pub(crate) fn with_lineage(own: &Schema, lineage: &BTreeSet<Lineage>) -> SchemaRef {
    let fields = lineage.iter().map(|it| it.column().field());
    let fields: Vec<_> = own.fields().iter().cloned().chain(fields).collect();
    Arc::new(Schema::new_with_metadata(fields, own.metadata().clone()))
}

/// The table of a run: what is decoded, and what is added to it.
pub(crate) struct Table {
    /// What the decoder reads: the columns of the layout, then that of the lines where it is asked
    /// for.
    decoded: Layout,
    layout: Layout,
    /// The columns of the layout.
    own: SchemaRef,
    schema: SchemaRef,
    added: Vec<Value>,
}

/// What a column of lineage holds.
#[derive(Clone, Debug)]
enum Value {
    /// The name of the source, which each part has of its own.
    Name,
    /// The lines, which the decoder counts.
    Line,
    Text(String),
    Instant(i64),
    Uuid([u8; 16]),
}

impl Table {
    /// The table of `layout` with the columns of `lineage`. `origin` is that of an export.
    ///
    /// # Errors
    /// [`Usage`](ErrorKind::Usage): a column says something that is not known of these rows.
    /// [`Schema`](ErrorKind::Schema): the layout has a column of that name.
    pub(crate) fn new(
        layout: Layout,
        lineage: &BTreeSet<Lineage>,
        origin: Option<&Origin<'_>>,
    ) -> Result<Self> {
        let own = layout.schema();
        if let Some(taken) = lineage.iter().find(|it| own.field_with_name(it.column_name()).is_ok())
        {
            let message = format!(
                "the layout has a column {} of its own; give it another name, or leave that column \
                 of lineage out",
                taken.column_name()
            );
            return Err(Error::new(ErrorKind::Schema, message));
        }
        let added = lineage.iter().map(|it| Value::of(*it, origin)).collect::<Result<_>>()?;
        let schema = with_lineage(own, lineage);
        let own = SchemaRef::clone(own);
        let decoded = if lineage.contains(&Lineage::Line) {
            let columns = layout.columns().iter().cloned().chain([Lineage::Line.column()]);
            Layout::with(columns, layout.unknown())?
        } else {
            layout.clone()
        };
        Ok(Self { decoded, layout, own, schema, added })
    }

    /// What the decoder reads.
    pub(crate) fn decoded(&self) -> &Layout {
        &self.decoded
    }

    /// The layout without columns of lineage.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The same, for good.
    pub(crate) fn into_layout(self) -> Layout {
        self.layout
    }

    /// The columns of the layout.
    pub(crate) fn own(&self) -> &SchemaRef {
        &self.own
    }

    /// All columns.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What is added to the rows of the source with this name.
    pub(crate) fn stamp(&self, source: &str) -> Stamp {
        let values = self.added.iter().map(|value| match value {
            Value::Name => Value::Text(source.to_owned()),
            value => value.clone(),
        });
        Stamp {
            schema: SchemaRef::clone(&self.schema),
            own: self.own.fields().len(),
            values: values.collect(),
            columns: Vec::new(),
            room: 0,
        }
    }
}

impl Value {
    fn of(lineage: Lineage, origin: Option<&Origin<'_>>) -> Result<Self> {
        let origin = origin.ok_or_else(|| {
            let name = lineage.column_name();
            Error::usage(format!("there is no {name} here: only exports have one"))
        });
        Ok(match lineage {
            Lineage::File => Self::Name,
            Lineage::Line => Self::Line,
            Lineage::ExportId => Self::Text(origin?.export.to_owned()),
            Lineage::IngestedAt => Self::Instant(now()?),
            Lineage::EnterpriseId => Self::Uuid(enterprise(origin?)?),
        })
    }

    /// The value in each of `rows` rows, where it is one.
    fn column(&self, rows: usize) -> Option<ArrayRef> {
        Some(match self {
            Self::Name | Self::Line => return None,
            Self::Text(value) => text(value, rows),
            Self::Instant(value) => {
                let column = TimestampMicrosecondArray::from_value(*value, rows);
                Arc::new(column.with_timezone("UTC"))
            }
            Self::Uuid(value) => {
                let bytes = Buffer::from_vec(value.repeat(rows));
                Arc::new(FixedSizeBinaryArray::new(16, bytes, None))
            }
        })
    }
}

fn text(value: &str, rows: usize) -> ArrayRef {
    let (keys, words) = (Int32Array::from_value(0, rows), StringArray::from(vec![value]));
    Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(words)))
}

/// Microseconds since 1970, by the clock of this machine.
fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let micros = since.and_then(|since| i64::try_from(since.as_micros()).ok());
    micros.ok_or_else(|| Error::usage("the clock of this machine is before 1970"))
}

fn enterprise(origin: &Origin<'_>) -> Result<[u8; 16]> {
    let name = Lineage::EnterpriseId.column_name();
    let ([id], []) = (origin.enterprises, origin.chains) else {
        let message = format!(
            "{name} needs an export of one enterprise, and this one was made for {} enterprises and \
             {} chains",
            origin.enterprises.len(),
            origin.chains.len()
        );
        return Err(Error::usage(message));
    };
    rowmill_scan::parse_uuid(id.as_bytes())
        .ok_or_else(|| Error::usage(format!("{name} needs a UUID, and {id:?} is none")))
}

/// What is added to the rows of one source.
pub(crate) struct Stamp {
    schema: SchemaRef,
    /// How many columns are those of the layout.
    own: usize,
    values: Vec<Value>,
    /// The values in as many rows as a batch has had so far, made once and shared; `None` for the
    /// lines, which come with the batch.
    columns: Vec<Option<ArrayRef>>,
    room: usize,
}

impl Stamp {
    /// `batch` with the columns of lineage in their places.
    pub(crate) fn add(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.values.is_empty() {
            return Ok(batch);
        }
        let rows = batch.num_rows();
        if self.columns.is_empty() || rows > self.room {
            self.room = rows;
            self.columns = self.values.iter().map(|value| value.column(rows)).collect();
        }
        let (own, lines) = batch.columns().split_at(self.own.min(batch.num_columns()));
        let added = self.columns.iter().filter_map(|column| match column {
            Some(column) => Some(column.slice(0, rows)),
            None => lines.first().cloned(),
        });
        let columns = own.iter().cloned().chain(added).collect();
        RecordBatch::try_new(SchemaRef::clone(&self.schema), columns)
            .map_err(|e| Error::internal(format!("columns of lineage do not fit: {e}")))
    }

    /// The columns of the layout alone.
    pub(crate) fn own(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns: Vec<usize> = (0..self.own).collect();
        batch.project(&columns).map_err(|e| Error::internal(format!("columns are missing: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrow::array::Int64Array;

    #[test]
    fn an_enterprise_is_one_alone_and_a_uuid() {
        let found = |enterprises: &[&str], chains: &[&str]| {
            let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
            let (enterprises, chains) = (ids(enterprises), ids(chains));
            let origin = Origin { export: "e", enterprises: &enterprises, chains: &chains };
            enterprise(&origin).map_err(|error| error.kind())
        };
        let id = "0f515589-99b4-423d-b83a-b237009f0509";
        assert_eq!(found(&[id], &[]).map(|uuid| uuid[0]), Ok(0x0f));
        let none: [(&[&str], &[&str]); 5] =
            [(&[], &[]), (&[id, id], &[]), (&[id], &[id]), (&[], &[id]), (&["no id"], &[])];
        for (enterprises, chains) in none {
            assert_eq!(found(enterprises, chains), Err(ErrorKind::Usage));
        }
    }

    #[test]
    fn batches_of_any_length_are_stamped() {
        let layout = Layout::new([Column::int64("n")]).expect("a sound layout");
        let lineage = BTreeSet::from(Lineage::ALL);
        let enterprises = ["0f515589-99b4-423d-b83a-b237009f0509".to_owned()];
        let origin = Origin { export: "e", enterprises: &enterprises, chains: &[] };
        let table = Table::new(layout.clone(), &lineage, Some(&origin)).expect("a table");
        let mut stamp = table.stamp("a");
        for rows in [3, 1, 0, 5, 4, 2_048, 7] {
            let numbers = |of| Arc::new(Int64Array::from(vec![of; rows])) as ArrayRef;
            let columns = vec![numbers(1), numbers(2)];
            let batch = RecordBatch::try_new(table.decoded().schema().clone(), columns);
            let batch = batch.expect("a batch");
            assert_eq!(stamp.own(&batch).expect("columns").schema(), *layout.schema());
            let stamped = stamp.add(batch).expect("stamps");
            assert_eq!((stamped.num_rows(), stamped.num_columns()), (rows, 6));
            assert_eq!(stamped.schema(), *table.schema());
            assert_eq!(stamped.column(2), &numbers(2), "the lines");
        }
    }
}
