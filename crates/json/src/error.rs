//! Errors that name their place, and the rows set aside with them.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// Why decoding ended, or why one row was set aside.
///
/// `Display` tells the place, the reason, what was expected and the *kind* of what was found. It
/// never shows the value: rows hold people's data. The line itself is behind
/// [`excerpt`](Error::excerpt).
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    place: Option<Place>,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
    line: Option<Bytes>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The line is not JSON.
    Syntax,
    /// The input ends inside a row.
    Truncated,
    /// A string is not UTF-8.
    Utf8,
    /// An escape is half of a surrogate pair.
    Surrogate,
    /// The line is JSON but no object.
    NotAnObject,
    /// A value is of another JSON type than the column reads.
    Type,
    /// A text is not of the form its column reads.
    Format,
    /// A value is beyond the range of its column.
    Range,
    /// A value has digits its column cannot hold.
    Precision,
    /// Null in a required column.
    Null,
    /// A required column has no value.
    Missing,
    /// A key stands twice in one object.
    DuplicateKey,
    /// A key that the layout does not know, where those are errors.
    UnknownKey,
    /// The lists and maps of one row take more memory than a batch may.
    Memory,
    /// Objects and arrays are nested too deep.
    Depth,
    /// A line is longer than allowed.
    LineLength,
    /// More rows were set aside than allowed.
    TooManyRejects,
    /// Bytes came after the end had been marked.
    AfterFinish,
    /// No layout can be inferred from the input.
    NoLayout,
    /// A decoding thread ended before its work: a defect in this library.
    Worker,
}

impl ErrorKind {
    /// A short name that does not change between versions.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Truncated => "truncated",
            Self::Utf8 => "utf8",
            Self::Surrogate => "surrogate",
            Self::NotAnObject => "not_an_object",
            Self::Type => "type",
            Self::Format => "format",
            Self::Range => "range",
            Self::Precision => "precision",
            Self::Null => "null",
            Self::Missing => "missing",
            Self::DuplicateKey => "duplicate_key",
            Self::UnknownKey => "unknown_key",
            Self::Memory => "memory",
            Self::Depth => "depth",
            Self::LineLength => "line_length",
            Self::TooManyRejects => "too_many_rejects",
            Self::AfterFinish => "after_finish",
            Self::NoLayout => "no_layout",
            Self::Worker => "worker",
        }
    }

    /// Whether a value is at fault for not fitting its column, and nothing else.
    pub(crate) fn is_of_a_cell(self) -> bool {
        use ErrorKind::{Format, Missing, Null, Precision, Range, Type};
        matches!(self, Type | Format | Range | Precision | Null | Missing)
    }

    /// One phrase for people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Syntax => "not valid JSON",
            Self::Truncated => "the input ends inside this row",
            Self::Utf8 => "not valid UTF-8",
            Self::Surrogate => "half of a surrogate pair",
            Self::NotAnObject => "a row must be one JSON object",
            Self::Type => "wrong type of value",
            Self::Format => "text of another form",
            Self::Range => "value out of range",
            Self::Precision => "digits would be lost",
            Self::Null => "null in a required column",
            Self::Missing => "a required column has no value",
            Self::DuplicateKey => "the key stands twice",
            Self::UnknownKey => "the layout does not know the key",
            Self::Memory => "too much memory for one row",
            Self::Depth => "nested too deep",
            Self::LineLength => "the line is too long",
            Self::TooManyRejects => "too many bad rows",
            Self::AfterFinish => "bytes after the end",
            Self::NoLayout => "no layout can be inferred",
            Self::Worker => "a decoding thread ended early",
        }
    }
}

/// Where in the input something is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Line, counted from 1, blank ones too.
    pub line: u64,
    /// Bytes of input before the line.
    pub line_offset: u64,
    /// Bytes of input before the value or byte that is wrong.
    pub offset: u64,
    /// Path of the column, e.g. `Amount.TaxValues[].Value`; `None` where no column is concerned.
    pub column: Option<String>,
}

impl Error {
    #[cold]
    pub(crate) fn new(
        kind: ErrorKind,
        place: Option<Place>,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (expected, found) = (expected.into(), found.into());
        Self(Box::new(Inner { kind, place, expected, found, line: None }))
    }

    /// The error of a line that was counted from `before` lines into the input.
    pub(crate) fn after_lines(mut self, before: u64) -> Self {
        if let Some(place) = &mut self.0.place {
            place.line += before;
        }
        self
    }

    pub(crate) fn with_line(mut self, line: &[u8]) -> Self {
        self.0.line = Some(Bytes::copy_from_slice(line));
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// A short name of the kind that does not change between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// Where it is wrong.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// What would have been right.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// The kind of what was there, never the value: `string, 14 bytes`.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The line that is wrong, without its end. It may hold personal data.
    #[must_use]
    pub fn excerpt(&self) -> Option<&[u8]> {
        self.0.line.as_deref()
    }

    /// Always `false`: the same bytes give the same answer.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        false
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "line {}, byte {}", place.line, place.offset)?;
            if let Some(column) = &place.column {
                write!(f, ", column {column}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}: expected {}, found {}", self.0.kind.reason(), self.0.expected, self.0.found)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The line stays out: Debug ends up in logs.
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("place", &self.0.place)
            .field("expected", &self.0.expected)
            .field("found", &self.0.found)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

/// A row that was set aside: why, where, and its bytes.
#[derive(Clone, Debug)]
pub struct Reject {
    error: Error,
}

impl Reject {
    /// `error` carries the place of the row and its line.
    pub(crate) fn new(error: Error) -> Self {
        Self { error }
    }

    /// As [`Error::after_lines`].
    pub(crate) fn after_lines(&mut self, before: u64) {
        if let Some(place) = &mut self.error.0.place {
            place.line += before;
        }
    }

    /// Why and where.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The line without its end, byte for byte.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        self.error.excerpt().unwrap_or_default()
    }
}
