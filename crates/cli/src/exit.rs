//! How a run ends: exit codes and the one line that says why.

use std::error::Error;
use std::fmt;

use rowmill::{ErrorKind, Place};
use serde_json::{Value, json};

pub(crate) const BAD_DATA: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const REFUSED: u8 = 3;
pub(crate) const TRY_LATER: u8 = 4;
pub(crate) const OUTPUT: u8 = 5;

/// A run that did not reach its end: the exit code, and what to tell the user.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    about: About,
}

/// What programs are told besides the message.
#[derive(Debug)]
struct About {
    /// What kind of thing went wrong.
    kind: &'static str,
    /// What is wrong with the data.
    code: Option<&'static str>,
    file: Option<String>,
    place: Option<Box<Place>>,
}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Failure {
        let kind = match code {
            BAD_DATA => "data",
            USAGE => "usage",
            REFUSED => "refused",
            TRY_LATER => "try_later",
            OUTPUT => "output",
            _ => "stopped",
        };
        let about = About { kind, code: None, file: None, place: None };
        Failure { code, message: message.into(), about }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure::new(USAGE, message)
    }

    /// The same, told of one of many.
    pub(crate) fn of(self, name: &str) -> Failure {
        Failure { message: format!("{name}: {}", self.message), ..self }
    }

    /// For programs: an object whose names stay, with null for what is not known.
    pub(crate) fn json(&self) -> Value {
        let About { kind, code, file, place } = &self.about;
        let place = place.as_deref();
        json!({ "error": {
            "kind": kind,
            "code": code,
            "file": file,
            "line": place.map(|place| place.line),
            "byte": place.map(|place| place.offset),
            "column": place.and_then(|place| place.column.as_deref()),
            "message": self.to_string(),
        }})
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

/// One line, whatever the message was made of.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.message.split_whitespace();
        if let Some(first) = words.next() {
            f.write_str(first)?;
        }
        words.try_for_each(|word| write!(f, " {word}"))
    }
}

impl From<rowmill::Error> for Failure {
    fn from(error: rowmill::Error) -> Failure {
        let code = match error.kind() {
            ErrorKind::Usage | ErrorKind::Schema | ErrorKind::Input => USAGE,
            ErrorKind::Refused => REFUSED,
            ErrorKind::TryLater => TRY_LATER,
            ErrorKind::Output => OUTPUT,
            // `Data`, and what no other code is for.
            _ => BAD_DATA,
        };
        let kind = match error.kind() {
            ErrorKind::Schema => "schema",
            ErrorKind::Input => "input",
            ErrorKind::Cancelled => "stopped",
            ErrorKind::Internal => "internal",
            _ => Failure::new(code, "").about.kind,
        };
        let about = About {
            kind,
            code: error.code(),
            file: error.file().map(str::to_owned),
            place: error.place().cloned().map(Box::new),
        };
        Failure { code, message: story(&error), about }
    }
}

/// The error and its causes in one line. A cause that the line above already tells is left out.
fn story(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !told.contains(&words) {
            told.push_str(": ");
            told.push_str(&words);
        }
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Link(&'static str, Option<Box<Link>>);

    impl fmt::Display for Link {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Link {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn causes_are_folded_into_one_line() {
        let error = Link("a.jsonl: cannot open", Some(Box::new(Link("no such file", None))));
        assert_eq!(story(&error), "a.jsonl: cannot open: no such file");
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = Link("a.jsonl: no such file", Some(Box::new(Link("no such file", None))));
        assert_eq!(story(&error), "a.jsonl: no such file");
    }

    #[test]
    fn line_breaks_do_not_survive() {
        assert_eq!(Failure::new(1, "one\n  two\r\nthree").to_string(), "one two three");
    }
}
