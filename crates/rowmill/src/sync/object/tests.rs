//! What is remembered in a store: by one run at a time, and whatever step fails.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use futures::StreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use rowmill_json::{Column, Layout};
use rowmill_mews::chrono::{DateTime, Utc};
use rowmill_mews::{Client, Credentials, Entity, Platform};
use rowmill_testkit::server::{Server, Setup};
use tokio::runtime::Runtime;

use super::*;
use crate::cloud::memory;
use crate::error::ErrorKind;
use crate::sink::faults::{Plan, during};
use crate::{SyncEvent, SyncReport, SyncRun, sync};

/// More steps than any run here takes.
const STEPS: u64 = 60;

/// A store that nobody else has.
fn name() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("remembered-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn open(name: &str) -> (SmallObject, Option<Bytes>) {
    let url = format!("memory:///{name}/deep/state.json");
    SmallObject::open(Path::new(&url)).expect("opens").expect("a URL")
}

#[test]
fn of_two_that_write_the_second_is_refused() {
    let name = name();
    let ((mut first, none), (mut second, _)) = (open(&name), open(&name));
    assert_eq!(none, None);
    first.write(b"one".to_vec()).expect("written");
    first.check().expect("its own");
    for _ in 0..2 {
        for error in [
            second.check().expect_err("overtaken"),
            second.write(b"two".to_vec()).expect_err("overtaken"),
        ] {
            assert_eq!(error.kind(), ErrorKind::Output);
            let told = error.to_string();
            assert!(told.contains("state.json: another run has written here"), "{told}");
        }
    }
    first.write(b"three".to_vec()).expect("written");
    let (mut third, there) = open(&name);
    assert_eq!(there.as_deref(), Some(&b"three"[..]));
    third.write(b"four".to_vec()).expect("written");
    first.write(b"five".to_vec()).expect_err("overtaken");
    assert_eq!(open(&name).1.as_deref(), Some(&b"four"[..]));
}

/// An answer that is lost: the next try finds what the one before has written.
#[tokio::test]
async fn what_has_come_through_without_an_answer_is_known() {
    let name = name();
    let (mut object, _) = open(&name);
    let key = object_store::path::Path::from(format!("{name}/deep/state.json"));
    memory::store(&name).put(&key, "one".into()).await.expect("put");
    object.write(b"one".to_vec()).expect("is there");
    object.write(b"two".to_vec()).expect("goes on from there");
}

/// An export server in a runtime of its own, and a lake in a store.
struct Site {
    name: String,
    server: Server,
    runtime: Runtime,
}

impl Site {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build().expect("a runtime");
        let numbers = |rows: u64| (0..rows).map(|n| format!("{{\"n\":{n}}}\n")).collect::<String>();
        let files = |rows: [u64; 2]| rows.map(|rows| Bytes::from(numbers(rows)));
        let setup = Setup::new().files("A", files([10, 7])).files("B", files([3, 2]));
        let server = runtime.block_on(Server::start(setup)).expect("runs");
        Self { name: name(), server, runtime }
    }

    fn url(&self) -> String {
        format!("memory:///{}/lake/", self.name)
    }

    fn sync(&self, entity: &str) -> SyncRun {
        let (client, access) = (self.server.client_token(), self.server.access_token());
        let tokens = Credentials::new(client, access, "Tests 1.0");
        let client = Client::builder(Platform::Custom(self.server.url().to_owned()), tokens)
            .allow_http(true)
            .poll_interval(Duration::from_millis(5))
            .build()
            .expect("a client");
        let layout = Layout::new([Column::int64("n").required()]).expect("a sound layout");
        let entity = Entity::from(entity);
        sync(client, [entity.clone()]).layout(&entity, layout).threads(1)
    }

    /// Runs in this thread, where steps may fail.
    fn run(&self, run: SyncRun) -> Result<SyncReport> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(run.into_parquet(self.url()))
    }

    fn text(&self, name: &str) -> Option<String> {
        let key = object_store::path::Path::from(format!("{}/lake/{name}", self.name));
        let read = async { memory::store(&self.name).get(&key).await.ok()?.bytes().await.ok() };
        self.runtime.block_on(read).map(|text| String::from_utf8(text.to_vec()).expect("text"))
    }

    /// The rows that all manifests tell of.
    fn rows(&self) -> u64 {
        let names = async {
            let store = memory::store(&self.name);
            let keys = store.list(None).map(|object| object.expect("lists").location.to_string());
            keys.collect::<Vec<String>>().await
        };
        let names = self.runtime.block_on(names);
        let below =
            |name: &String| name.strip_prefix(&format!("{}/lake/", self.name)).map(String::from);
        let manifests = names.iter().filter(|name| name.contains("/manifest-")).filter_map(below);
        let rows = |name: String| {
            let text = self.text(&name).expect("there");
            let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            manifest["rows"].as_u64().expect("a number")
        };
        manifests.map(rows).sum()
    }

    /// The events of the journal, as they are called.
    fn events(&self) -> Vec<String> {
        let text = self.text("_rowmill/journal.jsonl").unwrap_or_default();
        let event = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line["event"].as_str().expect("an event").to_owned()
        };
        text.lines().map(event).collect()
    }

    fn has_watermark(&self, entity: &str) -> bool {
        let text = self.text("_rowmill/state.json").unwrap_or_default();
        text.contains(&format!("\"entity\": \"{entity}\""))
    }
}

/// An entity that must have been done.
#[track_caller]
fn done(report: Result<SyncReport>) -> SyncReport {
    let report = report.expect("runs");
    assert!(report.entities[0].error.is_none(), "{report:?}");
    report
}

fn interval() -> Range<DateTime<Utc>> {
    let at = |text: &str| text.parse().expect("an instant");
    at("2024-01-01T00:00:00Z")..at("2025-01-01T00:00:00Z")
}

#[test]
fn the_next_run_goes_on_whatever_step_of_remembering_fails() {
    for (windows, exports) in [(None, 1), (Some(interval()), 3)] {
        for plan in [Plan::Once as fn(u64) -> Plan, Plan::From] {
            let mut ended = false;
            for step in 1..STEPS {
                let site = Site::new();
                let run = || match &windows {
                    Some(interval) => site.sync("A").updated(interval.clone()),
                    None => site.sync("A"),
                };
                let (outcome, failed) = during(plan(step), || site.run(run()));
                if !failed {
                    done(outcome);
                    let one = ["asked", "added", "committed"];
                    assert_eq!(site.events(), one.repeat(exports));
                    assert_eq!(site.rows(), 17 * exports as u64);
                    ended = true;
                    break;
                }
                let what = format!("step {step} of {exports}");
                assert!(
                    outcome.map_or(true, |report| report.entities[0].error.is_some()),
                    "{what}"
                );
                done(site.run(run()));
                assert_eq!(site.rows(), 17 * exports as u64, "{what}");
                assert_eq!(site.has_watermark("A"), windows.is_none(), "{what}");
                let events = site.events();
                let committed = events.iter().filter(|event| *event == "committed");
                assert_eq!(committed.count(), exports, "{what}: {events:?}");
            }
            assert!(ended, "every step was tried");
        }
    }
}

#[test]
fn a_run_that_was_overtaken_moves_no_watermark() {
    let site = Arc::new(Site::new());
    let (there, once, other) = (Arc::clone(&site), Once::new(), Arc::new(Mutex::new(None)));
    let told = Arc::clone(&other);
    // While the export of A is made, another run takes in all of B.
    let meanwhile = move |event: &SyncEvent| {
        if matches!(event, SyncEvent::Requested { .. }) {
            once.call_once(|| {
                let there = Arc::clone(&there);
                let run = std::thread::spawn(move || there.run(there.sync("B")));
                *told.lock().expect("whole") = Some(run.join().expect("ends"));
            });
        }
    };
    let report = site.run(site.sync("A").on_event(meanwhile)).expect("runs");
    done(other.lock().expect("whole").take().expect("has run"));
    let error = report.entities[0].error.as_ref().expect("overtaken");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("another run has written here"), "{error}");
    assert!(site.has_watermark("B") && !site.has_watermark("A"));
    assert_eq!(site.rows(), 17 + 5);
    // What it has committed is found by the next run, and nothing is asked for again.
    let asked = site.server.requests().add;
    let report = done(site.run(site.sync("A")));
    assert!(report.entities[0].exports[0].already_there);
    assert_eq!((site.rows(), site.server.requests().add), (17 + 5, asked));
    assert!(site.has_watermark("A"));
}
