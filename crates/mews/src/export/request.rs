//! Asking for a new export.

use std::ops::Range;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::event::Event;
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
    keep_asking: Duration,
}

impl ExportRequest {
    pub(crate) fn new(client: Client, entity: Entity) -> ExportRequest {
        let (enterprises, chains, updated, posting) = (None, None, None, None);
        let keep_asking = Duration::ZERO;
        ExportRequest { client, entity, enterprises, chains, updated, posting, keep_asking }
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

    /// Asks again, at the poll interval, where a refusal may mean that an export of this type is
    /// running already, until so much time has gone by. Default: asks once.
    ///
    /// Nothing else is asked for again for the sake of this: neither after a lost answer nor after
    /// any other refusal.
    pub fn keep_asking(mut self, longest: Duration) -> ExportRequest {
        self.keep_asking = longest;
        self
    }

    /// Checks the documented rules, as [`send`](ExportRequest::send) does before it sends.
    ///
    /// # Errors
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest): one of them is broken.
    pub fn check(&self) -> Result<(), Error> {
        self.checked().map(drop)
    }

    /// What is probably a mistake, in a few words each, such as a selector that does not seem to fit the
    /// entity type. It is sent all the same: what fits is not documented. Nothing for a request that is
    /// refused by [`check`](ExportRequest::check).
    #[must_use]
    pub fn doubts(&self) -> Vec<&'static str> {
        let doubts = |(scope, filters)| rules::doubts(&self.entity, &scope, &filters);
        self.checked().map(doubts).unwrap_or_default()
    }

    fn checked(&self) -> Result<(Scope, Filters), Error> {
        rules::spelling(&self.entity)?;
        let scope = Scope {
            enterprise_ids: rules::ids("enterprise", self.enterprises.clone())?,
            chain_ids: rules::ids("chain", self.chains.clone())?,
        };
        let filters = Filters {
            updated: rules::updated(self.updated.clone(), Utc::now())?,
            ledger_entry: rules::posting(&self.entity, self.posting.clone())?,
        };
        Ok((scope, filters))
    }

    /// Asks for the export.
    ///
    /// The request is repeated only where it certainly was not accepted: no connection, status
    /// 429, or a refusal while it is to [keep asking](ExportRequest::keep_asking). If this future
    /// is dropped while it runs, the export may exist all the same.
    ///
    /// # Errors
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): a documented rule is broken; nothing
    ///   was sent.
    /// - [`Refused`](crate::ErrorKind::Refused): among other reasons, because an export of this
    ///   type is running already.
    /// - [`Unknown`](crate::ErrorKind::Unknown): the answer was lost; the export may exist.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) and what a network can do.
    pub async fn send(self) -> Result<PendingExport, Error> {
        let (scope, filters) = self.checked()?;
        for doubt in rules::doubts(&self.entity, &scope, &filters) {
            tracing::warn!(entity = %self.entity, doubt, "the request may be a mistake");
        }
        let added = self.accepted(&scope, &filters).await?;
        let (id, entity) = (added.id().to_owned(), &self.entity);
        tracing::info!(export = %id, %entity, "export requested");
        self.client.tell(&|| Event::Requested { export: id.clone(), entity: entity.clone() });
        Ok(match added {
            Added::Described(export) => PendingExport::added(self.client, *export),
            Added::Named { id } => PendingExport::adopted(self.client, id),
        })
    }

    /// The answer to the request, which is made again as long as it may.
    async fn accepted(&self, scope: &Scope, filters: &Filters) -> Result<Added, Error> {
        let started = Instant::now();
        let mut asked = 0;
        loop {
            asked += 1;
            let error = match self.client.add(&self.entity, scope, filters).await {
                Ok(added) => return Ok(added),
                Err(error) => error,
            };
            let left = self.keep_asking.saturating_sub(started.elapsed());
            let may_be_pending =
                matches!(error.kind(), ErrorKind::Refused { may_be_pending: true, .. });
            if !may_be_pending || left.is_zero() {
                let again = asked > 1;
                return Err(if again { error.tried(asked, started.elapsed()) } else { error });
            }
            let (entity, wait) = (&self.entity, self.client.settings().poll_interval.min(left));
            tracing::info!(%entity, cause = %error.message(), ?wait, "refused, asks again");
            self.client.tell(&|| Event::Refused { entity: entity.clone(), wait });
            sleep(wait).await;
        }
    }
}
