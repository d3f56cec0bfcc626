//! Waiting for exports, one or many, with one call for all of them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::client::{Client, Found};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::events::{Events, Listeners};
use crate::export::{PendingExport, ReadyExport};
use crate::model::Status;

/// The pause before the second look at an export, and the least that is waited.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// An outage of the API this many polls long ends the waiting; each poll has several attempts.
const FAILED_POLLS: u32 = 3;
/// What a poll may take at least, even if the time allowed for waiting ends meanwhile.
const LAST_LOOK: Duration = Duration::from_secs(3);

/// Exports that are waited for together: one call of `exports/getAll` asks for up to 1,000 of them.
///
/// Each is waited for as long as the client is set to wait, from when it was
/// [pushed](Waiting::push). The first looks after that come soon, as
/// [`poll_interval`](crate::ClientBuilder::poll_interval) tells.
///
/// ```no_run
/// # async fn run(client: rowmill_mews::Client) -> Result<(), rowmill_mews::Error> {
/// use rowmill_mews::{Entity, Waiting};
///
/// let mut waiting = Waiting::new(&client);
/// for entity in [Entity::Reservation, Entity::Customer] {
///     waiting.push(client.export(entity).send().await?);
/// }
/// while let Some((id, outcome)) = waiting.next().await {
///     println!("{id} has {} files", outcome?.files().len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nobody asks for the exports before `next`"]
pub struct Waiting {
    client: Client,
    exports: Vec<Awaited>,
    ended: VecDeque<(String, Result<ReadyExport, Error>)>,
    listeners: Listeners,
    /// Between the next look and the one after it.
    pause: Duration,
    next_look: Instant,
}

#[derive(Debug)]
struct Awaited {
    export: PendingExport,
    since: Instant,
    /// An adopted export is looked at once before its time can be over.
    looked_at: bool,
    polls: u32,
    /// Polls in a row that brought nothing.
    failed: u32,
}

impl Waiting {
    /// Waits for nothing yet.
    pub fn new(client: &Client) -> Waiting {
        let client = client.clone();
        let pause = FIRST_PAUSE;
        let (exports, ended) = (Vec::new(), VecDeque::new());
        let (listeners, next_look) = (Listeners::default(), Instant::now());
        Waiting { client, exports, ended, listeners, pause, next_look }
    }

    /// What is heard of these exports from now on, [`Event::Polled`] and [`Event::Ready`]. Nothing
    /// waits for who reads it; see [`Events`].
    ///
    /// ```no_run
    /// # async fn run(mut waiting: rowmill_mews::Waiting) -> Result<(), rowmill_mews::Error> {
    /// use futures::StreamExt;
    ///
    /// let events = waiting.events();
    /// let ends = async move {
    ///     while let Some((id, outcome)) = waiting.next().await {
    ///         println!("{id} has {} files", outcome?.files().len());
    ///     }
    ///     Ok(()) // nobody waits any more, which ends the events
    /// };
    /// let watching = events.for_each(|event| async move { eprintln!("{event}") });
    /// futures::future::join(ends, watching).await.0
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        self.listeners.listen()
    }

    /// Waits for this export too. It must be one of the same client, or of a clone of it.
    pub fn push(&mut self, export: PendingExport) {
        let since = Instant::now();
        self.pause = FIRST_PAUSE.min(self.client.settings().poll_interval);
        // One that was just asked for is not finished yet; of one taken over nothing is known.
        let looked_at = export.status().is_some();
        let look = if looked_at { since + self.pause } else { since };
        self.next_look = if self.exports.is_empty() { look } else { look.min(self.next_look) };
        self.exports.push(Awaited { export, since, looked_at, polls: 0, failed: 0 });
    }

    /// How many have not been given out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exports.len() + self.ended.len()
    }

    /// True if there is nothing to wait for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next export that has come to its end, with its id; `None` when all have been given out.
    ///
    /// Dropping the future loses nothing: the next call goes on where it was.
    ///
    /// # Errors
    /// Inside the answer, those of [`PendingExport::ready`].
    pub async fn next(&mut self) -> Option<(String, Result<ReadyExport, Error>)> {
        loop {
            self.settle();
            if let Some(ended) = self.ended.pop_front() {
                return Some(ended);
            }
            let deadline = self.exports.iter().map(|one| self.deadline(one)).min()?;
            let due = self.exports.iter().any(|one| !one.looked_at);
            sleep_until(if due { self.next_look } else { self.next_look.min(deadline) }).await;
            self.look().await;
        }
    }

    fn deadline(&self, one: &Awaited) -> Instant {
        // Far enough away where the sum has no meaning.
        let far = || one.since + Duration::from_secs(u32::MAX.into());
        one.since.checked_add(self.client.settings().wait).unwrap_or_else(far)
    }

    /// Puts aside what has ended, and what was waited for long enough.
    fn settle(&mut self) {
        let now = Instant::now();
        for one in std::mem::take(&mut self.exports) {
            if let Some(outcome) = one.export.finished() {
                if let Ok(ready) = &outcome {
                    self.tell_ready(ready);
                }
                self.ended.push_back((one.export.id().to_owned(), outcome));
            } else if one.looked_at && now >= self.deadline(&one) {
                let status = one.export.status().map_or("unknown", Status::as_str);
                let text = format!("not finished in time: its status is {status}");
                let error = Error::new(ErrorKind::NotReady, text);
                let error = one.export.named(error).tried(one.polls, one.since.elapsed());
                self.ended.push_back((one.export.id().to_owned(), Err(error)));
            } else {
                self.exports.push(one);
            }
        }
    }

    fn tell_ready(&self, ready: &ReadyExport) {
        let (export, files) = (ready.id(), ready.files().len());
        let bytes = ready.files().iter().map(|file| file.size_in_bytes).sum();
        tracing::info!(%export, entity = %ready.entity(), files, bytes, "export ready");
        let event = || Event::Ready { export: export.to_owned(), files, bytes };
        self.listeners.tell(&event);
        self.client.tell(&event);
    }

    /// Asks for all of them once.
    async fn look(&mut self) {
        let now = Instant::now();
        let left = self.exports.iter().map(|one| self.deadline(one).saturating_duration_since(now));
        let left = left.min().unwrap_or_default().max(LAST_LOOK);
        let ids: Vec<&str> = self.exports.iter().map(|one| one.export.id()).collect();
        // A poll waits too: for its turn, for a busy server, for an answer.
        let answer = timeout(left, self.client.look_up(&ids)).await;
        for mut one in std::mem::take(&mut self.exports) {
            one.polls += 1;
            one.looked_at = true;
            let lost = match &answer {
                Ok(Ok(found)) => one.told(found, now, &self.listeners),
                Ok(Err(error)) => one.failed(error),
                Err(_) => {
                    tracing::warn!(export = %one.export.id(), "poll cut short");
                    None
                }
            };
            match lost {
                Some(error) => {
                    let error = one.export.named(error);
                    self.ended.push_back((one.export.id().to_owned(), Err(error)));
                }
                None => self.exports.push(one),
            }
        }
        self.next_look = Instant::now() + self.pause;
        let interval = self.client.settings().poll_interval;
        self.pause = self.pause.saturating_mul(2).min(interval);
    }
}

impl Awaited {
    /// Takes what an answer says of it; an error if that is nothing.
    fn told(&mut self, found: &Found, asked: Instant, listeners: &Listeners) -> Option<Error> {
        self.failed = 0;
        let export = match found.of(self.export.id()) {
            Ok(export) => export,
            Err(error) => return Some(error),
        };
        let polled = self.export.see(export.clone(), asked);
        listeners.tell(&|| polled.clone());
        None
    }

    /// A poll has failed: an outage is survived for a while, by what is known to exist.
    fn failed(&mut self, error: &Error) -> Option<Error> {
        self.failed += 1;
        let over =
            self.export.status().is_none() || self.failed == FAILED_POLLS || !error.is_retryable();
        if over {
            return Some(error.clone());
        }
        tracing::warn!(export = %self.export.id(), %error, "poll failed");
        None
    }
}
