//! An export that is not known to be finished.

use tokio::time::Instant;

use crate::client::Client;
use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::export::{ReadyExport, Waiting};
use crate::model::{Export, Status};

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
        let found = self.client.get_one(&self.id).await;
        let (export, asked) = found.map_err(|error| self.named(error))?;
        let status = export.status.clone();
        self.see(export, asked);
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
    pub async fn ready(self) -> Result<ReadyExport, Error> {
        let mut waiting = Waiting::new(&self.client);
        let unheard = self.named(Client::not_found());
        waiting.push(self);
        waiting.next().await.map_or(Err(unheard), |(_, outcome)| outcome)
    }

    /// Keeps what was heard of it, and tells it.
    pub(crate) fn see(&mut self, export: Export, asked: Instant) -> Event {
        let polled = Event::Polled { export: self.id.clone(), status: export.status.clone() };
        tracing::debug!(export = %self.id, status = export.status.as_str(), "export polled");
        self.client.tell(&|| polled.clone());
        self.seen = Some((export, asked));
        polled
    }

    /// The end of the export, if the last answer told of one.
    pub(crate) fn finished(&self) -> Option<Result<ReadyExport, Error>> {
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

    pub(crate) fn named(&self, error: Error) -> Error {
        error.doing(format!("export {}", self.id))
    }
}
