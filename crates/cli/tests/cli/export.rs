//! `rowmill export`

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::{Ending, Fault, Setup, Trigger};
use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::parquet_file::{read, rows};
use crate::program::{Outcome, files, rowmill};

const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

fn parts(folder: &Path) -> Vec<PathBuf> {
    files(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .map(|path| folder.join(path))
        .collect()
}

/// Asserts how a run ended, that it kept the secrets, and that it left nothing but a journal.
#[track_caller]
fn failed(api: &Api, folder: &TempDir, outcome: &Outcome, code: i32, words: &[&str]) {
    outcome.failed(code, words);
    api.discreet(outcome);
    api.left_alone(folder.path());
}

#[test]
fn an_export_becomes_parquet() {
    let setup = Setup::new().polls_before_ready(2).corpus(Kind::Reservation, 500, 3);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Reservation -o lake --json --part-per-file";
    let outcome = api.export(args).folder(folder.path()).run();
    outcome.ended(0);
    api.discreet(&outcome);

    let lake = folder.path().join("lake");
    let parts = parts(&lake);
    assert_eq!(parts.len(), 3, "{parts:?}");
    assert!(parts.iter().all(|part| part.starts_with(lake.join("Reservation"))), "{parts:?}");
    assert_eq!(parts.iter().map(|part| rows(part)).sum::<usize>(), 500);
    assert!(files(&lake).iter().all(|path| !path.display().to_string().contains("partial")));

    let report = outcome.json();
    assert_eq!(report["version"], 2);
    assert_eq!(report["entity"], "Reservation");
    assert_eq!(report["rows"], 500);
    let bytes: u64 = api.server.sizes("Reservation").iter().sum();
    assert_eq!(report["bytes"], bytes);
    assert_eq!(report["files"].as_array().map(Vec::len), Some(3));
    // The id is told in any case: there is no list of exports to find it in.
    let id = report["export"].as_str().expect("an id");
    assert!(outcome.stderr.contains(id), "{outcome:?}");
}

#[test]
fn rows_of_an_export_are_cut_by_size_and_not_by_file() {
    let kind = Kind::AvailabilityAdjustment;
    for (size, least, most) in [("1B", 4, 100), ("1GB", 1, 1)] {
        let setup = Setup::new().corpus(kind, 7_000, 3);
        let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
        let args = format!("--entity {kind} -o lake --json --target-size {size}");
        let outcome = api.export(&args).folder(folder.path()).run();
        outcome.ended(0);
        let report = outcome.json();
        assert_eq!(
            (&report["rows"], report["files"].as_array().map(Vec::len)),
            (&7_000.into(), Some(3))
        );
        let id = report["export"].as_str().expect("an id");
        let parts = parts(&folder.path().join("lake"));
        assert!((least..=most).contains(&parts.len()), "{parts:?}");
        for (n, part) in parts.iter().enumerate() {
            assert!(part.ends_with(format!("{id}-{:04}.parquet", n + 1)), "{part:?}");
        }
        assert_eq!(parts.iter().map(|part| rows(part)).sum::<usize>(), 7_000);
    }
}

#[test]
fn many_entities_are_told_of_in_their_order() {
    let setup = Setup::new().corpus(Kind::Reservation, 50, 2).corpus(Kind::Customer, 70, 1);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Customer,Reservation,Customer -o lake --json";
    let outcome = api.export(args).folder(folder.path()).run();
    outcome.ended(0);
    let reports: Vec<Value> = outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a report a line"))
        .collect();
    let told: Vec<_> = reports.iter().map(|report| (&report["entity"], &report["rows"])).collect();
    assert_eq!(told, [(&"Customer".into(), &70.into()), (&"Reservation".into(), &50.into())]);
    assert_eq!(api.server.requests().add, 2);
    for (entity, count) in [("Customer", 70), ("Reservation", 50)] {
        let parts = parts(&folder.path().join("lake").join(entity));
        assert_eq!(parts.iter().map(|part| rows(part)).sum::<usize>(), count, "{entity}");
    }
}

/// Of nothing there is a table all the same, with all columns and no rows.
#[test]
fn exports_without_files_become_empty_typed_tables() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    api.export("--all -o lake").folder(folder.path()).run().ended(0);
    assert_eq!(api.server.requests().add, 10);
    let parts = parts(&folder.path().join("lake"));
    assert_eq!(parts.len(), 10, "{parts:?}");
    for part in parts {
        let (schema, batches) = read(&part);
        assert!(schema.field_with_name("Id").is_ok() && schema.fields().len() > 10, "{part:?}");
        assert!(batches.iter().all(|batch| batch.num_rows() == 0), "{part:?}");
    }
}

#[test]
fn faults_of_the_network_are_survived() {
    let slow_down = Fault::Refuse { status: 503, retry_after: None };
    let setup = Setup::new()
        .corpus(Kind::Reservation, 2_000, 2)
        .fault(Trigger::get_all(), slow_down)
        .fault(Trigger::file("Reservation", 0), Fault::Cut { after: 100_000 })
        .fault(Trigger::file("Reservation", 1), Fault::ExpireLink);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let outcome = api.export("--entity Reservation -o lake -v").folder(folder.path()).run();
    outcome.ended(0);
    api.discreet(&outcome);
    let parts = parts(folder.path());
    assert_eq!(parts.iter().map(|part| rows(part)).sum::<usize>(), 2_000);
    assert_eq!(api.server.played().len(), 3);
    let told = [
        "exports/getAll: server failed (attempt 1), again in",
        ": cut at byte 100000 (attempt 1), again in",
        ": link refused at byte 0",
        "links of export",
        " is Success",
        "3 requests made again (server failed 1, cut 1, link refused 1)",
    ];
    for words in told {
        assert!(outcome.stderr.contains(words), "{words:?} is missing in {}", outcome.stderr);
    }
}

#[test]
fn what_was_survived_is_told_in_one_line() {
    let setup = Setup::new()
        .corpus(Kind::Reservation, 500, 1)
        .fault(Trigger::file("Reservation", 0), Fault::Cut { after: 1_000 });
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let outcome = api.export("--entity Reservation -o lake").folder(folder.path()).run();
    let told = outcome.ended(0);
    assert!(told.contains("1 request made again (cut 1), 1 renewal of links"), "{told}");
    assert!(!told.contains("at byte"), "{told}");
}

#[test]
fn the_newest_row_of_each_id_can_be_kept_alone() {
    let row =
        |second| format!("{{\"Id\":\"{ID}\",\"UpdatedUtc\":\"2026-01-01T00:00:0{second}Z\"}}\n");
    let setup = Setup::new().files("Reservation", [(row(1) + &row(3)).into(), row(2).into()]);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Reservation -o lake --dedupe --json";
    let outcome = api.export(args).folder(folder.path()).run();
    assert!(outcome.ended(0).contains("2 older rows of the same Id left out"), "{outcome:?}");
    let report = outcome.json();
    assert_eq!((&report["rows"], &report["superseded"]), (&1.into(), &2.into()));
    assert_eq!(parts(folder.path()).iter().map(|part| rows(part)).sum::<usize>(), 1);
}

#[test]
fn where_rows_are_bad_the_files_are_kept_and_can_be_converted() {
    let row = format!("{{\"Id\":\"{ID}\"}}\n");
    let bad = format!("{row}{{\"Id\":\"no id\"}}\n");
    let setup = Setup::new().files("Reservation", [bad.into(), row.into()]);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Reservation -o lake --keep-raw raw";
    let outcome = api.export(args).folder(folder.path()).run();
    outcome.failed(1, &["line 2", "column Id"]);
    assert!(outcome.stderr.contains("are kept in raw"), "{}", outcome.stderr);
    assert_eq!(parts(folder.path()), [] as [PathBuf; 0]);
    let kept = files(&folder.path().join("raw"));
    assert_eq!(kept.len(), 3, "two files and their checksums");

    let [first, second] = [&kept[0], &kept[1]].map(|file| format!("raw/{}", file.display()));
    let args = ["convert", &first, &second, "-o", "lake", "--entity", "Reservation"];
    let again = rowmill(args.into_iter().chain(["--on-error", "quarantine"]));
    let again = again.folder(folder.path()).run();
    assert!(again.ended(0).contains("1 row quarantined"), "{again:?}");
    assert_eq!(parts(folder.path()).iter().map(|part| rows(part)).sum::<usize>(), 2);
}

#[test]
fn files_are_kept_as_they_came_and_can_be_converted() {
    let setup = Setup::new().seed(4).corpus(Kind::Reservation, 300, 2);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Reservation -o lake --keep-raw raw --connections 2 --json";
    let outcome = api.export(args).folder(folder.path()).run();
    outcome.ended(0);
    api.discreet(&outcome);
    let id = outcome.json()["export"].as_str().expect("an id").to_owned();
    let raw = folder.path().join("raw");
    let kept: Vec<String> = files(&raw).iter().map(|path| path.display().to_string()).collect();
    let names = [format!("{id}-0001.jsonl"), format!("{id}-0002.jsonl"), format!("{id}.xxh128")];
    assert_eq!(kept, names);
    let sizes: Vec<u64> =
        names[..2].iter().map(|name| fs::metadata(raw.join(name)).expect("a file").len()).collect();
    assert_eq!(sizes, api.server.sizes("Reservation"));
    let text = fs::read_to_string(raw.join(&names[2])).expect("checksums");
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains("sig="), "{text}");

    let (first, second) = (format!("raw/{}", names[0]), format!("raw/{}", names[1]));
    let args = ["convert", &first, &second, "-o", "again", "--entity", "Reservation", "--json"];
    let again = rowmill(args).folder(folder.path()).run();
    again.ended(0);
    assert_eq!(again.json()["checksum"], outcome.json()["checksum"]);
}

#[test]
fn a_wrong_token_is_refused() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    let outcome = api
        .export("--entity Reservation -o lake")
        .env("MEWS_ACCESS_TOKEN", "not-the-right-one")
        .folder(folder.path())
        .run();
    failed(&api, &folder, &outcome, 3, &["401", "Invalid ClientToken or AccessToken."]);
    assert!(!outcome.stderr.contains("not-the-right-one"), "{outcome:?}");
    assert_eq!(api.server.requests().add, 1);
}

#[test]
fn missing_credentials_are_named() {
    let folder = TempDir::new().expect("a folder");
    let export = || rowmill(["export", "--entity", "Bill", "-o", "lake"]).folder(folder.path());
    export().run().failed(2, &["MEWS_CLIENT_TOKEN"]);
    export().env("MEWS_CLIENT_TOKEN", "a").run().failed(2, &["MEWS_ACCESS_TOKEN"]);
    let args = ["export", "--entity", "Bill", "-o", "lake", "--credentials", "none.env"];
    rowmill(args).folder(folder.path()).run().failed(2, &["none.env"]);
    assert_eq!(files(folder.path()), [] as [PathBuf; 0]);
}

#[test]
fn credentials_come_from_a_file_too() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    let (client, access) = (api.server.client_token(), api.server.access_token());
    let text = format!("# ours\nMEWS_CLIENT_TOKEN={client}\nMEWS_ACCESS_TOKEN=\"{access}\"\n");
    fs::write(folder.path().join("mews.env"), text).expect("written");
    let args = ["--api", api.server.url(), "--allow-http", "--credentials", "mews.env"];
    let outcome = rowmill(["export", "--entity", "Bill", "-o", "lake"].into_iter().chain(args))
        .folder(folder.path())
        .run();
    outcome.ended(0);
    api.discreet(&outcome);
}

#[test]
fn failed_and_expired_exports_are_refusals() {
    for (ending, word) in [(Ending::Failed, "failed"), (Ending::Expired, "expired")] {
        let setup = Setup::new().ending("Reservation", ending);
        let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
        let outcome = api.export("--entity Reservation -o lake").folder(folder.path()).run();
        failed(&api, &folder, &outcome, 3, &["export ", word]);
    }
}

#[test]
fn an_unreachable_server_is_for_later() {
    // Bound and let go again: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let folder = TempDir::new().expect("a folder");
    let args = ["export", "--entity", "Bill", "-o", "lake", "--api", &url, "--allow-http"];
    let outcome = rowmill(args.into_iter().chain(["--max-backoff", "10ms"]))
        .env("MEWS_CLIENT_TOKEN", "a")
        .env("MEWS_ACCESS_TOKEN", "b")
        .folder(folder.path())
        .run();
    outcome.failed(4, &["exports/add"]);
    assert_eq!(files(folder.path()), [PathBuf::from("lake/_rowmill/journal.jsonl")]);
}

#[test]
fn plain_http_is_for_loopback_and_on_request() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    for args in [
        ["--api", api.server.url(), "--json"],
        ["--api", "http://api.mews.com", "--allow-http"],
        ["--api", "http://192.168.0.1", "--allow-http"],
        ["--api", "not a url", "--allow-http"],
    ] {
        let outcome = rowmill(["export", "--entity", "Bill", "-o", "lake"].into_iter().chain(args))
            .env("MEWS_CLIENT_TOKEN", "a")
            .env("MEWS_ACCESS_TOKEN", "b")
            .folder(folder.path())
            .run();
        failed(&api, &folder, &outcome, 2, &["address"]);
    }
    assert_eq!(api.server.requests().add, 0);
}

#[test]
fn an_export_that_takes_too_long_can_be_taken_over() {
    let setup = Setup::new().polls_before_ready(3).corpus(Kind::Reservation, 10, 1);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = "--entity Reservation -o lake --wait 0s";
    let outcome = api.export(args).folder(folder.path()).run();
    failed(&api, &folder, &outcome, 4, &["not finished"]);
    let id = outcome.stderr.split("export ").nth(1).expect("an id").split(' ').next();
    let id = id.expect("an id");

    // It still runs, and only one of a type may: who does not know of it is refused.
    let outcome = api.export("--entity Reservation -o other").folder(folder.path()).run();
    failed(&api, &folder, &outcome, 4, &["400", "already pending or in progress"]);

    let wrong = format!("--entity Customer -o lake --export-id {id}");
    let outcome = api.export(&wrong).folder(folder.path()).run();
    failed(&api, &folder, &outcome, 2, &[id, "Reservation", "Customer"]);

    let right = format!("--entity Reservation -o lake --export-id {id}");
    api.export(&right).folder(folder.path()).run().ended(0);
    assert_eq!(rows(&parts(folder.path())[0]), 10);
    // Once more there is nothing to do.
    let downloads = api.server.requests().downloads;
    let outcome = api.export(&right).folder(folder.path()).run();
    outcome.ended(0);
    assert!(outcome.stdout.contains("10 rows of this export are there already"), "{outcome:?}");
    assert_eq!(api.server.requests().downloads, downloads);

    let unknown = format!("--entity Reservation -o lake --export-id {ID}");
    api.export(&unknown).folder(folder.path()).run().failed(3, &[ID]);
}

#[test]
fn a_bad_line_is_found_by_file_and_line() {
    let rows = format!("{{\"Id\":\"{ID}\"}}\n{{\"Id\":\"no id\"}}\n");
    let setup = Setup::new().files("Reservation", [rows.into()]);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let outcome = api.export("--entity Reservation -o lake").folder(folder.path()).run();
    failed(&api, &folder, &outcome, 1, &["line 2", "column Id"]);

    let args = "--entity Reservation -o lake --on-error quarantine";
    let outcome = api.export(args).folder(folder.path()).run();
    assert!(outcome.ended(0).contains("1 row quarantined"), "{outcome:?}");
    assert_eq!(self::rows(&parts(folder.path())[0]), 1);
    let rejects = folder.path().join("lake/_rowmill/rejects.jsonl");
    let rejects = fs::read_to_string(rejects).expect("rejects");
    let reject: Value = serde_json::from_str(rejects.trim()).expect("one line");
    assert_eq!(reject["line"], 2);
}

#[test]
fn a_schema_file_takes_the_place_of_the_layout() {
    let setup = Setup::new().corpus(Kind::Reservation, 20, 1);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let schema = r#"{"fields":[{"name":"Id","type":"uuid","nullable":false}]}"#;
    fs::write(folder.path().join("schema.json"), schema).expect("written");
    let args = "--entity Reservation -o lake --schema schema.json";
    api.export(args).folder(folder.path()).run().ended(0);
    let (schema, batches) = read(&parts(folder.path())[0]);
    assert_eq!(schema.fields().len(), 1);
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 20);
}

#[test]
fn rows_say_which_export_and_enterprise_they_are_of() {
    let setup = Setup::new().corpus(Kind::Reservation, 20, 2);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = format!(
        "--entity Reservation -o lake --json --enterprise-id {ID} \
         --lineage file,line,export_id,ingested_at,enterprise_id"
    );
    let outcome = api.export(&args).folder(folder.path()).run();
    outcome.ended(0);
    api.discreet(&outcome);
    for part in parts(folder.path()) {
        let (schema, batches) = read(&part);
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let last = ["_file", "_line", "_export_id", "_ingested_at", "_enterprise_id"];
        assert_eq!(names[names.len() - 5..], last);
        for batch in batches {
            for column in &batch.columns()[names.len() - 5..] {
                assert_eq!(column.null_count(), 0);
            }
        }
    }
    // Of two there is not one id, and that is told before anything is asked for.
    let args = format!("--entity Bill -o lake --lineage enterprise_id --enterprise-id {ID} {ID}");
    let outcome = api.export(&args).folder(folder.path()).run();
    outcome.failed(2, &["--enterprise-id"]);
    let args = format!("--entity Customer -o lake --lineage enterprise_id --chain-id {ID}");
    let outcome = api.export(&args).folder(folder.path()).run();
    outcome.failed(2, &["--enterprise-id"]);
    assert_eq!(api.server.requests().add, 1);
}

#[test]
fn wrong_options_are_found_before_anything_is_asked_for() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    for (args, word) in [
        ("--entity Bill --updated 2024-01-01..2924-01-01", "5 minutes ago"),
        ("--entity Bill --updated 2024-01-01..2024-02-01 --since 2024-01-01", "--since"),
        ("--entity Bill --full --since 2024-01-01", "--since"),
        ("--entity Bill --full --export-id x", "--export-id"),
        ("--entity Bill --since yesterday", "RFC 3339"),
        ("--entity LedgerEntry --dedupe", "no column UpdatedUtc"),
        ("--all --dedupe", "LedgerEntry: "),
        ("--entity Bill --dedupe --columns Id", "no column UpdatedUtc"),
        ("--entity Bill --proxy ftp://localhost", "proxy"),
        ("--entity Bill --ca-cert none.pem", "none.pem"),
        ("--entity Bill --posting 2024-01-01..2024-02-01", "LedgerEntry"),
        ("--entity Bill,Payment --posting 2024-01-01..2024-02-01", "LedgerEntry"),
        ("--entity LedgerEntry --posting 2024-01-01T01:00:00Z..2024-02-01", "whole days"),
        ("--entity Bill,Company --schema schema.json", "one entity"),
        ("--entity Bill,Company --export-id x", "one entity"),
        ("--entity Bill --schema none.json", "none.json"),
        ("--entity Bill --max-rejects 1", "--on-error quarantine"),
    ] {
        let outcome = api.export(&format!("{args} -o lake")).folder(folder.path()).run();
        failed(&api, &folder, &outcome, 2, &[word]);
        assert_eq!(files(folder.path()), [] as [PathBuf; 0]);
    }
    assert_eq!(api.server.requests().add, 0);
}

#[test]
fn selections_reach_the_server() {
    let (api, folder) = (Api::start(Setup::new()), TempDir::new().expect("a folder"));
    let args = format!(
        "--entity Bill -o lake --enterprise-id {ID} --updated 2024-01-01..2024-02-01T06:00:00+01:00"
    );
    api.export(&args).folder(folder.path()).run().ended(0);
    let args = format!("--entity Customer -o lake --chain-id {ID}");
    api.export(&args).folder(folder.path()).run().ended(0);
}
