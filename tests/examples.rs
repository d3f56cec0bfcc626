//! Every example runs and does what it says.
#![cfg(feature = "mews")]

use std::fs;

use rowmill::mews::{Credentials, Platform, Reason};
use rowmill_testkit::corpus::{Corpus, Kind};
use rowmill_testkit::server::{Fault, Server, Setup, Trigger};

/// The examples, without the `main` that reads arguments.
macro_rules! examples {
    ($($name:ident: $path:literal),*) => {$(
        #[allow(dead_code, unreachable_pub)]
        #[path = $path]
        mod $name;
    )*};
}
examples! {
    convert: "../examples/convert.rs",
    export: "../examples/export.rs",
    own_schema: "../examples/own_schema.rs",
    push: "../examples/push.rs",
    stream: "../examples/stream.rs",
    upload: "../examples/upload.rs",
    watch: "../examples/watch.rs"
}

#[test]
fn all_examples_are_here() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let here = [
        "convert.rs",
        "export.rs",
        "own_schema.rs",
        "push.rs",
        "stream.rs",
        "upload.rs",
        "watch.rs",
    ];
    assert_eq!(names, here);
}

#[test]
fn convert_converts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("rows.jsonl"), folder.path().join("rows.parquet"));
    fs::write(&input, Corpus::new(Kind::Reservation, 1, 64).block(0)).expect("writes");
    let report = convert::run("Reservation", &input, &output).expect("converts");
    assert_eq!((report.rows, report.parts[0].bytes), (64, output.metadata().expect("there").len()));
    let error = convert::run("Reservations", &input, &output).expect_err("no such entity");
    assert!(error.to_string().contains("Reservations"));
}

#[test]
fn push_decodes() {
    let lines = "{\"Id\":\"0f515589-99b4-423d-b83a-b237009f0509\",\"Value\":93.46}\n".repeat(3_000);
    let counts = push::run(lines.as_bytes()).expect("decodes");
    assert_eq!((counts.rows, counts.bytes), (3_000, lines.len() as u64));
    assert!(push::run(&b"{\"Id\":null}"[..]).is_err());
}

#[tokio::test]
async fn stream_decodes() {
    let counts = stream::run(stream::body()).await.expect("decodes");
    assert_eq!((counts.rows, counts.blank), (2, 1));
}

#[tokio::test]
async fn upload_uploads() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("rooms.parquet");
    let report = upload::run(upload::body(), &output).await.expect("converts");
    assert_eq!((report.rows, report.quarantined), (2, 1));
    assert_eq!(report.parts[0].bytes, output.metadata().expect("there").len());
}

#[test]
fn own_schema_agrees_with_itself() {
    assert!(own_schema::run().expect("a layout").contains("\"ArrivalUtc\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn export_exports() {
    let server = Server::start(Setup::new().corpus(Kind::Reservation, 200, 3)).await.expect("runs");
    let credentials =
        Credentials::new(server.client_token(), server.access_token(), "Examples 1.0");
    let folder = tempfile::tempdir().expect("a folder");
    let platform = Platform::Custom(server.url().to_owned());
    let report = export::run(platform, credentials, "Reservation", folder.path()).await;
    let report = report.expect("exports");
    assert_eq!((report.rows, report.files.len()), (200, 3));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_watches() {
    let cut = Fault::Cut { after: 1_000 };
    let setup = Setup::new()
        .corpus(Kind::Reservation, 200, 2)
        .corpus(Kind::Customer, 50, 1)
        .fault(Trigger::file("Customer", 0), cut);
    let server = Server::start(setup).await.expect("runs");
    let credentials =
        Credentials::new(server.client_token(), server.access_token(), "Examples 1.0");
    let folder = tempfile::tempdir().expect("a folder");
    let platform = Platform::Custom(server.url().to_owned());
    let names = ["Reservation", "Customer"].map(String::from);
    let ran = watch::run(platform, credentials, &names, folder.path()).await;
    let (report, counters, events) = ran.expect("exports");
    let rows: Vec<u64> =
        report.into_reports().expect("all of it").iter().map(|report| report.rows).collect();
    assert_eq!(rows, [200, 50]);
    assert_eq!((counters.files, counters.retries(Reason::Cut), counters.renewals), (3, 1, 1));
    assert_eq!((counters.add_requests, counters.file_requests), (2, 4));
    // Of each entity: requested, polled, ready, committed. Of each file: begun, complete. The cut.
    assert!(events >= 2 * 4 + 3 * 2 + 2, "{events}");
    server.stop().await;
}
