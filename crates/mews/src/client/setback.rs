//! An attempt at a call that did not succeed, and what it means for the operation.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::event::Reason;
use crate::http::{Answer, Fault};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    GetAll,
}

impl Operation {
    pub(super) fn name(self) -> &'static str {
        match self {
            Operation::Add => "exports/add",
            Operation::GetAll => "exports/getAll",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Operation::Add => "api/connector/v1/exports/add",
            Operation::GetAll => "api/connector/v1/exports/getAll",
        }
    }

    /// There is no answer. `add` is not idempotent and has no key to make it so: it is repeated
    /// only when nothing of it can have been sent.
    pub(super) fn lost(self, fault: &Fault) -> Setback {
        let unknown = self == Operation::Add && !fault.nothing_was_sent();
        let kind = if unknown { ErrorKind::Unknown } else { fault.kind() };
        let error = Error::new(kind, fault.text.clone()).caused_by(fault.source.clone());
        Setback { error, again: fault.may_pass(), wait: None }
    }

    /// There is an answer, but not one that says what happened.
    pub(super) fn garbled(self, text: String, answer: &Answer) -> Setback {
        let kind = match self {
            Operation::Add => ErrorKind::Unknown,
            Operation::GetAll => ErrorKind::Protocol,
        };
        Setback::end(kind, text).request_id(answer.head.request_id.clone())
    }
}

/// An attempt that did not succeed.
pub(super) struct Setback {
    pub(super) error: Error,
    /// Another attempt may do better. One that ended as [`ErrorKind::Unknown`] is the last one all
    /// the same.
    pub(super) again: bool,
    /// The wait that the server asked for.
    pub(super) wait: Option<Duration>,
}

impl Setback {
    pub(super) fn end(kind: ErrorKind, text: String) -> Setback {
        Setback { error: Error::new(kind, text), again: false, wait: None }
    }

    pub(super) fn later(kind: ErrorKind, text: String, wait: Option<Duration>) -> Setback {
        Setback { error: Error::new(kind, text), again: true, wait }
    }

    pub(super) fn request_id(mut self, id: Option<String>) -> Setback {
        self.error = self.error.request_id(id);
        self
    }

    /// Why another attempt follows.
    pub(super) fn reason(&self) -> Reason {
        match self.error.kind() {
            ErrorKind::RateLimited => Reason::RateLimited,
            // An answer that is none, or not all of one.
            ErrorKind::Server { status: 200 } => Reason::Cut,
            ErrorKind::Server { .. } => Reason::Server,
            ErrorKind::Timeout => Reason::Timeout,
            _ => Reason::Network,
        }
    }
}
