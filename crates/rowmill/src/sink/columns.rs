//! What the columns of a schema become in a file: their types, and which of them have a filter.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rowmill_json::UuidForm;

use crate::arrow::schema::extension::{
    EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY, ExtensionType, Uuid,
};
use crate::arrow::{DataType, Field, FieldRef, Schema};
use crate::error::{Error, Result};

/// The schema that a file of rows of `schema` has: UUIDs that are stored as text are text.
pub(crate) fn stored(schema: &Schema, uuid: UuidForm) -> Schema {
    let fields: Vec<FieldRef> = schema.fields().iter().map(|f| stored_field(f, uuid)).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn stored_field(field: &FieldRef, uuid: UuidForm) -> FieldRef {
    let with_type = |data_type| Arc::new(field.as_ref().clone().with_data_type(data_type));
    match field.data_type() {
        DataType::FixedSizeBinary(16) if form(field, uuid) == Some(UuidForm::Text) => {
            let mut metadata: HashMap<_, _> = field.metadata().clone();
            metadata.remove(EXTENSION_TYPE_NAME_KEY);
            metadata.remove(EXTENSION_TYPE_METADATA_KEY);
            let text = Field::new(field.name(), DataType::Utf8, field.is_nullable());
            Arc::new(text.with_metadata(metadata))
        }
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|field| stored_field(field, uuid));
            with_type(DataType::Struct(fields.collect()))
        }
        DataType::List(item) => with_type(DataType::List(stored_field(item, uuid))),
        DataType::Map(entries, sorted) => {
            with_type(DataType::Map(stored_field(entries, uuid), *sorted))
        }
        _ => Arc::clone(field),
    }
}

/// The schema that readers who know Arrow are told: dictionaries inside other columns are plain.
/// pyarrow cannot join those of several row groups.
pub(crate) fn told(schema: &Schema) -> Schema {
    let inside = |field: &FieldRef| match field.data_type() {
        DataType::Dictionary(..) => Arc::clone(field),
        _ => plain(field),
    };
    let fields: Vec<FieldRef> = schema.fields().iter().map(inside).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn plain(field: &FieldRef) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(plain).collect()),
        DataType::List(item) => DataType::List(plain(item)),
        DataType::Map(entries, sorted) => DataType::Map(plain(entries), *sorted),
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

/// How a column of UUIDs is stored; `None` for one of others.
fn form(field: &Field, default: UuidForm) -> Option<UuidForm> {
    let own = field.metadata().get(UuidForm::KEY).and_then(|name| UuidForm::named(name));
    (field.extension_type_name() == Some(Uuid::NAME)).then(|| own.unwrap_or(default))
}

/// The Parquet columns, by number, that `paths` lead to.
///
/// # Errors
/// [`Usage`](crate::ErrorKind::Usage): a path leads to none, or to one that can have no filter.
pub(crate) fn filtered(schema: &Schema, paths: &[String]) -> Result<HashSet<usize>> {
    let mut leaves = Vec::new();
    schema.fields().iter().for_each(|field| add_leaves(field, field.name(), &mut leaves));
    let mut filtered = HashSet::new();
    for path in paths {
        let refuse = |reason: &str| Err(Error::usage(format!("Bloom filters: {path} {reason}")));
        let inside =
            |leaf: &str| leaf.strip_prefix(path.as_str()).is_some_and(|l| l.starts_with('.'));
        let found = leaves.iter().position(|(leaf, _)| leaf.as_ref() == Some(path));
        match found.map(|n| (n, leaves[n].1)) {
            Some((_, DataType::Boolean)) => return refuse("is true or false, so it has none"),
            Some((n, _)) => {
                if !filtered.insert(n) {
                    return refuse("is named twice");
                }
            }
            None if leaves.iter().flat_map(|(leaf, _)| leaf).any(|leaf| inside(leaf)) => {
                return refuse("has columns in it, of which one is to be named");
            }
            None => return refuse("is not in the layout"),
        }
    }
    Ok(filtered)
}

/// Adds the columns that `field` becomes, in their order, with their paths. Keys of maps have none.
fn add_leaves<'a>(field: &'a Field, path: &str, leaves: &mut Vec<(Option<String>, &'a DataType)>) {
    match field.data_type() {
        DataType::Struct(fields) => {
            fields.iter().for_each(|f| add_leaves(f, &format!("{path}.{}", f.name()), leaves));
        }
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            add_leaves(item, path, leaves);
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => {
                leaves.push((None, pair[0].data_type()));
                add_leaves(&pair[1], path, leaves);
            }
            _ => {}
        },
        leaf => leaves.push((Some(path.to_owned()), leaf)),
    }
}

#[cfg(test)]
mod tests {
    use rowmill_json::{Column, Layout};

    use super::*;

    #[test]
    fn uuids_become_text_where_that_is_asked_for() {
        let id = || Column::uuid("").required();
        let layout = Layout::new([
            Column::uuid("a"),
            Column::uuid("binary").stored_as(UuidForm::Binary).required(),
            Column::uuid("text").stored_as(UuidForm::Text),
            Column::list("l", id()),
            Column::record("r", [Column::map("m", id()), Column::int32("n")]),
        ]);
        let layout = layout.expect("a sound layout");
        let expected = |texts: [bool; 5]| {
            let column = |n: usize, name: &str| match texts[n] {
                true => Column::string(name),
                false => Column::uuid(name),
            };
            let mut all = vec![column(0, "a"), column(1, "binary").required(), column(2, "text")];
            all.push(Column::list("l", column(3, "").required()));
            let map = Column::map("m", column(4, "").required());
            all.push(Column::record("r", [map, Column::int32("n")]));
            Layout::new(all).expect("a sound layout")
        };
        let types = |schema: &Schema| {
            let types = schema.fields().iter().map(|f| (f.data_type().clone(), f.is_nullable()));
            types.collect::<Vec<_>>()
        };
        for (form, texts) in [
            (UuidForm::Binary, [false, false, true, false, false]),
            (UuidForm::Text, [true, false, true, true, true]),
        ] {
            let stored = stored(layout.schema(), form);
            assert_eq!(types(&stored), types(expected(texts).schema()), "{form:?}");
            let extension = stored.field(2).extension_type_name();
            assert_eq!(extension, None, "it is a text like any other");
        }
    }

    #[test]
    fn dictionaries_inside_others_are_told_as_plain() {
        let layout = |inner: fn(&str) -> Column| {
            let record = Column::record("r", [inner("e"), Column::int32("n")]);
            let list = Column::list("l", Column::record("", [inner("e")]));
            let all = [Column::category("e"), record, list, Column::map("m", inner(""))];
            Layout::new(all).expect("a sound layout")
        };
        let types = |schema: &Schema| -> Vec<DataType> {
            schema.fields().iter().map(|field| field.data_type().clone()).collect()
        };
        let told = told(layout(|name| Column::category(name)).schema());
        assert_eq!(types(&told), types(layout(|name| Column::string(name)).schema()));
    }

    #[test]
    fn filters_are_found_by_their_paths() {
        let layout = Layout::new([
            Column::uuid("Id"),
            Column::boolean("Is"),
            Column::record("Amount", [Column::category("Currency"), Column::int64("Net")]),
            Column::list("Items", Column::record("", [Column::string("Name")])),
            Column::map("Notes", Column::string("")),
            Column::list("Codes", Column::int32("")),
        ]);
        let layout = layout.expect("a sound layout");
        let of = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            let found = filtered(layout.schema(), &paths);
            found.map_err(|error| (error.kind(), error.to_string()))
        };
        let all = ["Id", "Amount.Net", "Items.Name", "Notes", "Codes"];
        assert_eq!(of(&all), Ok(HashSet::from([0, 3, 4, 6, 7])));
        for (path, reason) in [
            ("Is", "true or false"),
            ("Amount", "columns in it"),
            ("Items", "columns in it"),
            ("Amoun", "not in the layout"),
            ("Amount.Gross", "not in the layout"),
            ("Notes.key", "not in the layout"),
            ("", "not in the layout"),
        ] {
            let (kind, told) = of(&[path]).expect_err(path);
            assert_eq!(kind, crate::ErrorKind::Usage);
            assert!(told.contains(reason), "{told}");
        }
        assert!(of(&["Id", "Id"]).is_err());
    }
}
