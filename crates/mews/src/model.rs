//! The types of the two operations, as the Mews documentation of exports lists them.
//!
//! Reading is tolerant: unknown members are skipped, unknown statuses and entity types are kept by
//! name, and every optional member may be null or absent. Writing is exact: no null member and no
//! empty array is ever sent.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::credentials::Members;
use crate::entity::Entity;
use crate::link::Link;

/// No name of a status or type is longer.
const LONGEST_NAME: usize = 50;

/// An export as `exports/getAll` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Described")]
#[non_exhaustive]
pub struct Export {
    /// Unique identifier of the export.
    pub id: String,
    /// How far it is.
    pub status: Status,
    /// What it holds.
    pub entity_type: Entity,
    /// The enterprises or chains it was made for.
    pub scope: Scope,
    /// Its files; empty unless the status is [`Status::Success`], and possibly even then.
    pub files: Vec<FileEntry>,
    /// When the files may go away; set when the export is finished.
    pub expires: Option<DateTime<Utc>>,
    /// The filters it was made with.
    pub filters: Filters,
}

/// An export as it was sent.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    id: String,
    status: Status,
    entity_type: Entity,
    #[serde(default, deserialize_with = "or_default")]
    scope: Scope,
    files: Option<Vec<FileEntry>>,
    #[serde(default, deserialize_with = "instant")]
    expires_utc: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "or_default")]
    filters: Filters,
}

impl TryFrom<Described> for Export {
    type Error = &'static str;

    /// The files of a finished export decide whether rows are there, so their list is taken at its
    /// word alone: without one it is not known whether there are any, and with a file in it twice all
    /// its rows would be.
    fn try_from(sent: Described) -> Result<Export, &'static str> {
        if sent.files.is_none() && sent.status == Status::Success {
            return Err("a finished export without a list of files");
        }
        let files = sent.files.unwrap_or_default();
        let mut links = HashSet::new();
        if !files.iter().all(|file| links.insert(&file.link)) {
            return Err("an export with a file twice");
        }
        Ok(Export {
            id: sent.id,
            status: sent.status,
            entity_type: sent.entity_type,
            scope: sent.scope,
            expires: sent.expires_utc,
            filters: sent.filters,
            files,
        })
    }
}

/// How far an export is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Waiting to be started.
    Pending,
    /// Being made.
    Processing,
    /// Finished; the files can be downloaded.
    Success,
    /// Given up by the server, which tells no reason.
    Failed,
    /// Finished earlier; the files are gone.
    Expired,
    /// A status that this version does not know; taken for "not finished".
    Other(String),
}

impl Status {
    /// The name in the API, such as `Processing`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Status::Pending => "Pending",
            Status::Processing => "Processing",
            Status::Success => "Success",
            Status::Failed => "Failed",
            Status::Expired => "Expired",
            Status::Other(name) => name,
        }
    }
}

impl From<&str> for Status {
    fn from(name: &str) -> Status {
        match name {
            "Pending" => Status::Pending,
            "Processing" => Status::Processing,
            "Success" => Status::Success,
            "Failed" => Status::Failed,
            "Expired" => Status::Expired,
            other => Status::Other(other.to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
        Ok(Status::from(name(&String::deserialize(deserializer)?)))
    }
}

/// A name out of an answer, which may be shown: what is none could be anything.
pub(crate) fn name(text: &str) -> &str {
    let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if text.len() <= LONGEST_NAME && is_name(text) { text } else { "(not a name)" }
}

/// The enterprises or chains of an export; an empty list means that there is no such selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Scope {
    /// Identifiers of enterprises.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub enterprise_ids: Vec<String>,
    /// Identifiers of chains.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub chain_ids: Vec<String>,
}

impl Scope {
    pub(crate) fn is_empty(&self) -> bool {
        self.enterprise_ids.is_empty() && self.chain_ids.is_empty()
    }
}

/// The filters of an export; none means all data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Filters {
    /// The interval in which an entity was last updated.
    #[serde(default, rename = "UpdatedUtc", skip_serializing_if = "Option::is_none")]
    pub updated: Option<Updated>,
    /// The filter of ledger entries. Newer than the rest of the operation: sent only when set.
    #[serde(default, rename = "LedgerEntryFilters", skip_serializing_if = "Option::is_none")]
    pub ledger_entry: Option<LedgerEntryFilters>,
}

impl Filters {
    pub(crate) fn is_empty(&self) -> bool {
        self.updated.is_none() && self.ledger_entry.is_none()
    }
}

/// An interval of update times, start included, end not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Updated {
    /// The first instant.
    #[serde(default, deserialize_with = "instant", skip_serializing_if = "Option::is_none")]
    pub start_utc: Option<DateTime<Utc>>,
    /// The instant after the last one.
    #[serde(default, deserialize_with = "instant", skip_serializing_if = "Option::is_none")]
    pub end_utc: Option<DateTime<Utc>>,
}

/// The filters that only ledger entries have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LedgerEntryFilters {
    /// The interval of posting dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting: Option<Posting>,
}

/// An interval of posting dates, both ends included, as the API has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Posting {
    /// The first day.
    #[serde(default, deserialize_with = "date", skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// The last day.
    #[serde(default, deserialize_with = "date", skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
}

/// One file of an export. Its link stays inside this crate.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct FileEntry {
    #[serde(rename = "Url")]
    pub(crate) link: Link,
    /// Total size of the file in bytes.
    pub size_in_bytes: u64,
}

/// The body of `exports/add`. No `Debug`: it holds the tokens.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AddRequest<'a> {
    #[serde(flatten)]
    pub(crate) credentials: Members<'a>,
    pub(crate) entity_type: &'a Entity,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub(crate) scope: &'a Scope,
    #[serde(skip_serializing_if = "Filters::is_empty")]
    pub(crate) filters: &'a Filters,
}

/// The answer of `exports/add`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AddAnswer {
    pub(crate) export: Added,
}

/// A new export. Whatever else cannot be understood, its id must not be lost: there is no other way
/// back to it, and it locks out the next one of its type.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Added {
    Described(Box<Export>),
    #[serde(rename_all = "PascalCase")]
    Named {
        id: String,
    },
}

impl Added {
    pub(crate) fn id(&self) -> &str {
        match self {
            Added::Described(export) => &export.id,
            Added::Named { id } => id,
        }
    }
}

/// The body of `exports/getAll`. No `Debug`: it holds the tokens.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetAllRequest<'a> {
    #[serde(flatten)]
    pub(crate) credentials: Members<'a>,
    pub(crate) export_ids: &'a [&'a str],
}

/// The answer of `exports/getAll`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetAllAnswer {
    pub(crate) exports: Vec<Listed>,
}

/// One element of that answer, read by itself: one that cannot be understood says nothing about the
/// others, which must not wait for it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// `None` if not even that can be read.
    pub(crate) id: Option<String>,
    /// The export, or what is wrong with it.
    pub(crate) export: Result<Export, String>,
}

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listed, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Named {
            id: String,
        }

        let text = Box::<RawValue>::deserialize(deserializer)?;
        let export = match serde_json::from_str::<Described>(text.get()) {
            Ok(described) => Export::try_from(described).map_err(str::to_owned),
            // The reason may quote the text, and with it a link.
            Err(cause) => Err(format!("not understood at its byte {}", cause.column())),
        };
        let named = serde_json::from_str::<Named>(text.get());
        Ok(Listed { id: named.ok().map(|named| named.id), export })
    }
}

/// The body of an answer that is not a success. An edge proxy may send something else entirely,
/// so every member has a default.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Complaint {
    #[serde(deserialize_with = "or_default")]
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
}

/// Null counts as absent.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// An instant in an answer. What cannot be read as one counts as absent: nothing that is
/// decided from an answer rests on it, and it must not stop a job that polls for hours.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| instant.with_timezone(&Utc))
            .or_else(|_| {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|t| t.and_utc())
            })
            .ok()
    }))
}

/// A date in an answer; as tolerant as [`instant`]. A time of day behind the date is ignored.
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| text.get(..10)?.parse().ok()))
}
