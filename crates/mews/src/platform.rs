//! Where the API lives.

use reqwest::Url;

use crate::error::{Error, ErrorKind};
use crate::http::guard;

/// A Mews platform: the address that the paths of the API are appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Platform {
    /// `https://api.mews.com`
    Production,
    /// `https://api.mews-demo.com`, shared by everybody: no real data there.
    Demo,
    /// Any other address, such as that of a test server: scheme, host, and optionally a port and a
    /// path. Plain http is accepted only for this machine itself, and only together with
    /// [`ClientBuilder::allow_http`](crate::ClientBuilder::allow_http).
    Custom(String),
}

impl Platform {
    /// The address as text.
    #[must_use]
    pub fn address(&self) -> &str {
        match self {
            Platform::Production => "https://api.mews.com",
            Platform::Demo => "https://api.mews-demo.com",
            Platform::Custom(address) => address,
        }
    }

    /// The address with a path that ends in a slash, or what is wrong with it.
    pub(crate) fn base(&self, allow_http: bool) -> Result<Url, Error> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::InvalidRequest, format!("the platform address {what}"))
        };
        let mut url = Url::parse(self.address()).map_err(|_| wrong("is not a URL"))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must not have a query or a fragment"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not hold a user name or password"));
        }
        match url.scheme() {
            "https" => {}
            "http" if !guard::is_this_machine(&url) => {
                return Err(wrong("uses plain http, which would show the tokens to the network"));
            }
            "http" if !allow_http => {
                return Err(wrong("uses plain http, which must be allowed: `--allow-http`"));
            }
            "http" => {}
            _ => return Err(wrong("is neither https nor http")),
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(address: &str, allow_http: bool) -> Option<String> {
        Platform::Custom(address.into()).base(allow_http).ok().map(String::from)
    }

    #[test]
    fn plain_http_is_for_this_machine_and_on_request() {
        assert_eq!(base("http://127.0.0.1:80", true).as_deref(), Some("http://127.0.0.1/"));
        assert_eq!(base("http://[::1]:81/x", true).as_deref(), Some("http://[::1]:81/x/"));
        assert!(base("http://localhost:8080", true).is_some());
        assert_eq!(base("http://127.0.0.1", false), None);
        assert_eq!(base("http://api.mews.com", true), None);
        assert_eq!(base("http://192.168.1.1", true), None);
        assert_eq!(base("http://127.0.0.1.example.com", true), None);
    }

    #[test]
    fn odd_addresses_are_refused() {
        assert!(base("https://api.mews.com", false).is_some());
        for odd in [
            "",
            "api.mews.com",
            "ftp://a",
            "https://a/?b",
            "https://a/#b",
            "https://u:p@a",
            "file:///x",
        ] {
            assert_eq!(base(odd, true), None, "{odd}");
        }
    }
}
