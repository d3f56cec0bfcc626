//! Output in directories by value: which columns decide where a row goes.

mod days;
mod name;
mod plan;
mod splitter;
mod value;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

pub(crate) use plan::{Plan, check, type_name};
pub(crate) use splitter::{Split, Splitter};

/// Directories inside one another at most.
pub(crate) const DEEPEST: usize = 4;

/// A column, or a part of the instants or dates in one, by whose values rows go to directories of
/// their own: `State=Confirmed`, `StartUtc_month=2024-05`.
///
/// ```
/// use rowmill::{DatePart, PartitionBy};
///
/// let month: PartitionBy = "StartUtc:month".parse()?;
/// assert_eq!(month, PartitionBy::part("StartUtc", DatePart::Month));
/// assert_eq!(month.directory(), "StartUtc_month");
/// assert_eq!(PartitionBy::column("State").to_string(), "State");
/// # Ok::<(), rowmill::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionBy {
    column: String,
    part: Option<DatePart>,
}

/// A part of an instant or a date, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DatePart {
    /// `2024`
    Year,
    /// `2024-05`
    Month,
    /// `2024-05-17`
    Day,
}

impl DatePart {
    const ALL: [Self; 3] = [Self::Year, Self::Month, Self::Day];

    /// What it is called: `year`, `month` or `day`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
        }
    }
}

impl PartitionBy {
    /// By the values of a column.
    pub fn column(name: impl Into<String>) -> Self {
        Self { column: name.into(), part: None }
    }

    /// By a part of the instants or dates in a column.
    pub fn part(column: impl Into<String>, part: DatePart) -> Self {
        Self { column: column.into(), part: Some(part) }
    }

    /// What directories have before their `=`: the name of the column, with that of the part behind it.
    #[must_use]
    pub fn directory(&self) -> String {
        match self.part {
            None => self.column.clone(),
            Some(part) => format!("{}_{}", self.column, part.name()),
        }
    }

    /// What the names of its directories begin with.
    pub(crate) fn prefix(&self) -> String {
        name::prefix(&self.directory())
    }
}

impl fmt::Display for PartitionBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column)?;
        self.part.map_or(Ok(()), |part| write!(f, ":{}", part.name()))
    }
}

/// Reads `COLUMN` or `COLUMN:year`, `COLUMN:month`, `COLUMN:day`.
impl FromStr for PartitionBy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (column, part) = match text.rsplit_once(':') {
            None => (text, None),
            Some((column, word)) => match DatePart::ALL.iter().find(|part| part.name() == word) {
                Some(part) => (column, Some(*part)),
                None => {
                    let message = format!("{word:?} is no part of a date: year, month or day");
                    return Err(Error::usage(message));
                }
            },
        };
        match column {
            "" => {
                Err(Error::usage("a column is needed, or COLUMN:year, COLUMN:month or COLUMN:day"))
            }
            column => Ok(Self { column: column.to_owned(), part }),
        }
    }
}

/// What directories are named by, as a [`Manifest`](crate::Manifest) tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PartitionColumn {
    /// What stands before the `=`.
    pub name: String,
    /// The column that it is or is made of.
    pub column: String,
    /// The part of its instants or dates; absent where it is the value itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<DatePart>,
    /// The type of the column, as schema files name it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether the column may be null.
    pub nullable: bool,
    /// Whether the column is in the files too. A column whose values are in the names of directories is
    /// not: its place in the table, counted from 0, is `position`.
    pub stored: bool,
    /// The place of the column among all columns of a row.
    pub position: usize,
}

/// A value that a directory stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PartitionValue {
    /// What stands before the `=`.
    pub name: String,
    /// The value as text, nothing of it encoded; `None` is null.
    pub value: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn columns_and_parts_are_read() {
        let read = |text: &str| text.parse::<PartitionBy>().map_err(|error| error.kind());
        assert_eq!(read("State"), Ok(PartitionBy::column("State")));
        assert_eq!(read("a:b:day"), Ok(PartitionBy::part("a:b", DatePart::Day)));
        for text in ["", ":year", "StartUtc:", "StartUtc:hour", "StartUtc:Year"] {
            assert_eq!(read(text), Err(ErrorKind::Usage), "{text}");
        }
        for text in ["State", "StartUtc:year"] {
            assert_eq!(read(text).map(|by| by.to_string()), Ok(text.to_owned()));
        }
    }
}
