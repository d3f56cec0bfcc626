//! A signed download URL.

use std::fmt;

use reqwest::Url;
use serde::{Deserialize, Deserializer};

/// A signed URL: whoever has the text can read the file, so no form of printing shows more than
/// scheme and host.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Link(String);

impl Link {
    /// The address to ask; `None` if the text is not a URL.
    pub(crate) fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Link, D::Error> {
        String::deserialize(deserializer).map(Link)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.url() {
            Some(url) => write!(f, "Link({}/…)", origin(&url)),
            None => f.write_str("Link(not a URL)"),
        }
    }
}

/// Scheme, host and port of a URL: the part that is no secret.
pub(crate) fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}
