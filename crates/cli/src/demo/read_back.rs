//! Reading the written files with the parquet crate's own reader, for a comparison with what the
//! generator knows about the rows it made.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::{
    Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use rowmill::arrow::array::{Array, ArrayRef, RecordBatch, StructArray};
use rowmill_testkit::corpus::{Kind, Totals};

use crate::exit::{self, Failure};

/// What was found in the files of one entity, in the units of [`Totals`].
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) rows: u64,
    pub(crate) money: i128,
    pub(crate) units: i64,
    pub(crate) nulls: u64,
    pub(crate) states: BTreeMap<String, u64>,
    pub(crate) updated: Option<(i64, i64)>,
    ids: u128,
}

impl Found {
    /// Adds what one file of `kind` holds; only the columns in question are read.
    pub(crate) fn add_file(&mut self, kind: Kind, path: &Path) -> Result<(), Failure> {
        let fail = |what: &dyn std::fmt::Display| {
            Failure::new(exit::BAD_DATA, format!("{}: {what}", path.display()))
        };
        let file = File::open(path).map_err(|error| fail(&error))?;
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| fail(&error))?;
        let paths = ["Id", "UpdatedUtc", kind.nulls_path()]
            .into_iter()
            .chain([kind.money_path(), kind.units_path(), kind.state_path()].into_iter().flatten());
        let mask = ProjectionMask::columns(builder.parquet_schema(), paths);
        let reader = builder.with_projection(mask).build().map_err(|error| fail(&error))?;
        for batch in reader {
            let batch = batch.map_err(|error| fail(&error))?;
            self.add_batch(kind, &batch).map_err(|column| {
                fail(&format_args!("column {column} is missing or has an unexpected type"))
            })?;
        }
        Ok(())
    }

    /// Fails with the path of a column that is not as it should be.
    fn add_batch(&mut self, kind: Kind, batch: &RecordBatch) -> Result<(), &'static str> {
        self.rows += batch.num_rows() as u64;
        self.nulls += column(batch, kind.nulls_path())?.logical_null_count() as u64;
        let ids = column(batch, "Id")?;
        for id in ids.as_fixed_size_binary_opt().ok_or("Id")?.iter().flatten() {
            self.ids ^= u128::from_be_bytes(id.try_into().map_err(|_| "Id")?);
        }
        if let Some(path) = kind.money_path() {
            let values = column(batch, path)?;
            let values = values.as_primitive_opt::<Decimal128Type>().ok_or(path)?;
            self.money += values.iter().flatten().sum::<i128>();
        }
        if let Some(path) = kind.units_path() {
            let values = column(batch, path)?;
            self.units += match values.as_primitive_opt::<Int32Type>() {
                Some(narrow) => narrow.iter().flatten().map(i64::from).sum::<i64>(),
                None => values.as_primitive_opt::<Int64Type>().ok_or(path)?.iter().flatten().sum(),
            };
        }
        if let Some(path) = kind.state_path() {
            self.add_states(&column(batch, path)?).ok_or(path)?;
        }
        if let Ok(instants) = column(batch, "UpdatedUtc") {
            let instants = instants.as_primitive_opt::<TimestampMicrosecondType>();
            for at in instants.ok_or("UpdatedUtc")?.iter().flatten() {
                let (first, last) = self.updated.unwrap_or((at, at));
                self.updated = Some((first.min(at), last.max(at)));
            }
        }
        Ok(())
    }

    fn add_states(&mut self, states: &ArrayRef) -> Option<()> {
        let mut add = |state: &str, rows| {
            *self.states.entry(state.to_owned()).or_default() += rows;
        };
        if let Some(text) = states.as_string_opt::<i32>() {
            text.iter().flatten().for_each(|state| add(state, 1));
            return Some(());
        }
        let dictionary = states.as_dictionary_opt::<Int32Type>()?;
        let words = dictionary.values().as_string_opt::<i32>()?;
        let mut counts = vec![0; words.len()];
        for key in dictionary.keys().iter().flatten() {
            *counts.get_mut(usize::try_from(key).ok()?)? += 1;
        }
        for (word, rows) in words.iter().zip(counts).filter(|(_, rows)| *rows > 0) {
            add(word?, rows);
        }
        Some(())
    }

    /// What differs from the generator's own sums, in words; nothing when all is well.
    pub(crate) fn differences(&self, made: &Totals) -> Vec<String> {
        let states: BTreeMap<String, u64> =
            made.states.iter().map(|&(state, rows)| (state.to_owned(), rows)).collect();
        let updated = made.first_updated.zip(made.last_updated);
        let mut differences = Vec::new();
        let mut compare = |what: &str, equal: bool, found: String, made: String| {
            if !equal {
                differences.push(format!("{what}: {found} read, {made} made"));
            }
        };
        compare("rows", self.rows == made.rows, self.rows.to_string(), made.rows.to_string());
        compare("sum", self.money == made.money, self.money.to_string(), made.money.to_string());
        compare("count", self.units == made.units, self.units.to_string(), made.units.to_string());
        compare("nulls", self.nulls == made.nulls, self.nulls.to_string(), made.nulls.to_string());
        compare(
            "states",
            self.states == states,
            format!("{:?}", self.states),
            format!("{states:?}"),
        );
        compare(
            "UpdatedUtc",
            self.updated == updated,
            format!("{:?}", self.updated),
            format!("{updated:?}"),
        );
        compare("ids", self.ids == made.id_xor, "others".to_owned(), "others".to_owned());
        differences
    }
}

/// The column at a path with dots. Where a struct is null the reader gives nulls in its fields
/// too, as every column of an entity is nullable.
fn column(batch: &RecordBatch, path: &'static str) -> Result<ArrayRef, &'static str> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let mut column = batch.column_by_name(first).ok_or(path)?.clone();
    for name in rest.split('.').filter(|name| !name.is_empty()) {
        let parent: &StructArray = column.as_struct_opt().ok_or(path)?;
        let child = parent.column_by_name(name).ok_or(path)?.clone();
        column = child;
    }
    Ok(column)
}
