//! What a store has refused, in our own words.
//!
//! The errors of clients quote URLs, which may be signed, and answers of servers, which may quote
//! keys and whole requests. Only what is known to be harmless is taken from them: which kind of
//! failure it is, a status, a number of attempts.

use object_store::Error as Cause;
use object_store::client::{HttpError, HttpErrorKind};

use crate::error::{Error, ErrorKind, code};

/// The failure of something that was to be read at `place`.
pub(super) fn reading(place: &str, cause: &Cause) -> Error {
    let (kind, message) = told(cause);
    let kind = kind.unwrap_or(ErrorKind::Input);
    let error = Error::new(kind, format!("cannot be read: {message}")).in_file(place);
    coded(error, cause, code::NOT_FOUND)
}

/// The failure of something that was to be done at `place`, where output goes.
pub(super) fn writing(place: &str, cause: &Cause) -> Error {
    let (kind, message) = match cause {
        // An object is made where there is none.
        Cause::NotFound { .. } => (None, "there is no such bucket".to_owned()),
        cause => told(cause),
    };
    let kind = kind.unwrap_or(ErrorKind::Output);
    let error = Error::new(kind, format!("cannot be written: {message}")).in_file(place);
    coded(error, cause, code::NO_FOLDER)
}

/// The error with the code of what the store has said.
fn coded(error: Error, cause: &Cause, not_found: &'static str) -> Error {
    match cause {
        Cause::NotFound { .. } => error.with_code(not_found),
        Cause::PermissionDenied { .. } | Cause::Unauthenticated { .. } => {
            error.with_code(code::DENIED)
        }
        Cause::AlreadyExists { .. } => error.with_code(code::EXISTS),
        _ => error,
    }
}

/// What is wrong, and its kind where that does not depend on what was to be done.
fn told(cause: &Cause) -> (Option<ErrorKind>, String) {
    let message = match cause {
        Cause::NotFound { .. } => "there is no such object",
        Cause::PermissionDenied { .. } => "these credentials are not allowed to (status 403)",
        Cause::Unauthenticated { .. } => "the store does not accept these credentials (status 401)",
        Cause::Precondition { .. } | Cause::NotModified { .. } => "it has changed meanwhile",
        Cause::AlreadyExists { .. } => "it exists already",
        Cause::NotImplemented { .. } | Cause::NotSupported { .. } => "the store cannot do that",
        Cause::InvalidPath { .. } => "it is no name that a store takes",
        _ => return transient(cause),
    };
    (None, message.to_owned())
}

/// A failure of the network or of the server, if it is one.
fn transient(cause: &Cause) -> (Option<ErrorKind>, String) {
    let text = cause.to_string();
    let attempts = number_after(&text, ", after ").map_or(1, |retries| retries + 1);
    let tried = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
    let later = |what: &str| {
        let message = format!("{what}, tried {tried}; trying again may help");
        (Some(ErrorKind::TryLater), message)
    };
    if let Some(kind) = network(cause) {
        return match kind {
            HttpErrorKind::Connect => later("the store cannot be reached"),
            HttpErrorKind::Timeout => later("the store does not answer in time"),
            HttpErrorKind::Request | HttpErrorKind::Interrupted => later("the connection broke"),
            _ => later("the answer of the store cannot be understood"),
        };
    }
    match number_after(&text, "status code: ") {
        Some(status @ (429 | 500..)) => later(&format!("the store answers with status {status}")),
        // Of objects that are missing there is an error of its own.
        Some(404) => (None, "there is no such bucket".to_owned()),
        Some(412) => (None, "it has changed meanwhile".to_owned()),
        Some(status) => (None, format!("the store answers with status {status}")),
        None if text.contains("Received redirect without LOCATION") => {
            (None, "the bucket is in another region".to_owned())
        }
        None => (None, "the store or its settings are not understood".to_owned()),
    }
}

/// What kind of failure of the network is behind it.
fn network(cause: &Cause) -> Option<HttpErrorKind> {
    let mut cause: Option<&dyn std::error::Error> = Some(cause);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

/// The number that follows the words.
fn number_after(text: &str, words: &str) -> Option<u32> {
    let (_, rest) = text.split_once(words)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> Cause {
        Cause::Generic { store: "S3", source: text.to_owned().into() }
    }

    #[test]
    fn nothing_that_a_server_says_is_quoted() {
        let text = "Server returned non-2xx status code: 503 Service Unavailable: <AWSAccessKeyId>\
                    secret</AWSAccessKeyId>, after 5 retries, max_retries: 5 - https://h/?sig=secret";
        let error = reading("s3://bucket/a.jsonl", &generic(text));
        assert_eq!(error.kind(), ErrorKind::TryLater);
        let told = format!("{error} {error:?}");
        assert!(!told.contains("secret"), "{told}");
        let words = ["s3://bucket/a.jsonl", "status 503", "6 times", "trying again may help"];
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
        let source = "secret".into();
        let error = reading("s3://b/a", &Cause::NotFound { path: "secret".to_owned(), source });
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(error.to_string(), "s3://b/a: cannot be read: there is no such object");
    }

    #[test]
    fn what_will_not_change_is_not_to_be_tried_again() {
        for text in ["non-2xx status code: 400 Bad Request", "anything else"] {
            assert!(!reading("s3://b/a", &generic(text)).is_retryable(), "{text}");
        }
    }
}
