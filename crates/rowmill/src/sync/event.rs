//! What is told while a run goes on.

use std::fmt;
use std::sync::Arc;

use rowmill_mews::chrono::{DateTime, SecondsFormat, Utc};

/// The callback of a run.
pub(super) type OnEvent = Arc<dyn Fn(&SyncEvent) + Send + Sync>;

/// A step of [`sync`](crate::sync()). `Display` is one line for a person. New ones may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncEvent {
    /// Lines of the journal could not be read, such as the last one of a run that was killed.
    JournalDamaged {
        /// How many.
        lines: usize,
    },
    /// What is about to be asked for may be a mistake, such as a selector that does not seem to fit the
    /// entity.
    Doubtful {
        /// The entity.
        entity: String,
        /// What is doubtful.
        doubt: &'static str,
    },
    /// An earlier run has asked for an export and got no answer, so that it may be running.
    Unanswered {
        /// The entity.
        entity: String,
        /// When it was asked for.
        asked: DateTime<Utc>,
    },
    /// An export was asked for and accepted. Its id is in the journal.
    Requested {
        /// The entity.
        entity: String,
        /// The id of the export.
        export: String,
        /// The window of updates, the end excluded; `None` for all data.
        updated: Option<(DateTime<Utc>, DateTime<Utc>)>,
    },
    /// An export that was asked for earlier is taken over.
    TakenOver {
        /// The entity.
        entity: String,
        /// The id of the export.
        export: String,
    },
    /// An export that was taken over has no rows to give any more.
    Ended {
        /// The entity.
        entity: String,
        /// The id of the export.
        export: String,
        /// What the API says of it.
        reason: String,
    },
    /// An export is finished, and its files are about to be taken in.
    Ready {
        /// The entity.
        entity: String,
        /// The id of the export.
        export: String,
        /// The number of its files.
        files: usize,
        /// The bytes of all of them.
        bytes: u64,
    },
    /// The rows of an export are in the output.
    Committed {
        /// The entity.
        entity: String,
        /// The id of the export.
        export: String,
        /// Every update before this instant is in the output now.
        watermark: Option<DateTime<Utc>>,
    },
    /// A window was left out, since this export of it is in the output.
    AlreadyCommitted {
        /// The entity.
        entity: String,
        /// The id of the export.
        export: String,
    },
    /// There is nothing to ask for yet.
    UpToDate {
        /// The entity.
        entity: String,
        /// Every update before this instant is in the output.
        watermark: DateTime<Utc>,
    },
    /// There is nothing to ask for yet, and nothing is there: what was to be the beginning lies too near,
    /// or in the future.
    TooEarly {
        /// The entity.
        entity: String,
        /// The beginning.
        from: DateTime<Utc>,
    },
    /// What the client tells: of polls, files, retries and renewed links. Where others use the same
    /// client meanwhile, of theirs too.
    Client(rowmill_mews::Event),
    /// So many events were not taken in time from the [stream](crate::SyncEvents) and are lost, at
    /// this place in their order.
    Missed {
        /// How many.
        events: u64,
    },
}

fn short(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl fmt::Display for SyncEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JournalDamaged { lines } => {
                let plural = if *lines == 1 { "line" } else { "lines" };
                write!(f, "{lines} {plural} of the journal cannot be read and were left out")
            }
            Self::Doubtful { entity, doubt } => write!(f, "{entity}: {doubt}"),
            Self::Unanswered { entity, asked } => write!(
                f,
                "an export of {entity} asked for at {} had no answer: it may be running, and then \
                 another one is refused until it ends",
                short(asked)
            ),
            Self::Requested { entity, export, updated: None } => {
                write!(f, "export {export} of {entity} requested")
            }
            Self::Requested { entity, export, updated: Some((from, until)) } => write!(
                f,
                "export {export} of {entity} requested, updates from {} to {}",
                short(from),
                short(until)
            ),
            Self::TakenOver { entity, export } => {
                write!(f, "export {export} of {entity} is taken over from an earlier run")
            }
            Self::Ended { entity, export, reason } => {
                write!(f, "export {export} of {entity} has nothing to give any more: {reason}")
            }
            Self::Ready { entity, export, files, bytes } => {
                write!(f, "export {export} of {entity} is ready: {files} files, {bytes} bytes")
            }
            Self::Committed { entity, export, watermark: None } => {
                write!(f, "export {export} of {entity} is committed")
            }
            Self::Committed { entity, export, watermark: Some(until) } => write!(
                f,
                "export {export} of {entity} is committed, complete until {}",
                short(until)
            ),
            Self::AlreadyCommitted { entity, export } => {
                write!(f, "export {export} of {entity} holds this window and is committed already")
            }
            Self::Client(event) => event.fmt(f),
            Self::Missed { events } => write!(f, "{events} events were not taken in time"),
            Self::TooEarly { entity, from } => write!(
                f,
                "nothing of {entity} was asked for: what is updated from {} on is not complete yet",
                short(from)
            ),
            Self::UpToDate { entity, watermark } => {
                write!(f, "{entity} is complete until {}; nothing was asked for", short(watermark))
            }
        }
    }
}
