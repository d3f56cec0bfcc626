//! What is told while exports are waited for and files are on their way.

use std::fmt;
use std::time::Duration;

use crate::entity::Entity;
use crate::model::Status;

/// Something that happened; given by [`Events`](crate::Events). `Display` is one line for a person.
/// New ones may be added. No event holds a token or a link; files are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An export was asked for and accepted.
    Requested {
        /// The id of the export.
        export: String,
        /// What it is of.
        entity: Entity,
    },
    /// A request for an export was refused, perhaps because another one of the type is running, and
    /// will be made again.
    Refused {
        /// What it is of.
        entity: Entity,
        /// The pause until then.
        wait: Duration,
    },
    /// The server has told how far an export is.
    Polled {
        /// The id of the export.
        export: String,
        /// What the server says.
        status: Status,
    },
    /// An export is finished.
    Ready {
        /// The id of the export.
        export: String,
        /// The number of its files.
        files: usize,
        /// The bytes of all of them.
        bytes: u64,
    },
    /// A file is about to be asked for.
    FileBegun {
        /// The id of the export.
        export: String,
        /// Which file.
        file: usize,
        /// Its size in bytes.
        size: u64,
    },
    /// A file gets on; told once for each mebibyte or so.
    Received {
        /// The id of the export.
        export: String,
        /// Which file.
        file: usize,
        /// Bytes handed on so far.
        given: u64,
        /// Its size in bytes.
        size: u64,
    },
    /// All bytes of a file were handed on.
    FileComplete {
        /// The id of the export.
        export: String,
        /// Which file.
        file: usize,
        /// Its size in bytes.
        size: u64,
        /// How many requests it took.
        attempts: u32,
    },
    /// A file cannot be had.
    FileFailed {
        /// The id of the export.
        export: String,
        /// Which file.
        file: usize,
        /// The error, as it is printed.
        error: String,
    },
    /// The links of all files of an export are fresh again.
    LinksRenewed {
        /// The id of the export.
        export: String,
        /// How often that was done for this export.
        renewal: u64,
    },
    /// A call of the API did not succeed and is made again.
    CallRetried {
        /// Which call, such as `exports/getAll`.
        operation: &'static str,
        /// Why.
        reason: Reason,
        /// How many requests were made so far.
        attempt: u32,
        /// The pause before the next one.
        wait: Duration,
    },
    /// A request for a file did not bring it to its end, and another one follows.
    FileRetried {
        /// The id of the export.
        export: String,
        /// Which file.
        file: usize,
        /// Bytes handed on so far.
        given: u64,
        /// Why.
        reason: Reason,
        /// How many requests were made so far.
        attempt: u32,
        /// The pause before the next one.
        wait: Duration,
    },
    /// A call of the API had to wait for the [rate](crate::ClientBuilder::rate).
    Throttled {
        /// How long it waited.
        waited: Duration,
    },
    /// So many events were not taken in time and are lost, at this place in their order.
    Missed {
        /// How many.
        events: u64,
    },
}

/// Why a request is followed by another one. New reasons may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Too many requests (status 429).
    RateLimited,
    /// The server failed (5xx) or gave up on the request (408).
    Server,
    /// No connection, or it broke before there was an answer.
    Network,
    /// Silence for too long, or a body that came too slowly.
    Timeout,
    /// The body ended before its time.
    Cut,
    /// The file host refuses the link (401, 403, 404, 410).
    LinkRefused,
    /// The file host announces another length than the export promises.
    WrongLength,
    /// A range was answered with something that cannot be trusted, or refused.
    WrongRange,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 8] = [
        Reason::RateLimited,
        Reason::Server,
        Reason::Network,
        Reason::Timeout,
        Reason::Cut,
        Reason::LinkRefused,
        Reason::WrongLength,
        Reason::WrongRange,
    ];

    /// A name for logs, such as `link refused`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::RateLimited => "rate limited",
            Reason::Server => "server failed",
            Reason::Network => "network",
            Reason::Timeout => "timeout",
            Reason::Cut => "cut",
            Reason::LinkRefused => "link refused",
            Reason::WrongLength => "wrong length",
            Reason::WrongRange => "wrong range",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Event {
    /// The export that it is about, if it is about one.
    #[must_use]
    pub fn export(&self) -> Option<&str> {
        match self {
            Event::Requested { export, .. }
            | Event::Polled { export, .. }
            | Event::Ready { export, .. }
            | Event::FileBegun { export, .. }
            | Event::Received { export, .. }
            | Event::FileComplete { export, .. }
            | Event::FileFailed { export, .. }
            | Event::LinksRenewed { export, .. }
            | Event::FileRetried { export, .. } => Some(export),
            Event::Refused { .. }
            | Event::CallRetried { .. }
            | Event::Throttled { .. }
            | Event::Missed { .. } => None,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Requested { export, entity } => {
                write!(f, "export {export} of {entity} requested")
            }
            Event::Refused { entity, wait } => {
                write!(f, "an export of {entity} is refused: asks again in {}", seconds(*wait))
            }
            Event::Polled { export, status } => {
                write!(f, "export {export} is {}", status.as_str())
            }
            Event::Ready { export, files, bytes } => {
                write!(f, "export {export} is ready: {files} files, {bytes} bytes")
            }
            Event::FileBegun { export, file, size } => {
                write!(f, "file {} of export {export}: {size} bytes", file + 1)
            }
            Event::Received { export, file, given, size } => {
                write!(f, "file {} of export {export}: {given} of {size} bytes", file + 1)
            }
            Event::FileComplete { export, file, size, attempts } => write!(
                f,
                "file {} of export {export}: complete, {size} bytes, requests: {attempts}",
                file + 1
            ),
            // It names file and export itself.
            Event::FileFailed { error, .. } => f.write_str(error),
            Event::LinksRenewed { export, renewal } => {
                write!(f, "links of export {export} renewed (renewal {renewal})")
            }
            Event::CallRetried { operation, reason, attempt, wait } => {
                let wait = seconds(*wait);
                write!(f, "{operation}: {reason} (attempt {attempt}), again in {wait}")
            }
            Event::FileRetried { export, file, given, reason, attempt, wait } => write!(
                f,
                "file {} of export {export}: {reason} at byte {given} (attempt {attempt}), again in {}",
                file + 1,
                seconds(*wait)
            ),
            Event::Throttled { waited } => {
                write!(f, "waited {} for the rate of calls", seconds(*waited))
            }
            Event::Missed { events } => write!(f, "{events} events were not taken in time"),
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
