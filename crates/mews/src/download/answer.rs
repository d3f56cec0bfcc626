//! What the head of a file host's answer allows to be done with its body.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::event::Reason;
use crate::http::{Fault, Head, Range};

/// An attempt that did not bring the file to its end.
#[derive(Debug)]
pub(crate) struct Setback {
    pub(crate) error: Error,
    pub(crate) then: Then,
}

/// What to do after a setback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Give up.
    End,
    /// Ask again, not before the wait that the server named.
    Again(Option<Duration>),
    /// Ask again with a renewed link: this one is refused.
    Renew,
    /// Ask again, if possible with a renewed link: the end of a link's life may cut a body.
    Cut,
    /// Ask again for the whole file: ranges of this host cannot be trusted.
    Whole,
}

impl Setback {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>, then: Then) -> Setback {
        Setback { error: Error::new(kind, text), then }
    }
}

impl Setback {
    /// Why another request follows.
    pub(crate) fn reason(&self) -> Reason {
        match (self.then, self.error.kind()) {
            (_, ErrorKind::Timeout) => Reason::Timeout,
            (Then::Renew, ErrorKind::Refused { .. }) => Reason::LinkRefused,
            (Then::Renew, _) => Reason::WrongLength,
            (Then::Cut, _) => Reason::Cut,
            (Then::Whole, _) => Reason::WrongRange,
            (_, ErrorKind::RateLimited) => Reason::RateLimited,
            (_, ErrorKind::Server { .. }) => Reason::Server,
            _ => Reason::Network,
        }
    }
}

impl From<Fault> for Setback {
    fn from(fault: Fault) -> Setback {
        let then = if fault.may_pass() { Then::Again(None) } else { Then::End };
        let error = Error::new(fault.kind(), fault.text.clone()).caused_by(fault.source);
        Setback { error, then }
    }
}

/// Which bytes of the file the body of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// All of them.
    Whole,
    /// Those from the offset that was asked for to this one, which is not among them.
    Part { until: u64 },
}

/// Judges an answer to a request for a file of `size` bytes, `asked` for in part or as a whole.
pub(crate) fn judge(head: &Head, asked: Option<&Range>, size: u64) -> Result<Body, Setback> {
    let status = head.status;
    match (status, asked) {
        (200 | 204 | 206, _) if head.encoding.is_some() => {
            // `identity` was asked for; whose bytes `SizeInBytes` counts is then anybody's guess.
            let text = "the file is sent with a content encoding that was not asked for";
            Err(Setback::new(ErrorKind::Protocol, text, Then::End))
        }
        (200 | 204, _) => right_length(head.length, size).map(|()| Body::Whole),
        (206, Some(range)) => right_part(head, range, size)
            .map(|until| Body::Part { until })
            .map_err(|text| Setback::new(ErrorKind::Protocol, text, Then::Whole)),
        (416, Some(_)) => {
            let text = "the file host has no bytes where the rest of the file should be";
            Err(Setback::new(ErrorKind::Incomplete, text, Then::Whole))
        }
        (401 | 403 | 404 | 410, _) => Err(refused(status, "the link is refused", Then::Renew)),
        (429, _) => Err(Setback::new(
            ErrorKind::RateLimited,
            "the file host is asked too often (status 429)",
            Then::Again(head.retry_after),
        )),
        (408 | 500..=599, _) => Err(Setback::new(
            ErrorKind::Server { status },
            format!("the file host failed (status {status})"),
            Then::Again(head.retry_after),
        )),
        // It may be the range that is not liked.
        (400..=499, Some(_)) => {
            Err(refused(status, "the file host refuses the request", Then::Whole))
        }
        (400..=499, None) => Err(refused(status, "the file host refuses the request", Then::End)),
        _ => {
            let text = format!("unexpected status {status} of the file host");
            Err(Setback::new(ErrorKind::Protocol, text, Then::End))
        }
    }
}

fn refused(status: u16, text: &str, then: Then) -> Setback {
    let kind = ErrorKind::Refused { status, message: String::new(), may_be_pending: false };
    Setback::new(kind, format!("{text} (status {status})"), then)
}

/// A length that is announced wrongly is known before a byte is handed on. The links are renewed
/// then, since that also tells whether the export itself changed.
fn right_length(length: Option<u64>, size: u64) -> Result<(), Setback> {
    match length {
        Some(length) if length != size => {
            let kind = if length < size { ErrorKind::Incomplete } else { ErrorKind::Changed };
            let text = format!("the file host sends {length} bytes, the export promises {size}");
            Err(Setback::new(kind, text, Then::Renew))
        }
        _ => Ok(()),
    }
}

/// Where the part that was sent ends, if it is the one that was asked for, of the version that was
/// asked for. It may be shorter than what was asked for, and no byte longer.
fn right_part(head: &Head, asked: &Range, size: u64) -> Result<u64, &'static str> {
    let same = match &asked.tag {
        Some(tag) => head.tag.as_ref() == Some(tag),
        // The first part of all: it says which version the others must be of.
        None => strong_tag(head).is_some(),
    };
    if !same {
        return Err("the part that was sent is not tied to one version of the file");
    }
    let most = asked.until.unwrap_or(size);
    match head.content_range.as_deref().and_then(content_range) {
        Some((first, last, total))
            if first == asked.first && last >= first && last < most && total == size =>
        {
            let promised = last - first + 1;
            match head.length {
                Some(length) if length != promised => Err("the part has two different lengths"),
                _ => Ok(last + 1),
            }
        }
        _ => Err("the part that was sent is not the one that was asked for"),
    }
}

/// `bytes 10-19/20` as `(10, 19, 20)`; a part of unknown total is not understood on purpose.
fn content_range(value: &str) -> Option<(u64, u64, u64)> {
    let (unit, rest) = value.split_once(' ')?;
    let (range, total) = rest.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| text.trim().parse().ok();
    unit.eq_ignore_ascii_case("bytes").then_some((number(first)?, number(last)?, number(total)?))
}

/// The entity tag, if it is one that stands for exact bytes. A weak one does not.
pub(crate) fn strong_tag(head: &Head) -> Option<String> {
    let tag = head.tag.as_deref()?;
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('"')).then(|| tag.to_owned())
}

#[cfg(test)]
mod tests;
