//! Rows that many exports set aside in one file, which lies in a store, or the lake does.

use std::time::Duration;

use rowmill_json::{Limit, OnBadRow};
use rowmill_mews::chrono::{DateTime, Utc};
use rowmill_mews::{Client, Credentials, Entity, Platform};
use rowmill_testkit::server::{Server, Setup};

use super::*;
use crate::sync;

/// Two windows of two files with a bad row each, once more, and once more in other places.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_file_has_the_rows_of_all_exports() {
    let file = |n| format!("{{\"n\":{n}}}\n{{\"n\":\"bad\"}}\n").into();
    let server = Server::start(Setup::new().files("A", [file(1), file(2)])).await.expect("runs");
    let tokens = Credentials::new(server.client_token(), server.access_token(), "Tests 1.0");
    let client = Client::builder(Platform::Custom(server.url().to_owned()), tokens)
        .allow_http(true)
        .poll_interval(Duration::from_millis(10))
        .build()
        .expect("a client");
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    for (lake_afar, file_afar) in [(true, true), (false, true), (true, false)] {
        for overwrite in [false, true] {
            let case = Case::new("", &[]);
            let place = |afar: bool, name: &str| match afar {
                true => PathBuf::from(format!("memory:///{}/{name}", case.name)),
                false => case.folder.path().join(name),
            };
            let (lake, rejects) = (place(lake_afar, "lake/"), place(file_afar, "bad.jsonl"));
            let run = |from: &str, until: &str| {
                let layout = Layout::new([Column::int64("n")]).expect("a sound layout");
                sync(client.clone(), [Entity::from("A")])
                    .layout(&Entity::from("A"), layout)
                    .on_bad_row(OnBadRow::Quarantine { at_most: Limit::None })
                    .rejects(&rejects)
                    .overwrite(overwrite)
                    .updated(at(from)..at(until))
                    .into_parquet(&lake)
            };
            let objects = || tokio::task::block_in_place(|| case.objects());
            let lines = || match file_afar {
                true => objects().remove("bad.jsonl").unwrap_or_default(),
                false => fs::read(&rejects).unwrap_or_default(),
            };
            let count = || lines().iter().filter(|byte| **byte == b'\n').count();
            for (from, until, expected) in [
                ("2020-01-01T00:00:00Z", "2020-10-01T00:00:00Z", 4),
                ("2021-01-01T00:00:00Z", "2021-02-01T00:00:00Z", 6),
            ] {
                let report = run(from, until).await.expect("runs");
                let error = &report.entities[0].error;
                assert!(error.is_none(), "{lake_afar} {file_afar}: {error:?}");
                assert_eq!(count(), expected, "{lake_afar} {file_afar} {overwrite}");
            }
            assert!(!objects().contains_key("lake/_rowmill/rejects.jsonl"));
        }
    }
}
