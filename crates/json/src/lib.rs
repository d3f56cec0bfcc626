//! A push decoder from JSON Lines bytes to Arrow record batches.
//!
//! A [`Layout`] says which keys become columns and of which type. A [`Decoder`] takes the bytes as
//! they arrive, in chunks of any size, and gives back [`RecordBatch`](arrow_array::RecordBatch)es
//! whose values are exactly those of the text, or an [`Error`] that names line, byte and column.
//! There is no I/O in here and no runtime: whoever has bytes pushes them. A layout that nobody has
//! written can be [inferred](infer) from the bytes, which are pushed in the same way.
//!
//! ```
//! use rowmill_json::{Column, Decoder, Layout};
//!
//! let layout = Layout::new([
//!     Column::uuid("Id").required(),
//!     Column::timestamp_us("CreatedUtc"),
//!     Column::decimal("Value", 38, 10),
//!     Column::list("Tags", Column::string("tag")),
//! ])?;
//!
//! let mut decoder = Decoder::new(&layout);
//! decoder.push(br#"{"Id":"0f515589-99b4-423d-b83a-b237009f0509","Val"#.as_slice().into());
//! decoder.push(b"ue\":93.46,\"Tags\":[\"a\",\"b\"]}\n".as_slice().into());
//! decoder.finish();
//! let batch = decoder.next_batch()?.expect("one row");
//! assert_eq!(batch.num_rows(), 1);
//! assert!(decoder.next_batch()?.is_none());
//! assert_eq!(decoder.report().expect("all taken").rows, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is read, and how strictly
//!
//! Every byte is checked, those of unread values too. A line is one JSON object (RFC 8259) with
//! blanks around it; empty lines are counted and skipped; a byte order mark before the first line
//! is passed over; the last line may lack its line end.
//!
//! | column | JSON value |
//! |---|---|
//! | `int32` `int64` `uint64` | a number whose exact value is a whole one in range: `100`, `1e2`, `100.0`, never `1.9` |
//! | `decimal(p,s)` | a number with at most `s` fraction digits that are not trailing zeros and at most `p` digits in all; exponents count |
//! | `float64` | a number, rounded correctly; an infinite result is refused |
//! | `bool` | `true` or `false` |
//! | `string`, `string_view`, `enum` | a string |
//! | `uuid` | a string of the form 8-4-4-4-12, hex digits of either case |
//! | `date` | a string `YYYY-MM-DD` |
//! | `timestamp_us` `timestamp_ns` | a string `YYYY-MM-DDThh:mm:ss[.f…](Z`\|`±hh:mm)`; a non-zero digit below the unit is refused unless the column allows the cut |
//! | `duration` | a string of ISO 8601, signs allowed; kept as it is written |
//! | `duration_parts` | the same, as months, days and nanoseconds |
//! | `json` | any value; its text is kept byte for byte |
//! | `list<T>` `struct<…>` `map<string,T>` | an array, an object, an object |
//! | `union` | an object of a tag and a value, in either order: the value goes to the field that the tag names, a value with another tag is kept as JSON text |
//! | `raw_json` | no key of its own: whatever the columns beside it leave of their object, at every depth |
//! | `line_number` | no key of its own: the line the row stands in |
//! | `unread` | any value, of which nothing is kept |
//!
//! `null` and an absent key are null, or a bad row where the column is required. A key of the
//! layout may stand once in its object (also when spelled with escapes), a key of a map likewise.
//! Half of a surrogate pair is refused wherever it stands.
//!
//! A decimal with more digits after the point than its column is refused, or by choice
//! ([`Allow`]) rounded, halves away from zero, or kept as it is written in a `raw_json` column.
//!
//! # What a layout does not know
//!
//! Keys that no column reads are checked for grammar, may stand twice, and are left out, refused or
//! kept, as the layout says ([`Unknown`]). Each is counted in good rows and told of with its first
//! line ([`Decoder::drift`]), as are values that are new to an enumeration with
//! [known values](Column::known_values). [`Layout::widened`] makes a layout that has them all.
//!
//! # What a bad row does
//!
//! It ends the decoding, or is set aside with its place, the reason and its bytes, or the cell that
//! does not fit is made null ([`OnBadRow`]). A bad row leaves nothing behind in good ones: lists,
//! maps and structs that were begun are taken back.

#![deny(unsafe_code)]

mod column;
mod cursor;
mod decoder;
mod drift;
mod error;
mod fault;
mod frame;
mod frames;
pub mod infer;
mod layout;
mod notes;
mod options;
mod rows;
mod skip;
mod walk;
mod workers;

pub use decoder::Decoder;
pub use drift::{Drift, NewKey, NewValue, Nulled};
pub use error::{Error, ErrorKind, Place, Reject};
pub use frames::Frames;
pub use layout::{Allow, Column, Kind, Layout, LayoutError, RESCUED, Union, Unknown, UuidForm};
pub use options::{Counts, Limit, OnBadRow, Options, Simd};
