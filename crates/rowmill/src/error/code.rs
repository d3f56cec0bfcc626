//! Short names of what is wrong with sources and outputs, which [`Error::code`](super::Error::code)
//! lists for those who match them.

use std::io;

pub(crate) const DAMAGED: &str = "damaged";
pub(crate) const DENIED: &str = "denied";
pub(crate) const EXISTS: &str = "exists";
pub(crate) const EXPANSION: &str = "expansion";
pub(crate) const FULL: &str = "full";
pub(crate) const LOCKED: &str = "locked";
pub(crate) const NO_FOLDER: &str = "no_folder";
pub(crate) const NOT_A_FILE: &str = "not_a_file";
pub(crate) const NOT_FOUND: &str = "not_found";
pub(crate) const OTHER_COLUMNS: &str = "other_columns";

/// That of what the operating system says of any file.
fn of_file(cause: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind::{IsADirectory, NotADirectory, PermissionDenied, ReadOnlyFilesystem};
    match cause {
        PermissionDenied | ReadOnlyFilesystem => Some(DENIED),
        IsADirectory | NotADirectory => Some(NOT_A_FILE),
        _ => None,
    }
}

/// That of what the operating system says of an output.
pub(super) fn of_output(cause: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind::{AlreadyExists, FileTooLarge, NotFound, QuotaExceeded, StorageFull};
    match cause {
        AlreadyExists => Some(EXISTS),
        NotFound => Some(NO_FOLDER),
        StorageFull | QuotaExceeded | FileTooLarge => Some(FULL),
        cause => of_file(cause),
    }
}

/// That of what the operating system, or another reader, says of a source.
pub(super) fn of_source(cause: &io::Error) -> Option<&'static str> {
    match cause.kind() {
        io::ErrorKind::NotFound => Some(NOT_FOUND),
        io::ErrorKind::InvalidData => {
            let expands = cause.get_ref().is_some_and(|inner| inner.is::<Expansion>());
            Some(if expands { EXPANSION } else { DAMAGED })
        }
        cause => of_file(cause),
    }
}

/// Whether a connection broke, or was not to be had.
pub(super) fn is_of_network(cause: io::ErrorKind) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkDown,
        NetworkUnreachable, NotConnected, TimedOut,
    };
    matches!(
        cause,
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | NetworkDown
            | NetworkUnreachable
            | NotConnected
            | TimedOut
    )
}

/// What a compressed source is told that expands too much, on its way through readers.
#[derive(Debug)]
pub(crate) struct Expansion(pub(crate) String);

impl std::fmt::Display for Expansion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Expansion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_disk_refuses_has_a_code() {
        use io::ErrorKind as Kind;
        let cases = [
            (Kind::StorageFull, Some(FULL)),
            (Kind::QuotaExceeded, Some(FULL)),
            (Kind::FileTooLarge, Some(FULL)),
            (Kind::PermissionDenied, Some(DENIED)),
            (Kind::ReadOnlyFilesystem, Some(DENIED)),
            (Kind::NotFound, Some(NO_FOLDER)),
            (Kind::NotADirectory, Some(NOT_A_FILE)),
            (Kind::Other, None),
        ];
        for (cause, code) in cases {
            assert_eq!(of_output(cause), code, "{cause}");
        }
    }
}
