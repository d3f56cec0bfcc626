//! Exports into a bucket.

use std::time::{Duration, Instant};

use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::Setup;
#[cfg(unix)]
use rowmill_testkit::server::{Fault, Trigger};
use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::keeper::{Keeper, OBJECT, What};
use crate::server::{BUCKET, SECRET, SECRET_BASE64, Server, Store, for_every_store};

/// The rows that all manifests in the bucket name, whose parts must be there.
fn rows(server: &Server) -> u64 {
    let keys = server.keys("lake/");
    let manifests = keys.iter().filter(|key| key.contains("/manifest-"));
    let count = |key: &String| {
        let manifest: Value = serde_json::from_slice(&server.get(key)).expect("JSON");
        for part in manifest["parts"].as_array().expect("parts") {
            let part = format!("lake/{}", part["path"].as_str().expect("a path"));
            assert!(keys.contains(&part), "{part}");
        }
        manifest["rows"].as_u64().expect("a number")
    };
    manifests.map(count).sum()
}

for_every_store! {
    exports_go_to_a_bucket_and_are_remembered_there
    files_without_rows_are_kept_too
    a_kept_file_whose_answer_is_lost_is_there
}

/// Killed again and again, with the state where `state` says.
fn goes_on(server: &Server, state: &str, remembered: [&str; 2]) {
    let setup = Setup::new().corpus(Kind::Reservation, 40, 2);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let run = |args: &str| {
        let args = format!("--entity Reservation -o {} {state} {args}", server.url("lake/"));
        server.serve(api.export(&args).folder(folder.path()), &server.address)
    };
    let windows = "--updated 2023-01-01..2025-03-01";
    for kill in 1..8_u64 {
        let mut running = run(windows).start();
        std::thread::sleep(std::time::Duration::from_millis(kill * 40));
        running.child.kill().expect("killed, or at its end");
        running.child.wait().expect("ends");
    }
    let outcome = run(windows).run();
    outcome.ended(0);
    api.discreet(&outcome);
    assert_eq!(rows(server), 5 * 40, "five windows, each once");
    let parts = server.keys("lake/Reservation/");
    assert_eq!(parts.len(), 5, "{parts:?}");
    run(windows).run().ended(0);
    assert_eq!(rows(server), 5 * 40, "and nothing more by doing it again");
    // All there is, and from then on what is new: so there is a watermark.
    run("").run().ended(0);
    assert_eq!(rows(server), 6 * 40);
    for name in remembered {
        let local = folder.path().join(name);
        let text =
            if local.exists() { std::fs::read(local).expect("reads") } else { server.get(name) };
        let text = String::from_utf8(text).expect("text");
        assert!(text.contains("\"Reservation\""), "{name}: {text}");
        let tokens = [api.server.client_token(), api.server.access_token()];
        for secret in tokens.into_iter().chain(["sig=", SECRET, SECRET_BASE64]) {
            assert!(!text.contains(secret), "a secret in {name}");
        }
    }
}

fn exports_go_to_a_bucket_and_are_remembered_there(store: Store) {
    let Some(server) = Server::of(store) else { return };
    goes_on(&server, "", ["lake/_rowmill/state.json", "lake/_rowmill/journal.jsonl"]);
}

#[test]
fn their_state_may_lie_elsewhere() {
    let [state, journal] = ["apart/state.json", "apart/state.json.journal.jsonl"];
    goes_on(&Server::start(), &format!("--state s3://{BUCKET}/{state}"), [state, journal]);
    goes_on(&Server::start(), "--state state.json", ["state.json", "state.json.journal.jsonl"]);
}

#[test]
fn of_two_runs_by_one_state_the_second_to_write_is_refused() {
    let wait = Duration::from_millis(1_500);
    let setup = Setup::new().corpus(Kind::Reservation, 30, 1).corpus(Kind::Customer, 20, 1);
    let (api, server) = (Api::start(setup.ready_after(wait)), Server::start());
    let run = |entity: &str, out: &str| {
        let args = format!("--entity {entity} -o {out} --state s3://{BUCKET}/state.json");
        server.serve(api.export(&args), &server.address)
    };
    let folder = TempDir::new().expect("a folder");
    let out = |name: &str| folder.path().join(name).display().to_string();
    let slow = run("Reservation", &out("a")).start();
    let deadline = Instant::now() + Duration::from_secs(60);
    while api.server.requests().add == 0 || server.keys("state.json.journal").is_empty() {
        assert!(Instant::now() < deadline, "nothing was asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    // It has written that it has asked, perhaps not yet what came of that.
    std::thread::sleep(Duration::from_millis(300));
    run("Customer", &out("b")).run().ended(0);
    slow.end().failed(5, &["another run has written here", "the next run goes on"]);
    let state = String::from_utf8(server.get("state.json")).expect("text");
    assert!(state.contains("Customer") && !state.contains("Reservation"), "{state}");
    let asked = api.server.requests().add;
    let outcome = run("Reservation", &out("a")).run();
    outcome.ended(0);
    assert_eq!(api.server.requests().add, asked, "it is taken over");
    let state = String::from_utf8(server.get("state.json")).expect("text");
    assert!(state.contains("Customer") && state.contains("Reservation"), "{state}");
}

/// The id of the only export whose files lie there.
fn id(keys: &[String]) -> String {
    let sums = keys.iter().find_map(|key| key.strip_suffix(".xxh128")).expect("checksums");
    sums.rsplit('/').next().expect("a name").to_owned()
}

#[test]
fn files_are_kept_in_a_bucket_as_they_came() {
    let setup = Setup::new().corpus(Kind::Reservation, 900, 3);
    let (api, folder, server) =
        (Api::start(setup), TempDir::new().expect("a folder"), Server::start());
    let run = |args: &str| {
        let args = format!("--entity Reservation --json {args}");
        server.serve(api.export(&args).folder(folder.path()), &server.address).run()
    };
    let report = run(&format!("-o lake --keep-raw s3://{BUCKET}/raw"));
    report.ended(0);
    api.discreet(&report);
    let keys = server.keys("raw/");
    let id = id(&keys);
    let file = |n: usize| format!("raw/{id}-{n:04}.jsonl");
    assert_eq!(keys, [file(1), file(2), file(3), format!("raw/{id}.xxh128")]);
    // The checksums are those of the objects, and so are the rows.
    let sums = String::from_utf8(server.get(&format!("raw/{id}.xxh128"))).expect("text");
    assert_eq!(sums.lines().count(), 3);
    for (n, line) in (1..).zip(sums.lines()) {
        let bytes = server.get(&file(n));
        let name = format!("{id}-{n:04}.jsonl");
        assert_eq!(line, format!("{:032x}  {name}", twox_hash::XxHash3_128::oneshot(&bytes)));
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let convert = |inputs: &str, out: &str| {
        let line = format!("{inputs} -o {out} --entity Reservation --json");
        let outcome = server.serve(crate::reading::convert(&folder, &line), &server.address).run();
        outcome.ended(0);
        outcome.json()
    };
    let far = convert(&format!("s3://{BUCKET}/raw/{id}-*.jsonl"), "far/");
    let near: Vec<String> = (1..4).map(|n| format!("{id}-{n:04}.jsonl")).collect();
    convert(&near.join(" "), "near/");
    assert_eq!((&far["rows"], &far["checksum"]), (&900.into(), &report.json()["checksum"]));
    let parquet = |out: &str| {
        let files = crate::writing::on_disk(&folder.path().join(out)).into_iter();
        files.filter(|(name, _)| name.ends_with(".parquet")).collect::<Vec<_>>()
    };
    assert!(parquet("far").len() == 1 && parquet("far") == parquet("near"), "the same bytes");
    assert_eq!(server.uploads(), [""; 0]);
}

fn files_without_rows_are_kept_too(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let lines = "{\"Id\":\"00000000-0000-0000-0000-000000000001\"}\n";
    let setup = Setup::new().files("Reservation", ["".into(), lines.into(), "".into()]);
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let args = format!("--entity Reservation -o lake --keep-raw {}", server.url("raw/"));
    let run = server.serve(api.export(&args).folder(folder.path()), &server.address).run();
    run.ended(0);
    let sizes: Vec<_> = server.keys("raw/").iter().map(|key| server.get(key).len()).collect();
    assert_eq!(sizes[..3], [0, lines.len(), 0]);
    server.has_no_upload();
}

fn a_kept_file_whose_answer_is_lost_is_there(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let api = Api::start(Setup::new().corpus(Kind::Reservation, 40, 1));
    let folder = TempDir::new().expect("a folder");
    let keeper = Keeper::new(&server.address, What::Answer, OBJECT);
    let args = format!("--entity Reservation -o lake --keep-raw {}", server.url("raw/"));
    let run = server.serve(api.export(&args).folder(folder.path()), &keeper.address).start();
    keeper.wait();
    keeper.cut();
    run.end().ended(0);
    assert_eq!(server.keys("raw/").len(), 2, "the file and its checksum");
    server.has_no_upload();
}

#[test]
fn files_that_are_kept_are_read_again() {
    let setup = Setup::new().corpus(Kind::Reservation, 60, 2);
    let (api, folder, server) =
        (Api::start(setup), TempDir::new().expect("a folder"), Server::start());
    let run = |args: &str| {
        let args = format!("--entity Reservation {args}");
        server.serve(api.export(&args).folder(folder.path()), &server.address).run()
    };
    // For the newest of each Id: here where they are not kept.
    run(&format!("-o s3://{BUCKET}/lake/ --dedupe --state near.json")).ended(0);
    assert_eq!((rows(&server), server.keys("raw/")), (60, Vec::new()));
    let keys = server.keys("lake/");
    assert!(keys.iter().all(|key| !key.ends_with(".jsonl")), "{keys:?}");
    run(&format!("-o s3://{BUCKET}/lake/ --dedupe --keep-raw s3://{BUCKET}/raw/")).ended(0);
    assert_eq!(rows(&server), 2 * 60, "by another state it is another export");
    assert_eq!(server.keys("raw/").len(), 3);
    // Where rows are bad, all of them are kept, also those that were not read.
    std::fs::write(
        folder.path().join("schema.json"),
        r#"{"fields":[{"name":"Id","type":"int64"}]}"#,
    )
    .expect("written");
    let outcome =
        run(&format!("-o bad --schema schema.json --keep-raw s3://{BUCKET}/bad --memory 64MiB"));
    let said = outcome.ended(1);
    assert!(said.contains(&format!("kept in s3://{BUCKET}/bad")), "{said}");
    let keys = server.keys("bad/");
    assert!(keys.len() == 3 && keys[2].ends_with(".xxh128"), "{keys:?}");
    let asked = api.server.requests().add;
    for (rest, code, words) in [
        ("--keep-raw http://127.0.0.1:1/raw", 2, "--keep-raw"),
        ("--keep-raw s3://lake/raw --memory 40MiB", 2, "42 MiB are the least"),
        ("--keep-raw s3://lake?sig=hush-hush", 2, "a query"),
    ] {
        let outcome = run(&format!("-o other {rest}"));
        outcome.failed(code, &[words]);
        api.discreet(&outcome);
    }
    assert_eq!(api.server.requests().add, asked);
    run("-o other --keep-raw s3://nowhere/raw").failed(5, &["there is no such bucket"]);
    assert!(!folder.path().join("other/Reservation").exists());
    assert_eq!(server.uploads(), [""; 0]);
}

/// What is complete stays, with its checksum; nothing shows of the rest, and no upload is left.
#[cfg(unix)]
#[test]
fn files_that_have_not_come_whole_do_not_show() {
    let gone = Fault::Refuse { status: 404, retry_after: None };
    let kept = |fault: Fault, stopped: bool| {
        let setup = Setup::new().corpus(Kind::Reservation, 600, 3);
        let api = Api::start(setup.fault(Trigger::file("Reservation", 1).times(99), fault));
        let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
        let line =
            format!("--entity Reservation -o lake --keep-raw s3://{BUCKET}/raw --attempts 2");
        let run = || server.serve(api.export(&line).folder(folder.path()), &server.address);
        let running = run().start();
        if stopped {
            let deadline = Instant::now() + Duration::from_secs(60);
            while !server.uploads().iter().any(|key| key.ends_with("-0002.jsonl")) {
                assert!(Instant::now() < deadline, "nothing was begun");
                std::thread::sleep(Duration::from_millis(20));
            }
            let id = running.child.id().to_string();
            let kill = std::process::Command::new("kill").args(["-TERM", &id]).status();
            assert!(kill.expect("kill runs").success());
        }
        let outcome = running.end();
        assert_ne!(outcome.code, 0, "{}", outcome.stderr);
        api.discreet(&outcome);
        let keys = server.keys("raw/");
        let id = id(&keys);
        let id = id.strip_suffix(".incomplete").expect("not of all files");
        assert_eq!(keys, [format!("raw/{id}-0001.jsonl"), format!("raw/{id}.incomplete.xxh128")]);
        assert_eq!(server.uploads(), [""; 0]);
        assert!(!folder.path().join("lake/Reservation").exists());
        outcome.code
    };
    kept(gone, false);
    assert_eq!(kept(Fault::Stall { after: 10_000 }, true), 143);
}
