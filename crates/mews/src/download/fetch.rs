//! The task behind a download: attempt after attempt until the last byte is handed on.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use reqwest::Url;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use twox_hash::XxHash3_128;

use crate::download::answer::{Body, Setback, Then, judge, strong_tag};
use crate::download::links::Links;
use crate::error::{Error, ErrorKind};
use crate::http::{Fault, Opened, guard};
use crate::link::origin;
use crate::retry::Attempts;

/// A file host may lead on to another one this often.
const REDIRECTS: usize = 3;
/// Attempts count anew after this many new bytes, or a hundredth of a smaller file.
const GETTING_ON: u64 = 1024 * 1024;

/// Bytes on their way to the consumer, with the room they take up in the queue.
pub(crate) struct Piece {
    bytes: Bytes,
    /// Given back to the task when the piece is taken.
    _room: OwnedSemaphorePermit,
}

impl Piece {
    pub(crate) fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

pub(crate) struct Fetch {
    links: Arc<Links>,
    index: usize,
    size: u64,
    attempts: Attempts,
    /// Bytes handed on, all of one version of the file.
    given: u64,
    /// Where `given` was when the attempts were last counted anew.
    mark: u64,
    /// Runs over the bytes handed on, which are not kept: it proves that a file read again from
    /// the start begins with the same bytes. XXH3 with 128 bits keeps up with any network and is
    /// a dependency already; it need not resist forgery, since a host that wants to send wrong
    /// bytes can simply do so.
    seen: XxHash3_128,
    /// The strong entity tag of that version, if the host tells one.
    tag: Option<String>,
    /// Cleared when the host answers a range with something else.
    by_range: bool,
    room: Arc<Semaphore>,
    most_room: u32,
    pieces: UnboundedSender<Piece>,
}

impl Fetch {
    pub(crate) fn new(
        links: Arc<Links>,
        index: usize,
    ) -> Result<(Fetch, UnboundedReceiver<Piece>), Error> {
        let size = links.size(index).ok_or_else(|| {
            let text = format!("the export has no file {}", index.saturating_add(1));
            Error::new(ErrorKind::InvalidRequest, text)
        })?;
        let settings = links.client().settings();
        let attempts = Attempts::new(settings.file_patience());
        let most_room = u32::try_from(settings.read_ahead).unwrap_or(u32::MAX).clamp(1, 1 << 30);
        let (pieces, consumer) = unbounded_channel();
        let fetch = Fetch {
            index,
            size,
            attempts,
            given: 0,
            mark: 0,
            seen: XxHash3_128::new(),
            tag: None,
            by_range: true,
            room: Arc::new(Semaphore::new(most_room as usize)),
            most_room,
            pieces,
            links,
        };
        Ok((fetch, consumer))
    }

    /// Runs until the file is complete or an error ends it.
    pub(crate) async fn run(mut self) -> Result<(), Error> {
        let outcome = self.all_attempts().await;
        let doing = format!("file {} of export {}", self.index + 1, self.links.id());
        outcome.map_err(|error| error.doing(doing))
    }

    async fn all_attempts(&mut self) -> Result<(), Error> {
        let mut refused = None;
        let mut renewed_in_a_row = 0;
        loop {
            let link = self.links.get(self.index, refused.take()).await?;
            self.attempts.count();
            let Err(setback) = self.attempt(link.url).await else { return Ok(()) };

            let mut asked = None;
            match setback.then {
                Then::End => return Err(self.tried(setback.error)),
                Then::Again(wait) => asked = wait,
                Then::Renew => refused = Some(link.generation),
                Then::Whole => self.by_range = false,
            }
            let Some(mut wait) = self.attempts.next_wait(asked) else {
                return Err(self.tried(setback.error));
            };
            // Links expire in the normal course of things: the first renewal is not a failure.
            renewed_in_a_row = if refused.is_some() { renewed_in_a_row + 1 } else { 0 };
            if renewed_in_a_row == 1 {
                wait = Duration::ZERO;
            }
            tracing::debug!(export = %self.links.id(), file = self.index + 1, given = self.given,
                attempt = self.attempts.made(), ?wait, reason = setback.error.message(),
                "going on with a file");
            tokio::time::sleep(wait).await;
        }
    }

    fn tried(&self, error: Error) -> Error {
        error.tried(self.attempts.made(), self.attempts.elapsed())
    }

    /// One request, and as much of its answer as there is.
    async fn attempt(&mut self, url: Url) -> Result<(), Setback> {
        let from = self.tag.clone().filter(|_| self.by_range && self.given > 0);
        let asked = from.as_deref().map(|tag| (self.given, tag));
        let mut opened = self.open(url, asked).await?;
        match judge(&opened.head, asked, self.size)? {
            Body::Rest => {}
            Body::Whole => {
                self.skip_what_was_given(&mut opened).await?;
            }
        }
        self.hand_on(&mut opened).await
    }

    /// Asks for the file, following redirects to places that may be contacted.
    async fn open(&self, mut url: Url, asked: Option<(u64, &str)>) -> Result<Opened, Setback> {
        let http = self.links.client().http().map_err(end)?;
        for _ in 0..=REDIRECTS {
            guard::check(&url, http.allows_loopback()).map_err(|why| {
                Setback::new(ErrorKind::UnsafeLink, format!("{} {why}", origin(&url)), Then::End)
            })?;
            let opened = http.get(url.clone(), asked).await?;
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

    /// Reads a body that begins at the start of the file up to the first byte that was not handed
    /// on yet, and proves that what lies before is what was handed on. From there on the body
    /// belongs to one version of the file, whichever version was read before.
    async fn skip_what_was_given(&mut self, opened: &mut Opened) -> Result<(), Setback> {
        let mut again = XxHash3_128::new();
        let mut left = self.given;
        while left > 0 {
            let Some(mut chunk) = self.next_chunk(opened).await? else {
                return Err(self.cut());
            };
            // Both fit: neither is larger than the chunk.
            let part = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            again.write(&chunk[..part]);
            left -= part as u64;
            chunk.advance(part);
            if left == 0 && !chunk.is_empty() {
                opened.put_back(chunk);
            }
        }
        if self.given > 0 && again.finish_128() != self.seen.finish_128() {
            let text = "the file begins with other bytes than before";
            return Err(Setback::new(ErrorKind::Changed, text, Then::End));
        }
        self.tag = strong_tag(&opened.head);
        Ok(())
    }

    /// Hands on what the body holds from the first missing byte on.
    async fn hand_on(&mut self, opened: &mut Opened) -> Result<(), Setback> {
        loop {
            match self.next_chunk(opened).await {
                Ok(Some(chunk)) if chunk.is_empty() => {}
                Ok(Some(chunk)) => self.give(chunk).await?,
                Ok(None) if self.given < self.size => return Err(self.cut()),
                // Every byte has arrived: how the connection ends no longer matters.
                Err(_) if self.given == self.size && self.size > 0 => return Ok(()),
                Ok(None) => return Ok(()),
                Err(setback) => return Err(setback),
            }
        }
    }

    async fn next_chunk(&self, opened: &mut Opened) -> Result<Option<Bytes>, Setback> {
        if self.attempts.is_late() {
            let text = "the file did not arrive in the time allowed";
            return Err(Setback::new(ErrorKind::Timeout, text, Then::End));
        }
        opened.chunk().await.map_err(|fault: Fault| Setback::from(fault))
    }

    fn cut(&self) -> Setback {
        let text = format!("the body ended after {} of {} bytes", self.given, self.size);
        Setback::new(ErrorKind::Incomplete, text, Then::Again(None))
    }

    async fn give(&mut self, bytes: Bytes) -> Result<(), Setback> {
        let length = bytes.len() as u64;
        if length > self.size - self.given {
            let text = format!("more than the {} bytes that the export promises", self.size);
            return Err(Setback::new(ErrorKind::Changed, text, Then::End));
        }
        let room = u32::try_from(length).unwrap_or(u32::MAX).min(self.most_room);
        let waiting = Instant::now();
        let room = Arc::clone(&self.room).acquire_many_owned(room).await;
        self.attempts.do_not_count(waiting.elapsed());
        self.seen.write(&bytes);
        // Both fail only when the consumer is gone, and this task with it.
        let sent = room.ok().map(|room| self.pieces.send(Piece { bytes, _room: room }));
        if !matches!(sent, Some(Ok(()))) {
            let text = "nobody takes the bytes any more";
            return Err(Setback::new(ErrorKind::Incomplete, text, Then::End));
        }
        self.given += length;
        let enough = (self.size / 100).clamp(1, GETTING_ON);
        if self.given - self.mark >= enough {
            self.mark = self.given;
            self.attempts.got_on();
        }
        Ok(())
    }
}

fn end(error: Error) -> Setback {
    Setback { error, then: Then::End }
}
