//! Layouts out of data: what is the narrowest [`Layout`](crate::Layout) that loses nothing of it?
//!
//! An [`Inference`] is pushed bytes, as a [`Decoder`](crate::Decoder) is, and ends with an
//! [`Inferred`]: a layout, and what was and was not seen. It reads as strictly as the decoder does. A
//! line that is no row is skipped and counted, so that whoever decodes hears of it.
//!
//! Numbers are judged by their digits and never pass through a float. What is inferred from all of
//! the input reads all of its good rows.
//!
//! | all values seen in a place | column |
//! |---|---|
//! | numbers without fraction and exponent | `int64` if it holds them all, else `uint64`, else `decimal(p,0)` up to 38 digits |
//! | numbers of which some have a fraction or an exponent | `decimal(p,s)` with as many digits as are needed, trailing zeros after the point not counted |
//! | numbers that no decimal of 38 digits holds, or a `-0` among them | `float64` if every one is what its double is when that is written as short as possible, else `json` |
//! | `true`, `false` | `bool` |
//! | strings of the form 8-4-4-4-12 | `uuid` |
//! | instants with a zone | `timestamp_us` if it holds their digits, else `timestamp_ns` if it holds digits and years, else `string` |
//! | days `YYYY-MM-DD` | `date` |
//! | durations of ISO 8601, one at least with a `T` or of two parts | `duration` |
//! | other strings, at most 64 different ones of at most 64 bytes and no UUID, each there 4 times on average | `enum` |
//! | other strings | `string` |
//! | arrays | `list<T>` of what is in all of them, `list<json>` if nothing is |
//! | objects | `struct` of all their keys |
//! | objects of more than 256 different keys | `map<string,T>` of all their values |
//! | objects of 32 or more different keys of which one has on average less than an eighth, with values of one kind | `map<string,T>` |
//! | objects without any key, or with an empty one | `json` |
//! | values of more than one of these kinds | `json` |
//! | nothing but null | `json` |
//!
//! An empty string has none of these forms, so among dates and instants it makes the column a
//! `string`; a [`Note`] tells what [`Allow`](crate::Allow) would make of it, as of dates among
//! instants and of digits too many.
//!
//! A column is required if all of the input was seen, and every object that could have the key has it
//! with another value than null. Columns come in the order in which their keys first appear in the
//! input. An empty key of a row is no column and is not read; more than 4,096 different keys are no
//! layout.
//!
//! After a sample no column is required, and decimals have room for what was not seen: `decimal(38,s)`, with up
//! to 6 more places after the point than were needed, as far as there are as many more digits before it
//! (none where all numbers were whole).
//!
//! A key that stands twice in its object makes the row a bad one, at every depth: it would be one for
//! every column but `json`.
//!
//! # Bounds
//!
//! Memory does not grow with the input. Objects and lists are looked into down to 32 levels, and as
//! long as all places together are at most 65,536, a map counting as 257; what lies deeper is `json`.
//! Texts are not kept, but for hashes of the few that may be those of an enum.
//!
//! What is known of the values in a place only grows with each, and in whatever order it is put
//! together the same comes out. So threads look at frames and meet at the end, and neither their
//! number nor the cutting of chunks changes the answer.

mod columns;
mod crew;
mod fields;
mod inference;
mod inferred;
mod lines;
mod note;
mod numbers;
mod observer;
mod shape;
mod tally;
#[cfg(test)]
mod tests;
mod texts;
mod unique;
mod value;

pub use inference::Inference;
pub use inferred::{Inferred, Seen};
pub use note::Note;
pub(crate) use observer::{Observer, observe};
pub(crate) use shape::Shape;
pub use tally::Tally;
