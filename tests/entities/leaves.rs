//! A walk over a line as JSON and its row as arrays, side by side, that shares nothing with the
//! decoder: it asks for each key which column reads it, and for each value whether it is there.

use std::collections::BTreeMap;
use std::fmt;

use rowmill::arrow::RecordBatch;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::TimestampMicrosecondType;
use rowmill::arrow::array::{Array, ArrayRef};
use rowmill::arrow::schema::DataType;
use rowmill::{Column, Kind};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::show::shown;

/// What was found on the way.
#[derive(Default)]
pub(crate) struct Walk {
    /// Values other than null that are in a column of their own.
    pub(crate) leaves: usize,
    /// Keys that no column reads, by path, and how often they stand there.
    pub(crate) keys: BTreeMap<String, u64>,
    /// Column and value where the value is not a known one.
    pub(crate) values: BTreeMap<(String, String), u64>,
    /// Why lines have no row.
    pub(crate) bad: Vec<String>,
    /// Leaves that are in a text, or under a key that is reported only.
    pub(crate) aside: usize,
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

fn members(json: &RawValue) -> Vec<(String, &RawValue)> {
    serde_json::from_str::<Members<'_>>(json.get()).expect("an object").0
}

fn value(json: &RawValue) -> Value {
    serde_json::from_str(json.get()).expect("JSON")
}

/// Values other than null at the ends of this one.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

impl Walk {
    pub(crate) fn row(
        &mut self,
        columns: &[Column],
        batch: &RecordBatch,
        row: usize,
        line: &str,
        what: &str,
    ) {
        let json: &RawValue = serde_json::from_str(line).expect("JSON");
        let before = self.leaves + self.aside;
        let left = self.object(columns, batch.columns(), row, json, "");
        // No table keeps what is left of the row itself.
        assert!(left.is_none_or(|left| left.starts_with('{')), "{what}");
        assert_eq!(self.leaves + self.aside - before, leaves(&value(json)), "{what}");
    }

    /// What is reported, as text.
    pub(crate) fn reported(&self) -> String {
        let keys = self.keys.keys().cloned();
        let values = self.values.keys().map(|(column, value)| format!("{column}={value}"));
        keys.chain(values).collect::<Vec<_>>().join(" ")
    }

    /// Gives what is left for a column of the rest around it, as the text of an object.
    fn object(
        &mut self,
        columns: &[Column],
        arrays: &[ArrayRef],
        row: usize,
        json: &RawValue,
        path: &str,
    ) -> Option<String> {
        let members = members(json);
        let mut left = Vec::new();
        for (key, json) in &members {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let reads = |column: &Column| column.name() == key && *column.kind() != Kind::RawJson;
            let rest = match columns.iter().position(reads) {
                Some(at) => self.cell(&columns[at], &arrays[at], row, json, &path),
                None => {
                    self.stray(path, json);
                    Some(json.get().to_owned())
                }
            };
            left.extend(rest.map(|rest| format!("{}:{rest}", Value::from(key.as_str()))));
        }
        for (column, array) in columns.iter().zip(arrays) {
            if !members.iter().any(|(key, _)| key == column.name())
                && *column.kind() != Kind::RawJson
            {
                assert!(array.is_null(row), "{path}.{} is not there", column.name());
            }
        }
        let left = (!left.is_empty()).then(|| format!("{{{}}}", left.join(",")));
        let Some(rest) = columns.iter().position(|column| *column.kind() == Kind::RawJson) else {
            return left;
        };
        assert_eq!(shown(&arrays[rest], row), left.unwrap_or("null".into()), "{path}");
        None
    }

    fn stray(&mut self, path: String, json: &RawValue) {
        self.aside += leaves(&value(json));
        *self.keys.entry(path).or_default() += 1;
    }

    /// As [`object`](Self::object), of any value.
    fn cell(
        &mut self,
        column: &Column,
        array: &ArrayRef,
        row: usize,
        json: &RawValue,
        path: &str,
    ) -> Option<String> {
        if json.get() == "null" {
            assert!(array.is_null(row), "{path} is null");
            return None;
        }
        match column.kind() {
            Kind::Record(fields) => {
                assert!(array.is_valid(row), "{path}");
                self.object(fields, array.as_struct().columns(), row, json, path)
            }
            Kind::Union(_) => {
                assert!(array.is_valid(row), "{path}");
                self.union(column, array.as_struct().columns(), row, json, path)
            }
            Kind::List(item) => {
                let written: Vec<&RawValue> = serde_json::from_str(json.get()).expect("an array");
                let items = array.as_list::<i32>().value(row);
                assert_eq!((array.is_valid(row), items.len()), (true, written.len()), "{path}");
                let path = format!("{path}[]");
                let cells = written.iter().enumerate();
                let left: Vec<Option<String>> =
                    cells.map(|(at, json)| self.cell(item, &items, at, json, &path)).collect();
                let last = left.iter().rposition(Option::is_some)?;
                let left = left.into_iter().take(last + 1).map(|one| one.unwrap_or("{}".into()));
                Some(format!("[{}]", left.collect::<Vec<_>>().join(",")))
            }
            Kind::Map(_) => {
                let entries = array.as_map().value(row);
                let members = members(json);
                assert_eq!(entries.len(), members.len(), "{path}");
                for (at, (key, json)) in members.iter().enumerate() {
                    assert_eq!(shown(entries.column(0), at), *key, "{path}");
                    let Value::String(text) = value(json) else { panic!("{path} is of texts") };
                    assert_eq!(shown(entries.column(1), at), text, "{path}");
                    self.leaves += 1;
                }
                None
            }
            _ => {
                self.leaf(column, array, row, json, path);
                None
            }
        }
    }

    fn union(
        &mut self,
        column: &Column,
        arrays: &[ArrayRef],
        row: usize,
        json: &RawValue,
        path: &str,
    ) -> Option<String> {
        let Kind::Union(union) = column.kind() else { unreachable!("the caller looks") };
        let members = members(json);
        let member =
            |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, json)| *json);
        let tag = member(union.tag().name());
        if let Some(tag) = tag {
            let path = format!("{path}.{}", union.tag().name());
            self.cell(union.tag(), &arrays[0], row, tag, &path);
        }
        let tag = shown(&arrays[0], row);
        let arm = union.arms().iter().position(|arm| arm.name() == tag);
        let mut left = Vec::new();
        for (key, json) in &members {
            let rest = match (key == union.value(), arm) {
                (true, Some(arm)) => {
                    let (column, array) = (&union.arms()[arm], &arrays[1 + arm]);
                    self.cell(column, array, row, json, &format!("{path}.{tag}"))
                }
                (true, None) => {
                    assert_eq!(shown(&arrays[arrays.len() - 1], row), json.get(), "{path}");
                    self.aside += leaves(&value(json));
                    None
                }
                (false, _) if key == union.tag().name() => None,
                (false, _) => {
                    self.stray(format!("{path}.{key}"), json);
                    Some(json.get().to_owned())
                }
            };
            left.extend(rest.map(|rest| format!("{}:{rest}", Value::from(key.as_str()))));
        }
        for (at, array) in arrays.iter().enumerate().skip(1) {
            let chosen = arm.map_or(at + 1 == arrays.len(), |arm| arm + 1 == at);
            assert!(chosen || array.is_null(row), "{path}: arm {at} has nothing");
        }
        (!left.is_empty()).then(|| format!("{{{}}}", left.join(",")))
    }

    fn leaf(&mut self, column: &Column, array: &ArrayRef, row: usize, json: &RawValue, path: &str) {
        self.leaves += 1;
        let found = shown(array, row);
        let written = match value(json) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let wanted = match (column.kind(), array.data_type()) {
            (Kind::Uuid, _) => written.replace('-', "").to_lowercase(),
            (_, DataType::Decimal128(38, 10)) => {
                let text = json.get();
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                format!("{whole}.{fraction:0<10}")
            }
            (_, DataType::Float64) => {
                assert_eq!(found.parse::<f64>().ok(), written.parse().ok(), "{path}");
                return;
            }
            (_, DataType::Date32 | DataType::Timestamp(..)) if written.is_empty() => "null".into(),
            (_, DataType::Timestamp(..)) => {
                let midnight = if written.len() == 10 { "T00:00:00Z" } else { "" };
                let instant = format!("{written}{midnight}");
                let (second, fraction) = (&instant[..19], instant[19..].trim_matches(['.', 'Z']));
                let micros = array.as_primitive::<TimestampMicrosecondType>();
                let found = micros.value_as_datetime(row).expect("an instant");
                let found = found.format("%Y-%m-%dT%H:%M:%S.%6f").to_string();
                assert_eq!(found, format!("{second}.{:0<6.6}", fraction), "{path}");
                return;
            }
            _ => written,
        };
        assert_eq!(found, wanted, "{path}");
        if !column.values().is_empty() && !column.values().contains(&found) {
            *self.values.entry((path.to_owned(), found)).or_default() += 1;
        }
    }
}
