//! What a run has seen of change: keys and values that the layout does not know, cells made null,
//! columns without a value.

use rowmill_json::{Column, Drift, Kind, Layout, LayoutError, NewKey, NewValue};
use serde::Serialize;

use crate::arrow::array::cast::AsArray;
use crate::arrow::array::{Array, ArrayRef};
use crate::arrow::{DataType, Field, RecordBatch, Schema};
use crate::schema_file::type_name;

/// Keys, values and cells that are told one by one.
const TOLD: usize = 1000;

/// How the rows of a run differ from their layout without being bad; see
/// [`Drift`](crate::Drift).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DriftReport {
    /// Keys that no column reads, in the order of their first appearance.
    pub new_keys: Vec<NewKeyReport>,
    /// Sights of keys beyond the first 1,000, or with very long names.
    pub more_new_keys: u64,
    /// Values that are not among the known ones of their enumeration.
    pub new_values: Vec<NewValueReport>,
    /// New values beyond the first 1,000; all of them where [data stays out](crate::Convert::redact).
    pub more_new_values: u64,
    /// Columns with cells that were made null.
    pub nulled: Vec<NulledReport>,
    /// Columns, and fields in them, that have no value in any row. Empty where there are no rows.
    pub all_null: Vec<String>,
    /// There are rows and keys in them, but none is a key of the layout: most likely it is that of other rows.
    pub no_known_key: bool,
}

/// A key that no column reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NewKeyReport {
    /// Path of the key, e.g. `Amount.TaxValues[].Rate`.
    pub path: String,
    /// Good rows have it so often.
    pub count: u64,
    /// The source it was first seen in.
    pub file: String,
    /// The line of that source.
    pub first_line: u64,
    /// The type of a column for it, as some of its values lead to it, in the words of a
    /// [schema file](crate::schema_file).
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether its values are kept in a column of what is left, such as `_rescued`; if not, they are
    /// nowhere.
    pub kept: bool,
    /// All there is to know of it.
    #[serde(skip)]
    pub key: NewKey,
}

/// A value that is new to an enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewValueReport {
    /// Path of the column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Good rows have it so often.
    pub count: u64,
    /// The source it was first seen in.
    pub file: String,
    /// The line of that source.
    pub first_line: u64,
}

/// A column with cells that were made null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NulledReport {
    /// Path of the column.
    pub column: String,
    /// How many.
    pub count: u64,
    /// The source of the first one.
    pub file: String,
    /// The line of that source.
    pub first_line: u64,
}

/// How many values of a column are null, for want of a key or by the word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// Path of the column, e.g. `Amount.TaxValues[].Value`.
    pub column: String,
    /// Values in all: one for each row, and in a list one for each element.
    pub values: u64,
    /// Those of them that are null; in a struct that is null, all of its fields are.
    pub nulls: u64,
}

impl NewKeyReport {
    fn new(file: &str, path: String, key: &NewKey, layout: &Layout) -> Self {
        let (count, first_line, key) = (key.count, key.first_line, key.clone());
        let file = file.to_owned();
        let type_name = type_name(key.column().kind()).into_owned();
        let kept = keeps(layout.columns(), &key.object);
        Self { path, count, file, first_line, type_name, kept, key }
    }

    fn merge(&mut self, other: &NewKey) {
        self.count += other.count;
        self.key.merge(other);
        self.type_name = type_name(self.key.column().kind()).into_owned();
    }
}

impl DriftReport {
    /// Whether there is nothing to tell but columns without a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { all_null: self.all_null.clone(), ..Self::default() }
    }

    /// `layout` with columns for the new keys and with the new values, for the next run; see
    /// [`Layout::widened`].
    ///
    /// # Errors
    /// As [`Layout::widened`].
    pub fn widened(&self, layout: &Layout) -> Result<Layout, LayoutError> {
        let mut drift = Drift::default();
        drift.keys.extend(self.new_keys.iter().map(|new| new.key.clone()));
        let value = |new: &NewValueReport| NewValue::new(&new.column, &new.value);
        drift.values.extend(self.new_values.iter().map(value));
        layout.widened(&drift)
    }

    /// Adds what one source has; with `redact` new values, which are data, by their number alone.
    pub(crate) fn add(&mut self, file: &str, drift: &Drift, layout: &Layout, redact: bool) {
        let (mut keys, mut values) = (drift.more_keys, drift.more_values);
        if redact {
            values += drift.values.iter().map(|value| value.count).sum::<u64>();
        }
        for key in &drift.keys {
            let path = key.path();
            match self.new_keys.iter().position(|known| known.path == path) {
                Some(at) => self.new_keys[at].merge(key),
                None if self.new_keys.len() < TOLD => {
                    self.new_keys.push(NewKeyReport::new(file, path, key, layout));
                }
                None => keys += key.count,
            }
        }
        for value in drift.values.iter().filter(|_| !redact) {
            let new = NewValueReport {
                column: value.column.clone(),
                value: value.value.clone(),
                count: value.count,
                file: file.to_owned(),
                first_line: value.first_line,
            };
            let same =
                |known: &NewValueReport| known.column == value.column && known.value == value.value;
            match self.new_values.iter().position(same) {
                Some(at) => self.new_values[at].count += value.count,
                None if self.new_values.len() < TOLD => self.new_values.push(new),
                None => values += value.count,
            }
        }
        for nulled in &drift.nulled {
            let new = NulledReport {
                column: nulled.column.clone(),
                count: nulled.count,
                file: file.to_owned(),
                first_line: nulled.first_line,
            };
            // There are no more of them than columns.
            match self.nulled.iter_mut().find(|known| known.column == new.column) {
                Some(known) => known.count += new.count,
                None => self.nulled.push(new),
            }
        }
        self.more_new_keys += keys;
        self.more_new_values += values;
    }
}

/// Whether what no field reads of the object at this path below `columns` is kept.
fn keeps(columns: &[Column], object: &str) -> bool {
    if columns.iter().any(|column| *column.kind() == Kind::RawJson) {
        return true;
    }
    let (name, inner) = object.split_once('.').unwrap_or((object, ""));
    let name = name.trim_end_matches("[]").trim_end_matches("{}");
    let mut kind = columns.iter().find(|column| column.name() == name).map(Column::kind);
    while let Some(Kind::List(item) | Kind::Map(item)) = kind {
        kind = Some(item.kind());
    }
    matches!(kind, Some(Kind::Record(fields)) if keeps(fields, inner))
}

/// Nulls of every column and every field in one, counted batch by batch.
pub(crate) struct Nulls {
    columns: Vec<ColumnReport>,
}

impl Nulls {
    pub(crate) fn new(schema: &Schema) -> Self {
        let mut nulls = Self { columns: Vec::new() };
        schema.fields().iter().for_each(|field| nulls.name(field, field.name()));
        nulls
    }

    fn name(&mut self, field: &Field, path: &str) {
        self.columns.push(ColumnReport { column: path.to_owned(), values: 0, nulls: 0 });
        match field.data_type() {
            DataType::Struct(fields) => {
                for field in fields {
                    self.name(field, &format!("{path}.{}", field.name()));
                }
            }
            DataType::List(item) => self.name(item, &format!("{path}[]")),
            DataType::Map(entries, _) => {
                if let DataType::Struct(fields) = entries.data_type()
                    && let Some(value) = fields.get(1)
                {
                    self.name(value, &format!("{path}{{}}"));
                }
            }
            _ => {}
        }
    }

    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        let mut place = 0;
        batch.columns().iter().for_each(|column| self.count(column, &mut place));
    }

    /// In the order of [`name`](Self::name).
    fn count(&mut self, array: &ArrayRef, place: &mut usize) {
        if let Some(column) = self.columns.get_mut(*place) {
            column.values += array.len() as u64;
            column.nulls += array.null_count() as u64;
        }
        *place += 1;
        match array.data_type() {
            DataType::Struct(_) => {
                array.as_struct().columns().iter().for_each(|field| self.count(field, place));
            }
            // Of the items only those of these rows: the batch may be a part of another one.
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                self.count(&items(list.values(), list.value_offsets()), place);
            }
            DataType::Map(..) => {
                let map = array.as_map();
                self.count(&items(map.values(), map.value_offsets()), place);
            }
            _ => {}
        }
    }

    /// Columns without any value.
    pub(crate) fn all_null(&self) -> Vec<String> {
        let rows = |column: &&ColumnReport| column.values > 0 && column.nulls == column.values;
        self.columns.iter().filter(rows).map(|column| column.column.clone()).collect()
    }

    pub(crate) fn into_columns(self) -> Vec<ColumnReport> {
        self.columns
    }
}

/// The items from the first offset to the last one.
fn items(values: &ArrayRef, offsets: &[i32]) -> ArrayRef {
    let place = |offset: Option<&i32>| offset.map_or(0, |offset| offset.unsigned_abs() as usize);
    let (first, last) = (place(offsets.first()), place(offsets.last()));
    values.slice(first, last.saturating_sub(first))
}
