//! `exports/add` and `exports/getAll`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::exports::{Export, Status};
use super::faults::{Fault, Operation};
use super::model::{self, AddRequest, Caller, Filters, GetAllRequest, Scope};
use super::reply::{Refusal, api, new_id};
use super::setup::Ending;
use super::{Shared, files, locked};

/// The most ids a request may name.
const MOST_IDS: usize = 1_000;
const LONGEST_WINDOW: TimeDelta = TimeDelta::days(180);
const YOUNGEST_END: TimeDelta = TimeDelta::minutes(5);

/// What a token without a scope in the request sees.
const ENTERPRISE: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const CHAIN: &str = "1df21f06-0cfc-4960-9c58-a3bf1261663e";

pub(super) async fn not_found() -> Response {
    api::<()>(Err(Refusal::new(StatusCode::NOT_FOUND, "Not found.")))
}

pub(super) async fn add(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    shared.counters.add.fetch_add(1, Ordering::Relaxed);
    answer(&shared, &Operation::Add, |fault| begin(&shared, &body, fault)).await
}

pub(super) async fn get_all(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    shared.counters.get_all.fetch_add(1, Ordering::Relaxed);
    answer(&shared, &Operation::GetAll, |fault| look_up(&shared, &body, fault)).await
}

/// Carries a request out, unless a fault comes in between.
async fn answer<T: serde::Serialize>(
    shared: &Shared,
    operation: &Operation,
    carry_out: impl FnOnce(Option<&Fault>) -> Result<T, Refusal>,
) -> Response {
    let fault = locked(&shared.script).play(operation);
    match fault {
        Some(Fault::Refuse { status, retry_after }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let refusal = Refusal::new(status, "Refused by the script of this test server.");
            api::<T>(Err(Refusal { retry_after, ..refusal }))
        }
        Some(Fault::Cut { after }) => api(carry_out(None)).map(|body| files::cut(body, after)),
        Some(Fault::LoseAnswer) => api(carry_out(None)).map(files::lost),
        Some(Fault::Stall { after }) => {
            let stopping = shared.stopping();
            api(carry_out(None)).map(|body| files::stalled(body, after, stopping))
        }
        Some(Fault::Delay(wait)) => {
            let response = api(carry_out(None));
            tokio::select! {
                () = tokio::time::sleep(wait) => response,
                () = shared.stopping() => response.map(|_| Body::empty()),
            }
        }
        Some(Fault::Garble) => {
            let mut response =
                api(carry_out(None)).map(|_| Body::from("<html>This is not the API.</html>"));
            // It is no longer that of the body.
            response.headers_mut().remove(CONTENT_LENGTH);
            response
        }
        // Some of the others are about what the API tells, and some about files.
        fault => api(carry_out(fault.as_ref())),
    }
}

fn begin(
    shared: &Shared,
    body: &[u8],
    fault: Option<&Fault>,
) -> Result<model::AddResponse, Refusal> {
    let request: AddRequest = admitted(shared, body)?;
    let known = model::ENTITY_TYPES.contains(&request.entity_type.as_str());
    let dataset = shared.dataset(&request.entity_type);
    if !known && dataset.is_none() {
        return Err(Refusal::bad_request("Invalid EntityType."));
    }
    if let Some(scope) = &request.scope {
        for ids in [&scope.enterprise_ids, &scope.chain_ids].into_iter().flatten() {
            check_ids(ids)?;
        }
    }
    if let Some(filters) = &request.filters {
        check_filters(shared, filters)?;
    }
    let mut exports = locked(&shared.exports);
    if let (Some(Fault::RepeatExport), Some(export)) = (fault, exports.newest(&request.entity_type))
    {
        return Ok(model::AddResponse { export: view(export, Status::Pending, Vec::new()) });
    }
    if exports.runs(&request.entity_type) {
        let text = "An export of this entity type is already pending or in progress.";
        return Err(Refusal::bad_request(text));
    }
    let ending = dataset.map_or(Ending::Success, |dataset| dataset.ending);
    let scope = request.scope.unwrap_or_else(|| whole_scope(&request.entity_type));
    let export = exports.begin(new_id(), request.entity_type, scope, request.filters, ending);
    let mut export = view(export, Status::Pending, Vec::new());
    if fault == Some(&Fault::CapitalId) {
        export.id.make_ascii_uppercase();
    }
    Ok(model::AddResponse { export })
}

fn look_up(
    shared: &Shared,
    body: &[u8],
    fault: Option<&Fault>,
) -> Result<model::GetAllResponse, Refusal> {
    let request: GetAllRequest = admitted(shared, body)?;
    check_ids(&request.export_ids)?;
    let now = shared.clock.now();
    let mut exports = locked(&shared.exports);
    let mut found = Vec::new();
    for id in &request.export_ids {
        if let Some((export, status)) = exports.poll(id, now) {
            let status = match fault {
                Some(Fault::ForgetExport) => continue,
                Some(Fault::ExpireExport) => Status::Expired,
                Some(Fault::FailExport) => Status::Failed,
                _ => status,
            };
            let mut files = match status {
                Status::Success => files::entries(shared, export, now),
                _ => Vec::new(),
            };
            match fault {
                Some(Fault::OtherSizes) => files.iter_mut().for_each(|f| f.size_in_bytes += 1),
                Some(Fault::FewerFiles) => drop(files.pop()),
                _ => {}
            }
            let mut export = view(export, status, files);
            match fault {
                Some(Fault::OtherScope) => export.scope.enterprise_ids = Some(vec![new_id()]),
                Some(Fault::OtherFilters) => export.filters = Some(Filters::another()),
                _ => {}
            }
            found.push(export);
        }
    }
    Ok(model::GetAllResponse { exports: found })
}

/// The request, if its caller may make it: well-formed, known tokens, not too many.
fn admitted<T: DeserializeOwned>(shared: &Shared, body: &[u8]) -> Result<T, Refusal> {
    let caller: Caller = parsed(body)?;
    for (name, member) in [
        ("ClientToken", &caller.client_token),
        ("AccessToken", &caller.access_token),
        ("Client", &caller.client),
    ] {
        if member.is_empty() {
            return Err(Refusal::bad_request(format!("{name} must not be empty.")));
        }
    }
    if caller.client_token != shared.client_token || caller.access_token != shared.access_token {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Invalid ClientToken or AccessToken."));
    }
    if let Err(wait) = locked(&shared.limit).pass(Instant::now()) {
        shared.counters.rate_limited.fetch_add(1, Ordering::Relaxed);
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests.");
        return Err(Refusal { retry_after: Some(wait), ..refusal });
    }
    parsed(body)
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let text = error.to_string();
        Refusal::bad_request(if !error.is_data() {
            "Invalid JSON.".to_owned()
        } else if text.starts_with("missing field") {
            format!("Invalid request: {text}.")
        } else {
            // The full text may hold values, tokens among them.
            format!("Invalid request: wrong type near column {}.", error.column())
        })
    })
}

fn check_ids(ids: &[String]) -> Result<(), Refusal> {
    if ids.is_empty() || ids.len() > MOST_IDS {
        return Err(Refusal::bad_request(format!("Between 1 and {MOST_IDS} ids are allowed.")));
    }
    let is_uuid = |id: &String| {
        id.len() == 36
            && id.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    };
    if ids.iter().all(is_uuid) { Ok(()) } else { Err(Refusal::bad_request("Invalid id.")) }
}

fn check_filters(shared: &Shared, filters: &Filters) -> Result<(), Refusal> {
    if let Some(window) = &filters.updated_utc {
        if window.start_utc > window.end_utc {
            return Err(Refusal::bad_request("UpdatedUtc: the start is after the end."));
        }
        if window.end_utc - window.start_utc > LONGEST_WINDOW {
            return Err(Refusal::bad_request("UpdatedUtc: the interval exceeds 180 days."));
        }
        // The client may have read a clock that a test has not paused.
        if window.end_utc > shared.clock.now().max(Utc::now()) - YOUNGEST_END {
            let text = "UpdatedUtc: the end must be at least 5 minutes in the past.";
            return Err(Refusal::bad_request(text));
        }
    }
    let posting =
        filters.ledger_entry_filters.as_ref().and_then(|filters| filters.posting.as_ref());
    if posting.is_some_and(|posting| posting.start > posting.end) {
        return Err(Refusal::bad_request("Posting: the start is after the end."));
    }
    Ok(())
}

/// The scope of an export whose request named none: all that the token may see.
fn whole_scope(entity: &str) -> Scope {
    match entity {
        "Customer" | "Company" => {
            Scope { enterprise_ids: None, chain_ids: Some(vec![CHAIN.to_owned()]) }
        }
        _ => Scope { enterprise_ids: Some(vec![ENTERPRISE.to_owned()]), chain_ids: None },
    }
}

fn view(export: &Export, status: Status, files: Vec<model::FileEntry>) -> model::Export {
    model::Export {
        id: export.id.clone(),
        status: status.name(),
        entity_type: export.entity.clone(),
        scope: export.scope.clone(),
        files,
        expires_utc: export.expires(),
        filters: export.filters.clone(),
    }
}
