//! Killed (`kill -9`) at any instant, and run again: every row is there exactly once, the manifest
//! and its checksums are right, and nothing else is left.
//!
//! `ROWMILL_KILLS=1000` kills more often than the default, `ROWMILL_KILL_SEED=n` repeats the
//! choices of a run that has failed, as far as they are choices and not the machine's.
#![cfg(unix)]

#[allow(dead_code)]
#[path = "cli/api.rs"]
mod api;
#[allow(dead_code)]
#[path = "cli/parquet_file.rs"]
mod parquet_file;
#[path = "recovery/partitioned.rs"]
mod partitioned;
#[allow(dead_code)]
#[path = "cli/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arrow_array::{Array, FixedSizeBinaryArray};
use rowmill_testkit::corpus::{Corpus, Kind, Totals};
use rowmill_testkit::server::Setup;
use serde_json::Value;
use tempfile::TempDir;
use twox_hash::XxHash3_128;

use api::Api;
use program::{Outcome, Rowmill, Running, files, rowmill};

const KIND: Kind = Kind::AvailabilityAdjustment;

/// Sources of a directory: so many that putting their parts in place takes a while.
const SOURCES: usize = 40;

/// How many kills each test makes.
fn kills() -> u64 {
    let all = std::env::var("ROWMILL_KILLS").ok().and_then(|text| text.parse().ok());
    all.unwrap_or(100_u64).div_ceil(4)
}

/// Numbers that depend on a seed, which is printed.
struct Random(u64);

impl Random {
    fn new(test: &str) -> Self {
        let given = std::env::var("ROWMILL_KILL_SEED").ok().and_then(|text| text.parse().ok());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = given.unwrap_or(now.as_nanos() as u64);
        println!("{test}: ROWMILL_KILL_SEED={seed}");
        Self(seed)
    }

    /// SplitMix64, https://prng.di.unimi.it/splitmix64.c
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// When a run is killed.
#[derive(Debug)]
enum Moment {
    After(Duration),
    /// As soon as this is true of the place: it is looked at without a pause.
    When(Sight),
}

#[derive(Clone, Debug)]
enum Sight {
    There(PathBuf),
    /// It was there, and is no more.
    Gone(PathBuf),
    /// A folder with so many names in it.
    Full(PathBuf, usize),
}

impl Sight {
    /// `was_there` is for the sight alone.
    fn is_seen(&self, was_there: &mut bool) -> bool {
        match self {
            Sight::There(path) => path.exists(),
            Sight::Gone(path) if path.exists() => {
                *was_there = true;
                false
            }
            Sight::Gone(_) => *was_there,
            Sight::Full(path, names) => {
                fs::read_dir(path).is_ok_and(|entries| entries.count() >= *names)
            }
        }
    }
}

/// Kills the run then, unless it ends before. Says whether it was killed.
fn kill(mut running: Running, moment: &Moment) -> bool {
    let started = Instant::now();
    let (mut ended, mut was_there) = (None, false);
    loop {
        let now = match moment {
            Moment::After(time) => started.elapsed() >= *time,
            Moment::When(sight) => sight.is_seen(&mut was_there),
        };
        if now || started.elapsed() > Duration::from_secs(60) {
            break;
        }
        // Asking for the end costs more than looking, so it is done less often.
        if started.elapsed().as_millis().is_multiple_of(4) {
            ended = running.child.try_wait().expect("can be waited for");
            if ended.is_some() {
                break;
            }
        }
    }
    running.child.kill().expect("killed, or at its end");
    let status = running.child.wait().expect("ends");
    ended.is_none() && !status.success()
}

/// The rows of all Parquet files below a folder, as the generator counts them: their number and
/// the ids.
fn found(folder: &Path) -> (u64, u128) {
    let parts = files(folder).into_iter();
    let parts = parts.filter(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    let (mut rows, mut ids) = (0, 0);
    for part in parts {
        let (schema, batches) = parquet_file::read(&folder.join(&part));
        let place = schema.index_of("Id").expect("a column of ids");
        for batch in batches {
            let column = batch.column(place).as_any();
            let column = column.downcast_ref::<FixedSizeBinaryArray>().expect("16 bytes each");
            rows += column.len() as u64;
            for id in column.iter().flatten() {
                ids ^= u128::from_be_bytes(id.try_into().expect("16 bytes"));
            }
        }
    }
    (rows, ids)
}

fn told(totals: &[&Totals]) -> (u64, u128) {
    totals.iter().fold((0, 0), |(rows, ids), more| (rows + more.rows, ids ^ more.id_xor))
}

/// All manifests of a lake.
fn manifests(lake: &Path) -> Vec<Value> {
    let private = lake.join("_rowmill");
    let Ok(entries) = fs::read_dir(private) else { return Vec::new() };
    let names = entries.map(|entry| entry.expect("an entry").path());
    let manifests = names.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("manifest-") && name.ends_with(".json")
    });
    let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).expect("reads"));
    manifests.map(|path| read(path).expect("JSON")).collect()
}

/// What holds at every instant: a file under its final name is whole, and a manifest that is there
/// names parts that are in place.
fn check_instant(folder: &Path, lake: Option<&Path>, what: &str) {
    for path in files(folder) {
        if path.extension().is_some_and(|ending| ending == "parquet") {
            // Fails if it cannot be read to its end.
            parquet_file::read(&folder.join(path));
        }
    }
    let Some(lake) = lake else { return };
    for manifest in manifests(lake) {
        for part in manifest["parts"].as_array().expect("parts") {
            let path = lake.join(part["path"].as_str().expect("a path"));
            let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{what}: {path:?}: {e}"));
            let checksum = format!("xxh3-128:{:032x}", XxHash3_128::oneshot(&bytes));
            assert_eq!(part["checksum"], checksum, "{what}: {path:?}");
            assert_eq!(part["bytes"], bytes.len(), "{what}: {path:?}");
        }
    }
}

/// What holds at the end: the manifests name all parts, once, and their sums are right.
fn check_lake(lake: &Path, what: &str) {
    check_instant(lake, Some(lake), what);
    let mut named = Vec::new();
    for manifest in manifests(lake) {
        assert_eq!(manifest["version"], 2);
        let sum = |list: &str, key: &str| -> u64 {
            let list = manifest[list].as_array().expect("a list");
            list.iter().map(|entry| entry[key].as_u64().expect("a number")).sum()
        };
        assert_eq!(manifest["rows"], sum("parts", "rows"), "{what}");
        assert_eq!(manifest["rows"], sum("sources", "rows"), "{what}");
        assert_eq!(manifest["lines"], sum("sources", "lines"), "{what}");
        let parts = manifest["parts"].as_array().expect("parts");
        named.extend(parts.iter().map(|part| PathBuf::from(part["path"].as_str().expect("text"))));
    }
    named.sort();
    let mut there = files(lake);
    there.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    assert_eq!(there, named, "{what}");
    let kept = ["json", "jsonl", "parquet"];
    let litter = |path: &&PathBuf| {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        !kept.contains(&&*ending) || path.ends_with("commit.json") || is_hidden(path)
    };
    assert_eq!(files(lake).iter().find(litter), None, "{what}");
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Files to convert, in a folder of their own.
struct Inputs {
    folder: TempDir,
    names: Vec<String>,
    totals: Totals,
}

impl Inputs {
    /// Rows in so many files, with a bad row at the end of each.
    fn new(rows: u64, count: usize) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut inputs = Self { folder, names: Vec::new(), totals: Totals::default() };
        for n in 0..count {
            inputs.names.push(format!("{n:03}.jsonl"));
        }
        inputs.fill(1, rows);
        inputs
    }

    /// Writes other rows into the same files.
    fn fill(&mut self, seed: u64, rows: u64) {
        let corpus = Corpus::new(KIND, seed, rows);
        for (name, file) in self.names.iter().zip(corpus.split(self.names.len())) {
            let mut text: Vec<u8> = file.pieces().flatten().collect();
            text.extend_from_slice(b"{\"Id\":\"none\"}\n");
            fs::write(self.folder.path().join(name), text).expect("writes");
        }
        self.totals = corpus.totals();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn convert(&self, names: &[String], args: &str) -> Rowmill {
        let fixed = ["convert", "--entity", KIND.name(), "--on-error", "quarantine"];
        let names = names.iter().map(String::as_str);
        rowmill(fixed.into_iter().chain(names).chain(args.split_whitespace())).folder(self.path())
    }

    /// The files below `name`, with their bytes.
    fn tree(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let place = self.path().join(name);
        let read = |path: PathBuf| {
            let bytes = fs::read(place.join(&path)).expect("reads");
            (path, bytes)
        };
        files(&place).into_iter().map(read).collect()
    }

    fn clear(&self, name: &str) {
        let _ = fs::remove_dir_all(self.path().join(name));
    }
}

/// How many runs were killed, and how many of them in the middle of a commit.
#[derive(Default)]
struct Count {
    killed: u64,
    committing: u64,
}

impl Count {
    fn add(&mut self, killed: bool, record: &Path) {
        self.killed += u64::from(killed);
        self.committing += u64::from(record.exists());
    }

    fn tell(&self) {
        let (all, Self { killed, committing }) = (kills(), self);
        println!("of {all} runs {killed} were killed, {committing} of them in their commit");
    }
}

/// How long a run takes that is not killed.
fn timed(run: Rowmill) -> (Duration, Outcome) {
    let started = Instant::now();
    let outcome = run.run();
    outcome.ended(0);
    (started.elapsed(), outcome)
}

/// Half of the kills come at any time, the others in the middle of the commit.
fn moment(random: &mut Random, whole: Duration, sights: &[Sight]) -> Moment {
    if random.below(2) == 0 {
        let most = whole.as_micros() as u64;
        return Moment::After(Duration::from_micros(random.below(most + most / 8)));
    }
    Moment::When(sights[random.below(sights.len() as u64) as usize].clone())
}

/// What can be seen while a lake is put in place.
fn sights(lake: &Path, names: &[String], job: &Path) -> Vec<Sight> {
    let private = lake.join("_rowmill");
    let waits = |name: &String| {
        let stem = name.trim_end_matches(".jsonl");
        private.join(format!("{}-{stem}.parquet.partial", KIND.name()))
    };
    let mut sights: Vec<Sight> = names.iter().map(|name| Sight::Gone(waits(name))).collect();
    for _ in 0..names.len() / 4 {
        sights.push(Sight::There(private.join("commit.json")));
        sights.push(Sight::There(job.to_owned()));
    }
    sights
}

fn only_manifest(lake: &Path) -> PathBuf {
    let mut names = files(&lake.join("_rowmill"));
    names.retain(|name| name.to_string_lossy().starts_with("manifest-"));
    assert_eq!(names.len(), 1);
    lake.join("_rowmill").join(&names[0])
}

#[test]
fn a_new_directory_is_there_whole_or_not_at_all() {
    let mut random = Random::new("a new directory");
    let inputs = Inputs::new(600, SOURCES);
    let stranger = Inputs::new(20, 1);
    let other = "stranger.jsonl".to_owned();
    let from = stranger.path().join(&stranger.names[0]);
    fs::copy(from, inputs.path().join(&other)).expect("copies");
    let run = || inputs.convert(&inputs.names, "-o lake --part-per-file");
    let (whole, _) = timed(run());
    let (lake, expected) = (inputs.path().join("lake"), inputs.tree("lake"));
    let sights = sights(&lake, &inputs.names, &only_manifest(&lake));
    let mut count = Count::default();
    for n in 0..kills() {
        inputs.clear("lake");
        let moment = moment(&mut random, whole, &sights);
        let what = format!("kill {n}: {moment:?}");
        count.add(kill(run().start(), &moment), &lake.join("_rowmill/commit.json"));
        check_instant(inputs.path(), Some(&lake), &what);
        // Whoever comes next completes what was begun, whatever it has come for.
        let strange = random.below(3) == 0;
        if strange {
            let others = std::slice::from_ref(&other);
            inputs.convert(others, "-o lake/").run().ended(0);
            check_lake(&lake, &what);
        }
        let outcome = run().run();
        outcome.ended(0);
        check_lake(&lake, &what);
        let totals = [&inputs.totals, &stranger.totals];
        assert_eq!(found(&lake), told(&totals[..1 + usize::from(strange)]), "{what}");
        if !strange {
            assert!(inputs.tree("lake") == expected, "{what}: other bytes");
        }
        let again = run().run();
        assert!(again.stdout.contains("are there already"), "{what}: {again:?}");
    }
    count.tell();
}

#[test]
fn a_directory_that_is_replaced_holds_the_old_rows_or_the_new() {
    let mut random = Random::new("a directory that is replaced");
    let mut inputs = Inputs::new(500, SOURCES);
    timed(inputs.convert(&inputs.names, "-o lake --part-per-file"));
    fs::rename(inputs.path().join("lake"), inputs.path().join("older")).expect("renames");
    let older = inputs.tree("older");
    // The same names with other rows and sizes, so another job.
    inputs.fill(2, 700);
    let lay = || {
        inputs.clear("lake");
        for (path, bytes) in &older {
            let path = inputs.path().join("lake").join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
            fs::write(path, bytes).expect("writes");
        }
    };
    let run = |cut: &str| inputs.convert(&inputs.names, &format!("-o lake --overwrite {cut}"));
    let lake = inputs.path().join("lake");
    lay();
    let retired = only_manifest(&lake);
    // All parts are replaced, or one is and the others go.
    let cuts = ["--part-per-file", "--target-size 1GB"].map(|cut| {
        lay();
        let (whole, _) = timed(run(cut));
        (cut, whole, inputs.tree("lake"))
    });
    let manifest = only_manifest(&lake);
    let mut sights = sights(&lake, &inputs.names, &manifest);
    let gone = older.iter().filter(|(path, _)| !lake.join(path).exists());
    let gone: Vec<Sight> = gone.map(|(path, _)| Sight::Gone(lake.join(path))).collect();
    assert_eq!(gone.len(), SOURCES, "the older manifest, and all parts but one");
    sights.extend((0..8).map(|_| Sight::Gone(retired.clone())));
    let mut count = Count::default();
    for n in 0..kills() {
        lay();
        let (cut, whole, expected) = &cuts[(n % 2) as usize];
        let sights = if n % 2 == 0 { &sights } else { &gone };
        let moment = moment(&mut random, *whole, sights);
        let what = format!("kill {n}, {cut}: {moment:?}");
        count.add(kill(run(cut).start(), &moment), &lake.join("_rowmill/commit.json"));
        check_instant(inputs.path(), Some(&lake), &what);
        run(cut).run().ended(0);
        check_lake(&lake, &what);
        assert_eq!(found(&lake), told(&[&inputs.totals]), "{what}");
        assert!(inputs.tree("lake") == *expected, "{what}: other bytes");
    }
    count.tell();
}

#[test]
fn a_file_and_its_rejects_are_there_together() {
    let mut random = Random::new("a file and its rejects");
    let inputs = Inputs::new(2_000, 1);
    let run = |more: &str| inputs.convert(&inputs.names, &format!("-o out/a.parquet {more}"));
    let again = || {
        inputs.clear("out");
        fs::create_dir(inputs.path().join("out")).expect("makes");
    };
    again();
    let (whole, _) = timed(run(""));
    let (out, expected) = (inputs.path().join("out"), inputs.tree("out"));
    assert_eq!(expected.len(), 2, "the file and its rejects");
    let names = [".a.parquet.commit", "a.parquet", "a.parquet.rejects.jsonl"];
    let sights: Vec<Sight> = names.iter().map(|name| Sight::There(out.join(name))).collect();
    let mut count = Count::default();
    for n in 0..kills() {
        again();
        let moment = moment(&mut random, whole, &sights);
        let what = format!("kill {n}: {moment:?}");
        count.add(kill(run("").start(), &moment), &out.join(".a.parquet.commit"));
        check_instant(inputs.path(), None, &what);
        run(if random.below(4) == 0 { "--overwrite" } else { "" }).run().ended(0);
        assert_eq!(found(&out), told(&[&inputs.totals]), "{what}");
        assert!(inputs.tree("out") == expected, "{what}");
    }
    count.tell();
}

#[test]
fn an_export_is_there_once() {
    let mut random = Random::new("an export");
    let args = format!(
        "--entity {} -o lake --part-per-file --updated 2024-01-01..2024-03-01",
        KIND.name()
    );
    let setup = || Setup::new().corpus(KIND, 400, 12);
    let mut whole = Duration::ZERO;
    let mut count = Count::default();
    // The first one is not killed but timed.
    for n in 0..=kills() {
        let (api, folder) = (Api::start(setup()), TempDir::new().expect("a folder"));
        let run = || api.export(&args).folder(folder.path());
        let lake = folder.path().join("lake");
        let totals = api.server.totals(KIND.name()).expect("a corpus");
        let mut what = "not killed".to_owned();
        if n == 0 {
            whole = timed(run()).0;
        } else {
            let mut sights = vec![
                Sight::There(lake.join("_rowmill/commit.json")),
                Sight::There(lake.join("_rowmill/journal.jsonl")),
                Sight::There(lake.join("_rowmill/state.json")),
            ];
            // One name is there for a moment while the folder is tried.
            sights.extend((2..12).map(|names| Sight::Full(lake.join(KIND.name()), names)));
            let moment = moment(&mut random, whole, &sights);
            what = format!("kill {n}: {moment:?}");
            count.add(kill(run().start(), &moment), &lake.join("_rowmill/commit.json"));
            check_instant(folder.path(), Some(&lake), &what);
            let outcome = run().run();
            outcome.ended(0);
            api.discreet(&outcome);
        }
        check_lake(&lake, &what);
        assert_eq!(found(&lake), told(&[&totals]), "{what}");
        assert_eq!(manifests(&lake).len(), 1, "{what}");
        api.discreet_files(folder.path());
    }
    count.tell();
}
