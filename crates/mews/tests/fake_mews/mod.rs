//! A fake Mews: exports that answer as told, and a file host for their files.
#![allow(dead_code, reason = "each test file uses a part of it")]

mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::TryStreamExt;
use rowmill_mews::{Client, ClientBuilder, Credentials, Download, Error, Platform, ReadyExport};
use serde_json::{Value, json};

pub(crate) use server::{Reply, Request, Server};

pub(crate) const CLIENT_TOKEN: &str = "CLIENT-TOKEN-1F0E4D";
pub(crate) const ACCESS_TOKEN: &str = "ACCESS-TOKEN-9C0D7A";
pub(crate) const SIGNATURE: &str = "SIGNATURE-77B1";
pub(crate) const ID: &str = "09708665-0e31-4b23-b337-b0a000be0df0";

/// A client whose waits are short.
pub(crate) fn builder(url: &str) -> ClientBuilder {
    builder_with(url, ACCESS_TOKEN)
}

pub(crate) fn builder_with(url: &str, access_token: &str) -> ClientBuilder {
    let credentials = Credentials::new(CLIENT_TOKEN, access_token, "Sample Client 1.0.0");
    Client::builder(Platform::Custom(url.into()), credentials)
        .allow_http(true)
        .max_backoff(Duration::from_millis(4))
        .poll_interval(Duration::from_millis(10))
        .idle_timeout(Duration::from_secs(5))
}

pub(crate) fn client(url: &str) -> Client {
    builder(url).build().expect("a client")
}

/// Every test ends within this time.
pub(crate) async fn bounded<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work).await.expect("the test takes too long")
}

/// An export as the API describes it.
pub(crate) fn export(status: &str, files: &[Value]) -> Value {
    json!({
        "Id": ID,
        "Status": status,
        "EntityType": "Reservation",
        "Scope": { "EnterpriseIds": null, "ChainIds": null },
        "Files": files,
        "ExpiresUtc": null,
        "Filters": null
    })
}

pub(crate) fn exports(status: &str, files: &[Value]) -> Reply {
    Reply::json(&json!({ "Exports": [export(status, files)] }))
}

/// A request for a file, as a test's script sees it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) file: usize,
    /// Which request for this file it is, from 0.
    pub(crate) time: usize,
    /// Which `getAll` the link came from, from 1.
    pub(crate) generation: usize,
    pub(crate) request: Request,
}

impl Asked {
    /// The offset of `Range: bytes=N-`.
    pub(crate) fn offset(&self) -> Option<usize> {
        self.request.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }

    /// The bytes that `Range: bytes=N-` or `bytes=N-M` asks for of a file of this size.
    pub(crate) fn range(&self, size: usize) -> Option<std::ops::Range<usize>> {
        let range = self.request.header("range")?.strip_prefix("bytes=")?;
        let (first, last) = range.split_once('-')?;
        let until = last.parse().map_or(size, |last: usize| size.min(last + 1));
        Some(first.parse().ok()?..until)
    }

    /// What an ordinary file host answers: ranges tied to an entity tag.
    pub(crate) fn answer(&self, body: &[u8], tag: &str) -> Reply {
        let tied = self.request.header("if-range").is_none_or(|wanted| wanted == tag);
        match self.range(body.len()).filter(|_| tied) {
            Some(range) if range.start < range.end => {
                let (first, last) = (range.start, range.end - 1);
                let header = format!("bytes {first}-{last}/{}", body.len());
                let part = Reply::status(206).header("ETag", tag).header("Content-Range", &header);
                part.body(&body[range])
            }
            Some(_) => {
                Reply::status(416).header("Content-Range", &format!("bytes */{}", body.len()))
            }
            None => Reply::status(200).header("ETag", tag).body(body),
        }
    }
}

/// An API with one finished export, and the host of its files.
pub(crate) struct Host {
    pub(crate) server: Server,
    pub(crate) client: Client,
    /// `SizeInBytes` of the files; can be changed meanwhile.
    pub(crate) sizes: Arc<Mutex<Vec<usize>>>,
}

impl Host {
    /// Files of these sizes, answered by a script.
    pub(crate) async fn start(
        sizes: &[usize],
        script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Host {
        Host::with(sizes, |builder| builder, script).await
    }

    pub(crate) async fn with(
        sizes: &[usize],
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
        script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Host {
        let sizes = Arc::new(Mutex::new(sizes.to_vec()));
        let known = Arc::clone(&sizes);
        let generation = AtomicUsize::new(0);
        let times = Mutex::new(std::collections::HashMap::<usize, usize>::new());
        let server = Server::start(move |request| {
            let host = request.header("host").expect("a host");
            if request.target.ends_with("/exports/getAll") {
                let generation = generation.fetch_add(1, Ordering::SeqCst) + 1;
                let sizes = known.lock().unwrap().clone();
                let files: Vec<Value> = sizes
                    .iter()
                    .enumerate()
                    .map(|(file, size)| {
                        let url = format!("http://{host}/{file}/{generation}?sig={SIGNATURE}");
                        json!({ "Url": url, "SizeInBytes": size })
                    })
                    .collect();
                return exports("Success", &files);
            }
            let path = request.target.split('?').next().unwrap_or_default();
            let mut numbers = path.trim_start_matches('/').split('/').map(|n| n.parse().unwrap());
            let (file, generation) = (numbers.next().unwrap(), numbers.next().unwrap());
            let mut times = times.lock().unwrap();
            let seen = times.entry(file).or_default();
            let time = *seen;
            *seen += 1;
            drop(times);
            script(&Asked { file, time, generation, request: request.clone() })
        })
        .await;
        let client = settings(builder(&server.url)).build().expect("a client");
        Host { server, client, sizes }
    }

    /// The finished export; one call of `getAll`.
    pub(crate) async fn ready(&self) -> ReadyExport {
        self.client.adopt(ID).ready().await.expect("a finished export")
    }

    pub(crate) fn renewals(&self) -> usize {
        self.server.calls("/exports/getAll").saturating_sub(1)
    }

    /// Requests for one file.
    pub(crate) fn asked(&self, file: usize) -> Vec<Request> {
        let path = format!("/{file}/");
        let requests = self.server.requests();
        requests.into_iter().filter(|request| request.target.starts_with(&path)).collect()
    }
}

/// All that a download gives: the bytes up to its end or its error.
pub(crate) async fn collect(export: &ReadyExport, index: usize) -> (Vec<u8>, Option<Error>) {
    drain(export.download(index)).await
}

pub(crate) async fn drain(mut file: Download) -> (Vec<u8>, Option<Error>) {
    let mut bytes = Vec::new();
    let end = loop {
        match file.try_next().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert_eq!(file.given(), bytes.len() as u64);
    assert!(matches!(file.try_next().await, Ok(None)), "nothing comes after the end");
    (bytes, end)
}

/// Bytes that differ at every place.
pub(crate) fn content(seed: u64, length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}
