//! An export that is not known to be finished.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::client::Client;
use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::export::ReadyExport;
use crate::model::{Export, Status};

/// The pause before the second look at an export, and the least that is waited.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// An outage of the API this many polls long ends the waiting; each poll has several attempts.
const FAILED_POLLS: u32 = 3;
/// What a poll may take at least, even if the time allowed for waiting ends meanwhile.
const LAST_LOOK: Duration = Duration::from_secs(3);

/// An export that was asked for or taken over, and whose id is known.
///
/// The id is the only way back to an export: there is no list of them, and while it runs no second
/// one of its type is accepted. So keep [`id`](PendingExport::id) before doing anything else.
///
/// ```no_run
/// # async fn run(client: rowmill_mews::Client) -> Result<(), rowmill_mews::Error> {
/// let export = client.adopt("09708665-0e31-4b23-b337-b0a000be0df0").ready().await?;
/// println!("{} files of {}", export.files().len(), export.entity());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PendingExport {
    client: Client,
    id: String,
    /// The last that was heard of it, and when that was asked for.
    seen: Option<(Export, Instant)>,
}

impl PendingExport {
    pub(crate) fn added(client: Client, export: Export) -> PendingExport {
        PendingExport { client, id: export.id.clone(), seen: Some((export, Instant::now())) }
    }

    pub(crate) fn adopted(client: Client, id: String) -> PendingExport {
        PendingExport { client, id, seen: None }
    }

    /// The id of the export.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The last status that was heard of; `None` for an adopted export before its first poll.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        self.seen.as_ref().map(|(export, _)| &export.status)
    }

    /// What is exported; `None` for an adopted export before its first poll.
    #[must_use]
    pub fn entity(&self) -> Option<&Entity> {
        self.seen.as_ref().map(|(export, _)| &export.entity_type)
    }

    /// Asks the server once how far the export is.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the server does not know it, and what any call
    /// can end with. A failed or expired export is no error here.
    pub async fn poll(&mut self) -> Result<Status, Error> {
        let seen = self.client.get_one(&self.id).await.map_err(|error| self.named(error))?;
        let status = seen.0.status.clone();
        tracing::debug!(export = %self.id, status = status.as_str(), "export polled");
        self.seen = Some(seen);
        Ok(status)
    }

    /// Waits until the export is finished, as long as the client is set to wait.
    ///
    /// # Errors
    /// - [`Failed`](crate::ErrorKind::Failed), [`Expired`](crate::ErrorKind::Expired): what the
    ///   server says of it.
    /// - [`NotReady`](crate::ErrorKind::NotReady): not finished in time, or in a status unknown to
    ///   this version; it goes on and can be [adopted](Client::adopt).
    /// - What [`poll`](PendingExport::poll) can end with; an outage of the API is survived for two
    ///   polls.
    pub async fn ready(mut self) -> Result<ReadyExport, Error> {
        let settings = self.client.settings();
        let (interval, wait) = (settings.poll_interval, settings.wait);
        let started = Instant::now();
        let mut polls = 0;
        let mut failed = 0;
        let mut pause = FIRST_PAUSE.min(interval);
        let mut left = wait;
        let mut look = self.seen.is_none();
        loop {
            if look {
                polls += 1;
                // A poll waits too: for its turn, for a busy server, for an answer.
                match timeout(left.max(LAST_LOOK), self.poll()).await {
                    Ok(Ok(_)) => failed = 0,
                    Ok(Err(error)) => {
                        failed += 1;
                        if self.seen.is_none() || failed == FAILED_POLLS || !error.is_retryable() {
                            return Err(error);
                        }
                        tracing::warn!(export = %self.id, %error, "poll failed");
                    }
                    Err(_) => tracing::warn!(export = %self.id, "poll cut short"),
                }
            }
            if let Some(finished) = self.finished() {
                return finished;
            }
            left = wait.saturating_sub(started.elapsed());
            if left.is_zero() {
                let status = self.status().map_or("unknown", Status::as_str);
                let text = format!("not finished in time: its status is {status}");
                let error = Error::new(ErrorKind::NotReady, text);
                return Err(self.named(error).tried(polls, started.elapsed()));
            }
            sleep(pause.min(left)).await;
            pause = pause.saturating_mul(2).min(interval);
            left = wait.saturating_sub(started.elapsed());
            look = true;
        }
    }

    /// The end of the export, if the last answer told of one.
    fn finished(&self) -> Option<Result<ReadyExport, Error>> {
        let (export, asked) = self.seen.as_ref()?;
        match export.status {
            Status::Success => {
                Some(Ok(ReadyExport::new(self.client.clone(), export.clone(), *asked)))
            }
            Status::Failed => {
                let error = Error::new(ErrorKind::Failed, "the export failed at the server");
                Some(Err(self.named(error)))
            }
            Status::Expired => {
                let error = Error::new(ErrorKind::Expired, "the export has expired");
                Some(Err(self.named(error)))
            }
            Status::Pending | Status::Processing | Status::Other(_) => None,
        }
    }

    fn named(&self, error: Error) -> Error {
        error.doing(format!("export {}", self.id))
    }
}
