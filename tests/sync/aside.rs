//! Rows set aside by many exports, in one file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rowmill::mews::chrono::{TimeDelta, Utc};
use rowmill::{ErrorKind, Limit, OnBadRow, SyncRun};
use rowmill_testkit::server::Setup;
use serde_json::Value;

use crate::site::{Site, at, numbers};

const ASIDE: OnBadRow = OnBadRow::Quarantine { at_most: Limit::None };

/// Two files with a bad row each, and one without.
fn bad() -> Setup {
    let file = |n| format!("{{\"n\":{n}}}\n{{\"n\":\"bad {n}\"}}\n").into();
    Setup::new()
        .files("A", [file(1), file(2)])
        .files("B", [file(3), file(4)])
        .files("C", [numbers(3)])
}

/// The names of the sources in the file, one for each line.
fn sources(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.map(|line| line["file"].as_str().expect("a name").to_owned()).collect()
}

/// Requires a line for each of `rows` bad rows, each of another file.
fn all_there(path: &Path, rows: usize) {
    let sources = sources(path);
    assert_eq!(sources.len(), rows);
    assert_eq!(sources.iter().collect::<BTreeSet<_>>().len(), rows, "{sources:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_file_has_the_rows_of_all_exports() {
    for overwrite in [false, true] {
        let site = Site::start(bad()).await;
        let place = site.folder.path().join("bad.jsonl");
        let with = |run: SyncRun| run.on_bad_row(ASIDE).rejects(&place).overwrite(overwrite);
        // Two windows of two entities.
        let interval = at("2020-01-01T00:00:00Z")..at("2020-12-01T00:00:00Z");
        let report = site.run(with(site.sync(&["A", "B"]).updated(interval.clone()))).await;
        assert!(report.entities.iter().all(|entity| entity.error.is_none()), "{report:?}");
        all_there(&place, 8);
        // Day after day; the last one has nothing to set aside.
        site.done(with(site.sync(&["A"]))).await;
        all_there(&place, 10);
        let since = Utc::now() - TimeDelta::days(1);
        site.done(with(site.sync(&["B"]).since(since))).await;
        all_there(&place, 12);
        site.done(with(site.sync(&["C"]))).await;
        all_there(&place, 12);
        // The same once more is there already, or takes the place of what was there.
        if !overwrite {
            let report = site.run(with(site.sync(&["A", "B"]).updated(interval))).await;
            let there = |report: &rowmill::Report| report.already_there && report.rejects.is_some();
            for entity in report.entities {
                assert!(entity.error.is_none() && entity.exports.iter().all(there));
            }
            all_there(&place, 12);
        }
        assert!(!site.lake().join("_rowmill/rejects.jsonl").exists());
        site.discreet();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_is_taken_in_again_replaces_its_own_lines() {
    let site = Site::start(bad()).await;
    let place = site.folder.path().join("bad.jsonl");
    let with = |run: SyncRun| run.on_bad_row(ASIDE).rejects(&place);
    site.done(with(site.sync(&["A"]))).await;
    let first = site.done(with(site.sync(&["B"]))).await;
    let id = first.exports[0].export.clone().expect("an id");
    let before = fs::read(&place).expect("there");
    let again = with(site.sync(&["B"])).overwrite(true).adopt(&id, site.lake()).await;
    assert_eq!(again.expect("again").quarantined, 2);
    assert_eq!(fs::read(&place).expect("there"), before);
    // With a layout that all rows fit, its lines go and those of the other stay.
    let text = rowmill::Layout::new([rowmill::Column::json("n")]).expect("a sound layout");
    let run = with(site.sync(&["B"])).layout(&"B".into(), text).overwrite(true);
    assert_eq!(run.adopt(&id, site.lake()).await.expect("again").quarantined, 0);
    all_there(&place, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_something_else_is_refused_before_anything_is_asked_for() {
    let site = Site::start(bad()).await;
    let place = site.folder.path().join("rows.jsonl");
    let aside = || site.sync(&["A"]).on_bad_row(ASIDE).rejects(&place);
    for text in ["{\"n\":1}\n", "no JSON", "\n"] {
        fs::write(&place, text).expect("written");
        for overwrite in [false, true] {
            let run = aside().overwrite(overwrite).into_parquet(site.lake()).await;
            let error = run.expect_err("something else");
            assert_eq!(error.kind(), ErrorKind::Output);
            assert!(error.to_string().contains("something else"), "{error}");
        }
        assert_eq!(fs::read_to_string(&place).expect("there"), text);
    }
    let nowhere = site.sync(&["A"]).on_bad_row(ASIDE).rejects(site.folder.path().join("no/r"));
    let error = nowhere.into_parquet(site.lake()).await.expect_err("no folder");
    assert!(error.to_string().contains("there is no folder"), "{error}");
    assert_eq!(site.server.requests().add, 0);
    // A last line without its end does not run into the next one.
    fs::write(&place, "{\"file\":\"x\",\"line\":1,\"code\":\"type\"}").expect("written");
    site.done(aside()).await;
    all_there(&place, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_run_remembers_is_no_place_for_rows() {
    let site = Site::start(bad()).await;
    let own = |name: &str| site.lake().join("_rowmill").join(name);
    let aside = || site.sync(&["A"]).on_bad_row(ASIDE);
    for run in [
        aside().rejects(own("state.json")),
        aside().rejects(own("journal.jsonl")),
        aside().rejects(own("commit.json")),
        aside().state(own("rejects.jsonl")),
        aside().state(site.folder.path().join("s")).rejects(site.folder.path().join("./s")),
    ] {
        let error = run.into_parquet(site.lake()).await.expect_err("one file");
        assert_eq!(error.kind(), ErrorKind::Usage);
    }
    assert_eq!(site.server.requests().add, 0);
}
