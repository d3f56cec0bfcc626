//! What is told of the work: events, counters, spans. Nothing secret is in any of it.
//!
//! One test alone in its process: what a thread without a subscriber meets first, while another one
//! sets its own, may never be told to that one.

use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::{FutureExt, StreamExt};
use rowmill_mews::{Event, Events, Reason, Status};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span;

#[path = "fake_mews/mod.rs"]
mod fake_mews;

use fake_mews::{
    ACCESS_TOKEN, Asked, CLIENT_TOKEN, ID, Reply, SIGNATURE, Server, bounded, builder, content,
    drain, exports,
};

const TAG: &str = "\"v1\"";
const SIZES: [usize; 2] = [100_000, 3_000_000];

/// A call that is refused once, and a file that is busy, cut and refused before it is complete.
async fn troubled() -> Server {
    let bodies: Vec<Vec<u8>> = (1..).zip(SIZES).map(|(n, size)| content(n, size)).collect();
    let (calls, downloads) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Server::start(move |request| {
        if request.target.ends_with("/exports/getAll") {
            let generation = calls.fetch_add(1, Ordering::SeqCst);
            if generation == 0 {
                let message = format!("{CLIENT_TOKEN} {ACCESS_TOKEN}");
                return Reply::error(429, &message).header("Retry-After", "0");
            }
            let host = request.header("host").expect("a host");
            let entry = |(file, size)| {
                let url = format!("http://{host}/{file}/{generation}?sig={SIGNATURE}");
                json!({ "Url": url, "SizeInBytes": size })
            };
            let files: Vec<_> = SIZES.iter().enumerate().map(entry).collect();
            return exports("Success", &files);
        }
        let file = usize::from(request.target.starts_with("/1/"));
        let time = downloads.fetch_add(1, Ordering::SeqCst);
        let asked = Asked { file, time, generation: 0, request: request.clone() };
        let usual = asked.answer(&bodies[file], TAG);
        match time {
            0 => Reply::status(503).body(SIGNATURE),
            1 => usual.cut(30_000),
            2 => Reply::status(403).body(format!("<Url>?sig={SIGNATURE}</Url>")),
            _ => usual,
        }
    })
    .await
}

/// A span as it was made.
#[derive(Clone, Debug)]
struct Made {
    name: &'static str,
    parent: Option<usize>,
    fields: String,
}

/// Everything that was told, in the order in which it was.
#[derive(Default)]
struct Told {
    spans: Vec<Made>,
    /// With the span they are in.
    events: Vec<(Option<usize>, String)>,
    entered: Vec<usize>,
}

#[derive(Clone, Default)]
struct Watcher(Arc<Mutex<Told>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").expect("a text");
    }
}

impl tracing::Subscriber for Watcher {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("rowmill")
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut told = self.0.lock().unwrap();
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        let given = span.parent().map(|id| id.into_u64() as usize - 1);
        let parent =
            given.or_else(|| told.entered.last().copied().filter(|_| span.is_contextual()));
        told.spans.push(Made { name: span.metadata().name(), parent, fields: fields.0 });
        span::Id::from_u64(told.spans.len() as u64)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut told = self.0.lock().unwrap();
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let given = event.parent().map(|id| id.into_u64() as usize - 1);
        let span = given.or_else(|| told.entered.last().copied());
        told.events.push((span, fields.0));
    }

    fn enter(&self, span: &span::Id) {
        self.0.lock().unwrap().entered.push(span.into_u64() as usize - 1);
    }

    fn exit(&self, _: &span::Id) {
        self.0.lock().unwrap().entered.pop();
    }
}

impl Told {
    fn named(&self, name: &str) -> Vec<usize> {
        (0..self.spans.len()).filter(|&id| self.spans[id].name == name).collect()
    }

    fn parent(&self, span: usize) -> Option<usize> {
        self.spans[span].parent
    }

    /// The events with this message, with their spans.
    fn events(&self, message: &str) -> Vec<&(Option<usize>, String)> {
        let message = format!("message={message} ");
        self.events.iter().filter(|(_, fields)| fields.contains(&message)).collect()
    }

    fn text(&self) -> String {
        format!("{:?} {:?}", self.spans, self.events)
    }
}

/// What is there to be taken.
fn taken(events: &mut Events) -> Vec<Event> {
    std::iter::from_fn(|| events.next().now_or_never().flatten()).collect()
}

fn assert_clean(text: &str) {
    for secret in [CLIENT_TOKEN, ACCESS_TOKEN, SIGNATURE, "sig="] {
        assert!(!text.contains(secret), "{secret} in: {text}");
    }
}

#[tokio::test]
async fn spans_events_and_counters_tell_what_has_happened() {
    let watcher = Watcher::default();
    let _guard = tracing::subscriber::set_default(watcher.clone());
    bounded(async {
        let server = troubled().await;
        let client = builder(&server.url).files_at_once(1).connections(1).build().expect("one");
        let mut all = client.events();
        let ready = client.adopt(ID).ready().await.expect("a finished export");
        let mut events = ready.events();
        for file in ready.downloads() {
            assert!(drain(file).await.1.is_none());
        }

        let counters = client.counters();
        assert_eq!((counters.add_requests, counters.get_all_requests), (0, 4));
        assert_eq!((counters.file_requests, counters.files), (5, 2));
        assert_eq!(counters.bytes as usize, SIZES[0] + SIZES[1]);
        assert_eq!((counters.renewals, counters.resumed, counters.read_again), (2, 1, 0));
        let retries = Reason::ALL.map(|reason| (reason, counters.retries(reason)));
        for (reason, count) in retries {
            use Reason::{Cut, LinkRefused, RateLimited, Server};
            let once = matches!(reason, RateLimited | Server | Cut | LinkRefused);
            assert_eq!(count, u64::from(once), "{reason}");
        }
        // An expired link is no reason to wait.
        assert_eq!((counters.waits, counters.throttled), (3, 0));
        let server_saw = (server.calls("/exports/getAll"), server.requests().len());
        assert_eq!(server_saw, (4, 9));

        let told = taken(&mut events);
        let renewed = |renewal| Event::LinksRenewed { export: ID.into(), renewal };
        let retried = |event: &Event| match event {
            Event::FileRetried { file: 0, given, reason, attempt, .. } => {
                Some((*reason, *given, *attempt))
            }
            _ => None,
        };
        let retries: Vec<_> = told.iter().filter_map(retried).collect();
        assert_eq!(
            retries,
            [(Reason::Server, 0, 1), (Reason::Cut, 30_000, 2), (Reason::LinkRefused, 30_000, 3)]
        );
        assert!(told.contains(&renewed(1)) && told.contains(&renewed(2)));
        let given: Vec<u64> = told
            .iter()
            .filter_map(|event| match event {
                Event::Received { file: 1, given, .. } => Some(*given),
                _ => None,
            })
            .collect();
        assert!(!given.is_empty() && given.is_sorted(), "{given:?}");
        let [first, .., last] = &told[..] else { panic!("{told:?}") };
        assert_eq!(first, &Event::FileBegun { export: ID.into(), file: 0, size: 100_000 });
        let complete =
            Event::FileComplete { export: ID.into(), file: 1, size: 3_000_000, attempts: 1 };
        assert_eq!(last, &complete);

        let all = taken(&mut all);
        assert!(matches!(all[0], Event::CallRetried { reason: Reason::RateLimited, .. }));
        assert_eq!(all[1], Event::Polled { export: ID.into(), status: Status::Success });
        assert_eq!(all[2], Event::Ready { export: ID.into(), files: 2, bytes: 3_100_000 });
        assert_eq!(all[3..], told, "whoever listens to the client hears the rest too");
        for event in &all {
            assert_clean(&format!("{event} {event:?}"));
        }
        drop(ready);
        assert_eq!(events.next().await, None, "they end with the export");
    })
    .await;

    let told = watcher.0.lock().unwrap();
    let [export] = told.named("export")[..] else { panic!("{}", told.text()) };
    let wanted = ["entity=Reservation", "files=2", "bytes=3100000", ID];
    assert!(wanted.iter().all(|field| told.spans[export].fields.contains(field)));
    let files = told.named("file");
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|&file| told.parent(file) == Some(export)), "{}", told.text());
    let attempts: Vec<_> = told.named("attempt").iter().map(|&span| told.parent(span)).collect();
    assert_eq!(attempts, [[Some(files[0]); 4].as_slice(), &[Some(files[1])]].concat());
    let calls: Vec<_> = told.named("call").iter().map(|&span| told.parent(span)).collect();
    assert_eq!(calls, [None, Some(export), Some(export)], "the renewals are of the export");

    let call = told.named("call")[0];
    let [(span, fields)] = told.events("trying again")[..] else { panic!("{}", told.text()) };
    assert!(*span == Some(call) && fields.contains("reason=rate limited"), "{fields}");
    let retried = told.events("going on with a file");
    for ((span, fields), reason) in retried.iter().zip(["server failed", "cut", "link refused"]) {
        assert_eq!(*span, Some(files[0]));
        assert!(fields.contains(&format!("reason={reason} ")), "{fields}");
    }
    assert_eq!(retried.len(), 3);
    let places = |message| told.events(message).iter().map(|(span, _)| *span).collect::<Vec<_>>();
    assert_eq!(places("links renewed"), [Some(export); 2]);
    assert_eq!(places("file complete"), [Some(files[0]), Some(files[1])]);
    assert_eq!(told.events("export ready").len(), 1);
    assert_clean(&told.text());
}
