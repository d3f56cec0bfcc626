//! A client that speaks just enough HTTP to look at every byte of an answer.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use rowmill_testkit::server::Server;

/// An answer as it arrived.
pub(crate) struct Answer {
    /// 0 if the connection ended before the head was complete.
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    /// What came before the connection ended; less than promised if it was cut.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is text")
    }

    pub(crate) fn promised(&self) -> usize {
        self.header("content-length").parse().expect("the length is stated")
    }
}

/// One request on a connection of its own.
pub(crate) async fn send(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let exchange = async {
        let mut stream =
            TcpStream::connect(("127.0.0.1", server.port())).await.expect("it listens");
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(head.as_bytes()).await.expect("the request can be sent");
        let mut bytes = Vec::new();
        // A cut body may end with a reset; what came before it counts.
        let _ = stream.read_to_end(&mut bytes).await;
        bytes
    };
    let bytes = tokio::time::timeout(Duration::from_secs(20), exchange).await.expect("it answers");
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Answer { status: 0, headers: HashMap::new(), body: Vec::new() };
    };
    let head = std::str::from_utf8(&bytes[..end]).expect("the head is text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let status = status.parse().expect("the status is a number");
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}

/// A request to the API with good tokens and some members more.
pub(crate) async fn call(server: &Server, operation: &str, members: Value) -> Answer {
    let mut body = json!({
        "ClientToken": server.client_token(),
        "AccessToken": server.access_token(),
        "Client": "Test 1.0",
    });
    if let (Some(body), Some(members)) = (body.as_object_mut(), members.as_object()) {
        body.extend(members.clone());
    }
    post(server, operation, &body.to_string()).await
}

pub(crate) async fn post(server: &Server, operation: &str, body: &str) -> Answer {
    let path = format!("/api/connector/v1/exports/{operation}");
    send(server, "POST", &path, &[("Content-Type", "application/json")], body).await
}

/// Adds an export and gives its id.
pub(crate) async fn add(server: &Server, entity: &str) -> String {
    let answer = call(server, "add", json!({ "EntityType": entity })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["Export"]["Id"].as_str().expect("an id").to_owned()
}

/// The export as `getAll` shows it.
pub(crate) async fn look(server: &Server, id: &str) -> Value {
    let answer = call(server, "getAll", json!({ "ExportIds": [id] })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["Exports"][0].clone()
}

/// Path and query of a file's link, and its size.
pub(crate) fn link(server: &Server, export: &Value, index: usize) -> (String, u64) {
    let file = &export["Files"][index];
    let url = file["Url"].as_str().expect("a link");
    let path = url.strip_prefix(server.url()).expect("a link to this server");
    (path.to_owned(), file["SizeInBytes"].as_u64().expect("a size"))
}
