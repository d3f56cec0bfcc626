//! What directories are made of for the rows of one schema, decided before there are any.

use std::collections::HashSet;
use std::sync::Arc;

use rowmill_json::{Kind, Layout};

use super::{DEEPEST, DatePart, PartitionBy, PartitionColumn};
use crate::arrow::schema::TimeUnit;
use crate::arrow::{DataType, Field, RecordBatch, Schema, SchemaRef};
use crate::error::{Error, Result};
use crate::schema_file;

/// Which columns decide where a row goes, and which ones are in the files.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(super) levels: Vec<Level>,
    /// The columns that are in the files, by number.
    kept: Vec<usize>,
    schema: SchemaRef,
}

/// The directories at one depth.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// The column, by number.
    pub(super) column: usize,
    pub(super) source: Source,
    pub(super) told: PartitionColumn,
}

/// How the values of a column are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// As they are.
    Plain,
    /// The days of instants, of which one has so many units, or of dates; and what is told of a day.
    Days { units: i64, part: DatePart },
}

impl Plan {
    /// The plan for rows of `schema`; `None` where nothing is asked for.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage): there is no such column, or none that can name directories,
    /// or no other would be left, or two directories would have one name.
    pub(crate) fn new(by: &[PartitionBy], schema: &SchemaRef) -> Result<Option<Self>> {
        if by.is_empty() {
            return Ok(None);
        }
        check(by)?;
        let levels = by.iter().map(|by| level(by, schema)).collect::<Result<Vec<_>>>()?;
        let whole = |n: &usize| levels.iter().any(|level| !level.told.stored && level.column == *n);
        let kept: Vec<usize> = (0..schema.fields().len()).filter(|n| !whole(n)).collect();
        if kept.is_empty() {
            return Err(Error::usage(
                "partitions: every column would be in the names of directories, and none in the files",
            ));
        }
        for level in &levels {
            let name = &level.told.name;
            let taken = |n: &usize| schema.field(*n).name().eq_ignore_ascii_case(name);
            if kept.iter().any(taken) {
                return Err(Error::usage(format!(
                    "partitions: directories would be called {name}, and so is a column in the files"
                )));
            }
        }
        let schema = schema.project(&kept).map_err(|e| Error::internal(e.to_string()))?;
        Ok(Some(Self { levels, kept, schema: Arc::new(schema) }))
    }

    /// The columns that are in the files.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// `batch` with these alone.
    pub(crate) fn stored(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = self.kept.iter().map(|n| Arc::clone(batch.column(*n))).collect();
        RecordBatch::try_new(SchemaRef::clone(&self.schema), columns)
            .map_err(|e| Error::internal(format!("columns of a partition do not fit: {e}")))
    }

    /// What a manifest tells of it.
    pub(crate) fn columns(&self) -> Vec<PartitionColumn> {
        self.levels.iter().map(|level| level.told.clone()).collect()
    }
}

/// What can be told before the columns are known.
pub(crate) fn check(by: &[PartitionBy]) -> Result<()> {
    if by.len() > DEEPEST {
        return Err(Error::usage(format!(
            "partitions: {} directories inside one another are too many: {DEEPEST} are the most",
            by.len()
        )));
    }
    let mut names = HashSet::new();
    match by.iter().map(PartitionBy::directory).find(|name| !names.insert(name.to_lowercase())) {
        Some(name) => Err(Error::usage(format!("partitions: {name} is named twice"))),
        None => Ok(()),
    }
}

fn level(by: &PartitionBy, schema: &Schema) -> Result<Level> {
    let refuse = |reason: &str| Err(Error::usage(format!("partitions: {} {reason}", by.column)));
    let Ok(column) = schema.index_of(&by.column) else {
        let inside =
            by.column.split('.').next().is_some_and(|outer| schema.index_of(outer).is_ok());
        return refuse(match inside {
            true => "is inside another column, which --columns NAME=PATH takes it out of",
            false => "is not a column",
        });
    };
    let field = schema.field(column);
    let Some(type_name) = type_name(field) else { return refuse("is of a type without a name") };
    let source = match (field.data_type(), by.part) {
        (DataType::Date32, Some(part)) => Source::Days { units: 1, part },
        (DataType::Timestamp(TimeUnit::Microsecond, _), Some(part)) => {
            Source::Days { units: 86_400_000_000, part }
        }
        (DataType::Timestamp(TimeUnit::Nanosecond, _), Some(part)) => {
            Source::Days { units: 86_400_000_000_000, part }
        }
        (DataType::Timestamp(..), None) => {
            return refuse("has an instant in each row: name a part of it, such as :month");
        }
        (_, Some(part)) => {
            let reason = format!("is {type_name}, of which there is no {}", part.name());
            return refuse(&reason);
        }
        (_, None) if can_name(&type_name) => Source::Plain,
        (_, None) => {
            let reason = format!(
                "is {type_name}: directories are named by texts, enums, booleans, whole numbers, \
                 dates and UUIDs, or by parts of instants"
            );
            return refuse(&reason);
        }
    };
    let told = PartitionColumn {
        name: by.directory(),
        column: by.column.clone(),
        part: by.part,
        type_name,
        nullable: field.is_nullable(),
        stored: by.part.is_some(),
        position: column,
    };
    Ok(Level { column, source, told })
}

fn can_name(type_name: &str) -> bool {
    let types =
        ["string", "string_view", "enum", "bool", "int32", "int64", "uint64", "date", "uuid"];
    types.contains(&type_name)
}

/// What schema files call the type of a field; `None` if it has no name there.
pub(crate) fn type_name(field: &Field) -> Option<String> {
    let layout = Layout::try_from(&Schema::new(vec![field.clone()])).ok()?;
    Some(match layout.columns().first()?.kind() {
        Kind::LineNumber => "int64".to_owned(),
        kind => schema_file::type_name(kind).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use rowmill_json::Column;

    use super::*;

    fn schema() -> SchemaRef {
        let layout = Layout::new([
            Column::uuid("Id"),
            Column::category("State").required(),
            Column::timestamp_us("StartUtc"),
            Column::date("Day"),
            Column::float64("Share"),
            Column::decimal("Amount", 18, 2),
            Column::list("Tags", Column::string("")),
            Column::record("Rate", [Column::string("Code")]),
            Column::json("Rest"),
            Column::int32("Day_year"),
        ]);
        layout.expect("a sound layout").schema().clone()
    }

    fn plan(by: &[&str]) -> Result<Option<Plan>> {
        let by: Result<Vec<PartitionBy>> = by.iter().map(|text| text.parse()).collect();
        Plan::new(&by?, &schema())
    }

    #[test]
    fn plain_columns_leave_the_files_and_are_told() {
        assert!(plan(&[]).expect("nothing").is_none());
        let plan = plan(&["State", "StartUtc:month", "Day"]).expect("a plan").expect("one");
        assert_eq!(plan.schema().fields().len(), 8);
        assert!(plan.schema().index_of("State").is_err() && plan.schema().index_of("Day").is_err());
        let told = plan.columns();
        let told: Vec<_> = told
            .iter()
            .map(|c| (&*c.name, &*c.type_name, c.nullable, c.stored, c.position))
            .collect();
        assert_eq!(
            told,
            [
                ("State", "enum", false, false, 1),
                ("StartUtc_month", "timestamp_us", true, true, 2),
                ("Day", "date", true, false, 3)
            ]
        );
    }

    #[test]
    fn what_cannot_name_directories_is_refused() {
        for (by, words) in [
            (&["Nothing"][..], "is not a column"),
            (&["Rate.Code"], "--columns"),
            (&["StartUtc"], ":month"),
            (&["Share"], "float64"),
            (&["Amount"], "decimal(18,2)"),
            (&["Tags"], "list"),
            (&["Rate"], "struct"),
            (&["Rest"], "json"),
            (&["State:year"], "no year"),
            (&["Day:year"], "so is a column"),
            (&["State", "State"], "twice"),
            (&["Id", "State", "Day", "Day:month", "Day:day"], "4 are the most"),
        ] {
            let error = plan(by).expect_err("is refused");
            assert_eq!(error.kind(), crate::ErrorKind::Usage);
            assert!(error.to_string().contains(words), "{by:?}: {error}");
        }
        let alone = Layout::new([Column::string("a")]).expect("a sound layout");
        let error = Plan::new(&[PartitionBy::column("a")], alone.schema()).expect_err("is refused");
        assert!(error.to_string().contains("none in the files"), "{error}");
    }
}
