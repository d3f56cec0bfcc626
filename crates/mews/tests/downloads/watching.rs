//! What is told of the work in events.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{FutureExt, StreamExt};
use rowmill_mews::{Entity, Event, Events, Status, Waiting};
use serde_json::json;

use crate::fake_mews::{ID, Reply, Server, bounded, builder, export};

/// What is there to be taken.
fn taken(events: &mut Events) -> Vec<Event> {
    std::iter::from_fn(|| events.next().now_or_never().flatten()).collect()
}

#[tokio::test]
async fn many_exports_that_are_waited_for_are_told_of_as_one_stream() {
    bounded(async {
        let looks = AtomicUsize::new(0);
        let server = Server::start(move |request| {
            let look = looks.fetch_add(1, Ordering::SeqCst);
            let ids = request.json()["ExportIds"].as_array().expect("ids").clone();
            let told = |id: &serde_json::Value| {
                let done = look > 0 || id == "b";
                let mut told = export(if done { "Success" } else { "Processing" }, &[]);
                told["Id"] = id.clone();
                told
            };
            Reply::json(&json!({ "Exports": ids.iter().map(told).collect::<Vec<_>>() }))
        })
        .await;
        let client = builder(&server.url).build().expect("a client");
        let mut waiting = Waiting::new(&client);
        let mut events = waiting.events();
        ["a", "b", "c"].into_iter().for_each(|id| waiting.push(client.adopt(id)));
        while let Some((_, outcome)) = waiting.next().await {
            assert_eq!(outcome.expect("finished").entity(), &Entity::Reservation);
        }
        let polled = |id: &str, status| Event::Polled { export: id.into(), status };
        let ready = |id: &str| Event::Ready { export: id.into(), files: 0, bytes: 0 };
        let first = [
            polled("a", Status::Processing),
            polled("b", Status::Success),
            polled("c", Status::Processing),
            ready("b"),
        ];
        let then =
            [polled("a", Status::Success), polled("c", Status::Success), ready("a"), ready("c")];
        assert_eq!(taken(&mut events), [first, then].concat());
        assert_eq!(client.counters().get_all_requests, 2);
        drop(waiting);
        assert_eq!(events.next().await, None, "they end with the waiting");
    })
    .await;
}

#[tokio::test]
async fn a_throttled_call_is_counted_and_told() {
    bounded(async {
        let server = Server::start(|_| Reply::json(&json!({ "Exports": [] }))).await;
        let window = std::time::Duration::from_millis(500);
        let client = builder(&server.url).rate(1, window).build().expect("a client");
        let mut events = client.events();
        let both = futures::future::join(client.get_all(&[ID]), client.get_all(&[ID])).await;
        assert!(both.0.is_ok() && both.1.is_ok());
        let counters = client.counters();
        assert_eq!((counters.get_all_requests, counters.throttled), (2, 1));
        assert!(counters.throttled_for > window / 2);
        let told = taken(&mut events);
        assert!(told.iter().all(|event| matches!(event, Event::Throttled { .. })));
        assert_eq!(told.len(), 1);
    })
    .await;
}
