//! Output in a store in memory: the same as on a disk, whatever step of a run fails, and whoever else
//! is at work.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use futures::StreamExt;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use rowmill_json::{Column, Layout};

use crate::cloud::memory;
use crate::sink::faults::{Plan, during};
use crate::{Cancel, Convert, ErrorKind, Report, Result, Source};

#[cfg(feature = "mews")]
mod gathered;
mod partitioned;
mod rejects;

/// More steps than any run here takes.
const STEPS: u64 = 200;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

type Objects = BTreeMap<String, Vec<u8>>;

/// A store that nobody else has, and sources.
struct Case {
    name: String,
    folder: tempfile::TempDir,
    sources: Vec<PathBuf>,
    output: &'static str,
    overwrite: bool,
    /// Rows go to directories by a text, and are so long that they wait.
    partitioned: bool,
}

impl Case {
    /// Sources of so many rows, numbered throughout.
    fn new(output: &'static str, sources: &[u64]) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("store-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = tempfile::tempdir().expect("a folder");
        let (sources_to_be, overwrite, partitioned) = (Vec::new(), false, false);
        let mut case =
            Self { name, folder, sources: sources_to_be, output, overwrite, partitioned };
        case.write(sources, 0);
        case
    }

    fn write(&mut self, sources: &[u64], mut first: u64) {
        self.sources.clear();
        for (n, rows) in sources.iter().enumerate() {
            let path = self.folder.path().join(format!("{n}.jsonl"));
            let lines = (first..first + rows).map(|n| self.line(n));
            fs::write(&path, lines.collect::<String>()).expect("writes");
            first += rows;
            self.sources.push(path);
        }
    }

    fn line(&self, n: u64) -> String {
        match self.partitioned {
            true => partitioned::line(n),
            false => format!("{{\"n\":{n}}}\n"),
        }
    }

    fn url(&self) -> String {
        format!("memory:///{}/{}", self.name, self.output)
    }

    fn convert(&self) -> Convert {
        if self.partitioned {
            return partitioned::convert(partitioned::FAR).overwrite(self.overwrite);
        }
        let layout = Layout::new([Column::int64("n").required()]).expect("a sound layout");
        Convert::new(&layout).threads(1).overwrite(self.overwrite).part_per_file(true)
    }

    fn run(&self) -> Result<Report> {
        self.convert().run(&self.sources, self.url())
    }

    fn store(&self) -> Arc<InMemory> {
        memory::store(&self.name)
    }

    /// Everything in the store, by its name there.
    fn objects(&self) -> Objects {
        let store = self.store();
        block_on(async {
            let mut objects = Objects::new();
            let mut listed = store.list(None);
            while let Some(object) = listed.next().await {
                let key = object.expect("lists").location;
                let bytes = store.get(&key).await.expect("there").bytes().await.expect("read");
                let name = key.as_ref().strip_prefix(&self.name).expect("below");
                objects.insert(name.trim_start_matches('/').to_owned(), bytes.to_vec());
            }
            objects
        })
    }

    /// What a run on the disk makes of the sources.
    fn on_disk(&self) -> Objects {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join(self.output);
        fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        let convert = match self.partitioned {
            true => partitioned::convert(partitioned::NEAR),
            false => self.convert(),
        };
        convert.run(&self.sources, &place).expect("converts");
        let mut objects = Objects::new();
        add(folder.path(), folder.path(), &mut objects);
        objects
    }

    /// Requires that all is there that is there on a disk, and nothing else but the record.
    fn check(&self, expected: &Objects, what: &str) {
        let mut found = self.objects();
        found.retain(|name, _| !name.ends_with("commit.json"));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
        assert!(found == *expected, "{what}: other bytes");
    }
}

fn add(folder: &Path, root: &Path, objects: &mut Objects) {
    for entry in fs::read_dir(folder).expect("reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            add(&path, root, objects);
        } else {
            let name = path.strip_prefix(root).expect("below").display().to_string();
            objects.insert(name, fs::read(&path).expect("reads"));
        }
    }
}

#[test]
fn a_store_gets_what_a_disk_gets() {
    for (output, sources) in
        [("lake/", &[3, 0, 5][..]), ("deep/down/lake", &[4]), ("one.parquet", &[7])]
    {
        let case = Case::new(output, sources);
        let expected = match output {
            // A URL is that of a directory unless it ends like a file.
            "deep/down/lake" => {
                Case { output: "deep/down/lake/", ..Case::new("", sources) }.on_disk()
            }
            _ => case.on_disk(),
        };
        let report = case.run().expect("converts");
        assert_eq!(report.rows, sources.iter().sum::<u64>());
        assert!(report.parts.iter().all(|part| part.path.starts_with("memory:///")), "{report:?}");
        case.check(&expected, output);
        let again = case.run().expect("is there");
        assert!(again.already_there && again.rows == report.rows, "{output}");
        case.check(&expected, output);
    }
}

#[test]
fn whatever_step_fails_the_next_run_makes_it_right() {
    for (output, sources) in [("lake/", &[3, 2][..]), ("one.parquet", &[4])] {
        each_step_fails(|| Case::new(output, sources));
    }
}

/// Each step of a run fails, alone and with all that follow: what shows is whole, and the run after it
/// makes it right.
fn each_step_fails(case: impl Fn() -> Case) {
    for plan in [Plan::Once as fn(u64) -> Plan, Plan::From] {
        let whole = case();
        let (expected, rows) = (whole.on_disk(), whole.run().expect("converts").rows);
        let mut ended = false;
        for step in 1..STEPS {
            let case = case();
            let (outcome, failed) = during(plan(step), || case.run());
            if !failed {
                outcome.expect("nothing failed");
                ended = true;
                break;
            }
            let what = format!("{}, {:?}", case.output, plan(step));
            if let Err(error) = &outcome {
                assert_eq!(error.kind(), ErrorKind::Output, "{what}: {error}");
            }
            // Nothing shows that is not whole.
            for (name, bytes) in case.objects() {
                let known = expected.get(&name).is_some_and(|whole| *whole == bytes);
                assert!(known || name.contains("_rowmill/"), "{what}: {name}");
            }
            assert_eq!(case.run().expect("the next run").rows, rows, "{what}");
            case.check(&expected, &what);
        }
        assert!(ended, "every step was tried");
    }
}

#[test]
fn whatever_step_fails_what_is_replaced_is_replaced_whole() {
    all_or_nothing_is_replaced(|| {
        let mut case = Case::new("lake/", &[3, 2, 4]);
        case.run().expect("converts");
        case.write(&[5, 1, 2], 100);
        case
    });
}

/// A run that replaces what the last one has made fails at each step.
fn all_or_nothing_is_replaced(prepared: impl Fn() -> Case) {
    let prepared = || Case { overwrite: true, ..prepared() };
    let expected = prepared().on_disk();
    let mut ended = false;
    for step in 1..STEPS {
        let case = prepared();
        let (outcome, failed) = during(Plan::From(step), || case.run());
        if !failed {
            outcome.expect("nothing failed");
            ended = true;
            break;
        }
        case.run().expect("the next run");
        case.check(&expected, &format!("step {step}"));
    }
    assert!(ended, "every step was tried");
}

#[test]
fn what_is_there_stays_without_a_word() {
    let mut case = Case::new("lake/", &[3]);
    case.run().expect("converts");
    let before = case.objects();
    case.write(&[4], 0);
    let error = case.run().expect_err("other rows");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("exists already"), "{error}");
    assert_eq!(case.objects(), before);
    let other = Case { output: "one.parquet", ..Case::new("", &[2]) };
    other.run().expect("converts");
    let mut more = other;
    more.write(&[3], 0);
    let error = more.run().expect_err("other rows");
    assert!(error.to_string().contains("exists already"), "{error}");
    more.overwrite = true;
    assert_eq!(more.run().expect("replaces").rows, 3);
    more.check(&more.on_disk(), "replaced");
}

#[test]
fn of_two_runs_at_a_time_one_is_refused() {
    for output in ["lake/", "one.parquet"] {
        for overwrite in [false, true] {
            let mut case = Case::new(output, &[3]);
            case.overwrite = overwrite;
            let expected = case.on_disk();
            // Another run comes through while this one has begun its part.
            let (convert, sources, url) = (case.convert(), case.sources.clone(), case.url());
            let once = Once::new();
            let meanwhile = move |_| {
                once.call_once(|| drop(convert.run(&sources, &url).expect("comes through")));
            };
            let slow = Source::reader("slow", &b"{\"n\":99}\n"[..]);
            let run = case.convert().progress(Arc::new(meanwhile));
            let error = run.run(slow, case.url()).expect_err("the second");
            assert_eq!(error.kind(), ErrorKind::Output);
            let told = error.to_string();
            assert!(told.contains("another run has committed"), "{told}");
            case.check(&expected, output);
        }
    }
}

#[test]
fn a_dead_run_leaves_nothing_to_those_that_follow() {
    let case = Case::new("lake/", &[3, 2]);
    // Killed with both uploads under way.
    let (outcome, failed) = during(Plan::From(8), || case.run());
    assert!(outcome.is_err() && failed);
    assert!(case.objects().keys().any(|name| name.contains("uploads-")), "it had begun");
    case.run().expect("converts");
    assert!(!case.objects().keys().any(|name| name.contains("uploads-")), "its list is gone");
}

#[test]
fn many_uploads_are_listed_by_the_hundred() {
    let sources = [1; 230];
    let lists = |case: &Case| case.objects().keys().filter(|it| it.contains("uploads-")).count();
    let case = Case::new("lake/", &sources);
    // Killed at the last of them: each is begun, listed and sent.
    let (outcome, failed) = during(Plan::From(3 * 230), || case.run());
    assert!(outcome.is_err() && failed);
    assert_eq!(lists(&case), 3);
    case.run().expect("converts");
    case.check(&Case::new("lake/", &sources).on_disk(), "all of them");
    assert_eq!(lists(&case), 0);
}

#[test]
fn sources_in_a_store_are_of_one_version() {
    let case = Case::new("lake/", &[2]);
    let url = format!("memory:///{}/in.jsonl", case.name);
    let key = object_store::path::Path::from(format!("{}/in.jsonl", case.name));
    let put = |text: &'static str| block_on(case.store().put(&key, text.into())).expect("puts");
    put("{\"n\":1}\n");
    let source = Source::path(&url);
    assert_eq!(source.size().expect("is there"), Some(8));
    put("{\"n\":2}\n");
    let read: Result<Vec<_>> = source.read(1, &Cancel::new()).and_then(Iterator::collect);
    let error = read.expect_err("another version");
    assert!(error.to_string().contains("has changed"), "{error}");
    // What is read is told, and what is read is not written.
    let report = case.convert().run(Source::path(&url), case.url()).expect("converts");
    let manifest = report.manifest.expect("a directory");
    let name = manifest.strip_prefix(&format!("memory:///{}/", case.name)).expect("below");
    let text = String::from_utf8(case.objects()[name].clone()).expect("text");
    assert!(text.contains("\"etag\"") && text.contains("\"in.jsonl\""), "{text}");
    let own = format!("memory:///{}/in.parquet", case.name);
    let key = object_store::path::Path::from(format!("{}/in.parquet", case.name));
    block_on(case.store().put(&key, "{\"n\":1}\n".into())).expect("puts");
    let error = case.convert().overwrite(true).run(Source::path(&own), &own).expect_err("both");
    assert!(error.to_string().contains("is read, and cannot be written"), "{error}");
}
