//! Answers: JSON from the API, XML from the file host, and what every answer carries.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::response::Response;
use serde::Serialize;

use super::model::ErrorResponse;
use crate::corpus::random::mix;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// A refused request to the API.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
    pub(super) retry_after: Option<Duration>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal { status, message: message.into(), retry_after: None }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, message)
    }
}

/// A new id that no other request or export has, in the form of a UUID.
pub(super) fn new_id() -> String {
    // Each `RandomState` has other keys, so the empty hash is a fresh number.
    let [high, low] = [RandomState::new(), RandomState::new()].map(|keys| mix(keys.hash_one(0)));
    let id = (u128::from(high) << 64) | u128::from(low);
    let text = format!("{id:032x}");
    let (a, rest) = text.split_at(8);
    let (b, rest) = rest.split_at(4);
    let (c, rest) = rest.split_at(4);
    let (d, e) = rest.split_at(4);
    format!("{a}-{b}-{c}-{d}-{e}")
}

/// The API's answer: the value as JSON, or its error object; a `Request-Id` either way.
pub(super) fn api<T: Serialize>(result: Result<T, Refusal>) -> Response {
    let request_id = new_id();
    let (status, body, retry_after) = match result {
        Ok(value) => (StatusCode::OK, serde_json::to_vec(&value), None),
        Err(Refusal { status, message, retry_after }) => {
            let error = ErrorResponse { message: &message, request_id: &request_id };
            (status, serde_json::to_vec(&error), retry_after)
        }
    };
    // Only maps with keys that are no strings can fail to serialise, and there are none.
    let mut response =
        with_type(status, "application/json; charset=utf-8", body.unwrap_or_default());
    retry_in(&mut response, retry_after);
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The file host's refusal, in XML as object stores answer.
pub(super) fn file_host(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Error><Code>{code}</Code>\
         <Message>{message}</Message><RequestId>{}</RequestId></Error>",
        new_id()
    );
    with_type(status, "application/xml", body.into_bytes())
}

/// Asks to come back later, in whole seconds.
pub(super) fn retry_in(response: &mut Response, wait: Option<Duration>) {
    if let Some(wait) = wait {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn with_type(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    // Stated here, so that a body which a script cuts short has promised its full length.
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
