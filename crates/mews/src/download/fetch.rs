//! The task behind a download: attempt after attempt until the last byte is handed on.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Buf, Bytes};
use reqwest::Url;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tracing::{Instrument, Span};
use twox_hash::XxHash3_128;

use crate::download::answer::{Body, Setback, Then, judge, strong_tag};
use crate::download::links::{Doubt, Links};
use crate::download::open::open;
use crate::download::part::{Failed, Part, cut, cut_by, stopped, too_long};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::http::{Opened, Range};
use crate::retry::Attempts;

/// Attempts count anew after this many new bytes, or a hundredth of a smaller file.
const GETTING_ON: u64 = 1024 * 1024;

/// Pieces that wait for the consumer, however small: a host may send byte after byte.
const PIECES: usize = 4096;

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
    /// Where the tag of the whole file is told.
    etag: Arc<OnceLock<String>>,
    /// Cleared when the host answers a range with something else.
    by_range: bool,
    /// The size of the ranges in which the file is read, several at a time, if it is.
    parts: Option<u64>,
    /// Ranges that are read ahead, without gaps from `block_end` on.
    ahead: VecDeque<Part>,
    /// The end of the range that is being handed on.
    block_end: u64,
    /// Room for what is left of that range.
    reserved: Option<OwnedSemaphorePermit>,
    /// The connection that this file has for itself.
    own: Arc<Semaphore>,
    room: Arc<Semaphore>,
    most_room: u32,
    pieces: Sender<Piece>,
    /// Where `given` was when it was last told.
    told: u64,
    /// The last request did not bring what it was for.
    set_back: bool,
    /// What every attempt is part of.
    span: Span,
}

impl Fetch {
    pub(crate) fn new(
        links: Arc<Links>,
        index: usize,
        etag: Arc<OnceLock<String>>,
    ) -> Result<(Fetch, Receiver<Piece>), Error> {
        let size = links.size(index).ok_or_else(|| {
            let text = format!("the export has no file {}", index.saturating_add(1));
            Error::new(ErrorKind::InvalidRequest, text)
        })?;
        let settings = links.client().settings();
        let attempts = Attempts::new(settings.file_patience());
        let most_room = u32::try_from(settings.read_ahead).unwrap_or(u32::MAX).clamp(1, 1 << 30);
        let two = settings.range_size.saturating_mul(2);
        let in_parts = settings.connections > 1 && two <= size && two <= u64::from(most_room);
        let (pieces, consumer) = channel(PIECES);
        let fetch = Fetch {
            index,
            size,
            attempts,
            given: 0,
            mark: 0,
            seen: XxHash3_128::new(),
            tag: None,
            etag,
            by_range: true,
            parts: in_parts.then_some(settings.range_size),
            ahead: VecDeque::new(),
            block_end: 0,
            reserved: None,
            own: Arc::new(Semaphore::new(1)),
            room: Arc::new(Semaphore::new(most_room as usize)),
            most_room,
            pieces,
            told: 0,
            set_back: false,
            span: tracing::info_span!(parent: links.span(), "file", file = index + 1, size),
            links,
        };
        Ok((fetch, consumer))
    }

    /// Runs until the file is complete or an error ends it.
    pub(crate) async fn run(mut self) -> Result<(), Error> {
        let (file, size) = (self.index, self.size);
        self.tell(|export| Event::FileBegun { export, file, size });
        let span = self.span.clone();
        let outcome = self.all_attempts().instrument(span).await;
        if let (Ok(()), Some(tag)) = (&outcome, self.tag.take()) {
            // Nobody else sets it.
            let _ = self.etag.set(tag);
        }
        let attempts = self.attempts.made();
        let doing = format!("file {} of export {}", self.index + 1, self.links.id());
        outcome.map_err(|error| error.doing(doing)).inspect_err(|error| {
            tracing::warn!(parent: &self.span, %error, "file failed");
            self.tell(|export| Event::FileFailed { export, file, error: error.to_string() });
        })?;
        tracing::info!(parent: &self.span, bytes = size, attempts, "file complete");
        self.links.client().count(|counters| counters.files += 1);
        self.tell(|export| Event::FileComplete { export, file, size, attempts });
        Ok(())
    }

    fn tell(&self, event: impl Fn(String) -> Event) {
        self.links.tell(&|| event(self.links.id().to_owned()));
    }

    async fn all_attempts(&mut self) -> Result<(), Error> {
        let mut doubt = None;
        let mut refusals = 0;
        loop {
            let outcome = match self.next_part() {
                Some(part) => {
                    self.attempts.count();
                    self.take(part).await
                }
                None => {
                    self.make_room().await;
                    let link = self.links.get(self.index, doubt.take()).await?;
                    self.attempts.count();
                    let attempt = self.attempts.made();
                    let span = tracing::debug_span!(parent: &self.span, "attempt", attempt,
                        from = self.given, link = link.generation);
                    let outcome = self.attempt(link.url).instrument(span).await;
                    outcome.map_err(|setback| Failed { setback, generation: link.generation })
                }
            };
            self.set_back = outcome.is_err();
            let Failed { setback, generation } = match outcome {
                Ok(()) if self.given == self.size => return Ok(()),
                Ok(()) => {
                    if self.given == self.block_end {
                        self.attempts.got_on();
                    }
                    continue;
                }
                Err(failed) => failed,
            };

            let mut asked = None;
            let mut first_of_its_kind = false;
            match setback.then {
                Then::End => return Err(self.tried(setback.error)),
                Then::Again(wait) => asked = wait,
                Then::Renew => {
                    doubt = Some(Doubt { generation, refused: true });
                    refusals += 1;
                    // Links expire in the normal course of things: that is not a failure.
                    first_of_its_kind = refusals == 1;
                }
                Then::Cut => doubt = Some(Doubt { generation, refused: false }),
                Then::Whole => {
                    // It is another request that follows.
                    first_of_its_kind = self.by_range;
                    self.by_range = false;
                    self.leave_parts();
                }
            }
            if setback.then != Then::Renew {
                refusals = 0;
            }
            let Some(mut wait) = self.attempts.next_wait(asked) else {
                return Err(self.tried(setback.error));
            };
            if first_of_its_kind {
                wait = Duration::ZERO;
            }
            if self.given == 0 && self.attempts.in_vain() > 1 {
                // Not even a first range: maybe this host has no ranges.
                self.leave_parts();
            }
            self.tell_setback(&setback, wait);
            tokio::time::sleep(wait).await;
        }
    }

    /// Another request follows after this wait.
    fn tell_setback(&self, setback: &Setback, wait: Duration) {
        let (reason, attempt, given) = (setback.reason(), self.attempts.made(), self.given);
        tracing::debug!(parent: &self.span, attempt, given, ?wait, %reason,
            cause = setback.error.message(), "going on with a file");
        self.links.client().count(|counters| counters.retry(reason, wait));
        let file = self.index;
        self.tell(|export| Event::FileRetried { export, file, given, reason, attempt, wait });
    }

    fn tried(&self, error: Error) -> Error {
        error.tried(self.attempts.made(), self.attempts.elapsed())
    }

    /// The range read ahead that begins with the first missing byte.
    fn next_part(&mut self) -> Option<Part> {
        let next = self.ahead.front().is_some_and(|part| part.first == self.given);
        if next { self.ahead.pop_front() } else { None }
    }

    /// Hands on what a range read ahead holds.
    async fn take(&mut self, part: Part) -> Result<(), Failed> {
        let Part { until, room, mut chunks, task, .. } = part;
        self.block_end = until;
        self.reserved = Some(room);
        let failed = |setback| Failed { setback, generation: 0 };
        self.read_ahead();
        while let Some(chunk) = chunks.recv().await {
            self.check_time().map_err(failed)?;
            self.give(chunk).await.map_err(failed)?;
        }
        task.end()
            .await
            .unwrap_or_else(|| Err(failed(Setback { error: stopped(), then: Then::End })))
    }

    /// Before a range is asked for, there is room for all of it. Otherwise ranges read ahead could
    /// take up what those before them need.
    async fn make_room(&mut self) {
        let Some(size) = self.parts else { return };
        if self.given < self.block_end {
            return;
        }
        self.block_end = self.given.saturating_add(size).min(self.size);
        let length = self.block_end - self.given;
        self.reserved = self.take_room(length).await;
    }

    /// Asks for the ranges behind what is being handed on, as far as there are connections and room.
    fn read_ahead(&mut self) {
        let (Some(size), Some(tag)) = (self.parts, &self.tag) else { return };
        let mut first = self.ahead.back().map_or(self.block_end, |part| part.until);
        // After a failure the host is not asked for more until that range is there.
        while first < self.size && !self.ahead.iter().any(Part::has_failed) {
            let until = first.saturating_add(size).min(self.size);
            let Ok(connection) = (self.links.spare().try_acquire_owned())
                .or_else(|_| Arc::clone(&self.own).try_acquire_owned())
            else {
                return;
            };
            let room = Arc::clone(&self.room);
            let Ok(room) = room.try_acquire_many_owned(permits(until - first)) else { return };
            let range = (first, until, tag.clone());
            self.ahead.push_back(Part::start(
                &self.links,
                self.index,
                range,
                room,
                connection,
                &self.span,
            ));
            first = until;
        }
    }

    /// Goes on without ranges that are read ahead.
    fn leave_parts(&mut self) {
        self.parts = None;
        self.ahead.clear();
        self.reserved = None;
    }

    /// What to ask for next: the rest of a range, of the file, or all of it.
    fn range(&self) -> Option<Range> {
        let (first, tag) = (self.given, self.tag.clone());
        if self.parts.is_some() && (tag.is_some() || first == 0) {
            return Some(Range { first, until: Some(self.block_end), tag });
        }
        (self.by_range && first > 0 && tag.is_some()).then_some(Range { first, until: None, tag })
    }

    /// One request, and as much of its answer as there is.
    async fn attempt(&mut self, url: Url) -> Result<(), Setback> {
        let _connection = self.own_connection().await?;
        let asked = self.range();
        let mut opened = open(self.links.client(), url, asked.as_ref()).await?;
        let until = match judge(&opened.head, asked.as_ref(), self.size)? {
            Body::Part { until } => {
                self.tag = strong_tag(&opened.head);
                self.read_ahead();
                if self.set_back && self.given > 0 {
                    self.links.client().count(|counters| counters.resumed += 1);
                }
                until
            }
            Body::Whole => {
                self.leave_parts();
                self.skip_what_was_given(&mut opened).await?;
                self.size
            }
        };
        self.hand_on(&mut opened, until).await
    }

    /// Waits for the file's own connection, which a range read ahead may have.
    async fn own_connection(&self) -> Result<OwnedSemaphorePermit, Setback> {
        let own = Arc::clone(&self.own).acquire_owned();
        match tokio::time::timeout(self.attempts.left(), own).await {
            Ok(Ok(connection)) => Ok(connection),
            // It is never closed.
            Ok(Err(_)) => Err(Setback { error: stopped(), then: Then::End }),
            Err(_) => Err(late()),
        }
    }

    /// Reads a body that begins at the start of the file up to the first byte that was not handed
    /// on yet, and proves that what lies before is what was handed on. From there on the body
    /// belongs to one version of the file, whichever version was read before.
    async fn skip_what_was_given(&mut self, opened: &mut Opened) -> Result<(), Setback> {
        let mut again = XxHash3_128::new();
        let mut left = self.given;
        if left > 0 {
            self.links.client().count(|counters| counters.read_again += 1);
        }
        while left > 0 {
            let Some(mut chunk) = self.next_chunk(opened).await? else {
                return Err(cut(self.given - left, self.size));
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
    async fn hand_on(&mut self, opened: &mut Opened, until: u64) -> Result<(), Setback> {
        // The end of the file is read, too: something may come behind it.
        while self.given < until || until == self.size {
            match self.next_chunk(opened).await {
                Ok(Some(chunk)) if chunk.is_empty() => {}
                Ok(Some(chunk)) => {
                    if until < self.size && chunk.len() as u64 > until - self.given {
                        return Err(too_long());
                    }
                    self.give(chunk).await?;
                }
                Ok(None) if self.given < until => return Err(cut(self.given, self.size)),
                // Every byte has arrived: how the connection ends no longer matters.
                Err(_) if self.given == self.size && self.size > 0 => return Ok(()),
                Ok(None) => return Ok(()),
                Err(setback) => return Err(setback),
            }
        }
        Ok(())
    }

    async fn next_chunk(&self, opened: &mut Opened) -> Result<Option<Bytes>, Setback> {
        self.check_time()?;
        let chunk = opened.chunk().await.map_err(cut_by)?;
        let bytes = chunk.as_ref().map_or(0, Bytes::len) as u64;
        self.links.client().count(|counters| counters.bytes += bytes);
        Ok(chunk)
    }

    fn check_time(&self) -> Result<(), Setback> {
        if self.attempts.is_late() { Err(late()) } else { Ok(()) }
    }

    async fn give(&mut self, bytes: Bytes) -> Result<(), Setback> {
        let length = bytes.len() as u64;
        if length > self.size - self.given {
            let text = format!("more than the {} bytes that the export promises", self.size);
            return Err(Setback::new(ErrorKind::Changed, text, Then::End));
        }
        let reserved = self.reserved.as_mut().and_then(|room| room.split(bytes.len()));
        let room = match reserved {
            Some(room) => Some(room),
            None => self.take_room(length).await,
        };
        self.seen.write(&bytes);
        // Both fail only when the consumer is gone, and this task with it.
        let sent = match room {
            Some(room) => self.send(Piece { bytes, _room: room }).await,
            None => false,
        };
        if !sent {
            let text = "nobody takes the bytes any more";
            return Err(Setback::new(ErrorKind::Incomplete, text, Then::End));
        }
        self.given += length;
        if self.given - self.told >= GETTING_ON {
            self.told = self.given;
            let (file, given, size) = (self.index, self.given, self.size);
            self.tell(|export| Event::Received { export, file, given, size });
        }
        let enough = (self.size / 100).clamp(1, GETTING_ON);
        if self.given - self.mark >= enough {
            self.mark = self.given;
            self.attempts.got_on();
        }
        self.read_ahead();
        Ok(())
    }

    /// False if the consumer is gone.
    async fn send(&mut self, piece: Piece) -> bool {
        let waiting = Instant::now();
        let sent = self.pieces.send(piece).await;
        self.attempts.do_not_count(waiting.elapsed());
        sent.is_ok()
    }

    /// Waits until the consumer has made room for so many bytes, or for as many as there ever is.
    /// `None` if the consumer is gone.
    async fn take_room(&mut self, length: u64) -> Option<OwnedSemaphorePermit> {
        let waiting = Instant::now();
        let room = Arc::clone(&self.room);
        let room = room.acquire_many_owned(permits(length).min(self.most_room)).await;
        self.attempts.do_not_count(waiting.elapsed());
        room.ok()
    }
}

fn permits(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn late() -> Setback {
    let text = "the file did not arrive in the time allowed";
    Setback::new(ErrorKind::Timeout, text, Then::End)
}
