//! What is wrong with a schema file, and where.

use std::fmt;

/// Why a text is no schema file. `Display` tells the place, the field and the reason in one line:
/// `line 4, column 31, field Amount.Value: unknown attribute "nulable"`. The name of the file is
/// known to the caller only.
#[derive(Clone, PartialEq, Eq)]
pub struct SchemaFileError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    line: usize,
    column: usize,
    field: String,
    reason: String,
}

impl SchemaFileError {
    /// An error at byte `offset` of `text`.
    #[cold]
    pub(super) fn new(text: &str, offset: usize, field: String, reason: String) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Self(Box::new(Inner { line, column, field, reason }))
    }

    /// Line in the text, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// Character within the line, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// Path of the field, e.g. `Amount.TaxValues.element.Value` (the item of a list is `element`,
    /// that of a map `value`); empty where no single field is concerned.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.0.field
    }

    /// What is wrong.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }
}

impl fmt::Display for SchemaFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { line, column, field, reason } = &*self.0;
        write!(f, "line {line}, column {column}")?;
        if !field.is_empty() {
            write!(f, ", field {field}")?;
        }
        write!(f, ": {reason}")
    }
}

impl fmt::Debug for SchemaFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { line, column, field, reason } = &*self.0;
        f.debug_struct("SchemaFileError")
            .field("line", line)
            .field("column", column)
            .field("field", field)
            .field("reason", reason)
            .finish()
    }
}

impl std::error::Error for SchemaFileError {}
