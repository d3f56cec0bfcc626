//! Layouts as JSON documents that people write, print and edit.
//!
//! ```json
//! {
//!   "version": 1,
//!   "fields": [
//!     {"name": "Id", "type": "uuid", "nullable": false},
//!     {"name": "CreatedUtc", "type": "timestamp_us", "allow": ["cut_digits"]},
//!     {"name": "Tags", "type": "list<enum>"},
//!     {"name": "Amount", "type": "struct", "fields": [
//!       {"name": "Currency", "type": "enum"},
//!       {"name": "Value", "type": "decimal(38,10)", "metadata": {"unit": "of the currency"}}
//!     ]}
//!   ]
//! }
//! ```
//!
//! **The document** has `fields` and may have `version`, which is 1, and `unknown`: what becomes of keys
//! that no field reads, `"ignore"` (the default), `"error"` or `"rescue"`, see
//! [`Unknown`](crate::Unknown).
//!
//! **A field** is an object with these attributes; any other is an error:
//!
//! | attribute | value |
//! |---|---|
//! | `name` | the key in the data and the name of the column |
//! | `type` | see below |
//! | `nullable` | `false`: null or absence is a bad row. Default `true` |
//! | `allow` | any of `"empty_as_null"`, `"date_as_midnight"`, `"cut_digits"`, `"round_digits"`, `"rescue_digits"`, see [`Allow`](crate::Allow). Default none |
//! | `path` | where the value stands, if not under the name: keys with points between them (`"Amount.Net"`), or an array of keys. One renames, more take a value out of objects |
//! | `values` | of an `enum`: an array of the values known so far; others are read and reported |
//! | `uuid` | of a `uuid`: `"binary"` or `"text"`, how its values are stored in Parquet, see [`UuidForm`](crate::UuidForm). Default as the run says |
//! | `metadata` | an object of strings, for the metadata of the Arrow field |
//! | `fields` | of a `struct`: its fields |
//! | `item` | of a `list`: an object with the attributes of a field other than `name`, or just a type |
//! | `value` | of a `map` (whose keys are strings): the same; `item` is understood too |
//! | `tag`, `value`, `arms` | of a `union`: the key of the tag, the key of the value, and a field for each tag, see [`Column::union`](crate::Column::union) |
//!
//! **A type** is one of `int32 int64 uint64 float64 bool string uuid date timestamp_us timestamp_ns
//! duration duration_parts json enum decimal(p,s)`; `raw_json`, what the fields beside it leave;
//! `line_number`; `unread`, a key that is known and not wanted; or nested: `list<T>`, `map<string,T>`, `struct<a:T,b:U>`, with
//! blanks wherever they help. A name within `struct<…>` reaches to the colon; one with any of
//! `<>,:"` in it or with outer blanks is written as a JSON string. Types nested this way are
//! nullable at every level. To say more of the inner ones, write the bare word and the parts as
//! objects: `struct` with `fields`, `list` with `item`, `map` with `value`; the word itself may then
//! be left out. [`print()`] always writes the objects.

mod error;
mod printer;
mod reader;
mod saved;
#[cfg(test)]
mod tests;
mod type_text;

use rowmill_json::Layout;

pub use error::SchemaFileError;
pub use saved::{check_saved, save};
pub(crate) use type_text::name as type_name;

/// Reads a layout from the text of a schema file. A byte order mark before it is passed over.
///
/// ```
/// let layout = rowmill::schema_file::parse(
///     r#"{"fields": [{"name": "Id", "type": "uuid", "nullable": false}]}"#,
/// )?;
/// assert!(!layout.columns()[0].is_nullable());
/// # Ok::<(), rowmill::schema_file::SchemaFileError>(())
/// ```
///
/// # Errors
/// Whatever is not exactly as the [module](self) says, and columns that [`Layout::new`] refuses,
/// with the field and its place in the text.
pub fn parse(text: &str) -> Result<Layout, SchemaFileError> {
    reader::read(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Writes `layout` as the text of a schema file, a line per field; [`parse`] gives the same layout
/// back.
///
/// A layout taken from a foreign Arrow schema may name the items of a list or the time zone UTC in
/// another way than rowmill does; those spellings are not kept.
pub fn print(layout: &Layout) -> String {
    printer::document(layout)
}
