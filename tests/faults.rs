//! Random faults on the way from the export server to a directory: all of it is there and right, or
//! nothing is there but whole files as they came, and an error says why.
//!
//! `ROWMILL_FAULT_SCHEDULES` sets how many schedules are run, and `ROWMILL_FAULT_SEED` the first of
//! them. A failure prints the seed.
#![cfg(feature = "mews")]

use std::error::Error as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::{StreamExt, stream};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rowmill::mews::{Client, Credentials, Entity, Platform};
use rowmill::{Bytes, Column, Layout, ingest};
use rowmill_testkit::server::{Server, Setup};

const SCHEDULES: u64 = 150;

/// What must never be told: the token, and what every signature begins with.
const SECRETS: [&str; 3] = ["TESTKIT-CLIENT-TOKEN", "TESTKIT-ACCESS-TOKEN", "sig="];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// The files of a schedule, up to three of very different sizes.
fn generated(seed: u64) -> Vec<Bytes> {
    let lines = |file| [0, 1, 40, 700, 4_000][((seed + file * 3) % 5) as usize];
    let file = |file| (0..lines(file)).map(|n| format!("{{\"n\":{n}}}\n")).collect::<String>();
    (0..seed % 4).map(|index| file(index).into()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn rows(path: &Path) -> usize {
    let file = File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    reader.build().expect("a table").map(|batch| batch.expect("a batch").num_rows()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_faults_end_in_complete_output_or_in_none() {
    let first = number("ROWMILL_FAULT_SEED", 0);
    let count = number("ROWMILL_FAULT_SCHEDULES", SCHEDULES);
    let schedules = stream::iter(first..first + count).map(|seed| async move {
        let run = tokio::time::timeout(Duration::from_secs(60), schedule(seed));
        run.await.unwrap_or_else(|_| panic!("seed {seed} takes too long"))
    });
    let ends: Vec<bool> = schedules.buffer_unordered(8).collect().await;
    let good = ends.iter().filter(|good| **good).count();
    println!("{count} schedules from seed {first} on: {good} complete, the others a clean error");
    assert!(good as u64 * 3 > count, "only {good} of {count} were complete");
}

/// Whether it was survived. Whatever is wrong names the seed.
async fn schedule(seed: u64) -> bool {
    let generated = generated(seed);
    let faults = 2 + (seed / 7 % 6) as usize;
    let setup = Setup::new().files("Payment", generated.clone()).random_faults(seed, faults);
    let server = Server::start(setup).await.expect("runs");
    let folder = tempfile::tempdir().expect("a folder");
    let (lake, raw) = (folder.path().join("lake"), folder.path().join("raw"));
    let outcome = run(&server, seed, &lake, &raw).await;
    let found = files(folder.path());
    for path in &found {
        let bytes = fs::read(path).expect("reads");
        let text = format!("{} {}", path.display(), String::from_utf8_lossy(&bytes));
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "seed {seed}: {path:?}");
    }
    // The server has the limit of the real one.
    assert_eq!(server.requests().rate_limited, 0, "seed {seed}");
    let (id, promised) = match outcome {
        Ok(export) => export,
        Err(error) => {
            assert_eq!(files(&lake), [] as [PathBuf; 0], "seed {seed}: {error}");
            whole_or_none(seed, &raw, &generated);
            let mut text = format!("{error} {error:?}");
            let mut source = error.source();
            while let Some(cause) = source {
                text.push_str(&format!(" {cause} {cause:?}"));
                source = cause.source();
            }
            assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "seed {seed}: {text}");
            return false;
        }
    };
    // Nobody can doubt the number of files that the first answer tells, which may be played.
    assert!(promised <= generated.len(), "seed {seed}");
    let mut checksums = String::new();
    for (index, bytes) in generated[..promised].iter().enumerate() {
        let name = format!("{id}-{:04}", index + 1);
        let kept = fs::read(raw.join(format!("{name}.jsonl"))).unwrap_or_default();
        assert!(kept == *bytes, "seed {seed}: file {index} is another one");
        let hash = twox_hash::XxHash3_128::oneshot(&kept);
        checksums.push_str(&format!("{hash:032x}  {name}.jsonl\n"));
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let part = lake.join("Payment").join(format!("{name}.parquet"));
        assert_eq!(rows(&part), lines, "seed {seed}: file {index}");
    }
    let told = fs::read_to_string(raw.join(format!("{id}.xxh128"))).ok();
    assert_eq!(told, Some(checksums), "seed {seed}");
    // Parts, manifest, lock or journal aside: nothing that is unfinished.
    let partial = |path: &&PathBuf| path.to_string_lossy().contains("partial");
    assert_eq!(found.iter().find(partial), None, "seed {seed}");
    assert_eq!(files(&raw).len(), promised + 1, "seed {seed}");
    true
}

/// Asserts that what a failed run has kept is whole files, each with its checksum.
fn whole_or_none(seed: u64, raw: &Path, generated: &[Bytes]) {
    let (mut lines, mut told) = (Vec::new(), String::new());
    for path in files(raw) {
        let bytes = fs::read(&path).expect("reads");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".xxh128") {
            told += &String::from_utf8(bytes).expect("text");
            continue;
        }
        let stem = name.strip_suffix(".jsonl").and_then(|stem| stem.rsplit_once('-'));
        let number: usize = stem.and_then(|(_, number)| number.parse().ok()).expect("a number");
        // Its bytes may be those of another version, which was played, but never a part of them.
        assert_eq!(bytes.len(), generated[number - 1].len(), "seed {seed}: {name}");
        lines.push(format!("{:032x}  {name}", twox_hash::XxHash3_128::oneshot(&bytes)));
    }
    lines.sort_by_key(|line| line[34..].to_owned());
    assert_eq!(told.lines().collect::<Vec<_>>(), lines, "seed {seed}");
}

async fn run(
    server: &Server,
    seed: u64,
    lake: &Path,
    raw: &Path,
) -> Result<(String, usize), rowmill::Error> {
    let tokens = Credentials::new(server.client_token(), server.access_token(), "Tests 1.0");
    let connections = [1, 3, 6][(seed % 3) as usize];
    let client = Client::builder(Platform::Custom(server.url().to_owned()), tokens)
        .allow_http(true)
        .connections(connections)
        .range_size(2_000)
        .read_ahead(8_000)
        .poll_interval(Duration::from_millis(5))
        .max_backoff(Duration::from_millis(2))
        .idle_timeout(Duration::from_millis(300))
        .build()?;
    let export = client.export(Entity::Payment).send().await?.ready().await?;
    let told = (export.id().to_owned(), export.files().len());
    let layout = Layout::new([Column::int64("n").required()]).expect("a sound layout");
    ingest(export).layout(layout).part_per_file(true).keep_raw(raw).into_parquet(lake).await?;
    Ok(told)
}
