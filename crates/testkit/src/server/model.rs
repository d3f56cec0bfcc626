//! The JSON of the two operations. Member names and contracts are those of the operations'
//! documentation; members that a request has beyond them are ignored.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// The entity types that can be exported.
pub(super) const ENTITY_TYPES: [&str; 10] = [
    "OrderItem",
    "Payment",
    "Reservation",
    "Customer",
    "Company",
    "Bill",
    "AvailabilityAdjustment",
    "AvailabilityBlock",
    "ResourceBlock",
    "LedgerEntry",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Caller {
    pub(super) client_token: String,
    pub(super) access_token: String,
    pub(super) client: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AddRequest {
    pub(super) entity_type: String,
    pub(super) scope: Option<Scope>,
    pub(super) filters: Option<Filters>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAllRequest {
    pub(super) export_ids: Vec<String>,
}

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Scope {
    pub(super) enterprise_ids: Option<Vec<String>>,
    pub(super) chain_ids: Option<Vec<String>>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Filters {
    pub(super) updated_utc: Option<Interval>,
    /// Newer than the operations' first documentation: not repeated where it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ledger_entry_filters: Option<LedgerEntryFilters>,
}

impl Filters {
    /// A window that nobody asks for: a day of 1970.
    pub(super) fn another() -> Filters {
        let start_utc = DateTime::<Utc>::UNIX_EPOCH;
        let end_utc = start_utc + TimeDelta::days(1);
        let updated_utc = Some(Interval { start_utc, end_utc });
        Filters { updated_utc, ledger_entry_filters: None }
    }
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Interval {
    #[serde(serialize_with = "instant")]
    pub(super) start_utc: DateTime<Utc>,
    #[serde(serialize_with = "instant")]
    pub(super) end_utc: DateTime<Utc>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LedgerEntryFilters {
    pub(super) posting: Option<Posting>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Posting {
    pub(super) start: NaiveDate,
    pub(super) end: NaiveDate,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Export {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) entity_type: String,
    pub(super) scope: Scope,
    pub(super) files: Vec<FileEntry>,
    #[serde(serialize_with = "some_instant")]
    pub(super) expires_utc: Option<DateTime<Utc>>,
    pub(super) filters: Option<Filters>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FileEntry {
    pub(super) url: String,
    pub(super) size_in_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AddResponse {
    pub(super) export: Export,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAllResponse {
    pub(super) exports: Vec<Export>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorResponse<'a> {
    pub(super) message: &'a str,
    pub(super) request_id: &'a str,
}

fn instant<S: Serializer>(moment: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn some_instant<S: Serializer>(moment: &Option<DateTime<Utc>>, to: S) -> Result<S::Ok, S::Error> {
    match moment {
        // The documentation's own instants are whole seconds.
        Some(moment) => to.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::Secs, true)),
        None => to.serialize_none(),
    }
}
