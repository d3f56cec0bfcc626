//! The one error of this crate.

pub(crate) mod code;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::path::Path;
use std::{fmt, io};

use rowmill_json::{LayoutError, Place};

use crate::arrow::ArrowError;
use crate::schema_file::SchemaFileError;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run has ended without its output.
///
/// `Display` tells the whole story in one line, with the file where one is concerned:
/// `rooms.jsonl, line 48211, byte 61004388, column Value: …`. It never shows a value of the data,
/// a token, or the signature of a link.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// That of the cause, if it has none of its own.
    code: Option<&'static str>,
    message: Cow<'static, str>,
    file: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of thing went wrong, which is what decides what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The data is not what the layout says, or too many rows are not, or a compressed file is
    /// damaged.
    Data,
    /// The call makes no sense as it stands: two options exclude each other, a name is no name.
    Usage,
    /// A layout or schema file is wrong.
    Schema,
    /// A source is missing or cannot be read.
    Input,
    /// The API says no: a wrong token, a refused request, a failed or expired export.
    Refused,
    /// The same call may well work later: an export not ready, a rate limit, a broken connection.
    TryLater,
    /// The output cannot be written, and the [code](Error::code) says why: a full disk, a folder that is missing or read-only, another
    /// run in the same place, or a file that is there already.
    Output,
    /// It was cancelled.
    Cancelled,
    /// A defect in this library.
    Internal,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let (code, file, source, message) = (None, None, None, message.into());
        Self(Box::new(Inner { kind, code, message, file, source }))
    }

    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled")
    }

    /// Something about the file at `path` that stops the output.
    pub(crate) fn output(path: &Path, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Output, message).in_file(path.display().to_string())
    }

    /// Another run is at work on the output at `path`, or has been meanwhile.
    pub(crate) fn locked(path: &Path, message: impl Into<Cow<'static, str>>) -> Self {
        Self::output(path, message).with_code(code::LOCKED)
    }

    /// The operating system refused what was done to the output at `path`. Errors of this crate, as those
    /// of stores are, come out unchanged.
    pub(crate) fn writing(path: &Path, cause: io::Error) -> Self {
        let cause = match cause.downcast::<Self>() {
            Ok(error) => return error,
            Err(cause) => cause,
        };
        Self::refused(cause).in_file(path.display().to_string())
    }

    /// The operating system refused to write.
    pub(crate) fn refused(cause: io::Error) -> Self {
        let mut error = Self::new(ErrorKind::Output, format!("cannot be written: {cause}"));
        error.0.code = code::of_output(cause.kind());
        error.because(cause)
    }

    /// What the decoder says about `file`.
    pub(crate) fn decode(file: &str, cause: rowmill_json::Error) -> Self {
        Self::of_rows(cause).in_file(file)
    }

    fn of_rows(cause: rowmill_json::Error) -> Self {
        let kind = match cause.kind() {
            rowmill_json::ErrorKind::Worker => ErrorKind::Internal,
            _ => ErrorKind::Data,
        };
        let message = match looks_like(&cause) {
            Some(form) => format!("{cause}; {form}"),
            None => cause.to_string(),
        };
        Self::new(kind, message).because(cause)
    }

    /// A bad row of `file` that is one too many; `counted` says of how many.
    pub(crate) fn too_many(file: &str, row: &rowmill_json::Error, counted: &str) -> Self {
        let message = format!("{row} ({counted})");
        let error = Self::new(ErrorKind::Data, message).in_file(file).because(row.clone());
        error.with_code(rowmill_json::ErrorKind::TooManyRejects.code())
    }

    /// What reading `file` ended with. Errors of this crate travel through readers as `io::Error`
    /// and come out here unchanged.
    pub(crate) fn reading(file: &str, cause: io::Error) -> Self {
        let cause = match cause.downcast::<Self>() {
            Ok(error) => return error,
            Err(cause) => cause,
        };
        let mut error = match cause.kind() {
            io::ErrorKind::InvalidData => Self::new(ErrorKind::Data, cause.to_string()),
            kind => Self::unread(&cause, code::is_of_network(kind)),
        };
        error.0.code = code::of_source(&cause);
        error.in_file(file).because(cause)
    }

    fn unread(cause: &dyn fmt::Display, of_network: bool) -> Self {
        let kind = if of_network { ErrorKind::TryLater } else { ErrorKind::Input };
        Self::new(kind, format!("cannot be read: {cause}"))
    }

    /// What the stream called `name` ended with, which is no error of this crate.
    #[cfg(feature = "async")]
    pub(crate) fn of_stream(name: &str, cause: Box<dyn StdError + Send + Sync>) -> Self {
        #[cfg(feature = "mews")]
        let cause = match cause.downcast::<rowmill_mews::Error>() {
            Ok(cause) => return Self::from(*cause),
            Err(cause) => cause,
        };
        let mut behind: Option<&(dyn StdError + 'static)> = Some(&*cause);
        let mut of_network = false;
        while let Some(error) = behind {
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            of_network |= kind.is_some_and(code::is_of_network);
            behind = error.source();
        }
        Self::unread(&cause, of_network).in_file(name).because(cause)
    }

    pub(crate) fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file = Some(file.into());
        self
    }

    pub(crate) fn with_code(mut self, code: &'static str) -> Self {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(cause.into());
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The source or output it is about, as it was named to this crate.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// Where in [`file`](Self::file) it is, for errors about data.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.decoding()?.place()
    }

    /// A short name of what is wrong that does not change between versions, for programs to match. Not
    /// everything has one; more may come.
    ///
    /// | kind | code | |
    /// |---|---|---|
    /// | [`Data`](ErrorKind::Data) | `type`, `truncated` and so on | that of the row that is bad: see [`json::ErrorKind::code`](rowmill_json::ErrorKind::code) |
    /// | | `too_many_rejects` | more rows are bad than allowed; the [place](Self::place) is that of one of them |
    /// | | `damaged` | compressed bytes are damaged or cut short, or a reader says so (`InvalidData`) |
    /// | | `expansion` | a compressed source expands beyond measure |
    /// | [`Input`](ErrorKind::Input) | `not_found` | the source is not there |
    /// | `Input`, [`Output`](ErrorKind::Output) | `denied` | it may not be read or written |
    /// | | `not_a_file` | a directory is where a file should be, or a file where a directory should be |
    /// | `Output` | `exists` | it, or rows of the same source, are there already and may not be replaced |
    /// | | `other_columns` | what is there already has other columns or partitions |
    /// | | `locked` | another run is at work there, or has been meanwhile; [retryable](Self::is_retryable) |
    /// | | `no_folder` | the folder for it is not there |
    /// | | `full` | the disk is full, or a quota or a limit on the size of files is reached |
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        let inner = || self.get_ref()?.downcast_ref::<Self>()?.code();
        self.0.code.or_else(|| self.decoding().map(rowmill_json::Error::code)).or_else(inner)
    }

    /// The error that this one was made of, if it was made of one of another crate:
    /// [`json::Error`](rowmill_json::Error), [`std::io::Error`] and so on. It says nothing that `Display`
    /// does not; what lies behind it is [`source`](StdError::source).
    ///
    /// ```
    /// use rowmill::{Column, Layout, json};
    ///
    /// let layout = Layout::new([Column::int64("n").required()])?;
    /// let mut reader = rowmill::read(&layout, rowmill::Source::reader("rooms", &b"{}"[..]))?;
    /// let error = reader.next_batch().unwrap_err();
    /// let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<json::Error>());
    /// assert_eq!(cause.map(json::Error::kind), Some(json::ErrorKind::Missing));
    /// # Ok::<(), rowmill::Error>(())
    /// ```
    #[must_use]
    pub fn get_ref(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The line that is wrong, without its end. It may hold personal data.
    #[must_use]
    pub fn excerpt(&self) -> Option<&[u8]> {
        self.decoding()?.excerpt()
    }

    /// Whether the same call may work later without anything being changed: what is to be tried
    /// [later](ErrorKind::TryLater), and output where another run is at work.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.kind == ErrorKind::TryLater || self.code() == Some(code::LOCKED)
    }

    fn decoding(&self) -> Option<&rowmill_json::Error> {
        self.get_ref()?.downcast_ref()
    }
}

/// What a file seems to be of which the first line is wrong.
fn looks_like(cause: &rowmill_json::Error) -> Option<&'static str> {
    let first = cause.place().is_some_and(|place| place.line == 1);
    let line = cause.excerpt().filter(|_| first)?.trim_ascii();
    if line.starts_with(b"PAR1") {
        return Some("it looks like a Parquet file");
    }
    if line.starts_with(b"[") {
        return Some("it looks like one JSON array, and JSON Lines have one object a line");
    }
    (line == b"{")
        .then_some("it looks like JSON over many lines, and JSON Lines have one object a line")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            // The decoder begins with the place, which reads on from the file.
            let joint = if self.place().is_some() { ", " } else { ": " };
            write!(f, "{file}{joint}")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    /// What lies behind the error that this one [was made of](Self::get_ref), of which `Display` tells
    /// already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.get_ref()?.source()
    }
}

/// What the decoder says where no file is known.
impl From<rowmill_json::Error> for Error {
    fn from(cause: rowmill_json::Error) -> Self {
        Self::of_rows(cause)
    }
}

/// For what takes the batches of this crate as Arrow's errors: it is the inner one of an
/// [`ArrowError::ExternalError`].
impl From<Error> for ArrowError {
    fn from(error: Error) -> Self {
        Self::ExternalError(Box::new(error))
    }
}

impl From<LayoutError> for Error {
    fn from(cause: LayoutError) -> Self {
        Self::new(ErrorKind::Schema, cause.to_string()).because(cause)
    }
}

impl From<SchemaFileError> for Error {
    fn from(cause: SchemaFileError) -> Self {
        Self::new(ErrorKind::Schema, cause.to_string()).because(cause)
    }
}

#[cfg(feature = "mews")]
impl From<rowmill_mews::Error> for Error {
    fn from(cause: rowmill_mews::Error) -> Self {
        use rowmill_mews::ErrorKind as Mews;
        let kind = match cause.kind() {
            // Whether the export was asked for is not known: a later run can tell.
            Mews::Unknown => ErrorKind::TryLater,
            _ if cause.is_retryable() => ErrorKind::TryLater,
            Mews::InvalidRequest | Mews::Credentials => ErrorKind::Usage,
            _ => ErrorKind::Refused,
        };
        Self::new(kind, cause.to_string()).because(cause)
    }
}
