//! A server, a client of it, and a lake, for each test its own.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rowmill::mews::chrono::{DateTime, Utc};
use rowmill::mews::{Client, Credentials, Entity, Platform};
use rowmill::{Bytes, Column, EntityReport, Layout, SyncReport, SyncRun, sync};
use rowmill_testkit::server::{Server, Setup};
use serde_json::Value;

/// A server, a client of it, and a lake.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn setup() -> Setup {
    Setup::new().files("A", [numbers(10), numbers(7)]).files("B", [numbers(5)])
}

pub(crate) fn numbers(rows: usize) -> Bytes {
    (0..rows).map(|n| format!("{{\"n\":{n}}}\n")).collect::<String>().into()
}

impl Site {
    pub(crate) async fn start(setup: Setup) -> Site {
        let server = Server::start(setup).await.expect("runs");
        let client = client(&server, server.access_token());
        Site { server, client, folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn lake(&self) -> PathBuf {
        self.folder.path().join("lake")
    }

    pub(crate) fn sync(&self, entities: &[&str]) -> SyncRun {
        let layout = Layout::new([Column::int64("n").required()]).expect("a sound layout");
        let entities: Vec<Entity> = entities.iter().map(|name| Entity::from(*name)).collect();
        let run = sync(self.client.clone(), entities.clone()).part_per_file(true);
        entities.iter().fold(run, |run, entity| run.layout(entity, layout.clone()))
    }

    pub(crate) async fn run(&self, run: SyncRun) -> SyncReport {
        run.into_parquet(self.lake()).await.expect("runs")
    }

    /// One entity that must succeed.
    pub(crate) async fn done(&self, run: SyncRun) -> EntityReport {
        let mut report = self.run(run).await;
        assert_eq!(report.entities.len(), 1);
        let entity = report.entities.remove(0);
        assert!(entity.error.is_none(), "{:?}", entity.error);
        entity
    }

    /// One entity that must fail.
    pub(crate) async fn fails(&self, run: SyncRun) -> rowmill::Error {
        self.run(run).await.entities.remove(0).error.expect("an error")
    }

    /// The lines of the journal.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.lake().join("_rowmill/journal.jsonl"));
        let text = text.unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    pub(crate) fn watermark(&self, entity: &str) -> Option<DateTime<Utc>> {
        let text = fs::read(self.lake().join("_rowmill/state.json")).ok()?;
        let state: Value = serde_json::from_slice(&text).expect("JSON");
        let marks = state["watermarks"].as_array().expect("a list").clone();
        let mark = marks.into_iter().find(|mark| mark["entity"] == entity)?;
        Some(mark["until"].as_str().expect("text").parse().expect("an instant"))
    }

    pub(crate) fn parts(&self, entity: &str) -> usize {
        fs::read_dir(self.lake().join(entity)).map_or(0, Iterator::count)
    }

    /// Nothing that was written holds a secret.
    pub(crate) fn discreet(&self) {
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("reads") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = String::from_utf8_lossy(&fs::read(&path).expect("reads")).into_owned();
                let name = path.display().to_string();
                for secret in
                    [self.server.client_token(), self.server.access_token(), "sig=", "://"]
                {
                    assert!(!text.contains(secret) && !name.contains(secret), "{secret} in {name}");
                }
            }
        }
    }
}

pub(crate) fn client(server: &Server, access: &str) -> Client {
    let tokens = Credentials::new(server.client_token(), access, "Tests 1.0");
    Client::builder(Platform::Custom(server.url().to_owned()), tokens)
        .allow_http(true)
        .attempts(2)
        .poll_interval(Duration::from_millis(10))
        .max_backoff(Duration::from_millis(20))
        .idle_timeout(Duration::from_secs(5))
        .build()
        .expect("a client")
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
