//! The only place that knows the HTTP client.

mod body;
mod fault;
pub(crate) mod guard;
mod tls;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Response, Url, redirect};

use body::Pace;

pub(crate) use body::Opened;
pub(crate) use fault::{Cause, Fault};

use crate::error::{Error, ErrorKind};
use crate::proxy::Proxy;
use crate::retry;
use crate::settings::Settings;

/// An answer of the API larger than this is refused.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Two HTTP clients: one that carries tokens to the API, and one that fetches files and carries
/// nothing. Neither follows redirects by itself, repeats a request by itself, or looks for proxies
/// in the environment.
pub(crate) struct Http {
    api: reqwest::Client,
    files: reqwest::Client,
    idle_timeout: Duration,
    least: u64,
    allows_loopback: bool,
}

impl Http {
    pub(crate) fn new(settings: &Settings, platform: &Url) -> Result<Http, Error> {
        // A platform out in the world has no business with files on this machine.
        let allows_loopback = settings.allow_http && guard::is_this_machine(platform);
        let tls = match tls::config(settings.extra_authorities.as_deref()) {
            Err(_) if platform.scheme() == "http" && settings.extra_authorities.is_none() => {
                tls::trusting_nobody()?
            }
            outcome => outcome?,
        };
        let proxy = settings.proxy.as_ref().map(Proxy::intercept).transpose()?;
        let common = || {
            let builder = match &proxy {
                None => reqwest::Client::builder().no_proxy(),
                Some(None) => reqwest::Client::builder(),
                Some(Some(proxy)) => reqwest::Client::builder().proxy(proxy.clone()),
            };
            builder
                .tls_backend_preconfigured(tls.clone())
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(CONNECT_TIMEOUT.min(settings.idle_timeout))
                .user_agent(concat!("rowmill-mews/", env!("CARGO_PKG_VERSION")))
        };
        let api = common()
            .timeout(settings.request_timeout)
            .read_timeout(settings.idle_timeout)
            // Calls are minutes apart, and a connection that the server closed meanwhile would
            // look like a lost answer to `add`. So each call has a connection of its own.
            .pool_max_idle_per_host(0)
            .build();
        let resolver = guard::GuardedResolver {
            allow_loopback: allows_loopback,
            proxies: settings.proxy.as_ref().map_or_else(Vec::new, Proxy::hosts),
        };
        let files = common().dns_resolver(resolver).build();
        let set_up = |cause: reqwest::Error| {
            let fault = Fault::from(cause);
            Error::new(ErrorKind::Certificate, format!("cannot set up HTTP: {}", fault.text))
                .caused_by(fault.source)
        };
        Ok(Http {
            api: api.map_err(set_up)?,
            files: files.map_err(set_up)?,
            idle_timeout: settings.idle_timeout,
            least: settings.least_bytes,
            allows_loopback,
        })
    }

    /// May files lie on this machine?
    pub(crate) fn allows_loopback(&self) -> bool {
        self.allows_loopback
    }

    /// Sends a JSON document to the API and reads the whole answer.
    pub(crate) async fn post(&self, url: Url, body: Bytes) -> Result<Answer, Fault> {
        let request = self.api.post(url).header(header::CONTENT_TYPE, "application/json");
        let mut response = request.body(body).send().await?;
        let head = Head::of(&response);
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Fault::new(Cause::TooLarge, "the answer is larger than 32 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { head, body: body.freeze() })
    }

    /// Asks for a file, or for a range of it.
    pub(crate) async fn get(&self, url: Url, range: Option<&Range>) -> Result<Opened, Fault> {
        let mut request = self.files.get(url).header(header::ACCEPT_ENCODING, "identity");
        if let Some(Range { first, until, tag }) = range {
            let last = until.map(|until| until.saturating_sub(1).to_string()).unwrap_or_default();
            request = request.header(header::RANGE, format!("bytes={first}-{last}"));
            if let Some(tag) = tag {
                request = request.header(header::IF_RANGE, tag);
            }
        }
        let response = within(self.idle_timeout, request.send()).await?;
        let head = Head::of(&response);
        Ok(Opened::new(head, response, Pace::new(self.idle_timeout, self.least)))
    }
}

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    /// The byte behind the last one; `None` stands for the end of the file.
    pub(crate) until: Option<u64>,
    /// The entity tag that ties it to one version of the file.
    pub(crate) tag: Option<String>,
}

/// What matters of an answer before its body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// When the other side says that it answered.
    pub(crate) date: Option<DateTime<Utc>>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) request_id: Option<String>,
    pub(crate) length: Option<u64>,
    pub(crate) content_range: Option<String>,
    pub(crate) tag: Option<String>,
    /// Every content encoding but `identity`.
    pub(crate) encoding: Option<String>,
    pub(crate) location: Option<String>,
}

impl Head {
    fn of(response: &Response) -> Head {
        let headers = response.headers();
        let now = text(headers, &header::DATE).and_then(|date| retry::http_date(&date));
        Head {
            status: response.status().as_u16(),
            date: now,
            retry_after: text(headers, &header::RETRY_AFTER)
                .and_then(|value| retry::retry_after(&value, now.unwrap_or_else(Utc::now))),
            request_id: text(headers, &HeaderName::from_static("request-id")),
            // From the header, not from the body's size hint, so that what is compared is what
            // the server said.
            length: text(headers, &header::CONTENT_LENGTH).and_then(|value| value.parse().ok()),
            content_range: text(headers, &header::CONTENT_RANGE),
            tag: text(headers, &header::ETAG),
            encoding: text(headers, &header::CONTENT_ENCODING)
                .filter(|encoding| !encoding.eq_ignore_ascii_case("identity")),
            location: text(headers, &header::LOCATION),
        }
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(|value| value.trim().to_owned())
}

/// A complete answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, work).await {
        Ok(outcome) => outcome.map_err(Fault::from),
        Err(_) => {
            let text = format!("no byte arrived for {:.1} s", limit.as_secs_f64());
            Err(Fault::new(Cause::Timeout, text))
        }
    }
}
