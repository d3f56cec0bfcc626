//! Exports into a bucket.

use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::Setup;
use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::server::{BUCKET, Server};

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

#[test]
fn exports_go_to_a_bucket_and_their_state_stays_here() {
    let setup = Setup::new().corpus(Kind::Reservation, 40, 2);
    let (api, folder, server) =
        (Api::start(setup), TempDir::new().expect("a folder"), Server::start());
    let run = |args: &str| {
        let args = format!("--entity Reservation -o s3://{BUCKET}/lake/ {args}");
        server.serve(api.export(&args).folder(folder.path()), &server.address)
    };
    run("").run().failed(2, &["--state"]);
    run("--state state.json --dedupe").run().failed(2, &["--keep-raw"]);
    assert_eq!((server.keys(""), api.server.requests().add), (Vec::new(), 0));
    let windows = "--state state.json --updated 2023-01-01..2025-03-01";
    for kill in 1..8_u64 {
        let mut running = run(windows).start();
        std::thread::sleep(std::time::Duration::from_millis(kill * 40));
        running.child.kill().expect("killed, or at its end");
        running.child.wait().expect("ends");
    }
    let outcome = run(windows).run();
    outcome.ended(0);
    api.discreet(&outcome);
    assert_eq!(rows(&server), 5 * 40, "five windows, each once");
    let parts = server.keys("lake/Reservation/");
    assert_eq!(parts.len(), 5, "{parts:?}");
    run(windows).run().ended(0);
    assert_eq!(rows(&server), 5 * 40, "and nothing more by doing it again");
}
