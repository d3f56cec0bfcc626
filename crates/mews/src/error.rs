//! The one error of this crate: what went wrong, how often it was tried, and whether trying again
//! makes sense.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What went wrong. New kinds may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request breaks a rule that is checked before anything is sent.
    InvalidRequest,
    /// Tokens are missing, blank or unreadable.
    Credentials,
    /// The server understood the request and said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The `Message` of the answer, shortened; empty if there was none.
        message: String,
        /// A refused `exports/add` may mean that an export of this entity type is already running:
        /// the API has no code for that case, so it cannot be told from other refusals.
        may_be_pending: bool,
    },
    /// The tokens are wrong, expired or not allowed to use exports (status 401).
    Unauthorized,
    /// Too many requests, and the wait the server asked for is longer than allowed here.
    RateLimited,
    /// The server failed (status 5xx), gave up on the request (408), or answered with what is no JSON
    /// (200, from something on the way), each time it was asked.
    Server {
        /// The HTTP status of the last answer.
        status: u16,
    },
    /// The server could not be reached or the connection broke.
    Network,
    /// The server's certificate is not trusted, or the TLS set-up of this machine is broken.
    Certificate,
    /// No answer, or no further byte, within the time allowed.
    Timeout,
    /// The answer does not follow the documented protocol.
    Protocol,
    /// A file link or redirect leads to a place that is never contacted: not https, or a private
    /// address.
    UnsafeLink,
    /// No export with that id is visible to these tokens.
    NotFound,
    /// The export was not finished within the time allowed; it goes on at the server.
    NotReady,
    /// The export failed at the server.
    Failed,
    /// The export has expired at the server: its files are gone.
    Expired,
    /// Fewer bytes arrived than the export promises, although the file was asked for repeatedly.
    Incomplete,
    /// The files of the export, or the bytes of a file, are not what they were before.
    Changed,
    /// The answer to `exports/add` was lost: the export may or may not exist.
    Unknown,
}

/// Any failure of this crate. One pointer wide.
///
/// `Display` is one line that tells what was done, what went wrong, the number of attempts, the
/// time they took, and whether trying again makes sense. It never holds a token or the path and
/// signature of a link.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    /// What was being done, such as `exports/add` or `file 2 of export …`.
    doing: Option<String>,
    message: String,
    request_id: Option<String>,
    attempts: u32,
    elapsed: Duration,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            doing: None,
            message: message.into(),
            request_id: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            source: None,
        }))
    }

    /// Names what was being done, around what an inner layer may have said already.
    pub(crate) fn doing(mut self, doing: impl Into<String>) -> Error {
        let outer = doing.into();
        self.0.doing = Some(match self.0.doing.take() {
            Some(inner) => format!("{outer}: {inner}"),
            None => outer,
        });
        self
    }

    pub(crate) fn tried(mut self, attempts: u32, elapsed: Duration) -> Error {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    pub(crate) fn request_id(mut self, id: Option<String>) -> Error {
        self.0.request_id = id;
        self
    }

    pub(crate) fn caused_by(mut self, source: Option<Arc<dyn StdError + Send + Sync>>) -> Error {
        self.0.source = source;
        self
    }

    /// What went wrong, without what was being done and without advice.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// True if the same work, started again later, may succeed.
    ///
    /// A lost answer to `exports/add` ([`ErrorKind::Unknown`]) is not retryable: the export may
    /// exist, and a second one would be refused while it runs.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Refused { may_be_pending, .. } => may_be_pending,
            ErrorKind::RateLimited
            | ErrorKind::Server { .. }
            | ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::NotReady
            | ErrorKind::Incomplete
            | ErrorKind::Changed => true,
            ErrorKind::InvalidRequest
            | ErrorKind::Credentials
            | ErrorKind::Unauthorized
            | ErrorKind::Certificate
            | ErrorKind::Protocol
            | ErrorKind::UnsafeLink
            | ErrorKind::NotFound
            | ErrorKind::Failed
            | ErrorKind::Expired
            | ErrorKind::Unknown => false,
        }
    }

    /// How many requests were sent for the failed step; 0 if it ended before the first one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the failed step took, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The `Request-Id` of the last answer, which Mews support asks for.
    #[must_use]
    pub fn server_request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What a reader of the message should do next.
    fn advice(&self) -> &'static str {
        match self.0.kind {
            ErrorKind::Unknown => {
                "the export may exist: it was not asked for again, and should not be before the \
                 account was checked"
            }
            ErrorKind::NotReady => "it goes on at the server: take it over by its id later",
            ErrorKind::Refused { may_be_pending: true, .. } => {
                "if that names no other reason, an export of this type may be running already: try \
                 again later"
            }
            ErrorKind::Incomplete | ErrorKind::Changed => "try again from the start",
            ErrorKind::Failed | ErrorKind::Expired => "a new one may be asked for",
            _ if self.is_retryable() => "trying again later makes sense",
            _ => "trying again will not help",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(doing) = &inner.doing {
            write!(f, "{doing}: ")?;
        }
        f.write_str(&inner.message)?;
        if let Some(id) = &inner.request_id {
            write!(f, " (request id {id})")?;
        }
        if inner.attempts > 0 {
            let plural = if inner.attempts == 1 { "" } else { "s" };
            let seconds = inner.elapsed.as_secs_f64();
            write!(f, ", after {} attempt{plural} in {seconds:.1} s", inner.attempts)?;
        }
        write!(f, "; {}", self.advice())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
