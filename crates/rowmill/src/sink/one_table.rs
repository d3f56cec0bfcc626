//! What makes files one table to readers: the same columns, of the same types.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use crate::arrow::{DataType, Field, Schema};
use crate::partition::type_name;

/// The columns of a file, and those inside others, by their paths. Their order is nobody's business, nor is
/// what may be null: readers find columns by their names, and every column of a file has its own nulls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableColumns(Vec<(String, String)>);

/// What tells the columns of a table from those of others: their names and types, those inside other
/// columns too, whatever their order and whether they may be null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnsId {
    /// How many there are.
    pub count: usize,
    /// A hash of their paths and types, as 32 hexadecimal digits.
    pub hash: String,
}

/// The first thing in which the columns of rows are others than those of a table.
#[derive(Debug, PartialEq)]
pub(crate) enum Difference {
    Type { column: String, there: String, here: String },
    Missing { column: String, there: String },
    New { column: String, here: String },
}

impl TableColumns {
    /// Those of a file with this schema.
    pub(crate) fn of(schema: &Schema) -> Self {
        let mut columns = Vec::new();
        schema.fields().iter().for_each(|field| add(field, field.name(), false, &mut columns));
        Self(columns)
    }

    pub(crate) fn id(&self) -> ColumnsId {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort();
        let text: String = sorted.iter().map(|(path, kind)| format!("{path}\0{kind}\0")).collect();
        let hash = format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()));
        ColumnsId { count: self.0.len(), hash }
    }

    /// Why rows of these columns do not belong to the table that has the columns `there`; with `more`,
    /// they may have new ones besides.
    pub(crate) fn difference(&self, there: &Self, more: bool) -> Option<Difference> {
        let here: HashMap<&str, &str> = self.by_path();
        for (column, known) in &there.0 {
            let (column, known) = (column.clone(), known.clone());
            match here.get(column.as_str()) {
                None => return Some(Difference::Missing { column, there: known }),
                Some(here) if **here != known => {
                    let here = (*here).to_owned();
                    return Some(Difference::Type { column, there: known, here });
                }
                Some(_) => {}
            }
        }
        let known = there.by_path();
        let new = self.0.iter().find(|(column, _)| !more && !known.contains_key(column.as_str()));
        new.cloned().map(|(column, here)| Difference::New { column, here })
    }

    fn by_path(&self) -> HashMap<&str, &str> {
        self.0.iter().map(|(path, kind)| (path.as_str(), kind.as_str())).collect()
    }
}

/// Adds the column at `path` and all that are inside of it.
fn add(field: &Field, path: &str, inside: bool, columns: &mut Vec<(String, String)>) {
    let kind = match field.data_type() {
        DataType::Struct(_) => "struct".to_owned(),
        DataType::List(_) => "list".to_owned(),
        DataType::Map(..) => "map".to_owned(),
        // Inside other columns readers are told of plain texts.
        DataType::Dictionary(..) if inside => "string".to_owned(),
        other => match type_name(field).as_deref() {
            // What is text to every reader, however it is read.
            Some("string_view" | "duration") => "string".to_owned(),
            Some("raw_json") => "json".to_owned(),
            Some(name) => name.to_owned(),
            None => other.to_string(),
        },
    };
    columns.push((path.to_owned(), kind));
    match field.data_type() {
        DataType::Struct(fields) => {
            fields.iter().for_each(|f| add(f, &format!("{path}.{}", f.name()), true, columns));
        }
        DataType::List(item) => add(item, &format!("{path}[]"), true, columns),
        DataType::Map(entries, _) => {
            if let DataType::Struct(pair) = entries.data_type()
                && let Some(value) = pair.get(1)
            {
                add(value, &format!("{path}{{}}"), true, columns);
            }
        }
        _ => {}
    }
}

impl Difference {
    /// What a run is told whose rows would go to the table.
    pub(crate) fn told(&self) -> String {
        let rule = "no reader takes both for one table; convert by the layout of what is there \
                    (--schema), or write to another directory";
        match self {
            Self::Type { column, there, here } => format!(
                "is a part of the same table, with a column {column} of the type {there}, which would be \
                 {here} in these rows: {rule}"
            ),
            Self::Missing { column, there } => format!(
                "is a part of the same table, with a column {column} ({there}), which these rows would \
                 not have: {rule}"
            ),
            Self::New { column, here } => format!(
                "is a part of the same table, without the column {column} ({here}) of these rows: readers \
                 leave it out or refuse the table, unless they are told to join columns by their names; \
                 --new-columns (in code `.new_columns(true)`) adds it for those that are"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use rowmill_json::{Column, Layout, UuidForm};

    use super::*;
    use crate::sink::{stored, told};

    fn of<const N: usize>(columns: [Column; N]) -> TableColumns {
        TableColumns::of(Layout::new(columns).expect("a sound layout").schema())
    }

    #[test]
    fn what_every_reader_takes_for_the_same_is_the_same() {
        let one = of([
            Column::int64("n").required(),
            Column::string("s"),
            Column::record("r", [Column::category("e"), Column::uuid("u").required()]),
            Column::list("l", Column::category("")),
            Column::json("j"),
        ]);
        let other = of([
            Column::list("l", Column::string("").required()),
            Column::record("r", [Column::uuid("u"), Column::string("e")]).required(),
            Column::duration("s"),
            Column::line_number("n"),
            Column::raw_json("j"),
        ]);
        assert_eq!(one.id(), other.id());
        assert_eq!(one.difference(&other, false), None);
        assert_eq!(one.id().count, 8);
    }

    #[test]
    fn files_say_what_schemas_say() {
        let layout = Layout::new([
            Column::record("r", [Column::category("e"), Column::uuid("u")]),
            Column::map("m", Column::category("")),
            Column::timestamp_ns("t"),
        ]);
        let layout = layout.expect("a sound layout");
        let schema = |form| told(&stored(layout.schema(), form));
        let plain = TableColumns::of(layout.schema());
        assert_eq!(TableColumns::of(&schema(UuidForm::Binary)).id(), plain.id());
        let text = TableColumns::of(&schema(UuidForm::Text));
        let told = text.difference(&plain, true).expect("another type").told();
        assert!(told.contains("column r.u of the type uuid, which would be string"), "{told}");
    }

    #[test]
    fn the_first_difference_is_named() {
        let there = of([Column::int64("a"), Column::list("l", Column::decimal("", 4, 1))]);
        let told = |here: &TableColumns, more| here.difference(&there, more);
        let here = of([Column::int64("a"), Column::list("l", Column::decimal("", 6, 1))]);
        let [column, kinds @ ..] = ["l[]", "decimal(4,1)", "decimal(6,1)"].map(str::to_owned);
        let [known, new] = kinds;
        let found = Difference::Type { column, there: known, here: new };
        assert_eq!(told(&here, true), Some(found));
        let here = of([Column::list("l", Column::decimal("", 4, 1)), Column::string("A")]);
        let missing = Difference::Missing { column: "a".into(), there: "int64".into() };
        assert_eq!(told(&here, true), Some(missing));
        let list = Column::list("l", Column::decimal("", 4, 1));
        let here = of([Column::record("b", [Column::string("c")]), list, Column::int64("a")]);
        let new = Difference::New { column: "b".into(), here: "struct".into() };
        assert_eq!(told(&here, false), Some(new));
        assert_eq!(told(&here, true), None);
    }
}
