//! Asking for a new export.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use crate::client::Client;
use crate::entity::Entity;
use crate::error::Error;
use crate::export::{PendingExport, rules};
use crate::model::{Added, Filters, Scope};

/// A request for a new export: what to select, then [`send`](ExportRequest::send).
///
/// ```no_run
/// # async fn run(client: rowmill_mews::Client) -> Result<(), rowmill_mews::Error> {
/// use rowmill_mews::Entity;
/// use rowmill_mews::chrono::{DateTime, Utc};
///
/// let from: DateTime<Utc> = "2024-01-01T00:00:00Z".parse().unwrap();
/// let until: DateTime<Utc> = "2024-02-01T00:00:00Z".parse().unwrap();
/// let export = client
///     .export(Entity::Reservation)
///     .updated(from..until)
///     .enterprises(["3fa85f64-5717-4562-b3fc-2c963f66afa6"])
///     .send()
///     .await?;
/// println!("{}", export.id());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ExportRequest {
    client: Client,
    entity: Entity,
    enterprises: Option<Vec<String>>,
    chains: Option<Vec<String>>,
    updated: Option<Range<DateTime<Utc>>>,
    posting: Option<Range<NaiveDate>>,
}

impl ExportRequest {
    pub(crate) fn new(client: Client, entity: Entity) -> ExportRequest {
        let (enterprises, chains, updated, posting) = (None, None, None, None);
        ExportRequest { client, entity, enterprises, chains, updated, posting }
    }

    /// Only these enterprises, 1 to 1,000. Without it: all that the access token can see.
    pub fn enterprises<I>(mut self, ids: I) -> ExportRequest
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.enterprises = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Only these chains, 1 to 1,000. Without it: all that the access token can see.
    pub fn chains<I>(mut self, ids: I) -> ExportRequest
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.chains = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Only what was updated in this interval: at most 180 days, ending at least 6 minutes ago
    /// (the 5 that Mews asks for, and one for clocks that differ).
    pub fn updated(mut self, interval: Range<DateTime<Utc>>) -> ExportRequest {
        self.updated = Some(interval);
        self
    }

    /// Only ledger entries posted from the first of these days up to, and without, the second.
    /// For [`Entity::LedgerEntry`] alone, and known to newer servers only.
    pub fn posting(mut self, days: Range<NaiveDate>) -> ExportRequest {
        self.posting = Some(days);
        self
    }

    /// Asks for the export.
    ///
    /// The request is repeated only where it certainly was not accepted: no connection, or status
    /// 429. If this future is dropped while it runs, the export may exist all the same.
    ///
    /// # Errors
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): a documented rule is broken; nothing
    ///   was sent.
    /// - [`Refused`](crate::ErrorKind::Refused): among other reasons, because an export of this
    ///   type is running already.
    /// - [`Unknown`](crate::ErrorKind::Unknown): the answer was lost; the export may exist.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) and what a network can do.
    pub async fn send(self) -> Result<PendingExport, Error> {
        let scope = Scope {
            enterprise_ids: rules::ids("enterprise", self.enterprises)?,
            chain_ids: rules::ids("chain", self.chains)?,
        };
        let filters = Filters {
            updated: rules::updated(self.updated, Utc::now())?,
            ledger_entry: rules::posting(&self.entity, self.posting)?,
        };
        rules::warn(&self.entity, &scope, &filters);
        let export = match self.client.add(&self.entity, &scope, &filters).await? {
            Added::Described(export) => PendingExport::added(self.client, *export),
            Added::Named { id } => PendingExport::adopted(self.client, id),
        };
        tracing::info!(export = %export.id(), entity = %self.entity, "export requested");
        Ok(export)
    }
}
