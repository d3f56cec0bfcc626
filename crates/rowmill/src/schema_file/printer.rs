//! Layout to text.

use rowmill_json::{Allow, Column, Kind, Layout, Unknown};
use serde_json::Value;

use super::type_text;

/// Two blanks a level: the fields of the document stand at level 2, those of a struct one further.
const INDENT: &str = "  ";

pub(super) fn document(layout: &Layout) -> String {
    let mut out = String::from("{\n  \"version\": 1,\n");
    let named = type_text::UNKNOWN.iter().find(|(_, unknown)| *unknown == layout.unknown());
    // That they are left out goes without saying.
    if let Some((name, _)) = named.filter(|_| layout.unknown() != Unknown::Ignore) {
        out.push_str(&format!("  \"unknown\": {},\n", quoted(name)));
    }
    out.push_str("  \"fields\": ");
    fields(&mut out, layout.columns(), 1);
    out.push_str("\n}\n");
    out
}

/// An array with a line per field; `level` is that of the line it begins on.
fn fields(out: &mut String, columns: &[Column], level: usize) {
    let mut before = "[\n";
    for column in columns {
        out.push_str(before);
        out.push_str(&INDENT.repeat(level + 1));
        out.push_str("{\"name\": ");
        out.push_str(&quoted(column.name()));
        out.push_str(", ");
        attributes(out, column, level + 1);
        before = ",\n";
    }
    out.push('\n');
    out.push_str(&INDENT.repeat(level));
    out.push(']');
}

/// All attributes but the name, and the closing brace.
fn attributes(out: &mut String, column: &Column, level: usize) {
    out.push_str("\"type\": ");
    out.push_str(&quoted(&type_text::name(column.kind())));
    if column.keys() != [column.name()] {
        let path = if column.keys().iter().any(|key| key.contains('.')) {
            Value::from(column.keys()).to_string()
        } else {
            quoted(&column.keys().join("."))
        };
        out.push_str(&format!(", \"path\": {path}"));
    }
    // A line number is there in every row.
    if !column.is_nullable() && *column.kind() != Kind::LineNumber {
        out.push_str(", \"nullable\": false");
    }
    if column.allowed() != Allow::NONE {
        let names: Vec<String> = type_text::LENIENCIES
            .iter()
            .filter(|(_, flag)| *flag(&mut column.allowed()))
            .map(|(name, _)| quoted(name))
            .collect();
        out.push_str(&format!(", \"allow\": [{}]", names.join(", ")));
    }
    if !column.values().is_empty() {
        out.push_str(&format!(", \"values\": {}", Value::from(column.values())));
    }
    if let Some(form) = column.stored() {
        out.push_str(&format!(", \"uuid\": {}", quoted(form.name())));
    }
    if !column.metadata().is_empty() {
        let entries: Vec<String> = column
            .metadata()
            .iter()
            .map(|(key, value)| format!("{}: {}", quoted(key), quoted(value)))
            .collect();
        out.push_str(&format!(", \"metadata\": {{{}}}", entries.join(", ")));
    }
    match column.kind() {
        Kind::Record(children) => {
            out.push_str(", \"fields\": ");
            fields(out, children, level);
        }
        Kind::List(item) => {
            out.push_str(", \"item\": {");
            attributes(out, item, level);
        }
        Kind::Map(value) => {
            out.push_str(", \"value\": {");
            attributes(out, value, level);
        }
        Kind::Union(union) => {
            let (tag, value) = (quoted(union.tag().name()), quoted(union.value()));
            out.push_str(&format!(", \"tag\": {tag}, \"value\": {value}, \"arms\": "));
            fields(out, union.arms(), level);
        }
        _ => {}
    }
    out.push('}');
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
