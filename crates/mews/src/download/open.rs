//! One request to a file host, and the redirects it may lead to.

use reqwest::Url;

use crate::client::Client;
use crate::download::answer::{Setback, Then};
use crate::error::{Error, ErrorKind};
use crate::http::{Opened, Range, guard};
use crate::link::origin;

/// A file host may lead on to another one this often.
const REDIRECTS: usize = 3;

/// Asks for a file or a range of it, following redirects to places that may be contacted.
pub(crate) async fn open(
    client: &Client,
    mut url: Url,
    range: Option<&Range>,
) -> Result<Opened, Setback> {
    let http = client.http().map_err(end)?;
    for _ in 0..=REDIRECTS {
        guard::check(&url, http.allows_loopback()).map_err(|why| {
            Setback::new(ErrorKind::UnsafeLink, format!("{} {why}", origin(&url)), Then::End)
        })?;
        client.count(|counters| counters.file_requests += 1);
        let opened = http.get(url.clone(), range).await?;
        if !matches!(opened.head.status, 301 | 302 | 303 | 307 | 308) {
            return Ok(opened);
        }
        let next = opened.head.location.as_deref().and_then(|to| url.join(to).ok());
        let next = next.ok_or_else(|| {
            let text = "the file host redirects to nowhere";
            Setback::new(ErrorKind::Protocol, text, Then::End)
        })?;
        if url.scheme() == "https" && next.scheme() != "https" {
            let text = "the file host redirects away from https";
            return Err(Setback::new(ErrorKind::UnsafeLink, text, Then::End));
        }
        url = next;
    }
    let text = format!("the file host redirects more than {REDIRECTS} times");
    Err(Setback::new(ErrorKind::Protocol, text, Then::End))
}

fn end(error: Error) -> Setback {
    Setback { error, then: Then::End }
}
