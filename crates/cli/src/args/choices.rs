//! Options that are one of a few words.

use clap::ValueEnum;
use rowmill::{Profile, Unknown, UuidForm};

impl From<UnknownKeys> for Unknown {
    fn from(policy: UnknownKeys) -> Self {
        match policy {
            UnknownKeys::Ignore => Self::Ignore,
            UnknownKeys::Error => Self::Error,
            UnknownKeys::Rescue => Self::Rescue,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnknownKeys {
    /// Leave them out, and report them
    Ignore,
    /// Their rows are bad ones
    Error,
    /// Keep them, in a column `_rescued` of JSON text
    Rescue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// Those that make it small
    Default,
    /// PLAIN and dictionaries alone, which old readers know too
    Compat,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Default => Self::Default,
            ProfileName::Compat => Self::Compat,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UuidName {
    /// As 16 bytes of the type UUID
    Binary,
    /// As text of 36 characters, for readers that refuse that type, such as Spark
    Text,
}

impl From<UuidName> for UuidForm {
    fn from(name: UuidName) -> Self {
        match name {
            UuidName::Binary => Self::Binary,
            UuidName::Text => Self::Text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnError {
    /// End at the first bad row and leave no output
    Fail,
    /// Set bad rows aside and keep the good ones
    Quarantine,
    /// Make a cell null that does not fit its column, where the column may be null; set other bad
    /// rows aside
    Null,
}
