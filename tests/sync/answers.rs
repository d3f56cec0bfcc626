//! Answers of the server that are not about what was asked for, and marks that cannot be true.

use std::fs;

use rowmill::mews::chrono::{DateTime, TimeDelta, Utc};
use rowmill::{ErrorKind, SyncEvent};
use rowmill_testkit::server::{Fault, Trigger};
use serde_json::Value;

use crate::site::{Site, at, setup};

/// The events of the journal's lines.
fn events(site: &Site) -> Vec<String> {
    let text = |line: &Value| line["event"].as_str().expect("text").to_owned();
    site.journal().iter().map(text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_is_known_is_no_new_export() {
    let site = Site::start(setup()).await;
    let mark = site.done(site.sync(&["A"])).await.watermark;
    site.server.add_fault(Trigger::add(), Fault::RepeatExport);
    let error = site.fails(site.sync(&["A"]).everything()).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("is known already"), "{error}");
    assert_eq!(site.watermark("A"), mark);
    assert_eq!(events(&site), ["asked", "added", "committed", "asked", "refused"]);
    // Also where nothing but the output knows it.
    fs::remove_file(site.lake().join("_rowmill/journal.jsonl")).expect("removed");
    site.server.add_fault(Trigger::add(), Fault::RepeatExport);
    site.fails(site.sync(&["A"]).everything()).await;
    assert_eq!(site.watermark("A"), mark);

    let entity = site.done(site.sync(&["A"]).everything()).await;
    assert!(entity.exports.len() == 1 && entity.watermark >= mark);
    assert_eq!((site.server.requests().add, site.parts("A")), (4, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_with_its_lines_twice_hides_nothing() {
    let site = Site::start(setup()).await;
    let mark = site.done(site.sync(&["A"])).await.watermark.expect("a watermark");
    // As older versions left it where the server had answered with one id twice.
    let place = site.lake().join("_rowmill/journal.jsonl");
    let text = fs::read_to_string(&place).expect("reads");
    let again = text.replace("\"committed\"", "\"refused\"");
    fs::write(&place, format!("{text}{again}")).expect("written");
    let old = mark - TimeDelta::days(1);
    set(&site, mark, old);
    let entity = site.done(site.sync(&["A"])).await;
    assert_eq!(site.server.requests().add, 2, "a window was asked for");
    assert!(entity.exports.len() == 1 && !entity.exports[0].already_there);
    assert!(entity.watermark.expect("one") >= mark);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_the_same_in_any_case() {
    let site = Site::start(setup()).await;
    site.server.add_fault(Trigger::add(), Fault::CapitalId);
    let window = at("2020-01-01T00:00:00Z")..at("2020-02-01T00:00:00Z");
    let run = || site.sync(&["A"]).updated(window.clone());
    let first = site.done(run()).await;
    let id = site.journal()[1]["export"].as_str().expect("an id").to_owned();
    assert!(id != id.to_lowercase(), "{id}");
    assert_eq!(first.exports[0].export, Some(id.to_lowercase()));
    let again = site.done(run()).await;
    assert!(again.exports[0].already_there, "{again:?}");
    assert_eq!((site.server.requests().add, site.parts("A")), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_of_something_else_is_not_taken_in() {
    let window = at("2020-01-01T00:00:00Z")..at("2020-02-01T00:00:00Z");
    let id = "0f515589-99b4-423d-b83a-b237009f0509";
    for (fault, words) in
        [(Fault::OtherScope, "enterprises"), (Fault::OtherFilters, "times of update")]
    {
        let site = Site::start(setup()).await;
        site.server.add_fault(Trigger::get_all(), fault);
        let run = || site.sync(&["A"]).enterprises([id]).updated(window.clone());
        let error = site.fails(run()).await;
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!((site.watermark("A"), site.parts("A")), (None, 0));
        // It does not come back.
        assert_eq!(events(&site), ["asked", "added", "ended"]);
        assert_eq!(site.done(run()).await.exports[0].rows, 17);
        assert_eq!(site.server.requests().add, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_in_the_future_is_told_and_begun_anew() {
    let site = Site::start(setup()).await;
    let mark = site.done(site.sync(&["A"])).await.watermark.expect("a watermark");
    set(&site, mark, at("2199-01-01T00:00:00Z"));
    for run in [site.sync(&["A"]), site.sync(&["A"]).since(at("2020-01-01T00:00:00Z"))] {
        let error = site.fails(run).await;
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("lies in the future"), "{error}");
    }
    assert_eq!(site.server.requests().add, 1);
    let entity = site.done(site.sync(&["A"]).everything()).await;
    let healed = entity.watermark.expect("a watermark");
    assert!(mark <= healed && healed < Utc::now());
    site.done(site.sync(&["A"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_to_be_asked_for_that_is_told() {
    let site = Site::start(setup()).await;
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let tell = std::sync::Arc::clone(&told);
    let from = at("2199-01-01T00:00:00Z");
    let run = site.sync(&["A"]).since(from);
    let run = run.on_event(move |event| tell.lock().expect("no panic").push(event.clone()));
    let entity = site.done(run).await;
    let expected = SyncEvent::TooEarly { entity: "A".into(), from };
    assert_eq!(*told.lock().expect("no panic"), [expected]);
    let report = entity.nothing_to_do().expect("a report");
    assert_eq!((report.entity.as_deref(), report.rows), (Some("A"), 0));
    assert!(!report.already_there);

    let first = site.done(site.sync(&["A"])).await;
    assert!(first.nothing_to_do().is_none());
    // It reaches to the second that has just begun, or to one before it.
    let again = site.done(site.sync(&["A"]).since(first.watermark.expect("one"))).await;
    assert!(again.nothing_to_do().is_none_or(|report| report.already_there));
}

/// Puts another watermark in the place of this one.
fn set(site: &Site, mark: DateTime<Utc>, other: DateTime<Utc>) {
    let place = site.lake().join("_rowmill/state.json");
    let text = fs::read_to_string(&place).expect("reads");
    let written = |mark: DateTime<Utc>| mark.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert!(text.contains(&written(mark)));
    fs::write(&place, text.replace(&written(mark), &written(other))).expect("written");
}
