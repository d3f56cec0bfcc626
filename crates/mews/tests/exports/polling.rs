//! Waiting for an export, and taking one over.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::fake_mews::{ID, Reply, Request, Server, bounded, builder, client, export, exports};
use rowmill_mews::{Entity, ErrorKind, Status, Waiting};
use serde_json::{Value, json};

/// An API whose `getAll` gives these answers in turn, and the last one from then on.
async fn api(answers: Vec<Reply>) -> Server {
    let next = AtomicUsize::new(0);
    Server::start(move |request| {
        if request.target.ends_with("/exports/add") {
            return Reply::json(&json!({ "Export": export("Pending", &[]) }));
        }
        let index = next.fetch_add(1, Ordering::SeqCst);
        answers[index.min(answers.len() - 1)].clone()
    })
    .await
}

fn statuses(names: &[&str]) -> Vec<Reply> {
    names.iter().map(|name| exports(name, &[])).collect()
}

#[tokio::test]
async fn an_export_is_polled_until_it_is_finished() {
    bounded(async {
        let server = api(statuses(&["Pending", "Processing", "Resting", "Success"])).await;
        let pending = client(&server.url).export(Entity::Reservation).send().await.unwrap();
        assert_eq!(pending.id(), ID);
        assert_eq!(pending.entity(), Some(&Entity::Reservation));
        let ready = pending.ready().await.unwrap();
        assert_eq!((ready.id(), ready.entity()), (ID, &Entity::Reservation));
        assert!(ready.files().is_empty() && ready.expires().is_none());
        assert_eq!(server.calls("/exports/add"), 1);
        assert_eq!(server.calls("/exports/getAll"), 4);
    })
    .await;
}

#[tokio::test]
async fn exports_that_end_badly_are_told_apart() {
    bounded(async {
        for (status, kind) in [("Failed", ErrorKind::Failed), ("Expired", ErrorKind::Expired)] {
            let server = api(statuses(&["Processing", status])).await;
            let error = client(&server.url).adopt(ID).ready().await.unwrap_err();
            assert_eq!(error.kind(), &kind);
            assert!(error.to_string().starts_with(&format!("export {ID}: ")), "{error}");
            assert!(!error.is_retryable());
        }
    })
    .await;
}

/// Whether rows are there rests on it.
#[tokio::test]
async fn a_finished_export_says_which_files_it_has() {
    bounded(async {
        let answer = |files: Value| {
            let mut export = export("Success", &[]);
            match files {
                Value::Bool(_) => drop(export.as_object_mut().unwrap().remove("Files")),
                files => export["Files"] = files,
            }
            Reply::json(&json!({ "Exports": [export] }))
        };
        let file = json!({ "Url": "http://localhost/f?sig=x", "SizeInBytes": 3 });
        let twice = json!([file, file]);
        for (files, known) in
            [(json!([]), true), (json!(false), false), (json!(null), false), (twice, false)]
        {
            let server = api(vec![answer(files)]).await;
            match client(&server.url).adopt(ID).ready().await {
                Ok(ready) => assert!(known && ready.files().is_empty()),
                Err(error) => assert!(!known && *error.kind() == ErrorKind::Protocol, "{error}"),
            }
        }
        // Before the end there is nothing to say.
        let mut pending = export("Pending", &[]);
        pending.as_object_mut().unwrap().remove("Files");
        let pending = Reply::json(&json!({ "Exports": [pending] }));
        let server = api(vec![pending, answer(json!([]))]).await;
        assert!(client(&server.url).adopt(ID).ready().await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_export_that_takes_too_long_is_not_ready() {
    bounded(async {
        for status in ["Processing", "Resting"] {
            let server = api(statuses(&[status])).await;
            let client = builder(&server.url).wait(Duration::from_millis(60)).build().unwrap();
            let error = client.adopt(ID).ready().await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::NotReady);
            assert!(error.is_retryable());
            assert!(error.to_string().contains(&format!("its status is {status}")), "{error}");
            assert!(server.requests().len() > 2);
        }
    })
    .await;
}

#[tokio::test]
async fn a_poll_does_not_outlast_the_wait() {
    bounded(async {
        // One server asks for a minute, one never answers, and a call waits for its turn.
        let busy = Reply::status(429).header("Retry-After", "60");
        let processing = exports("Processing", &[]);
        let silent = processing.clone().stall(0);
        let cut_short = async |answer: Reply, calls: usize| {
            let server = api(vec![exports("Processing", &[]), answer]).await;
            let client = builder(&server.url)
                .wait(Duration::from_millis(50))
                .idle_timeout(Duration::from_secs(30))
                .rate(calls, Duration::from_secs(60))
                .build()
                .unwrap();
            let started = Instant::now();
            let error = client.adopt(ID).ready().await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::NotReady, "{error}");
            assert!(error.to_string().contains("its status is Processing"), "{error}");
            assert!(started.elapsed() < Duration::from_secs(10));
        };
        tokio::join!(cut_short(busy, 150), cut_short(silent, 150), cut_short(processing, 2));
    })
    .await;
}

#[tokio::test]
async fn no_wait_means_one_look() {
    bounded(async {
        let server = api(statuses(&["Processing"])).await;
        let client = builder(&server.url).wait(Duration::ZERO).build().unwrap();
        let error = client.adopt(ID).ready().await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NotReady);
        assert_eq!(server.requests().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn any_export_can_be_taken_over() {
    bounded(async {
        for (states, calls) in [
            (vec!["Pending", "Success"], 2),
            (vec!["Processing", "Success"], 2),
            (vec!["Success"], 1),
        ] {
            let server = api(statuses(&states)).await;
            // Ids are the same however they are written.
            let pending = client(&server.url).adopt(ID.to_uppercase());
            assert!(pending.status().is_none() && pending.entity().is_none());
            pending.ready().await.unwrap();
            assert_eq!(server.requests().len(), calls);
        }
    })
    .await;
}

#[tokio::test]
async fn an_export_nobody_knows_is_not_found() {
    bounded(async {
        let server = api(vec![Reply::json(&json!({ "Exports": [] }))]).await;
        let error = client(&server.url).adopt(ID).ready().await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NotFound);
        assert_eq!(server.requests().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_poll_tells_the_status() {
    bounded(async {
        let server = api(statuses(&["Processing", "Failed"])).await;
        let mut pending = client(&server.url).adopt(ID);
        assert_eq!(pending.poll().await.unwrap(), Status::Processing);
        assert_eq!(pending.status(), Some(&Status::Processing));
        assert_eq!(pending.poll().await.unwrap(), Status::Failed);
    })
    .await;
}

#[tokio::test]
async fn an_outage_is_survived_for_two_polls() {
    bounded(async {
        let mut answers = statuses(&["Processing"]);
        answers.extend(std::iter::repeat_n(Reply::status(503), 4));
        answers.extend(statuses(&["Success"]));
        let server = api(answers).await;
        // Two attempts a poll: two polls fail in a row, the next one does not.
        let patient = builder(&server.url).attempts(2).build().unwrap();
        patient.adopt(ID).ready().await.unwrap();

        let mut answers = statuses(&["Processing"]);
        answers.push(Reply::status(503));
        let server = api(answers).await;
        let client = builder(&server.url).attempts(2).build().unwrap();
        let error = client.adopt(ID).ready().await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Server { status: 503 });
        assert_eq!(server.requests().len(), 1 + 3 * 2);
    })
    .await;
}

#[tokio::test]
async fn first_polls_come_sooner() {
    bounded(async {
        // The interval is five minutes: this test ends in time only if the first poll does not wait
        // for it.
        let server = api(statuses(&["Success"])).await;
        let client = builder(&server.url).poll_interval(Duration::from_secs(300)).build().unwrap();
        let started = Instant::now();
        client.export(Entity::Reservation).send().await.unwrap().ready().await.unwrap();
        let elapsed = started.elapsed();
        assert!(elapsed >= Duration::from_secs(2) && elapsed < Duration::from_secs(10));
    })
    .await;
}

#[tokio::test]
async fn many_exports_are_asked_for_together() {
    bounded(async {
        let round = AtomicUsize::new(0);
        let server = Server::start(move |request| {
            let round = round.fetch_add(1, Ordering::SeqCst);
            let body = request.json();
            let ids = body["ExportIds"].as_array().unwrap();
            // One more of them is finished with each call; the one called "lost" is not known.
            let status = |id: &str| {
                let number: usize = id.parse().unwrap();
                if number <= round { "Success" } else { "Processing" }
            };
            let known = ids.iter().filter_map(serde_json::Value::as_str).filter(|id| *id != "lost");
            let known = known.map(|id| {
                let mut export = export(status(id), &[]);
                export["Id"] = json!(id);
                export
            });
            Reply::json(&json!({ "Exports": known.collect::<Vec<_>>() }))
        })
        .await;
        let client = client(&server.url);
        let mut waiting = Waiting::new(&client);
        for id in ["2", "lost", "0", "1"] {
            waiting.push(client.adopt(id));
        }
        assert_eq!(waiting.len(), 4);
        let mut ended = Vec::new();
        while let Some((id, outcome)) = waiting.next().await {
            ended.push((id, outcome.map(drop).map_err(|error| error.kind().clone())));
        }
        let ended: Vec<_> = ended.iter().map(|(id, outcome)| (id.as_str(), outcome)).collect();
        let lost = Err(ErrorKind::NotFound);
        assert_eq!(ended, [("lost", &lost), ("0", &Ok(())), ("1", &Ok(())), ("2", &Ok(()))]);
        assert!(waiting.is_empty());
        let sizes: Vec<usize> = server
            .requests()
            .iter()
            .map(|request| request.json()["ExportIds"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [4, 2, 1], "three calls for four exports");
    })
    .await;
}

#[tokio::test]
async fn an_export_that_cannot_be_understood_stops_no_other() {
    bounded(async {
        let good = |id: &str| {
            let mut export = export("Success", &[]);
            export["Id"] = json!(id);
            export
        };
        let bad = |id: &str, member: &str, value: Value| {
            let mut export = good(id);
            export[member] = value;
            export
        };
        let twice = format!("{{\"Status\":\"Success\",{}", &good("g").to_string()[1..]);
        let described = [
            bad("a", "Files", Value::Null),
            bad("b", "Files", json!([{ "Url": null, "SizeInBytes": 1 }])),
            bad("c", "Files", json!([{ "Url": "https://a/b?sig=secret", "SizeInBytes": -1 }])),
            bad("d", "Status", Value::Null),
            bad("stranger", "Status", json!(7)),
            good("e"),
        ];
        let described = described.map(|export| export.to_string()).join(",");
        let answer = format!("{{\"Exports\":[{described},{twice}]}}");
        let server = Server::start(move |_| Reply::status(200).body(answer.clone())).await;
        let client = client(&server.url);
        let mut waiting = Waiting::new(&client);
        for id in ["a", "b", "c", "d", "E", "g", "nobody"] {
            waiting.push(client.adopt(id));
        }
        let mut ended = Vec::new();
        while let Some((id, outcome)) = waiting.next().await {
            match outcome {
                Ok(_) => ended.push((id, None)),
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains(&format!("export {id}: ")), "{text}");
                    assert!(!text.contains("secret") && !text.contains("https"), "{text}");
                    ended.push((id, Some(error.kind().clone())));
                }
            }
        }
        ended.sort_by(|one, other| one.0.cmp(&other.0));
        let protocol = || Some(ErrorKind::Protocol);
        let kinds = [None, protocol(), protocol(), protocol(), protocol(), protocol()];
        let ids = ["E", "a", "b", "c", "d", "g"].map(str::to_owned);
        let mut wanted: Vec<_> = ids.into_iter().zip(kinds).collect();
        wanted.push(("nobody".to_owned(), Some(ErrorKind::NotFound)));
        assert_eq!(ended, wanted);

        // Where all that were asked for can be understood, others do no harm.
        assert_eq!(client.get_all(&["e"]).await.unwrap().len(), 1);
        let error = client.get_all(&["e", "A"]).await.unwrap_err();
        assert!(error.to_string().contains("without a list of files"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn an_export_without_an_id_may_be_any_that_is_missing() {
    bounded(async {
        let mut nameless = export("Success", &[]);
        nameless["Id"] = json!(5);
        let answer = json!({ "Exports": [export("Success", &[]), nameless] });
        let server = Server::start(move |_| Reply::json(&answer)).await;
        let client = client(&server.url);
        assert!(client.adopt(ID).ready().await.is_ok());
        let error = client.adopt("another").ready().await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Protocol, "{error}");
        assert!(error.to_string().contains("an export without an id"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_is_made_again_only_on_request() {
    bounded(async {
        let refused = |request: &Request, times: usize, asked: &AtomicUsize| {
            assert!(request.target.ends_with("/exports/add"));
            if asked.fetch_add(1, Ordering::SeqCst) < times {
                return Reply::error(400, "Already running.");
            }
            Reply::json(&json!({ "Export": export("Pending", &[]) }))
        };
        let asked = AtomicUsize::new(0);
        let server = Server::start(move |request| refused(request, 3, &asked)).await;
        let request = || client(&server.url).export(Entity::Reservation);
        let error = request().send().await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Refused { status: 400, may_be_pending: true, .. })
        );
        assert_eq!(server.calls("/exports/add"), 1);
        let pending = request().keep_asking(Duration::from_secs(60)).send().await.unwrap();
        assert_eq!((pending.id(), server.calls("/exports/add")), (ID, 4));

        let asked = AtomicUsize::new(0);
        let server = Server::start(move |request| refused(request, 1_000_000, &asked)).await;
        let request = client(&server.url).export(Entity::Reservation);
        let error = request.keep_asking(Duration::from_millis(50)).send().await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Refused { message, .. } if message == "Already running.")
        );
        assert_eq!(error.attempts() as usize, server.requests().len());
    })
    .await;
}

#[tokio::test]
async fn nothing_but_a_refusal_is_asked_for_again() {
    bounded(async {
        // A lost answer, a failed server and a wrong token.
        for reply in [Reply::status(500), Reply::status(401), Reply::status(404)] {
            let server = Server::start(move |_| reply.clone()).await;
            let request = client(&server.url).export(Entity::Reservation);
            request.keep_asking(Duration::from_secs(60)).send().await.unwrap_err();
            assert_eq!(server.requests().len(), 1);
        }
    })
    .await;
}
