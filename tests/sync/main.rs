//! A lake that keeps up with the export server: what is asked for, what is remembered, and what
//! becomes of runs that end too early.
#![cfg(feature = "mews")]

mod answers;
mod aside;
mod site;
mod there;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rowmill::mews::chrono::{DateTime, TimeDelta, Utc};
use rowmill::mews::{Client, Credentials, Entity, Platform};
use rowmill::{Cancel, Column, ErrorKind, Layout, SyncEvent, sync};
use rowmill_testkit::server::{Ending, Fault, Setup, Trigger};
use serde_json::Value;

use site::{Site, at, numbers, setup};

/// The windows of the lines with this event, as the journal writes them.
fn windows(journal: &[Value], event: &str) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let end = |line: &Value, name: &str| line["updated"][name].as_str().map(at).expect("a window");
    let lines = journal.iter().filter(|line| line["event"] == event);
    lines.map(|line| (end(line, "from"), end(line, "until"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_data_first_and_then_what_was_updated_since() {
    let site = Site::start(setup()).await;
    let before = Utc::now();
    let first = site.done(site.sync(&["A"])).await;
    let after = Utc::now();
    assert_eq!((first.exports.len(), first.exports[0].rows), (1, 17));
    let mark = first.watermark.expect("a watermark");
    let margin = TimeDelta::minutes(6);
    assert!(before - margin - TimeDelta::seconds(1) < mark && mark <= after - margin);
    assert_eq!(site.watermark("A"), Some(mark));
    let journal = site.journal();
    let events: Vec<_> = journal.iter().map(|line| line["event"].as_str().expect("text")).collect();
    assert_eq!(events, ["asked", "added", "committed"]);
    assert!(journal[1]["updated"].is_null() && journal[1]["export"].is_string());

    // An old watermark, as if the lake had been left alone for 400 days.
    let old = mark - TimeDelta::days(400);
    let place = site.lake().join("_rowmill/state.json");
    let text = fs::read_to_string(&place).expect("reads");
    let written = |mark: DateTime<Utc>| mark.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    fs::write(&place, text.replace(&written(mark), &written(old))).expect("written");
    assert_eq!(site.watermark("A"), Some(old));
    let second = site.done(site.sync(&["A"])).await;
    assert_eq!((second.exports.len(), site.server.requests().add), (3, 4));
    let sent = windows(&site.journal()[3..], "added");
    assert_eq!(sent[0].0, old);
    assert!(sent.windows(2).all(|two| two[0].1 == two[1].0), "{sent:?}");
    assert!(sent.iter().all(|(from, until)| *until - *from <= TimeDelta::days(180)));
    assert_eq!(second.watermark, Some(sent[2].1));
    assert_eq!(site.watermark("A"), second.watermark);
    site.discreet();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_entity_and_scope_has_its_own_watermark() {
    let site = Site::start(setup()).await;
    let id = "0f515589-99b4-423d-b83a-b237009f0509";
    let report = site.run(site.sync(&["A", "B", "A"])).await;
    let names: Vec<_> = report.entities.iter().map(|entity| entity.entity.as_str()).collect();
    assert_eq!(names, ["A", "B"]);
    assert_eq!(site.server.requests().add, 2);
    let whole = site.watermark("A");
    site.done(site.sync(&["A"]).enterprises([id]).state(site.folder.path().join("s.json"))).await;
    assert_eq!(site.watermark("A"), whole, "another state file");
    assert!(site.folder.path().join("s.json.journal.jsonl").exists());
    site.done(site.sync(&["A"]).enterprises([id])).await;
    let all: Vec<Value> = site.journal();
    assert_eq!(all.iter().filter(|line| line["event"] == "added").count(), 3);
    assert!(all.iter().all(|line| line["updated"].is_null()), "all three are first ones");
    site.discreet();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn since_begins_a_watermark_and_never_leaves_a_gap() {
    let site = Site::start(setup()).await;
    let from = Utc::now() - TimeDelta::days(200);
    let entity = site.done(site.sync(&["A"]).since(from)).await;
    assert_eq!(entity.exports.len(), 2);
    let mark = entity.watermark.expect("a watermark");
    let sent = windows(&site.journal(), "added");
    assert_eq!((sent[0].0, sent[1].1), (from, mark));
    let gap = site.sync(&["A"]).since(mark + TimeDelta::seconds(1));
    let error = gap.into_parquet(site.lake()).await.expect_err("a gap");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(site.server.requests().add, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interval_is_committed_once() {
    let site = Site::start(setup()).await;
    let run = || site.sync(&["A"]).updated(at("2020-01-01T00:00:00Z")..at("2021-01-01T00:00:00Z"));
    let first = site.done(run()).await;
    assert_eq!((first.exports.len(), first.watermark), (3, None));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let again = run().on_event(move |event| tell.lock().expect("no panic").push(event.clone()));
    let again = site.done(again).await.exports;
    assert!(again.len() == 3 && again.iter().all(|report| report.already_there), "{again:?}");
    assert!(
        again.iter().map(|report| &report.export).eq(first.exports.iter().map(|it| &it.export))
    );
    assert_eq!((site.server.requests().add, site.server.requests().downloads), (3, 6));
    let told = told.lock().expect("no panic");
    assert!(
        told.iter().all(|event| matches!(event, SyncEvent::AlreadyCommitted { .. })),
        "{told:?}"
    );
    assert_eq!(told.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interval_never_takes_the_watermark_back() {
    let site = Site::start(setup()).await;
    let mark = site.done(site.sync(&["A"])).await.watermark;
    let end = mark.expect("a watermark") - TimeDelta::days(1);
    let entity = site.done(site.sync(&["A"]).updated(end - TimeDelta::days(1)..end)).await;
    assert_eq!(entity.watermark, mark, "it never goes back");
    let young = site.sync(&["A"]).updated(end..Utc::now());
    let error = young.into_parquet(site.lake()).await.expect_err("too young");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_of_an_earlier_run_is_taken_over() {
    let site = Site::start(setup().polls_before_ready(3)).await;
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let run = site.sync(&["A"]).cancel(cancel).on_event(move |event| {
        if matches!(event, SyncEvent::Requested { .. }) {
            stop.cancel();
        }
    });
    let error = run.into_parquet(site.lake()).await.expect_err("cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let journal = site.journal();
    let id = journal[1]["export"].as_str().expect("an id").to_owned();
    let asked = at(journal[1]["asked"].as_str().expect("text"));

    let entity = site.done(site.sync(&["A"])).await;
    assert_eq!(site.server.requests().add, 1, "it is not asked for again");
    assert_eq!(entity.exports[0].export.as_deref(), Some(id.as_str()));
    // From when it was asked for, not from when it was taken over.
    let mark = entity.watermark.expect("a watermark");
    assert!(mark <= asked - TimeDelta::minutes(6) && asked - mark < TimeDelta::seconds(362));
    site.discreet();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_passed_over_that_was_not_committed() {
    // The files of the second window cannot be had.
    let trouble = Fault::Refuse { status: 500, retry_after: None };
    let site = Site::start(Setup::new().files("A", [numbers(10)])).await;
    site.server.add_fault(Trigger::file("A", 0).after(1).times(2), trouble);
    let from = Utc::now() - TimeDelta::days(400);
    let error = site.fails(site.sync(&["A"]).since(from)).await;
    assert!(error.is_retryable(), "{error}");
    let first = from + TimeDelta::days(180);
    assert_eq!(site.watermark("A"), Some(first));
    assert_eq!((site.server.requests().add, site.parts("A")), (2, 1));

    // The rerun of the same command, and one without it, go on from there.
    let entity = site.done(site.sync(&["A"]).since(from)).await;
    assert_eq!((entity.exports.len(), site.server.requests().add, site.parts("A")), (3, 3, 3));
    let there: Vec<bool> = entity.exports.iter().map(|report| report.already_there).collect();
    assert_eq!(there, [false, true, false], "taken over, found, asked for");
    let sent = windows(&site.journal(), "added");
    assert_eq!((sent[0].0, sent[1].0, sent[2].0), (from, first, sent[1].1));
    assert_eq!(entity.watermark, Some(sent[2].1));
}

/// Dropped at whatever point, the next run finds its way to the same lake, and no window is missing
/// or asked for twice while its export can be had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_at_any_point_loses_nothing() {
    // An export whose answer was dropped is known to nobody; here it is not in the way of the next.
    let site = Site::start(setup()).await;
    let from = Utc::now() - TimeDelta::days(700);
    let interval = from..Utc::now() - TimeDelta::days(1);
    let mut dropped = 0;
    for point in 0..200_u64 {
        let run = site.sync(&["A", "B"]).updated(interval.clone());
        let run = run.into_parquet(site.lake());
        let pause = Duration::from_millis(point % 40);
        match tokio::time::timeout(pause, run).await {
            Ok(report) => {
                let entities = report.expect("runs").entities;
                assert!(entities.iter().all(|entity| entity.error.is_none()), "{entities:?}");
                break;
            }
            Err(_) => dropped += 1,
        }
    }
    let report = site.run(site.sync(&["A", "B"]).updated(interval.clone())).await;
    assert!(report.entities.iter().all(|entity| entity.error.is_none()), "{report:?}");
    assert!(dropped > 0);
    for entity in ["A", "B"] {
        let journal = site.journal();
        let own: Vec<Value> = journal.into_iter().filter(|line| line["entity"] == entity).collect();
        let mut committed = windows(&own, "committed");
        committed.sort_unstable();
        committed.dedup();
        assert_eq!(
            (committed[0].0, committed.last().map(|w| w.1)),
            (interval.start, Some(interval.end))
        );
        assert!(committed.windows(2).all(|two| two[0].1 == two[1].0), "{committed:?}");
        let exports: std::collections::BTreeSet<_> = own
            .iter()
            .filter(|line| line["event"] == "committed")
            .map(|line| line["export"].as_str().expect("an id").to_owned())
            .collect();
        assert_eq!(exports.len(), committed.len(), "no window twice");
        let files = if entity == "A" { 2 } else { 1 };
        assert_eq!(site.parts(entity), files * committed.len());
    }
    assert!(leftovers(&site.lake()).is_empty(), "{:?}", leftovers(&site.lake()));
    site.discreet();
}

fn leftovers(lake: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(lake.join("_rowmill")).expect("reads");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let ends = |path: &PathBuf, ending: &str| path.extension().is_some_and(|e| e == ending);
    paths.filter(|path| ends(path, "partial") || ends(path, "new") || ends(path, "lock")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_told_and_never_repeated() {
    let site = Site::start(setup().polls_before_ready(1_000)).await;
    site.server.add_fault(Trigger::add(), Fault::LoseAnswer);
    let error = site.fails(site.sync(&["A"]).keep_asking(Duration::from_secs(60))).await;
    assert!(error.to_string().contains("may exist"), "{error}");
    assert_eq!(site.server.requests().add, 1);
    assert_eq!(site.journal().len(), 1, "asked, and no answer");

    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let run = site.sync(&["A"]);
    let run = run.on_event(move |event| tell.lock().expect("no panic").push(event.to_string()));
    let error = site.fails(run).await;
    assert!(error.is_retryable() && error.to_string().contains("already pending"), "{error}");
    let told = told.lock().expect("no panic").join("\n");
    assert!(told.contains("had no answer"), "{told}");
    site.discreet();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_that_come_to_nothing_are_asked_for_anew() {
    for ending in [Ending::Failed, Ending::Expired] {
        let site = Site::start(Setup::new().ending("A", ending)).await;
        let error = site.fails(site.sync(&["A"])).await;
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(site.watermark("A"), None);
        assert_eq!(site.journal().last().expect("a line")["event"], "ended");
        site.fails(site.sync(&["A"])).await;
        assert_eq!(site.server.requests().add, 2);
    }
    // One that expires before it is taken over.
    let site = Site::start(setup()).await;
    let bad = Layout::new([Column::boolean("n")]).expect("a sound layout");
    let run = site.sync(&["A"]).layout(&Entity::from("A"), bad);
    assert_eq!(site.fails(run).await.kind(), ErrorKind::Data);
    site.server.expire_exports();
    let entity = site.done(site.sync(&["A"])).await;
    assert_eq!((entity.exports.len(), site.server.requests().add), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_died_after_its_commit_is_finished() {
    for expired in [false, true] {
        let site = Site::start(setup()).await;
        let mark = site.done(site.sync(&["A"])).await.watermark;
        // As if it had died before the watermark: no state, and the journal without its last line.
        fs::remove_file(site.lake().join("_rowmill/state.json")).expect("removed");
        let place = site.lake().join("_rowmill/journal.jsonl");
        let text = fs::read_to_string(&place).expect("reads");
        let lines: Vec<&str> = text.lines().take(2).collect();
        fs::write(&place, lines.join("\n") + "\n").expect("written");
        if expired {
            site.server.expire_exports();
        }
        let entity = site.done(site.sync(&["A"])).await;
        assert_eq!((entity.watermark, site.server.requests().add), (mark, 1));
        assert!(entity.exports.iter().all(|report| report.already_there));
        assert_eq!((site.parts("A"), site.server.requests().downloads), (2, 2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_enterprises_than_before_are_noticed() {
    let site = Site::start(setup()).await;
    let mark = site.done(site.sync(&["A"])).await.watermark;
    let place = site.lake().join("_rowmill/state.json");
    let text = fs::read_to_string(&place).expect("reads");
    // The server names the enterprises of an export; the watermark was made without this one.
    let seen = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    assert!(text.contains(seen), "{text}");
    let older = mark.expect("a watermark") - TimeDelta::days(10);
    let written = |mark: DateTime<Utc>| mark.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let text = text.replace(seen, "another").replace(&written(mark.expect("one")), &written(older));
    fs::write(&place, text).expect("written");
    let error = site.fails(site.sync(&["A"])).await;
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("--full"), "{error}");
    assert_eq!(site.watermark("A"), Some(older));
    let entity = site.done(site.sync(&["A"]).everything()).await;
    assert!(entity.watermark >= mark);
    assert!(fs::read_to_string(&place).expect("reads").contains(seen));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entities_wait_together_and_one_that_fails_stops_no_other() {
    let setup = setup().polls_before_ready(3).ending("B", Ending::Failed).files("C", [numbers(3)]);
    let site = Site::start(setup).await;
    let mut report = site.run(site.sync(&["A", "B", "C"])).await;
    let failed = report.entities.remove(1);
    assert_eq!(failed.error.as_ref().map(rowmill::Error::kind), Some(ErrorKind::Refused));
    for entity in &report.entities {
        assert!(entity.error.is_none() && entity.exports.len() == 1 && entity.watermark.is_some());
    }
    assert_eq!(site.server.requests().add, 3);
    site.discreet();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_adopted_by_its_id() {
    let site = Site::start(setup()).await;
    let pending = site.client.export(Entity::from("A")).send().await.expect("accepted");
    let report = site.sync(&["A"]).adopt(pending.id(), site.lake()).await.expect("there");
    assert_eq!(report.rows, 17);
    assert_eq!(site.watermark("A"), None, "nobody knows when it was asked for");
    let error = site.sync(&["B"]).adopt(pending.id(), site.lake()).await.expect_err("of A");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_on_one_state_are_kept_apart() {
    // The first one waits for ever.
    let site = Site::start(setup().polls_before_ready(u32::MAX)).await;
    let first = site.sync(&["A"]).into_parquet(site.lake());
    let second = async {
        while site.server.requests().get_all == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        site.sync(&["B"]).into_parquet(site.lake()).await
    };
    let second = tokio::select! {
        first = first => panic!("{first:?}"),
        second = second => second,
    };
    assert_eq!(second.expect_err("taken").kind(), ErrorKind::Output);
    assert_eq!(site.server.requests().add, 1);
}

#[test]
fn the_future_may_move_between_threads() {
    fn sends<T: Send>(_: &T) {}
    let tokens = Credentials::new("c", "a", "Tests 1.0");
    let run = sync(Client::new(Platform::Demo, tokens), [Entity::Bill]);
    sends(&run.into_parquet("never"));
}
