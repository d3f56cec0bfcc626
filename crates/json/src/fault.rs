//! What goes wrong inside one line, before anybody knows which line it is.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Place};

/// Boxed, so that the way without a fault carries one word only.
pub(crate) type Outcome<T> = Result<T, Box<Fault>>;

/// A fault at a byte of the line. Made only when a row is bad, so it may cost something.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    /// Index in the line.
    pub(crate) at: usize,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: Cow<'static, str>,
    /// From the inside out: each level adds its own step while the fault passes through.
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Field(Box<str>),
    Element,
    Entry,
}

impl Fault {
    #[cold]
    pub(crate) fn new(
        kind: ErrorKind,
        at: usize,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) -> Box<Self> {
        let (expected, found) = (expected.into(), found.into());
        Box::new(Self { kind, at, expected, found, steps: Vec::new() })
    }

    /// The fault lies in the field of this name.
    #[cold]
    pub(crate) fn in_field(mut self: Box<Self>, name: &str) -> Box<Self> {
        self.steps.push(Step::Field(name.into()));
        self
    }

    /// The fault lies in an element of a list.
    #[cold]
    pub(crate) fn in_element(mut self: Box<Self>) -> Box<Self> {
        self.steps.push(Step::Element);
        self
    }

    /// The fault lies in an entry of a map.
    #[cold]
    pub(crate) fn in_entry(mut self: Box<Self>) -> Box<Self> {
        self.steps.push(Step::Entry);
        self
    }

    /// The error, now that the line's number and the bytes before it are known.
    #[cold]
    pub(crate) fn placed(self, line: u64, line_offset: u64, text: &[u8]) -> Error {
        let offset = line_offset + self.at as u64;
        let place = Place { line, line_offset, offset, column: self.path() };
        Error::new(self.kind, Some(place), self.expected, self.found).with_line(text)
    }

    /// `Amount.TaxValues[].Value`; keys of maps are data and show as `{}`.
    fn path(&self) -> Option<String> {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Field(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Element => path.push_str("[]"),
                Step::Entry => path.push_str("{}"),
            }
        }
        (!path.is_empty()).then_some(path)
    }
}
