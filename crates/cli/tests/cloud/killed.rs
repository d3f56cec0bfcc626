//! Killed (`kill -9`) or stopped at any instant, and run again: every row is there exactly once.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{ChildStdin, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::{Rowmill, Running, files};
use crate::reading::{convert, rows};
use crate::server::{BUCKET, Server};
use crate::writing::{FAR, NEAR, objects, on_disk, same};

/// How many kills, spread over the time that a whole run takes.
const KILLS: u32 = 14;

#[test]
fn a_killed_run_is_completed_or_done_again() {
    kill_and_run_again("--part-per-file", "--part-per-file");
}

/// In directories by value, with rows that wait on the disk.
#[test]
fn a_killed_run_of_partitions_is_completed_or_done_again() {
    let by = "--partition-by ActivityState --partition-by FirstTimeUnitStartUtc:year";
    kill_and_run_again(&format!("{by} {NEAR}"), &format!("{by} {FAR}"));
}

/// The options say the same for a disk and for a store.
fn kill_and_run_again(near: &str, far: &str) {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    for n in 0..4 {
        fs::write(folder.path().join(format!("{n}.jsonl")), rows(n, 6_000)).expect("written");
    }
    let temporary = folder.path().join("temp");
    fs::create_dir(&temporary).expect("made");
    let line = "0.jsonl 1.jsonl 2.jsonl 3.jsonl --entity AvailabilityAdjustment";
    convert(&folder, &format!("{line} {near} -o near/")).run().ended(0);
    let near = on_disk(&folder.path().join("near"));
    let run = |place: &str| -> Rowmill {
        let run = convert(&folder, &format!("{line} {far} -o s3://{BUCKET}/{place}/"));
        let run = run.env("TMPDIR", &temporary.display().to_string());
        server.serve(run, &server.address)
    };
    let begun = Instant::now();
    run("whole").run().ended(0);
    let whole = begun.elapsed();
    let mut died = 0;
    for kill in 1..=KILLS {
        let place = format!("kill-{kill}");
        let mut running = run(&place).start();
        std::thread::sleep(whole * kill / KILLS);
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
    assert!(died > KILLS / 3, "only {died} of {KILLS} were killed before they ended");
    let left = server.uploads();
    println!("{died} of {KILLS} runs were killed, {} uploads left to the store", left.len());
    // One that was begun and not yet written down is the store's to give up.
    assert!(left.len() <= died as usize, "{left:?}");
}

/// A run that has begun an upload and waits for more of its standard input.
fn waiting(folder: &TempDir, server: &Server) -> (Running, ChildStdin) {
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"Id","type":"int64"}]}"#)
        .expect("written");
    let line = format!("- --schema schema.json -o s3://{BUCKET}/lake/");
    let mut running = server.serve(convert(folder, &line), &server.address).start();
    let mut stdin = running.child.stdin.take().expect("piped");
    stdin.write_all(&b"{\"Id\":1}\n".repeat(2 << 20)).expect("taken");
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.uploads().is_empty() {
        assert!(Instant::now() < deadline, "nothing was begun");
        std::thread::sleep(Duration::from_millis(20));
    }
    (running, stdin)
}

#[test]
fn a_stopped_run_leaves_nothing() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let (running, _stdin) = waiting(&folder, &server);
        let id = running.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
        running.end().ended(code);
        assert_eq!((server.uploads(), server.keys("")), (Vec::new(), Vec::<String>::new()));
    }
}

#[test]
fn of_two_runs_at_a_time_one_is_refused() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    let (running, stdin) = waiting(&folder, &server);
    fs::write(folder.path().join("a.jsonl"), "{\"Id\":2}\n").expect("written");
    let line = format!("a.jsonl --schema schema.json -o s3://{BUCKET}/lake/");
    server.serve(convert(&folder, &line), &server.address).run().ended(0);
    let there = objects(&server, "lake/");
    drop(stdin);
    running.end().failed(5, &["another run has committed", "it can be run again"]);
    same(&objects(&server, "lake/"), &there);
    assert_eq!(server.uploads(), [""; 0]);
}
