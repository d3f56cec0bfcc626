//! Why there is no usable answer to a request.

use std::error::Error as StdError;
use std::sync::Arc;

use crate::error::ErrorKind;
use crate::http::guard::PrivateHost;

/// What kept an answer from arriving. Never holds the URL.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) cause: Cause,
    /// One line for a person.
    pub(crate) text: String,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// No connection: nothing of the request was sent.
    Connect,
    /// The other side could not prove who it is; nothing of the request was sent.
    Certificate,
    /// The name leads to an address that is never contacted; nothing of the request was sent.
    Private,
    /// Silence for too long.
    Timeout,
    /// The connection broke after the request may have been sent.
    Broken,
    /// The answer is larger than anything this client accepts.
    TooLarge,
}

impl Fault {
    pub(crate) fn new(cause: Cause, text: impl Into<String>) -> Fault {
        Fault { cause, text: text.into(), source: None }
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match self.cause {
            Cause::Connect | Cause::Broken => ErrorKind::Network,
            Cause::Certificate => ErrorKind::Certificate,
            Cause::Private => ErrorKind::UnsafeLink,
            Cause::Timeout => ErrorKind::Timeout,
            Cause::TooLarge => ErrorKind::Protocol,
        }
    }

    /// True if nothing of the request can have reached the server.
    pub(crate) fn nothing_was_sent(&self) -> bool {
        matches!(self.cause, Cause::Connect | Cause::Certificate | Cause::Private)
    }

    /// True if the same request may do better next time.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self.cause, Cause::Connect | Cause::Timeout | Cause::Broken)
    }
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Fault {
        // The URL of a file carries its signature, so it is dropped before anything else.
        let error = error.without_url();
        let cause = if chain(&error).any(|cause| cause.is::<PrivateHost>()) {
            Cause::Private
        } else if chain(&error).any(is_certificate_trouble) {
            Cause::Certificate
        } else if error.is_connect() {
            Cause::Connect
        } else if error.is_timeout() {
            Cause::Timeout
        } else {
            Cause::Broken
        };
        // The innermost cause says it best: `Connection refused (os error 111)`.
        let deepest = chain(&error).last().map_or_else(String::new, ToString::to_string);
        let text = match cause {
            Cause::Connect => format!("cannot connect: {deepest}"),
            Cause::Timeout => "no answer in time".to_owned(),
            Cause::Certificate => format!("the server's certificate is not accepted: {deepest}"),
            Cause::Broken => format!("the connection broke: {deepest}"),
            Cause::Private | Cause::TooLarge => deepest,
        };
        Fault { cause, text, source: Some(Arc::new(error)) }
    }
}

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An I/O error hides the error it was made from: its source is that error's source.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

fn is_certificate_trouble(error: &(dyn StdError + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
}
