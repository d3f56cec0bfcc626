//! Files, directories and places in object stores.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Takes any path. A URL would be one of an odd name, and is never meant as such.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    Parser { urls: Urls::None }
}

/// Takes any path, and the URL of a place in an object store where this program can reach it.
pub(crate) fn place() -> impl TypedValueParser<Value = PathBuf> {
    Parser { urls: Urls::All }
}

/// The same for what is written, which no server that only gives can take.
pub(crate) fn target() -> impl TypedValueParser<Value = PathBuf> {
    Parser { urls: Urls::Written }
}

/// Whether it is the URL of a place in an object store.
pub(crate) fn is_url(path: &Path) -> bool {
    path.to_str().and_then(scheme).is_some()
}

#[derive(Clone)]
struct Parser {
    urls: Urls,
}

/// Which URLs are taken.
#[derive(Clone, Copy, PartialEq)]
enum Urls {
    None,
    All,
    Written,
}

impl TypedValueParser for Parser {
    type Value = PathBuf;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        text: &OsStr,
    ) -> Result<PathBuf, Error> {
        let Some(scheme) = text.to_str().and_then(scheme) else { return Ok(text.into()) };
        if scheme.eq_ignore_ascii_case("file") {
            return local(text, command, arg);
        }
        let only_read = ["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
        let more = text.to_string_lossy().contains(['?', '#']);
        let refused = self.urls == Urls::Written && (only_read || more);
        if self.urls != Urls::None && !refused && cfg!(feature = "cloud") {
            return Ok(text.into());
        }
        let arg = arg.map(Arg::to_string).unwrap_or_default();
        // Not with the whole of it, as clap would: there may be a signature in it.
        let why = match self.urls {
            Urls::None => "only files and directories of this machine can stand there",
            _ if cfg!(feature = "cloud") && !only_read => {
                "one with a query or a fragment is not taken: credentials come from the \
                 environment"
            }
            _ if cfg!(feature = "cloud") => {
                "such a server can only be read: files, and s3, gs and az URLs can stand there"
            }
            _ => {
                "only files and directories of this machine are read and written by this program; one \
                 that is built with the feature `cloud` takes URLs there"
            }
        };
        let message = format!("{arg} is a URL ({scheme}), and {why}\n");
        Err(Error::raw(ErrorKind::InvalidValue, message).with_cmd(command))
    }
}

/// The path in `file:///…`, with no more in it than a path has.
fn local(text: &OsStr, command: &Command, arg: Option<&Arg>) -> Result<PathBuf, Error> {
    let path = text.to_str().and_then(|text| text.split_once("://")).map(|(_, path)| path);
    match path.filter(|path| path.starts_with('/') && !path.contains(['%', '?', '#'])) {
        Some(path) => Ok(path.into()),
        None => {
            let arg = arg.map(Arg::to_string).unwrap_or_default();
            let message = format!("{arg} is a URL (file) that is not as plain as a path\n");
            Err(Error::raw(ErrorKind::InvalidValue, message).with_cmd(command))
        }
    }
}

/// The scheme of a URL, https://www.rfc-editor.org/rfc/rfc3986#section-3.1. The rest of it may be
/// secret.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    let mut letters = scheme.chars();
    let good = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    good.then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::scheme;

    #[test]
    fn urls_are_told_from_paths() {
        assert_eq!(scheme("s3://bucket/rows.jsonl"), Some("s3"));
        assert_eq!(scheme("https://example.com/rows.jsonl?sig=x"), Some("https"));
        for path in ["rows.jsonl", "-", "a:b", "./s3://x", "/s3://x", "a/b://c", "://x", "3s://x"] {
            assert_eq!(scheme(path), None, "{path}");
        }
    }
}
