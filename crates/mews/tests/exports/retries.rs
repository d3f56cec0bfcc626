//! What goes wrong with a call of the API, and which calls are repeated.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::fake_mews::{ID, Reply, Server, bounded, builder, client, export};
use rowmill_mews::{Entity, Error, ErrorKind, Reason, Status};
use serde_json::{Value, json};

fn added() -> Reply {
    Reply::json(&json!({ "Export": export("Pending", &[]) }))
}

fn found(exports: &[Value]) -> Reply {
    Reply::json(&json!({ "Exports": exports }))
}

/// Answers with these replies in turn, and with the last one from then on.
async fn scripted(replies: Vec<Reply>) -> Server {
    let next = AtomicUsize::new(0);
    Server::start(move |_| {
        let index = next.fetch_add(1, Ordering::SeqCst);
        replies[index.min(replies.len() - 1)].clone()
    })
    .await
}

async fn add_fails(replies: Vec<Reply>) -> (Error, usize) {
    let server = scripted(replies).await;
    let outcome = client(&server.url).export(Entity::Bill).send().await;
    (outcome.expect_err("a refusal"), server.requests().len())
}

async fn get_fails(replies: Vec<Reply>) -> (Error, usize) {
    let server = scripted(replies).await;
    let outcome = client(&server.url).get_all(&[ID]).await;
    (outcome.expect_err("a refusal"), server.requests().len())
}

#[tokio::test]
async fn a_refused_add_is_told_with_its_message_and_not_repeated() {
    bounded(async {
        for status in [400, 403, 409] {
            let refusal = Reply::error(status, "An export\n is already\tpending.")
                .header("Request-Id", "4f2b");
            let (error, calls) = add_fails(vec![refusal]).await;
            assert_eq!(
                error.kind(),
                &ErrorKind::Refused {
                    status,
                    message: "An export is already pending.".into(),
                    may_be_pending: true
                }
            );
            assert_eq!(calls, 1);
            let text = error.to_string();
            assert!(
                text.starts_with(&format!("exports/add: refused (status {status}): An ")),
                "{text}"
            );
            assert!(text.contains("(request id 4f2b), after 1 attempt in "), "{text}");
            assert_eq!(text.lines().count(), 1);
            assert_eq!(error.server_request_id(), Some("4f2b"));
        }
        for status in [404, 410, 413, 422] {
            let (error, calls) =
                add_fails(vec![Reply::status(status).body("<html>no</html>")]).await;
            let message = String::new();
            let refused = ErrorKind::Refused { status, message, may_be_pending: false };
            assert_eq!((error.kind(), calls), (&refused, 1));
            assert!(!error.is_retryable());
        }
    })
    .await;
}

#[tokio::test]
async fn add_is_never_repeated_after_a_lost_answer() {
    bounded(async {
        let lost = [
            Reply::lost(),
            added().cut(20),
            added().without_length().cut(20),
            Reply::status(204),
            Reply::status(200).body("<html>"),
            Reply::status(200).body("{}"),
            Reply::status(200).body(r#"{"Export":{"Id":" "}}"#),
            Reply::status(200).body(r#"{"Export":{"Id":"\u001b[31m"}}"#),
            Reply::status(408),
            Reply::error(500, "oops"),
            Reply::status(502).body("<html>"),
            Reply::status(503).header("Retry-After", "0"),
        ];
        for reply in lost {
            let (error, calls) = add_fails(vec![reply.clone()]).await;
            assert_eq!(error.kind(), &ErrorKind::Unknown, "{reply:?}");
            assert_eq!(calls, 1, "{reply:?}");
            assert!(!error.is_retryable());
            assert!(error.to_string().contains("the export may exist"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn add_without_an_answer_in_time_is_unknown() {
    bounded(async {
        let server = Server::start(|_| added().stall(0)).await;
        let short = Duration::from_millis(150);
        for client in [
            builder(&server.url).idle_timeout(short).build().unwrap(),
            builder(&server.url).request_timeout(short).build().unwrap(),
        ] {
            let error = client.export(Entity::Bill).send().await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Unknown);
        }
        assert_eq!(server.requests().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn add_is_repeated_where_it_was_certainly_not_accepted() {
    bounded(async {
        let busy = Reply::status(429).header("Retry-After", "0");
        let server = scripted(vec![busy, Reply::status(429), added()]).await;
        let pending = client(&server.url).export(Entity::Bill).send().await.unwrap();
        assert_eq!(pending.id(), ID);
        assert_eq!(pending.status(), Some(&Status::Pending));
        assert_eq!(server.requests().len(), 3);

        // Nobody listens at the address of a server that has ended.
        let url = server.url.clone();
        drop(server);
        tokio::task::yield_now().await;
        let error = client(&url).export(Entity::Bill).send().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (&ErrorKind::Network, 6));
        assert!(error.is_retryable());
    })
    .await;
}

#[tokio::test]
async fn a_wrong_token_costs_one_call() {
    bounded(async {
        let reply = || vec![Reply::error(401, "Invalid AccessToken.")];
        for (error, calls) in [add_fails(reply()).await, get_fails(reply()).await] {
            assert_eq!((error.kind(), calls), (&ErrorKind::Unauthorized, 1));
            assert!(
                error.to_string().contains("Invalid AccessToken. (request id body-id)"),
                "{error}"
            );
            assert!(!error.is_retryable());
        }
    })
    .await;
}

#[tokio::test]
async fn get_all_is_repeated_while_that_may_help() {
    bounded(async {
        let replies = vec![
            Reply::status(408),
            Reply::status(503),
            Reply::lost(),
            found(&[]).without_length().cut(5),
            // A page of something on the way.
            Reply::status(200).body("<html>"),
            found(&[export("Failed", &[])]),
        ];
        let server = scripted(replies).await;
        let client = client(&server.url);
        let exports = client.get_all(&[ID]).await.unwrap();
        assert_eq!(exports[0].status, Status::Failed);
        assert_eq!(server.requests().len(), 6);
        assert_eq!(client.counters().retries(Reason::Cut), 2);

        let (error, calls) = get_fails(vec![Reply::error(500, "oops")]).await;
        assert_eq!((error.kind(), calls), (&ErrorKind::Server { status: 500 }, 6));
        assert!(error.is_retryable());
        let text = error.to_string();
        assert!(text.starts_with("exports/getAll: the server failed (status 500): oops"), "{text}");
        assert!(text.contains("after 6 attempts in "), "{text}");

        let (error, calls) = get_fails(vec![Reply::status(200).body("{\"Exports\":[]]")]).await;
        assert_eq!((error.kind(), calls), (&ErrorKind::Server { status: 200 }, 6));
        assert!(error.is_retryable());
        let text = error.to_string();
        let place = "exports/getAll: the answer cannot be understood at line 1, column 14";
        assert!(text.starts_with(place), "{text}");
    })
    .await;
}

#[tokio::test]
async fn get_all_is_not_repeated_when_that_cannot_help() {
    bounded(async {
        for (reply, retryable) in [
            (Reply::error(400, "Invalid id."), false),
            (Reply::error(403, "No."), false),
            (Reply::status(204), false),
            (Reply::status(200).body("[]"), false),
            (Reply::status(200).body(r#"{"Exports":[{"Id":7}]}"#), false),
            (Reply::status(307).header("Location", "http://127.0.0.1:1/"), false),
            (Reply::status(429).header("Retry-After", "86400"), true),
        ] {
            let (error, calls) = get_fails(vec![reply.clone()]).await;
            assert_eq!((error.is_retryable(), calls), (retryable, 1), "{reply:?} {error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    bounded(async {
        let other = Server::start(|_| added()).await;
        for status in [301, 302, 303, 307, 308] {
            let to = format!("{}/api/connector/v1/exports/add", other.url);
            let (error, _) = add_fails(vec![Reply::status(status).header("Location", &to)]).await;
            assert_eq!(error.kind(), &ErrorKind::Protocol);
        }
        assert!(other.requests().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_server_says_how_long_to_wait() {
    bounded(async {
        // By the clock of the server, which is years behind.
        let date = Reply::status(429)
            .header("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .header("Retry-After", "Sun, 06 Nov 1994 08:49:38 GMT");
        let seconds = Reply::status(503).header("Retry-After", "1");
        for reply in [seconds, date] {
            let server = scripted(vec![reply, found(&[])]).await;
            let started = Instant::now();
            client(&server.url).get_all(&[ID]).await.unwrap();
            assert!(started.elapsed() >= Duration::from_secs(1));
            assert_eq!(server.requests().len(), 2);
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_end_is_refused() {
    bounded(async {
        let endless = Reply::status(200).body(vec![b' '; 33 * 1024 * 1024]);
        let (error, calls) = get_fails(vec![endless]).await;
        assert_eq!((error.kind(), calls), (&ErrorKind::Protocol, 1));
        assert!(error.to_string().contains("larger than 32 MiB"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn waiting_for_the_rate_ends_with_the_time_of_a_call() {
    bounded(async {
        let server = Server::start(|_| Reply::json(&json!({ "Exports": [] }))).await;
        let hour = Duration::from_secs(3600);
        let builder = builder(&server.url).rate(1, hour);
        let client = builder.call_deadline(Duration::from_millis(50)).build().expect("a client");
        assert!(client.get_all(&[ID]).await.is_ok());
        let error = client.get_all(&[ID]).await.expect_err("no turn for an hour");
        assert_eq!(*error.kind(), ErrorKind::RateLimited);
        assert!(error.to_string().contains("rate of this client"), "{error}");
        assert_eq!(client.counters().get_all_requests, 1, "nothing was asked");
    })
    .await;
}
