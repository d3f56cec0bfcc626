//! The same in a program of one's own: the library, with its credentials in the environment.

use std::process::Command;

use rowmill::{Cancel, Convert, ErrorKind, Infer, Source};

use crate::reading::rows;
use crate::server::{BUCKET, SECRET, Server};

/// Set where this test is the program. The environment of a test cannot be changed while it runs.
const INSIDE: &str = "ROWMILL_TEST_INSIDE";

#[test]
fn a_program_reads_and_writes_urls() {
    if std::env::var_os(INSIDE).is_some() {
        // On a thread of a runtime, too, it only blocks.
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        return runtime.block_on(async { program() });
    }
    let server = Server::start();
    for n in 0..3 {
        server.put(&format!("in/{n}.jsonl"), &rows(n, 2_000));
    }
    let this = std::env::current_exe().expect("a program");
    let status = Command::new(this)
        .args(["library::a_program_reads_and_writes_urls", "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .env("AWS_ENDPOINT", format!("http://{}", server.address))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "somebody")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .status();
    assert!(status.expect("runs").success());
    let keys = server.keys("out/");
    assert_eq!(keys.iter().filter(|key| key.ends_with(".parquet")).count(), 3, "{keys:?}");
    assert_eq!((server.uploads(), server.keys("never/")), (Vec::new(), Vec::<String>::new()));
}

fn program() {
    let (input, output) = (format!("s3://{BUCKET}/in/"), format!("s3://{BUCKET}/out/"));
    let sources = || Source::all_at(&input).expect("listed");
    let inferred = Infer::new().run(sources()).expect("inferred");
    assert_eq!(inferred.rows(), 6_000);
    let convert = Convert::new(inferred.layout()).part_per_file(true).checksum(true);
    let report = convert.run(sources(), &output).expect("converted");
    assert_eq!((report.rows, report.parts.len()), (6_000, 3));
    assert!(report.files[0].source.starts_with(&input), "{:?}", report.files[0].source);
    let again = convert.run(sources(), &output).expect("is there");
    assert!(again.already_there);
    // Cancelled in the middle: nothing is left.
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let run = convert.cancel(cancel).progress(std::sync::Arc::new(move |_| stop.cancel()));
    let error = run.run(sources(), format!("s3://{BUCKET}/never/")).expect_err("cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let shown = format!("{error:?} {:?} {report:?}", sources());
    assert!(!shown.contains(SECRET), "{shown}");
}
