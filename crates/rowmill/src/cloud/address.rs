//! What a URL names.

use std::fmt;
use std::path::Path;

use object_store::ObjectStoreScheme;
use url::Url;

use crate::error::{Error, Result};

/// A URL of a place in an object store. It has neither credentials nor a query, so it may be shown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Address(String);

impl Address {
    /// The address that `path` is, if it is one: `None` where it is the path of a file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let text = path.to_str()?;
        is_url(text).then(|| Self(text.to_owned()))
    }

    /// The URL as it was given, as far as it may be shown: what could be a credential or a signature is
    /// left out.
    pub(crate) fn shown(&self) -> String {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // `abfss://container@account/…` has no password there, and no colon.
        let host = match host.rsplit_once('@') {
            Some((user, host)) if user.contains(':') || scheme.starts_with("http") => host,
            _ => host,
        };
        format!("{scheme}://{host}{path}")
    }

    /// The place right above it, with a `/` at its end, and its last part; of a place that ends with `/`
    /// that is empty.
    pub(super) fn split(&self) -> (Self, String) {
        match self.0.rsplit_once('/') {
            // The slashes of the scheme: a store without a key.
            Some((above, last)) if !above.ends_with('/') => {
                (Self(format!("{above}/")), last.to_owned())
            }
            _ => (Self(format!("{}/", self.0)), String::new()),
        }
    }

    /// What is called `name` below a place that ends with `/`.
    pub(super) fn child(&self, name: &str) -> Self {
        let name = name.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        Self(format!("{}{name}", self.0))
    }

    /// The store that it is of, the URL to build its client from, and the key in it.
    ///
    /// # Errors
    /// It is of no store that is known, or holds what belongs into the environment.
    pub(super) fn parse(&self) -> Result<(ObjectStoreScheme, Url, object_store::path::Path)> {
        let refused = |message: &'static str| Error::usage(message).in_file(self.shown());
        let url = Url::parse(&self.0).map_err(|_| refused("is no URL that can be read"))?;
        if url.query().is_some() || url.fragment().is_some() || url.password().is_some() {
            return Err(refused(
                "has a query, a fragment or a password, and such URLs are not taken: credentials \
                 come from the environment",
            ));
        }
        let (scheme, key) = ObjectStoreScheme::parse(&url)
            .map_err(|_| refused("is of no store that is known: s3, gs, az, http and https are"))?;
        if scheme == ObjectStoreScheme::Http && !url.username().is_empty() {
            return Err(refused("has a user name, and such URLs are not taken"));
        }
        Ok((scheme, url, key))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// Whether `text` begins with a scheme, <https://www.rfc-editor.org/rfc/rfc3986#section-3.1>, and two
/// slashes. A path that does is never meant as one.
fn is_url(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once("://") else { return false };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::of(Path::new(text)).expect(text)
    }

    #[test]
    fn urls_are_told_from_paths() {
        for path in ["rows.jsonl", "a:b", "./s3://x", "/s3://x", "a/b://c", "://x", "3s://x"] {
            assert_eq!(Address::of(Path::new(path)), None, "{path}");
        }
        let (scheme, _, key) = address("s3://bucket/a/rows%20b.jsonl").parse().expect("a URL");
        assert_eq!((scheme, key.as_ref()), (ObjectStoreScheme::AmazonS3, "a/rows b.jsonl"));
    }

    #[test]
    fn places_are_taken_apart_and_put_together() {
        let folder = address("s3://bucket/a/");
        assert_eq!(address("s3://bucket/a/b*.jsonl").split(), (folder.clone(), "b*.jsonl".into()));
        assert_eq!(folder.split(), (folder.clone(), String::new()));
        assert_eq!(address("s3://bucket").split(), (address("s3://bucket/"), String::new()));
        assert_eq!(address("s3://bucket/").split(), (address("s3://bucket/"), String::new()));
        for name in ["b.jsonl", "100%.jsonl", "a?b#c.jsonl", "a b.jsonl"] {
            let (_, _, key) = folder.child(name).parse().expect("a URL");
            assert_eq!(key.filename(), Some(name));
        }
    }

    #[test]
    fn secrets_are_neither_taken_nor_shown() {
        for (url, shown) in [
            ("https://me:secret@host/a.jsonl", "https://host/a.jsonl"),
            ("https://secret@host/a.jsonl", "https://host/a.jsonl"),
            ("https://host/a.jsonl?sig=secret", "https://host/a.jsonl"),
            ("s3://bucket/a.jsonl#secret", "s3://bucket/a.jsonl"),
            ("s3://key:secret@bucket?secret", "s3://bucket"),
        ] {
            let address = address(url);
            assert_eq!(address.shown(), shown);
            let error = address.parse().expect_err("refused");
            let told = format!("{error} {error:?} {address:?}");
            assert!(told.contains(shown) && !told.contains("secret"), "{told}");
        }
        let container = address("abfss://container@account.dfs.core.windows.net/a");
        assert_eq!(container.shown(), "abfss://container@account.dfs.core.windows.net/a");
        assert!(container.parse().is_ok());
        let error = address("ftp://host/a").parse().expect_err("unknown");
        assert!(error.to_string().contains("s3, gs, az"), "{error}");
    }
}
