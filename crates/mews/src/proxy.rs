//! Going through a proxy, on request only.

use std::fmt;

use reqwest::Url;

use crate::error::{Error, ErrorKind};

/// A proxy for all requests. Without one, requests go straight out, whatever the environment says.
///
/// The DNS names of files are then resolved by the proxy, so it is the proxy that must keep private
/// addresses out of reach; addresses written as numbers are refused here as ever.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// What the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say when the
    /// client is built.
    Environment,
    /// One proxy, such as `http://user:password@proxy.example:3128`. `Debug` hides it, since it may
    /// hold a password.
    Url(String),
}

impl Proxy {
    /// The proxy of one URL, for the HTTP client; none for the environment, which the client reads
    /// by itself.
    pub(crate) fn intercept(&self) -> Result<Option<reqwest::Proxy>, Error> {
        let wrong = || Error::new(ErrorKind::InvalidRequest, "the proxy is not an http(s) URL");
        match self {
            Proxy::Environment => Ok(None),
            Proxy::Url(text) => {
                let url = Url::parse(text).map_err(|_| wrong())?;
                if !matches!(url.scheme(), "http" | "https") {
                    return Err(wrong());
                }
                reqwest::Proxy::all(url).map(Some).map_err(|_| wrong())
            }
        }
    }

    /// The hosts of the proxies. They were named by the user, so they may lie anywhere.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let urls = match self {
            Proxy::Url(url) => vec![url.clone()],
            Proxy::Environment => ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
                .into_iter()
                .flat_map(|name| [name.to_owned(), name.to_lowercase()])
                .filter_map(|name| std::env::var(name).ok())
                .collect(),
        };
        let host = |url: &String| {
            // The scheme may be left out in the environment.
            let url = Url::parse(url).ok().filter(Url::has_host);
            url.and_then(|url| url.host_str().map(str::to_owned))
        };
        let with_scheme = urls.iter().map(|url| format!("http://{url}"));
        urls.iter().filter_map(host).chain(with_scheme.filter_map(|url| host(&url))).collect()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Proxy::Environment => "Environment",
            Proxy::Url(_) => "Url([redacted])",
        })
    }
}
