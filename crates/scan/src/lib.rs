//! From JSON bytes to structure and leaf values.
//!
//! Everything that looks at single bytes lives here: where a string ends and what its escapes
//! mean, what number a run of digits is, which instant a text names. Each function says
//! how far it came and never panics on any input; a place outside of the text is no input. Nothing here knows of columns, of Arrow or
//! of I/O.
//!
//! The grammar is RFC 8259, taken strictly: a number has no leading zero or plus sign, a string
//! holds no raw control character, and an escape names a Unicode scalar value (a lone half of a
//! surrogate pair is refused, since text that holds one cannot be UTF-8).
//!
//! ```
//! use rowmill_scan::{Number, PADDING, Padded, Portable, parse_uuid, scan_string};
//!
//! let mut line = br#""Value":-12.50}"#.to_vec();
//! line.resize(line.len() + PADDING, 0);
//! let text = Padded::new(&line).unwrap();
//! let key = scan_string(Portable, text, 1).unwrap();
//! assert_eq!(text.slice(1, key.end), b"Value");
//!
//! let (number, end) = Number::scan(&line[8..]).unwrap();
//! assert_eq!(end, 6);
//! assert_eq!(number.scaled(10), Ok(-125_000_000_000));
//!
//! assert!(parse_uuid(b"0f515589-99b4-423d-b83a-b237009f0509").is_some());
//! ```
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[allow(unsafe_code)]
mod arch;
mod digits;
mod duration;
mod number;
mod string;
mod time;
mod uuid;

#[cfg(target_arch = "aarch64")]
pub use arch::Neon;
#[cfg(target_arch = "x86_64")]
pub use arch::{Avx2, Avx512};
pub use arch::{Clock, Level, Marks, PADDING, Padded, Portable};
pub use duration::{DurationFault, DurationParts, is_duration, parse_duration};
pub use number::{Misfit, Number, Small};
pub use string::{
    EscapeFault, Span, check_escapes, plain_escape, scan_string, unescape, unicode_escape,
    utf8_length,
};
pub use time::{Instant, parse_date, parse_instant, quoted_date, quoted_instant};
pub use uuid::parse_uuid;

/// Counts the line ends (`\n`) in `bytes`.
///
/// A raw line end is never legal inside a JSON string, so this needs no idea of strings.
///
/// ```
/// assert_eq!(rowmill_scan::count_lines(b"{}\n{}\n{"), 2);
/// ```
#[must_use]
pub fn count_lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// Index of the first line end at or after `from`.
///
/// ```
/// assert_eq!(rowmill_scan::line_end(b"{}\n{}\n", 3), Some(5));
/// ```
#[must_use]
pub fn line_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr(b'\n', bytes.get(from..)?).map(|at| from + at)
}

/// Index of the last line end.
///
/// ```
/// assert_eq!(rowmill_scan::last_line_end(b"{}\n{}\n{"), Some(5));
/// ```
#[must_use]
pub fn last_line_end(bytes: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', bytes)
}
