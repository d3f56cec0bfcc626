//! Killed (`kill -9`) or stopped at any instant, and run again: every row is there exactly once.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{ChildStdin, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::keeper::{Keeper, OBJECT, RECORD, What};
use crate::program::{Rowmill, Running, files};
use crate::reading::{convert, rows};
use crate::server::{Server, Store, for_every_store};
use crate::writing::{FAR, NEAR, objects, on_disk, same};

/// How many kills, spread over the time that a whole run takes.
fn kills(store: Store) -> u32 {
    if store == Store::S3 { 14 } else { 6 }
}

for_every_store! {
    a_killed_run_is_completed_or_done_again
    a_run_that_is_killed_before_its_objects_are_there_is_completed
    a_run_that_is_killed_before_it_hears_of_its_objects_is_completed
    an_answer_that_is_lost_changes_nothing
    a_stopped_run_leaves_nothing
    of_two_runs_at_a_time_one_is_refused
    of_two_records_at_a_time_the_store_refuses_one
}

fn a_killed_run_is_completed_or_done_again(store: Store) {
    kill_and_run_again(store, "--part-per-file", "--part-per-file");
}

/// In directories by value, with rows that wait on the disk.
#[test]
fn a_killed_run_of_partitions_is_completed_or_done_again() {
    let by = "--partition-by ActivityState --partition-by FirstTimeUnitStartUtc:year";
    kill_and_run_again(Store::S3, &format!("{by} {NEAR}"), &format!("{by} {FAR}"));
}

/// The options say the same for a disk and for a store.
fn kill_and_run_again(store: Store, near: &str, far: &str) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    for n in 0..4 {
        fs::write(folder.path().join(format!("{n}.jsonl")), rows(n, 6_000)).expect("written");
    }
    let temporary = folder.path().join("temp");
    fs::create_dir(&temporary).expect("made");
    let line = "0.jsonl 1.jsonl 2.jsonl 3.jsonl --entity AvailabilityAdjustment";
    convert(&folder, &format!("{line} {near} -o near/")).run().ended(0);
    let near = on_disk(&folder.path().join("near"));
    let run = |place: &str| -> Rowmill {
        let url = server.url(&format!("{place}/"));
        let run = convert(&folder, &format!("{line} {far} -o {url}"));
        let run = run.env("TMPDIR", &temporary.display().to_string());
        server.serve(run, &server.address)
    };
    let begun = Instant::now();
    run("whole").run().ended(0);
    let whole = begun.elapsed();
    let (kills, mut died) = (kills(store), 0);
    for kill in 1..=kills {
        let place = format!("kill-{kill}");
        let mut running = run(&place).start();
        std::thread::sleep(whole * kill / kills);
        running.child.kill().expect("killed");
        let status = running.child.wait().expect("ended");
        died += u32::from(!status.success());
        assert_eq!(files(&temporary), Vec::<PathBuf>::new());
        // Whatever shows under a final name is whole.
        for (name, bytes) in objects(&server, &format!("{place}/")) {
            let known = near.get(&name).is_some_and(|whole| *whole == bytes);
            assert!(known || name.contains("uploads-"), "{place}: {name}");
        }
        run(&place).run().ended(0);
        same(&objects(&server, &format!("{place}/")), &near);
    }
    assert!(died > kills / 4, "only {died} of {kills} were killed before they ended");
    let left = server.uploads();
    println!("{died} of {kills} runs were killed, {} uploads left to the store", left.len());
    // One that was begun and not yet written down is the store's to give up.
    assert!(left.len() <= died as usize, "{left:?}");
}

/// Three files, what becomes of them on a disk, and how they go to the store.
fn parts(folder: &TempDir, server: &Server) -> (BTreeMap<String, Vec<u8>>, String) {
    for n in 0..3 {
        fs::write(folder.path().join(format!("{n}.jsonl")), rows(n, 500)).expect("written");
    }
    let line = "0.jsonl 1.jsonl 2.jsonl --part-per-file --json --entity AvailabilityAdjustment -o";
    convert(folder, &format!("{line} near/")).run().ended(0);
    (on_disk(&folder.path().join("near")), format!("{line} {}", server.url("lake/")))
}

fn a_run_that_is_killed_before_its_objects_are_there_is_completed(store: Store) {
    killed_with_its_record(store, What::Request);
}

fn a_run_that_is_killed_before_it_hears_of_its_objects_is_completed(store: Store) {
    killed_with_its_record(store, What::Answer);
}

fn killed_with_its_record(store: Store, what: What) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    let (near, line) = parts(&folder, &server);
    let keeper = Keeper::new(&server.address, what, OBJECT);
    let mut running = server.serve(convert(&folder, &line), &keeper.address).start();
    keeper.wait();
    running.child.kill().expect("killed");
    running.child.wait().expect("ends");
    keeper.cut();
    let keys = server.keys("lake/");
    assert!(keys.iter().any(|key| key.ends_with("/commit.json")), "{keys:?}");
    assert!(keys.iter().all(|key| !key.contains("/manifest-")), "{keys:?}");
    if what == What::Answer {
        assert!(keys.iter().any(|key| key.ends_with(".parquet")), "{keys:?}");
    }
    let next = server.serve(convert(&folder, &line), &server.address).run();
    next.ended(0);
    assert_eq!(next.json()["already_there"], true, "it has only completed what was there");
    same(&objects(&server, "lake/"), &near);
    server.has_no_upload();
}

/// The one to the record, and the one to an upload that became an object.
fn an_answer_that_is_lost_changes_nothing(store: Store) {
    let Some(server) = Server::of(store) else { return };
    for wanted in [RECORD, OBJECT] {
        let folder = TempDir::new().expect("a folder");
        let (near, line) = parts(&folder, &server);
        let line = format!("{line} --overwrite");
        let keeper = Keeper::new(&server.address, What::Answer, wanted);
        let running = server.serve(convert(&folder, &line), &keeper.address).start();
        keeper.wait();
        keeper.cut();
        running.end().ended(0);
        same(&objects(&server, "lake/"), &near);
        server.has_no_upload();
    }
}

/// A run that has begun an upload, has written that down, and waits for more of its standard input.
fn waiting(folder: &TempDir, server: &Server) -> (Running, ChildStdin) {
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"Id","type":"int64"}]}"#)
        .expect("written");
    let line = format!("- --schema schema.json -o {}", server.url("lake/"));
    let mut running = server.serve(convert(folder, &line), &server.address).start();
    let mut stdin = running.child.stdin.take().expect("piped");
    stdin.write_all(&b"{\"Id\":1}\n".repeat(2 << 20)).expect("taken");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !server.keys("lake/").iter().any(|key| key.contains("/uploads-")) {
        assert!(Instant::now() < deadline, "nothing was begun");
        std::thread::sleep(Duration::from_millis(20));
    }
    (running, stdin)
}

fn a_stopped_run_leaves_nothing(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let (running, _stdin) = waiting(&folder, &server);
        let id = running.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
        running.end().ended(code);
        assert_eq!(server.keys(""), [""; 0]);
        server.has_no_upload();
    }
}

fn of_two_runs_at_a_time_one_is_refused(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    let (running, stdin) = waiting(&folder, &server);
    fs::write(folder.path().join("a.jsonl"), "{\"Id\":2}\n").expect("written");
    let line = format!("a.jsonl --schema schema.json -o {}", server.url("lake/"));
    server.serve(convert(&folder, &line), &server.address).run().ended(0);
    let there = objects(&server, "lake/");
    drop(stdin);
    running.end().failed(5, &["another run has committed", "it can be run again"]);
    same(&objects(&server, "lake/"), &there);
    server.has_no_upload();
}

/// Both have looked at the record that is there, which at first is none. Only the store can tell then.
fn of_two_records_at_a_time_the_store_refuses_one(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"Id","type":"int64"}]}"#)
        .expect("written");
    let run = |name: &str, address: &str| {
        fs::write(folder.path().join(name), format!("{{\"Id\":{}}}\n", name.len()))
            .expect("written");
        let line = format!("{name} --schema schema.json -o {}", server.url("lake/"));
        server.serve(convert(&folder, &line), address)
    };
    for fast in ["b.jsonl", "bb.jsonl"] {
        let keeper = Keeper::new(&server.address, What::Request, RECORD);
        let slow = run("slow.jsonl", &keeper.address).start();
        keeper.wait();
        run(fast, &server.address).run().ended(0);
        let there = objects(&server, "lake/");
        let answer = keeper.release();
        assert!(answer.contains(" 412 ") || answer.contains(" 409 "), "{answer}");
        slow.end().failed(5, &["another run has committed", "it can be run again"]);
        same(&objects(&server, "lake/"), &there);
        server.has_no_upload();
    }
    run("slow.jsonl", &server.address).run().ended(0);
    let keys = server.keys("lake/");
    assert_eq!(keys.iter().filter(|key| key.ends_with(".parquet")).count(), 3, "{keys:?}");
}
