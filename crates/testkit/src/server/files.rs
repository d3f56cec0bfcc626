//! The file host: signed links, ranges, and bodies made while they are sent.

use std::future::Future;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_RANGE, LOCATION, RANGE,
};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use tokio::task::{JoinHandle, spawn_blocking};

use super::exports::Export;
use super::faults::{Fault, Operation};
use super::links::Verdict;
use super::model::FileEntry;
use super::reply::{file_host, retry_in};
use super::source::Source;
use super::{Shared, locked};
use crate::corpus::random::mix;

/// The entries of a finished export, each with a fresh link.
pub(super) fn entries(shared: &Shared, export: &Export, now: DateTime<Utc>) -> Vec<FileEntry> {
    let files = shared.dataset(&export.entity).map_or(&[][..], |dataset| &dataset.files);
    let entry = |(index, file): (usize, &Source)| {
        let name = format!("{}-{}.jsonl", export.id, index + 1);
        let query = shared.signer.sign(&name, now);
        let url = format!("{}/files/{name}?{query}", shared.base);
        FileEntry { url, size_in_bytes: file.size() }
    };
    files.iter().enumerate().map(entry).collect()
}

pub(super) async fn download(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    shared.counters.downloads.fetch_add(1, Ordering::Relaxed);
    let now = shared.clock.now();
    match shared.signer.check(&name, query.as_deref().unwrap_or_default(), now) {
        Verdict::Valid => {}
        Verdict::Expired => {
            shared.counters.expired_links.fetch_add(1, Ordering::Relaxed);
            return expired();
        }
        Verdict::Forged => {
            let text = "The signature does not fit the request.";
            return file_host(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", text);
        }
    }
    // The signature is good, so the name is one of ours: the export's id and a number from 1.
    let parts = name.strip_suffix(".jsonl").and_then(|stem| stem.rsplit_once('-'));
    let file = parts.and_then(|(id, number)| {
        let exports = locked(&shared.exports);
        let dataset = shared.dataset(exports.open_entity(id, now)?)?;
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        Some((dataset.entity.clone(), index, dataset.files.get(index)?))
    });
    let Some((entity, index, source)) = file else {
        return file_host(StatusCode::NOT_FOUND, "NoSuchKey", "The file does not exist any more.");
    };
    let fault = locked(&shared.script).play(&Operation::File { entity: entity.clone(), index });
    match fault {
        Some(Fault::Refuse { status, retry_after }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let text = "Refused by the script of this test server.";
            let mut response = file_host(status, "Refused", text);
            retry_in(&mut response, retry_after);
            return response;
        }
        Some(Fault::ExpireLink) => return expired(),
        Some(Fault::Redirect) => {
            let text = "The file is where it was.";
            let mut response = file_host(StatusCode::TEMPORARY_REDIRECT, "TemporaryRedirect", text);
            let query = query.unwrap_or_default();
            set(&mut response, LOCATION, format!("/files/{name}?{query}"));
            return response;
        }
        Some(Fault::Delay(wait)) => tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.stopping() => {}
        },
        _ => {}
    }
    let tag = entity_tag(&entity, index, source.size(), fault.as_ref());
    let response = content(&shared, source, &tag, &headers, fault.as_ref());
    if method == Method::HEAD {
        return response.map(|_| Body::empty());
    }
    match fault {
        Some(Fault::Cut { after }) => response.map(|body| cut(body, after)),
        Some(Fault::Drip { piece, pause }) => response.map(|body| drip(body, piece, pause)),
        Some(Fault::LoseAnswer) => response.map(lost),
        Some(Fault::Stall { after }) => {
            response.map(|body| stalled(body, after, shared.stopping()))
        }
        _ => response,
    }
}

fn expired() -> Response {
    file_host(StatusCode::FORBIDDEN, "AccessDenied", "The link has expired.")
}

/// A strong tag that says which bytes these are, whatever export they were asked through.
fn entity_tag(entity: &str, index: usize, size: u64, fault: Option<&Fault>) -> String {
    let name = entity.bytes().fold(index as u64, |hash, byte| mix(hash ^ u64::from(byte)));
    let hash = mix(name ^ mix(size));
    match fault {
        Some(Fault::ChangeTag | Fault::ChangeBytes { .. }) => format!("\"{:016x}\"", !hash),
        Some(Fault::WeakTag) => format!("W/\"{hash:016x}\""),
        Some(Fault::NoTag) => String::new(),
        _ => format!("\"{hash:016x}\""),
    }
}

/// The file, or the part of it that was asked for.
fn content(
    shared: &Shared,
    source: &Source,
    tag: &str,
    headers: &HeaderMap,
    fault: Option<&Fault>,
) -> Response {
    let size = match fault {
        Some(Fault::Lengthen { by }) => source.size().saturating_add(*by),
        Some(Fault::Shorten { by }) => source.size().saturating_sub(*by),
        _ => source.size(),
    };
    let asked = match headers.get(RANGE).and_then(|range| range.to_str().ok()) {
        Some(_) if matches!(fault, Some(Fault::IgnoreRange)) => Asked::Whole,
        // A range for another version of the file is answered with all of this one.
        Some(_) if headers.get(IF_RANGE).is_some_and(|known| !same_tag(known, tag)) => Asked::Whole,
        Some(range) => asked(range, size),
        None => Asked::Whole,
    };
    let (status, range) = match asked {
        Asked::Whole => (StatusCode::OK, 0..size),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => {
            let text = "The range lies beyond the end of the file.";
            let mut response = file_host(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", text);
            set(&mut response, CONTENT_RANGE, format!("bytes */{size}"));
            return response;
        }
    };
    let own = range.start.min(source.size())..range.end.min(source.size());
    let pieces = pieces(source, own, shared.stopping());
    let body = match fault {
        Some(Fault::ChangeBytes { from }) => {
            Body::from_stream(changed(pieces, from.saturating_sub(range.start)))
        }
        Some(Fault::Lengthen { .. }) => {
            // Of a longer file nothing but its own bytes lie in this source.
            let more = range.end - range.end.min(range.start.max(source.size()));
            let more = vec![b'+'; usize::try_from(more).unwrap_or_default()];
            Body::from_stream(pieces.chain(stream::once(async { Ok(more.into()) })))
        }
        _ => Body::from_stream(pieces),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "application/octet-stream".to_owned());
    set(&mut response, ACCEPT_RANGES, "bytes".to_owned());
    set(&mut response, CONTENT_LENGTH, (range.end - range.start).to_string());
    if !tag.is_empty() {
        set(&mut response, ETAG, tag.to_owned());
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let shift = u64::from(matches!(fault, Some(Fault::ShiftRange)));
        let (first, last) = (range.start + shift, range.end - 1 + shift);
        let total = match fault {
            Some(Fault::UnknownTotal) => "*".to_owned(),
            _ => size.to_string(),
        };
        set(&mut response, CONTENT_RANGE, format!("bytes {first}-{last}/{total}"));
    }
    if matches!(fault, Some(Fault::Encode)) {
        set(&mut response, CONTENT_ENCODING, "gzip".to_owned());
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: String) {
    // Every value here is ASCII without control characters.
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

/// `If-Range` takes strong tags only.
fn same_tag(known: &HeaderValue, tag: &str) -> bool {
    known.as_bytes() == tag.as_bytes() && tag.starts_with('"')
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// What a `Range` header asks for. One that is no single range of bytes is ignored, as the
/// protocol allows.
fn asked(header: &str, size: u64) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|s| s.trim().split_once('-'))
    else {
        return Asked::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.is_empty() => first..size,
        (Err(_), Ok(count)) if first.is_empty() => size.saturating_sub(count)..size,
        _ => return Asked::Whole,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Part(range) }
}

/// The bytes of a range, made on the runtime's blocking threads, one piece ahead of the socket.
/// Fails when the server stops.
fn pieces(
    source: &Source,
    range: Range<u64>,
    stopping: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    type Pieces = Box<dyn Iterator<Item = Bytes> + Send>;
    enum Next {
        NotBegun(Pieces),
        InTheMaking(JoinHandle<(Option<Bytes>, Pieces)>),
    }
    fn make(mut pieces: Pieces) -> JoinHandle<(Option<Bytes>, Pieces)> {
        spawn_blocking(move || (pieces.next(), pieces))
    }
    let begin = Next::NotBegun(source.pieces(range));
    let made = stream::unfold(Some(begin), |next| async move {
        let making = match next? {
            Next::NotBegun(pieces) => make(pieces),
            Next::InTheMaking(making) => making,
        };
        match making.await {
            Ok((Some(piece), pieces)) => Some((Ok(piece), Some(Next::InTheMaking(make(pieces))))),
            Ok((None, _)) => None,
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    });
    until(made, stopping)
}

/// Passes items on until `stopping` ends, which is then an error.
fn until<S>(
    items: S,
    stopping: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = S::Item> + Send
where
    S: Stream<Item = io::Result<Bytes>> + Send + 'static,
{
    let state = (Box::pin(items), Box::pin(stopping), false);
    stream::unfold(state, |(mut items, mut stopping, over)| async move {
        if over {
            return None;
        }
        let (item, over) = tokio::select! {
            biased;
            () = &mut stopping => (Err(io::ErrorKind::ConnectionAborted.into()), true),
            item = items.next() => (item?, false),
        };
        Some((item, (items, stopping, over)))
    })
}

/// The same number of bytes, with others from the one at `from` on.
fn changed(
    pieces: impl Stream<Item = io::Result<Bytes>> + Send,
    from: u64,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    pieces.scan(from, |same, piece| {
        let piece = piece.map(|piece| {
            let kept = piece.len().min(usize::try_from(*same).unwrap_or(usize::MAX));
            *same -= kept as u64;
            let mut piece = piece.to_vec();
            // JSON Lines have no such bytes, so that each of them is another one.
            piece[kept..].fill(b'~');
            Bytes::from(piece)
        });
        async move { Some(piece) }
    })
}

/// A body in small pieces, each followed by a pause.
fn drip(body: Body, size: u64, pause: Duration) -> Body {
    let size = usize::try_from(size).unwrap_or(usize::MAX).max(1);
    let small = body.into_data_stream().flat_map(move |piece| {
        let pieces = match piece {
            Ok(mut bytes) => {
                let mut pieces = Vec::new();
                while !bytes.is_empty() {
                    pieces.push(Ok(bytes.split_to(size.min(bytes.len()))));
                }
                pieces
            }
            Err(error) => vec![Err(io::Error::other(error))],
        };
        stream::iter(pieces)
    });
    Body::from_stream(small.then(move |piece| async move {
        tokio::time::sleep(pause).await;
        piece
    }))
}

/// An error in place of a body. It comes before the head was flushed, so nothing is sent at all.
pub(super) fn lost(_: Body) -> Body {
    Body::from_stream(stream::once(async {
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    }))
}

/// The first `after` bytes of a body, then an error, which closes the connection.
pub(super) fn cut(body: Body, after: u64) -> Body {
    let error = stream::once(async {
        // While this waits, what was written before is flushed: it shall arrive.
        tokio::task::yield_now().await;
        Err(io::ErrorKind::ConnectionReset.into())
    });
    Body::from_stream(first_bytes(body, after).chain(error))
}

/// The first `after` bytes of a body, then nothing until the client leaves or the server stops.
pub(super) fn stalled(
    body: Body,
    after: u64,
    stopping: impl Future<Output = ()> + Send + 'static,
) -> Body {
    let silence = stream::once(async move {
        stopping.await;
        Err(io::ErrorKind::ConnectionAborted.into())
    });
    Body::from_stream(first_bytes(body, after).chain(silence))
}

fn first_bytes(body: Body, count: u64) -> impl Stream<Item = io::Result<Bytes>> + Send {
    body.into_data_stream().scan(count, |left, piece| {
        let piece = match piece {
            _ if *left == 0 => None,
            Ok(mut piece) => {
                piece.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= piece.len() as u64;
                Some(Ok(piece))
            }
            Err(error) => Some(Err(io::Error::other(error))),
        };
        async move { piece }
    })
}
