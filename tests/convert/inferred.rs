//! Layouts that are inferred from the sources: files, readers, many of them, and none that has one.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rowmill::infer::Inferred;
use rowmill::{
    Cancel, Convert, ErrorKind, Infer, Limit, OnBadRow, Source, Unknown, infer, schema_file,
};

use super::table::{assert_same, count, decoded, folder_with, read, rows};

/// A reader that gives few bytes at a time and counts them.
struct Slow {
    bytes: Vec<u8>,
    at: usize,
    read: Arc<AtomicU64>,
}

impl Slow {
    fn new(text: &str) -> (Self, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(0));
        (Self { bytes: text.into(), at: 0, read: Arc::clone(&read) }, read)
    }
}

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = into.len().min(1000).min(self.bytes.len() - self.at);
        into[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        self.read.fetch_add(count as u64, Ordering::SeqCst);
        Ok(count)
    }
}

#[test]
fn the_inferred_table_is_that_of_its_layout() {
    let text = rows(0, 500);
    let (folder, input) = folder_with("rows.jsonl", &text);
    let inferred = infer(&input).expect("a layout");
    assert!(inferred.is_whole());
    assert_eq!((inferred.rows(), inferred.bytes()), (500, text.len() as u64));
    let types = schema_file::print(inferred.layout());
    for line in [
        "\"name\": \"Id\", \"type\": \"uuid\", \"nullable\": false",
        "\"name\": \"Count\", \"type\": \"int64\", \"nullable\": false",
        "\"name\": \"UpdatedUtc\", \"type\": \"timestamp_us\", \"nullable\": false",
        "\"name\": \"State\", \"type\": \"enum\", \"nullable\": false",
        "\"name\": \"Notes\", \"type\": \"string\"",
        "\"name\": \"Day\", \"type\": \"date\"",
        "\"name\": \"IsActive\", \"type\": \"bool\"",
        "\"name\": \"Latitude\", \"type\": \"decimal(3,1)\"",
    ] {
        assert!(types.contains(line), "{line}: {types}");
    }
    assert_eq!(&schema_file::parse(&types).expect("what was printed"), inferred.layout());

    let output = folder.path().join("out.parquet");
    let report = Convert::inferred().run(&input, &output).expect("converts");
    assert_eq!((report.rows, report.quarantined), (500, 0));
    assert_same(&read(&output), &decoded(inferred.layout(), &text));
}

#[test]
fn a_reader_is_read_once() {
    let text = rows(0, 700);
    let (folder, _) = folder_with("unused", "");
    for threads in [1, 3] {
        let (reader, taken) = Slow::new(&text);
        let told: Arc<Mutex<Vec<Inferred>>> = Arc::default();
        let output = folder.path().join(format!("{threads}.parquet"));
        let tell = {
            let told = Arc::clone(&told);
            Arc::new(move |inferred: &Inferred| told.lock().expect("whole").push(inferred.clone()))
        };
        let report = Convert::inferred()
            .threads(threads)
            .on_inferred(tell)
            .run(Source::reader("slow", reader), &output)
            .expect("converts");
        assert_eq!((report.rows, report.bytes), (700, text.len() as u64));
        assert_eq!(report.files[0].source, "slow");
        assert_eq!(report.files[0].source_bytes, text.len() as u64);
        assert_eq!(taken.load(Ordering::SeqCst), text.len() as u64);
        let told = told.lock().expect("whole");
        assert_eq!(told.len(), 1);
        assert!(told[0].is_whole());
        assert_same(&read(&output), &decoded(told[0].layout(), &text));
    }
}

#[test]
fn a_sample_of_a_reader_is_replayed_and_goes_on() {
    // More than the chunks that are read ahead, so that something is left to read.
    let text = rows(0, 40_000);
    let (folder, _) = folder_with("unused", "");
    let (reader, taken) = Slow::new(&text);
    let infer = Infer::new().sample(10).threads(1);
    let (inferred, sources) = infer.peek(Source::reader("slow", reader)).expect("a layout");
    assert_eq!(inferred.rows(), 10);
    assert!(!inferred.is_whole() && taken.load(Ordering::SeqCst) < text.len() as u64);
    assert!(inferred.layout().columns().iter().all(|column| column.is_nullable()));
    let output = folder.path().join("out.parquet");
    let given = Convert::new(&super::table::layout()).run(sources, &output).expect("converts");
    assert_eq!((given.rows, given.bytes), (40_000, text.len() as u64));
    assert_eq!(count(&output), 40_000);
}

#[test]
fn many_sources_have_one_layout() {
    let (folder, first) = folder_with("first.jsonl", "{\"a\":1}\n");
    let second = folder.path().join("second.jsonl");
    std::fs::write(&second, "{\"b\":2.5}").expect("writes");
    let third = Source::reader("third", &b"{\"a\":-1}\n"[..]);
    let sources = vec![Source::path(&first), Source::path(&second), third];
    let output = folder.path().join("lake");
    let report = Convert::inferred().part_per_file(true).run(sources, &output).expect("converts");
    assert_eq!(report.rows, 3);
    let schemas: Vec<_> = ["first", "second", "third"]
        .map(|name| read(&output.join(format!("{name}.parquet")))[0].schema())
        .into();
    assert!(schemas.iter().all(|schema| schema.fields() == schemas[0].fields()));
    assert_eq!(schemas[0].fields().len(), 2);
}

#[test]
fn errors_name_their_source() {
    let (folder, good) = folder_with("good.jsonl", "\n");
    let bad = folder.path().join("bad.jsonl");
    std::fs::write(&bad, "a,b\n").expect("writes");
    let error = infer(&[good.clone(), bad.clone()][..]).expect_err("no rows");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Data, Some("no_layout")));
    assert!(error.to_string().contains("bad.jsonl, line 1, byte 0"), "{error}");
    let error = infer(&[good.clone(), good.clone()][..]).expect_err("no rows");
    assert!(error.to_string().starts_with("no layout"), "{error}");
    let error = infer(Vec::<Source>::new()).expect_err("no sources");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let missing = [good, folder.path().join("missing.jsonl")];
    let error = infer(&missing[..]).expect_err("missing");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("missing.jsonl"), "{error}");
    let truncated = Source::reader("cut.gz", &[0x1f, 0x8b, 8, 0][..]);
    let error = infer(truncated).expect_err("damaged");
    assert!(error.to_string().contains("cut.gz"), "{error}");
}

#[test]
fn it_can_be_cancelled() {
    let (_folder, input) = folder_with("rows.jsonl", rows(0, 10));
    let cancel = Cancel::new();
    cancel.cancel();
    let error = Infer::new().cancel(cancel).run(&input).expect_err("cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn rows_that_do_not_fit_a_sample_are_bad_rows() {
    let (folder, input) = folder_with("rows.jsonl", "{\"n\":1}\n{\"n\":\"x\"}\n{\"m\":1}\n");
    let output = folder.path().join("out.parquet");
    let error = Convert::inferred().sample(1).run(&input, &output).expect_err("a bad row");
    assert_eq!(error.place().map(|place| place.line), Some(2));
    assert!(!output.exists());
    let report = Convert::inferred().run(&input, &output).expect("all were looked at");
    assert_eq!(report.rows, 3);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_once() {
    let (folder, _) = folder_with("unused", "");
    let pipe = folder.path().join("rows.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let text = rows(0, 300);
    let (written, target) = (text.clone(), pipe.clone());
    let writer = std::thread::spawn(move || std::fs::write(target, written));
    let output = folder.path().join("lake/");
    let report = Convert::inferred().run(&pipe, &output).expect("converts");
    writer.join().expect("ends").expect("all was taken");
    assert_eq!((report.rows, report.bytes), (300, text.len() as u64));
    // Its part is called as that of a file would be.
    assert_eq!(count(&output.join("rows.parquet")), 300);
}

/// A line that is no row to the inference can be one to the conversion: in a column of JSON text more
/// is allowed.
#[test]
fn keys_of_lines_that_were_passed_over_are_not_lost() {
    for (text, bad) in [
        ("{\"id\":1}\n{\"id\":2,\"z\":1,\"z\":2,\"more\":\"kept\"}\n", 2),
        ("{\"j\":1}\n{\"j\":\"x\"}\n{\"j\":{\"a\":1,\"a\":2},\"more\":\"kept\"}\n", 3),
        ("{\"id\":1}\n{\"id\":2,\"o\":{\"z\":1,\"z\":2}}\n", 2),
    ] {
        let (folder, input) = folder_with("rows.jsonl", text);
        let output = folder.path().join("out.parquet");
        let error = Convert::inferred().run(&input, &output).expect_err("a key is lost");
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(&format!("line {bad}")), "{error}");
        let kept = OnBadRow::Quarantine { at_most: Limit::None };
        let report = Convert::inferred().on_bad_row(kept).run(&input, &output).expect("converts");
        assert_eq!((report.rows, report.quarantined), (bad - 1, 1));
        // Whoever wants it so gets it, and is told.
        let run = Convert::inferred().unknown(Unknown::Ignore).overwrite(true);
        let report = run.run(&input, &output).expect("converts");
        assert_eq!((report.rows, report.drift.new_keys.is_empty()), (bad, false));
    }
}

#[test]
fn the_limits_of_lines_are_those_of_the_conversion() {
    let deep =
        format!("{{\"x\":{}{},\"y\":5}}\n{{\"x\":null}}\n", "[".repeat(300), "]".repeat(300));
    let (folder, input) = folder_with("rows.jsonl", &deep);
    let output = folder.path().join("out.parquet");
    let report = Convert::inferred().max_depth(1000).run(&input, &output).expect("converts");
    assert_eq!((report.rows, read(&output)[0].num_columns()), (2, 2));
    assert!(Convert::inferred().overwrite(true).run(&input, &output).is_err());

    let long = format!("{{\"x\":\"{}\"}}\n", "a".repeat(1000));
    let (folder, input) = folder_with("rows.jsonl", &long);
    let output = folder.path().join("out.parquet");
    assert!(Convert::inferred().max_line_bytes(1000).run(&input, &output).is_err());
    assert!(Infer::new().max_line_bytes(1000).run(&input).is_err());
    assert!(Convert::inferred().max_line_bytes(1010).run(&input, &output).is_ok());
}
