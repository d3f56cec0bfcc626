//! The two calls of the API, and what to do when they go wrong.

mod setback;
mod shown;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tracing::Instrument;

use self::setback::{Operation, Setback};
use self::shown::tidy;
use crate::counters::{Counters, Tally};
use crate::credentials::Credentials;
use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::events::{Events, Listeners};
use crate::export::{ExportRequest, PendingExport};
use crate::http::{Answer, Http};
use crate::limiter::Limiter;
use crate::model::{
    AddAnswer, AddRequest, Added, Complaint, Export, Filters, GetAllAnswer, GetAllRequest, Listed,
    Scope,
};
use crate::platform::Platform;
use crate::retry::Attempts;
use crate::settings::{ClientBuilder, Settings};

/// `exports/getAll` takes at most so many identifiers.
const IDS_PER_CALL: usize = 1000;

/// A client of the Exports of the Mews Connector API.
///
/// Cheap to clone; clones share the rate limit. Its futures need a Tokio runtime with time and I/O
/// enabled.
///
/// ```no_run
/// # async fn run() -> Result<(), rowmill_mews::Error> {
/// use futures::TryStreamExt;
/// use rowmill_mews::{Client, Credentials, Entity, Platform};
///
/// let client = Client::new(Platform::Production, Credentials::from_env()?);
/// let export = client.export(Entity::Reservation).send().await?;
/// println!("export {}", export.id()); // keep it: a lost id cannot be looked up
/// let export = export.ready().await?;
/// for index in 0..export.files().len() {
///     let mut file = export.download(index);
///     while let Some(chunk) = file.try_next().await? {
///         println!("{} bytes", chunk.len());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    credentials: Credentials,
    settings: Settings,
    limiter: Limiter,
    tally: Tally,
    listeners: Listeners,
    /// Seconds by which the server's clock is ahead; the least of all numbers before the first
    /// answer.
    clock: AtomicI64,
    /// What went wrong while the client was made is told by the first call.
    ready: Result<Ready, Error>,
}

impl Shared {
    fn set_clock(&self, date: Option<DateTime<Utc>>) {
        if let Some(date) = date {
            self.clock.store((date - Utc::now()).num_seconds(), Ordering::Relaxed);
        }
    }
}

struct Ready {
    base: Url,
    http: Http,
}

impl Client {
    /// A client with the usual settings. It never fails: what is wrong with the platform or the
    /// credentials is told by the first call. [`builder`](Client::builder) tells it at once.
    #[must_use]
    pub fn new(platform: Platform, credentials: Credentials) -> Client {
        Client::put_together(&platform, credentials, Settings::default())
    }

    /// A client with other settings.
    pub fn builder(platform: Platform, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(platform, credentials)
    }

    pub(crate) fn assemble(
        platform: Platform,
        credentials: Credentials,
        settings: Settings,
    ) -> Result<Client, Error> {
        let client = Client::put_together(&platform, credentials, settings);
        client.ready().map(drop)?;
        Ok(client)
    }

    fn put_together(platform: &Platform, credentials: Credentials, settings: Settings) -> Client {
        let ready = credentials.check().and_then(|()| {
            let base = platform.base(settings.allow_http)?;
            let http = Http::new(&settings, &base)?;
            Ok(Ready { base, http })
        });
        let limiter = Limiter::new(settings.calls, settings.window);
        let clock = AtomicI64::new(i64::MIN);
        let (tally, listeners) = (Tally::default(), Listeners::default());
        let shared = Shared { credentials, settings, limiter, tally, listeners, clock, ready };
        Client { shared: Arc::new(shared) }
    }

    /// Begins the request for a new export.
    pub fn export(&self, entity: Entity) -> ExportRequest {
        ExportRequest::new(self.clone(), entity)
    }

    /// Takes over an export that exists already, running or finished, by its id.
    pub fn adopt(&self, id: impl Into<String>) -> PendingExport {
        PendingExport::adopted(self.clone(), id.into())
    }

    /// Describes exports. More than 1,000 are asked for in several calls. Exports that the server
    /// does not name are left out; the order is the server's.
    ///
    /// # Errors
    /// Refused, not authorised, or no answer after all attempts; a blank id; one of these exports is
    /// described in a way that cannot be understood ([`Protocol`](ErrorKind::Protocol)).
    ///
    /// ```no_run
    /// # async fn run(client: rowmill_mews::Client) -> Result<(), rowmill_mews::Error> {
    /// for export in client.get_all(&["3fa85f64-5717-4562-b3fd-2c963f66afa6"]).await? {
    ///     println!("{} is {}", export.entity_type, export.status.as_str());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_all(&self, ids: &[impl AsRef<str>]) -> Result<Vec<Export>, Error> {
        let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
        let found = self.look_up(&ids).await?;
        let asked: HashSet<String> = ids.iter().map(|id| id.to_ascii_lowercase()).collect();
        let of_others = |listed: &Listed| {
            let id = listed.id.as_ref().map(|id| id.to_ascii_lowercase());
            listed.export.is_err() && id.is_some_and(|id| !asked.contains(&id))
        };
        let wanted = found.0.into_iter().filter(|listed| !of_others(listed));
        let named = |error: Error, id: Option<String>| match id {
            Some(id) => error.doing(format!("export {}", tidy(&id))),
            None => error,
        };
        let understood =
            |listed: Listed| listed.understood().cloned().map_err(|e| named(e, listed.id));
        wanted.map(understood).collect()
    }

    /// What the server says of these exports, each for itself.
    pub(crate) async fn look_up(&self, ids: &[&str]) -> Result<Found, Error> {
        if ids.iter().any(|id| id.trim().is_empty()) {
            return Err(Error::new(ErrorKind::InvalidRequest, "an export id is blank"));
        }
        let mut found = Vec::with_capacity(ids.len());
        for export_ids in ids.chunks(IDS_PER_CALL) {
            let credentials = self.shared.credentials.members();
            let body = GetAllRequest { credentials, export_ids };
            let answer: GetAllAnswer = self.call(Operation::GetAll, &body).await?;
            found.extend(answer.exports);
        }
        Ok(Found(found))
    }

    /// One export with the time from which on its links grow old.
    pub(crate) async fn get_one(&self, id: &str) -> Result<(Export, Instant), Error> {
        // Taken before the call, so that links are never thought younger than they are.
        let asked = Instant::now();
        let found = self.look_up(&[id]).await?;
        Ok((found.of(id)?.clone(), asked))
    }

    pub(crate) fn not_found() -> Error {
        let text = "the server knows no export with this id, or not for these tokens";
        Error::new(ErrorKind::NotFound, text)
    }

    pub(crate) async fn add(
        &self,
        entity_type: &Entity,
        scope: &Scope,
        filters: &Filters,
    ) -> Result<Added, Error> {
        let credentials = self.shared.credentials.members();
        let body = AddRequest { credentials, entity_type, scope, filters };
        let answer: AddAnswer = self.call(Operation::Add, &body).await?;
        let id = answer.export.id();
        // It is about to be shown and kept.
        if id.is_empty()
            || id.contains(|letter: char| letter.is_whitespace() || letter.is_control())
        {
            let error = Error::new(ErrorKind::Unknown, "the answer holds no usable id");
            return Err(error.doing(Operation::Add.name()));
        }
        Ok(answer.export)
    }

    /// How far the server's clock is ahead of this machine's, behind if negative, by the date of
    /// its last answer: in whole seconds, and the time that the answer took is not known. `None`
    /// before the first answer, and where answers have no date.
    #[must_use]
    pub fn clock_offset(&self) -> Option<TimeDelta> {
        match self.shared.clock.load(Ordering::Relaxed) {
            i64::MIN => None,
            seconds => TimeDelta::try_seconds(seconds),
        }
    }

    /// What this client and its clones have done so far, in numbers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.tally.counters()
    }

    /// What happens to this client and its clones, and to all their exports and downloads, from now
    /// on. Nothing waits for who reads it; see [`Events`].
    ///
    /// ```no_run
    /// # async fn run(client: rowmill_mews::Client) {
    /// use futures::StreamExt;
    ///
    /// let mut events = client.events();
    /// tokio::spawn(async move {
    ///     while let Some(event) = events.next().await {
    ///         eprintln!("{event}");
    ///     }
    /// });
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        self.shared.listeners.listen()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        self.shared.tally.count(change);
    }

    pub(crate) fn tell(&self, event: &dyn Fn() -> Event) {
        self.shared.listeners.tell(event);
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn http(&self) -> Result<&Http, Error> {
        self.ready().map(|ready| &ready.http)
    }

    fn ready(&self) -> Result<&Ready, Error> {
        self.shared.ready.as_ref().map_err(Error::clone)
    }

    /// One call with all its attempts.
    async fn call<T: DeserializeOwned>(
        &self,
        operation: Operation,
        body: &impl serde::Serialize,
    ) -> Result<T, Error> {
        let span = tracing::debug_span!("call", operation = operation.name());
        self.attempts(operation, body).instrument(span).await
    }

    async fn attempts<T: DeserializeOwned>(
        &self,
        operation: Operation,
        body: &impl serde::Serialize,
    ) -> Result<T, Error> {
        let ready = self.ready()?;
        let url = ready.base.join(operation.path()).map_err(|_| {
            Error::new(ErrorKind::InvalidRequest, "the platform address cannot be extended")
        })?;
        let body = serde_json::to_vec(body)
            .map(Bytes::from)
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the request cannot be written"))?;

        let mut attempts = Attempts::new(self.settings().call_patience());
        loop {
            if tokio::time::timeout(attempts.left(), self.pass(operation)).await.is_err() {
                let text =
                    "no turn came in the time of a call: too many wait for the rate of this client";
                let error = Error::new(ErrorKind::RateLimited, text).doing(operation.name());
                return Err(error.tried(attempts.made(), attempts.elapsed()));
            }
            attempts.count();
            let outcome = match ready.http.post(url.clone(), body.clone()).await {
                Ok(answer) => {
                    self.shared.set_clock(answer.head.date);
                    self.judge(operation, &answer)
                }
                Err(fault) => Err(operation.lost(&fault)),
            };
            let setback: Setback = match outcome {
                Ok(value) => return Ok(value),
                Err(setback) => setback,
            };
            let again = setback.again && *setback.error.kind() != ErrorKind::Unknown;
            let wait = if again { attempts.next_wait(setback.wait) } else { None };
            let Some(wait) = wait else {
                let error = setback.error.doing(operation.name());
                return Err(error.tried(attempts.made(), attempts.elapsed()));
            };
            let (operation, attempt) = (operation.name(), attempts.made());
            let reason = setback.reason();
            tracing::debug!(operation, attempt, ?wait, %reason,
                cause = %setback.error.message(), "trying again");
            self.count(|counters| counters.retry(reason, wait));
            self.tell(&|| Event::CallRetried { operation, reason, attempt, wait });
            tokio::time::sleep(wait).await;
        }
    }

    /// Waits for the turn of one more request.
    async fn pass(&self, operation: Operation) {
        let waited = self.shared.limiter.pass().await;
        if !waited.is_zero() {
            tracing::debug!(operation = operation.name(), ?waited, "waited for the rate");
            self.tell(&|| Event::Throttled { waited });
        }
        self.count(|counters| {
            match operation {
                Operation::Add => counters.add_requests += 1,
                Operation::GetAll => counters.get_all_requests += 1,
            }
            if !waited.is_zero() {
                counters.throttled += 1;
                counters.throttled_for += waited;
            }
        });
    }

    /// A text of the server, fit to be shown.
    fn shown(&self, text: &str) -> String {
        // Tidied first: what is taken out could tear a token apart.
        self.shared.credentials.scrub(&tidy(text))
    }

    /// What an answer means for this operation.
    fn judge<T: DeserializeOwned>(
        &self,
        operation: Operation,
        answer: &Answer,
    ) -> Result<T, Setback> {
        let status = answer.head.status;
        let parsed = serde_json::from_slice(&answer.body);
        // Another success is none to be told, but an id in it must not be lost.
        if status == 200 || matches!(status, 201..=299) && parsed.is_ok() {
            return parsed.map_err(|cause| {
                // The reason of serde_json may quote the answer, and with it a link.
                let place = format!("line {}, column {}", cause.line(), cause.column());
                let text = format!("the answer cannot be understood at {place}");
                if operation == Operation::Add || cause.is_data() {
                    return operation.garbled(text, answer);
                }
                // No JSON, or not all of it: from something on the way, or cut there.
                Setback::later(ErrorKind::Server { status }, text, None)
                    .request_id(answer.head.request_id.clone())
            });
        }
        let complaint: Complaint = serde_json::from_slice(&answer.body).unwrap_or_default();
        let message = self.shown(&complaint.message);
        let request_id = answer.head.request_id.clone().or(complaint.request_id);
        let request_id = request_id.map(|id| self.shown(&id));
        let setback = match status {
            401 => Setback::end(
                ErrorKind::Unauthorized,
                format!("not authorised (status 401){}", said(&message)),
            ),
            429 => Setback::later(
                ErrorKind::RateLimited,
                format!("too many requests (status 429){}", said(&message)),
                answer.head.retry_after,
            ),
            408 | 500..=599 if operation == Operation::Add => Setback::end(
                ErrorKind::Unknown,
                format!("the server failed (status {status}){}", said(&message)),
            ),
            408 | 500..=599 => Setback::later(
                ErrorKind::Server { status },
                format!("the server failed (status {status}){}", said(&message)),
                answer.head.retry_after,
            ),
            400..=499 => {
                let text = format!("refused (status {status}){}", said(&message));
                let may_be_pending =
                    operation == Operation::Add && matches!(status, 400 | 403 | 409);
                Setback::end(ErrorKind::Refused { status, message, may_be_pending }, text)
            }
            300..=399 => Setback::end(
                ErrorKind::Protocol,
                format!("the server redirects (status {status}), which is never followed here"),
            ),
            _ => operation.garbled(format!("unexpected status {status}"), answer),
        };
        Err(setback.request_id(request_id))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("platform", &self.shared.ready.as_ref().map(|ready| ready.base.as_str()))
            .field("credentials", &self.shared.credentials)
            .finish_non_exhaustive()
    }
}

/// What the server says of the exports that it was asked for.
#[derive(Debug)]
pub(crate) struct Found(Vec<Listed>);

impl Found {
    /// What it says of this one. Names are compared without their case.
    pub(crate) fn of(&self, id: &str) -> Result<&Export, Error> {
        let is_it = |listed: &&Listed| {
            listed.id.as_ref().is_some_and(|named| named.eq_ignore_ascii_case(id))
        };
        // It may be the one that has no name.
        let nameless = || self.0.iter().find(|listed| listed.id.is_none());
        let listed = self.0.iter().find(is_it).or_else(nameless);
        listed.ok_or_else(Client::not_found)?.understood()
    }
}

impl Listed {
    fn understood(&self) -> Result<&Export, Error> {
        self.export.as_ref().map_err(|what| {
            let text = match self.id {
                Some(_) => format!("the answer cannot be understood: {what}"),
                None => format!("the answer cannot be understood: an export without an id, {what}"),
            };
            Error::new(ErrorKind::Protocol, text).doing(Operation::GetAll.name())
        })
    }
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}
