//! Tokens and signed links appear in no text that this crate makes.

mod fake_mews;

use std::error::Error as _;
use std::fmt::{Debug, Write};
use std::sync::Mutex;

use fake_mews::{
    ACCESS_TOKEN, CLIENT_TOKEN, Host, ID, Reply, SIGNATURE, Server, bounded, builder, client,
    collect,
};
use rowmill_mews::{Credentials, Entity, Error};
use tracing::field::{Field, Visit};
use tracing::span;

static LOG: Mutex<String> = Mutex::new(String::new());

fn note(text: &str) {
    LOG.lock().unwrap().push_str(text);
}

/// Writes all events and spans into [`LOG`].
struct Everything;

struct Writer;

impl Visit for Writer {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        note(&format!("{field}={value:?} "));
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        note(span.metadata().name());
        span.record(&mut Writer);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Writer);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        note(event.metadata().name());
        event.record(&mut Writer);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What the HTTP client says of itself.
impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        note(&record.args().to_string());
    }

    fn flush(&self) {}
}

/// Every way to print an error, its causes included.
fn all_of(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, " {error} {error:?}").unwrap();
        cause = error.source();
    }
    text
}

fn assert_clean(text: &str) {
    let text = text.to_lowercase();
    for secret in [CLIENT_TOKEN, ACCESS_TOKEN, SIGNATURE, "sig="] {
        assert!(!text.contains(&secret.to_lowercase()), "{secret} in: {text}");
    }
}

#[tokio::test]
async fn no_text_shows_a_secret() {
    tracing::subscriber::set_global_default(Everything).unwrap();
    log::set_logger(&Everything).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    bounded(async {
        // Answers that repeat the request, and connections that break.
        for reply in [400, 401, 403, 429, 500, 200, 307, 0] {
            let server = Server::start(move |request| {
                let body = request.json();
                let link = format!("https://a.b/c?{SIGNATURE}");
                let torn = ACCESS_TOKEN.split_at(3);
                let message = format!(
                    "{} {} {link} {} {}\u{0}{}",
                    body["ClientToken"],
                    body["AccessToken"],
                    ACCESS_TOKEN.to_lowercase(),
                    torn.0,
                    torn.1,
                );
                match reply {
                    0 => Reply::lost(),
                    307 => Reply::status(307).header("Location", &format!("/?{message}")),
                    200 => Reply::status(200).body(message),
                    status => Reply::error(status, &message).header("Request-Id", ACCESS_TOKEN),
                }
            })
            .await;
            let client = client(&server.url);
            let request = client.export(Entity::Bill);
            note(&format!("{client:?} {request:?} {:?}", builder(&server.url)));
            note(&all_of(&request.send().await.unwrap_err()));
            note(&all_of(&client.adopt(ID).ready().await.unwrap_err()));
        }

        // Files that come in many ways or not at all.
        let host = Host::start(&[3; 9], |asked| match asked.file {
            0 => asked.answer(b"abc", "\"t\""),
            1 => Reply::status(403).body(SIGNATURE),
            2 => Reply::lost(),
            3 => Reply::status(307).header("Location", &format!("https://10.0.0.1/?{SIGNATURE}")),
            4 => Reply::status(307).header("Location", &format!("http://[::1]:1/?{SIGNATURE}")),
            5 => asked.answer(b"abc", "\"t\"").cut(1),
            6 => Reply::status(307).header("Location", &asked.request.target),
            7 => Reply::status(307).header("Location", &format!("ftp://a.b/{SIGNATURE}")),
            _ => asked.answer(b"ab", "\"t\""),
        })
        .await;
        let export = host.ready().await;
        note(&format!("{export:?} {export:#?} {:?} {:?}", export.files(), export.download(0)));
        for file in 0..9 {
            let (_, end) = collect(&export, file).await;
            assert_eq!(end.is_some(), file != 0 && file != 5, "file {file}");
            note(&end.as_ref().map(all_of).unwrap_or_default());
        }
        for request in host.server.requests() {
            if !request.target.ends_with("/getAll") {
                let text = request.text();
                assert!(!text.contains(CLIENT_TOKEN) && !text.contains(ACCESS_TOKEN));
            }
        }
    })
    .await;

    note(&format!("{:?}", Credentials::new(CLIENT_TOKEN, ACCESS_TOKEN, "me")));
    let log = LOG.lock().unwrap().clone();
    assert!(log.contains("links renewed") && log.contains("trying again"), "{log}");
    assert_clean(&log);
}
