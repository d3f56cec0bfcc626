//! `rowmill export` again and again: what is remembered between runs.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::{Fault, Setup, Trigger};
use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::parquet_file::rows;
use crate::program::files;

const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("readable");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The rows of all parts below a folder, and the number of parts.
fn lake(folder: &Path) -> (usize, usize) {
    let mut parts = files(folder);
    parts.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    (parts.iter().map(|part| rows(&folder.join(part))).sum(), parts.len())
}

#[test]
fn the_second_run_asks_for_what_came_since() {
    let setup = Setup::new().corpus(Kind::Reservation, 30, 2);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let run = |args: &str| {
        let args = format!("--entity Reservation -o lake {args}");
        let outcome = api.export(&args).folder(folder.path()).run();
        outcome.ended(0);
        api.discreet(&outcome);
        outcome
    };
    assert!(run("").stderr.contains("complete until"));
    // Further back than the last run has come, so that there is something to ask for.
    run("--overlap 24h");
    assert!(run("--since 2026-01-01").stderr.contains("updates from 2026-01-01T00:00:00Z to"));
    run("--full");
    let journal = json_lines(&folder.path().join("lake/_rowmill/journal.jsonl"));
    let added: Vec<&Value> = journal.iter().filter(|line| line["event"] == "added").collect();
    assert!(added.len() as u64 == api.server.requests().add && added.len() >= 4);
    assert!(added[0]["updated"].is_null(), "all data at first");
    let (from, until) = (&added[1]["updated"]["from"], &added[1]["updated"]["until"]);
    let seconds = |text: &Value| {
        let instant: rowmill::mews::chrono::DateTime<rowmill::mews::chrono::Utc> =
            text.as_str().expect("text").parse().expect("an instant");
        instant.timestamp()
    };
    assert!(seconds(until) - seconds(from) >= 24 * 3_600);
    assert!(added[added.len() - 1]["updated"].is_null(), "all data once more");
    assert_eq!(lake(folder.path()), (30 * added.len(), added.len()));
    api.discreet_files(folder.path());
}

#[test]
fn the_state_may_lie_elsewhere() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    let args = "--entity Bill,Payment -o lake --state kept/mews.json";
    api.export(args).folder(folder.path()).run().ended(0);
    let kept = folder.path().join("kept");
    let names = files(&kept);
    assert_eq!(names, [Path::new("mews.json"), Path::new("mews.json.journal.jsonl")]);
    let state: Value =
        serde_json::from_str(&fs::read_to_string(kept.join("mews.json")).expect("readable"))
            .expect("JSON");
    assert_eq!(state["version"], 1);
    assert_eq!(state["watermarks"].as_array().map(Vec::len), Some(2));
    // What cannot be understood is never taken for a first run.
    fs::write(kept.join("mews.json"), "{").expect("written");
    let outcome = api.export(args).folder(folder.path()).run();
    outcome.failed(2, &["mews.json", "no state file"]);
    assert_eq!(api.server.requests().add, 2);
}

#[test]
fn a_run_that_was_given_up_is_continued_by_the_next() {
    let setup = Setup::new().polls_before_ready(3).corpus(Kind::Reservation, 10, 1);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Reservation -o lake";
    let outcome = api.export(&format!("{args} --wait 0s")).folder(folder.path()).run();
    outcome.failed(4, &["not finished"]);
    // Another scope is another table, and its export would be refused while this one runs.
    let other = format!("{args} --enterprise-id {ID}");
    let outcome = api.export(&other).folder(folder.path()).run();
    let journal = json_lines(&folder.path().join("lake/_rowmill/journal.jsonl"));
    let id = journal[1]["export"].as_str().expect("an id");
    outcome.failed(4, &["already pending or in progress", id]);

    let outcome = api.export(args).folder(folder.path()).run();
    assert!(outcome.ended(0).contains(&format!("export {id} of Reservation is taken over")));
    assert_eq!(api.server.requests().add, 2, "one accepted, one refused");
    assert_eq!(lake(folder.path()), (10, 1));
    api.discreet_files(folder.path());
}

#[test]
fn a_refused_request_is_made_again_while_it_may_wait() {
    // One that somebody else has asked for, and that ends by itself.
    let setup = Setup::new().ready_after(Duration::from_millis(700)).corpus(Kind::Bill, 5, 1);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let outcome = api.export("--entity Bill -o theirs --wait 0s").folder(folder.path()).run();
    outcome.failed(4, &["not finished"]);
    let outcome = api.export("--entity Bill -o ours --wait 60s").folder(folder.path()).run();
    outcome.ended(0);
    assert_eq!(lake(&folder.path().join("ours")), (5, 1));
}

#[test]
fn a_lost_answer_is_an_open_question() {
    let setup = Setup::new().polls_before_ready(1).fault(Trigger::add(), Fault::LoseAnswer);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let run = || api.export("--entity Bill -o lake --wait 50ms").folder(folder.path()).run();
    let outcome = run();
    outcome.failed(4, &["exports/add", "may exist"]);
    assert_eq!(api.server.requests().add, 1);
    let outcome = run();
    assert!(outcome.ended(4).contains("had no answer"), "{outcome:?}");
    api.discreet(&outcome);
    api.left_alone(folder.path());
}

#[test]
fn a_proxy_is_used_on_request_alone() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    // Bound and let go again: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let proxy = format!("http://user:SECRET@{}", listener.local_addr().expect("an address"));
    drop(listener);
    let args = format!("--entity Bill -o lake --proxy {proxy}");
    let outcome = api.export(&args).folder(folder.path()).run();
    outcome.failed(4, &["exports/add"]);
    assert!(!outcome.stderr.contains("SECRET"), "{outcome:?}");
    assert_eq!(api.server.requests().add, 0);
    let environment = || api.export("--entity Bill -o lake").env("HTTP_PROXY", &proxy);
    environment().folder(folder.path()).run().ended(0);
    assert_eq!(api.server.requests().add, 1);
}

#[test]
fn a_file_of_authorities_holds_some() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    fs::write(folder.path().join("own.pem"), "no certificate").expect("written");
    let outcome = api.export("--entity Bill -o lake --ca-cert own.pem").folder(folder.path()).run();
    outcome.failed(2, &["own.pem", "no certificate"]);
    assert_eq!(api.server.requests().add, 0);
}

/// Killed at whatever point, which no run can do anything about: the runs after it make the lake
/// whole, with no window missing and none twice.
#[cfg(unix)]
#[test]
fn killed_at_any_point_nothing_is_lost_or_doubled() {
    let setup = Setup::new().corpus(Kind::Reservation, 40, 2).corpus(Kind::Customer, 30, 1);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    // Five windows of each.
    let args = "--entity Reservation,Customer -o lake --updated 2023-01-01..2025-03-01";
    for kill in 0..12_u64 {
        let mut running = api.export(args).folder(folder.path()).start();
        std::thread::sleep(Duration::from_millis(kill * 7 % 60));
        running.child.kill().expect("killed, or at its end");
        running.child.wait().expect("ends");
    }
    let outcome = api.export(args).folder(folder.path()).run();
    outcome.ended(0);
    api.discreet(&outcome);
    let place = folder.path().join("lake");
    assert_eq!(lake(&place.join("Reservation")), (5 * 40, 5));
    assert_eq!(lake(&place.join("Customer")), (5 * 30, 5));
    let left: Vec<_> = files(&place.join("_rowmill"))
        .into_iter()
        .filter(|path| !path.to_string_lossy().starts_with("manifest-"))
        .collect();
    assert_eq!(left, [Path::new("journal.jsonl")], "no watermark: there is a gap before it");
    api.discreet_files(folder.path());
}

/// Rows of all exports and runs in one file that is named, whether or not output may be replaced.
#[test]
fn a_file_of_rejects_may_be_named_by_many_runs() {
    let bad = |n: usize| format!("{{\"Id\":\"no id {n}\"}}\n").into();
    let setup = Setup::new().files("Reservation", [bad(1), bad(2)]).files("Customer", [bad(3)]);
    for overwrite in ["", "--overwrite"] {
        let (api, folder) = (Api::start(setup.clone()), TempDir::new().expect("a folder"));
        let run = |args: &str| {
            let aside = "-o lake --on-error quarantine --rejects bad.jsonl";
            api.export(&format!("{aside} {overwrite} {args}")).folder(folder.path()).run()
        };
        let lines = || json_lines(&folder.path().join("bad.jsonl")).len();
        run("--entity Reservation,Customer --updated 2025-01-01..2025-12-01").ended(0);
        assert_eq!(lines(), 6, "two windows of two entities");
        run("--entity Reservation").ended(0);
        run("--entity Bill").ended(0);
        assert_eq!(lines(), 8);
        fs::write(folder.path().join("bad.jsonl"), "{\"Id\":1}\n").expect("written");
        let asked = api.server.requests().add;
        run("--entity Customer").failed(5, &["bad.jsonl", "something else"]);
        assert_eq!(api.server.requests().add, asked);
        assert_eq!(lines(), 1);
    }
}

#[test]
fn a_run_without_anything_to_ask_for_says_so() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    let run = |args: &str| {
        let args = format!("--entity Bill -o lake --json {args}");
        api.export(&args).folder(folder.path()).run()
    };
    let early = run("--since 2199-01-01");
    assert!(early.ended(0).contains("nothing of Bill was asked for"), "{early:?}");
    let told = early.json();
    assert_eq!((&told["entity"], &told["already_there"]), (&"Bill".into(), &false.into()));
    assert_eq!((&told["rows"], &told["version"]), (&0.into(), &2.into()));
    assert_eq!(api.server.requests().add, 0);
    // A window that is there is told, too.
    let window = "--updated 2025-01-01..2025-02-01";
    run(window).ended(0);
    let again = run(window);
    assert!(again.ended(0).contains("is committed already"), "{again:?}");
    assert_eq!(again.json()["already_there"], true);
    run(&format!("{window} --columns Id")).failed(5, &["other columns"]);
    assert_eq!(api.server.requests().add, 1);
}
