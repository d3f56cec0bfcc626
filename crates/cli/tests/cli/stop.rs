//! Being asked to stop by a signal.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::{Fault, Setup, Trigger};
use tempfile::TempDir;

use crate::api::Api;
use crate::program::{Running, files, rowmill};

fn send(running: &Running, signal: &str) {
    let status = Command::new("kill").args([signal, &running.child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// A conversion that has begun to write and waits for more input.
fn blocked(folder: &TempDir) -> Running {
    let schema = r#"{"fields":[{"name":"Id","type":"int64"}]}"#;
    fs::write(folder.path().join("schema.json"), schema).expect("written");
    let args = ["convert", "-", "-o", "out.parquet", "--schema", "schema.json"];
    let mut running = rowmill(args).folder(folder.path()).start();
    let stdin = running.child.stdin.as_mut().expect("piped");
    // More than anything gathers before it begins to write.
    stdin.write_all(&b"{\"Id\":1}\n".repeat(2 << 20)).expect("taken");
    until(|| files(folder.path()).len() > 1);
    running
}

/// Waits, in bounded time, for something the program is about to do.
fn until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "it never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_stopped_conversion_leaves_nothing() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let folder = TempDir::new().expect("a folder");
        let mut running = blocked(&folder);
        // Standard input stays open: the program must not wait for it.
        let _stdin = running.child.stdin.take();
        send(&running, signal);
        running.end().ended(code);
        assert_eq!(files(folder.path()), [std::path::PathBuf::from("schema.json")], "{signal}");
    }
}

#[test]
fn a_stopped_bench_leaves_nothing() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let folder = TempDir::new().expect("a folder");
        let (input, schema) = (folder.path().join("n.jsonl"), folder.path().join("schema.json"));
        fs::write(&input, b"{\"Id\":1}\n".repeat(4 << 20)).expect("written");
        fs::write(&schema, r#"{"fields":[{"name":"Id","type":"int64"}]}"#).expect("written");
        let place = TempDir::new().expect("a folder");
        let args = ["bench", "n.jsonl", "--schema", "schema.json", "--only", "whole"];
        let temporary = place.path().display().to_string();
        let running = rowmill(args).folder(folder.path()).env("TMPDIR", &temporary).start();
        until(|| !files(place.path()).is_empty());
        send(&running, signal);
        let outcome = running.end();
        // Zero if the signal has come too late to stop anything.
        assert!([code, 0].contains(&outcome.code), "{outcome:?}");
        assert_eq!(fs::read_dir(place.path()).expect("reads").count(), 0, "{signal}");
    }
}

#[test]
fn a_stopped_export_leaves_nothing_but_the_journal() {
    let setup = Setup::new()
        .corpus(Kind::Reservation, 20_000, 1)
        .fault(Trigger::any_file(), Fault::Stall { after: 20_000_000 });
    let (api, folder) = (Api::start(setup), TempDir::new().expect("a folder"));
    let running = api.export("--entity Reservation -o lake").folder(folder.path()).start();
    // Beside the journal there is the part that has begun.
    until(|| !api.server.played().is_empty() && files(folder.path()).len() > 1);
    send(&running, "-TERM");
    let outcome = running.end();
    outcome.ended(143);
    api.discreet(&outcome);
    api.left_alone(folder.path());
}

#[cfg(feature = "demo")]
#[test]
fn serve_runs_until_it_is_stopped() {
    use std::io::{BufRead, BufReader};
    // Here the output is read while the program runs, so it is started by hand.
    let mut child = Command::new(env!("CARGO_BIN_EXE_rowmill"))
        .args(["serve", "--rows", "100"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut said = stdout.lines().map_while(Result::ok);
    let url = said.find(|line| line.contains("http://127.0.0.1:")).expect("the address");
    let address = url.split("http://").nth(1).expect("an address");
    let address: String =
        address.chars().take_while(|c| c.is_ascii_digit() || *c == '.' || *c == ':').collect();
    std::net::TcpStream::connect(&address).expect("somebody listens");
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}
