//! Files and directories.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Takes any path. A URL would be one of an odd name, and is never meant as such.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    Parser
}

#[derive(Clone)]
struct Parser;

impl TypedValueParser for Parser {
    type Value = PathBuf;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        text: &OsStr,
    ) -> Result<PathBuf, Error> {
        let Some(scheme) = text.to_str().and_then(scheme) else { return Ok(text.into()) };
        let arg = arg.map(Arg::to_string).unwrap_or_default();
        // Not with the whole of it, as clap would: there may be a signature in it.
        let message = format!(
            "{arg} is a URL ({scheme}), and only files and directories of this machine are read and \
             written\n"
        );
        Err(Error::raw(ErrorKind::InvalidValue, message).with_cmd(command))
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
