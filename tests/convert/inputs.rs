//! Where rows may come from, and what becomes of sources that cannot be read.

use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use flate2::read::GzEncoder;
use rowmill::{Cancel, Convert, ErrorKind, Progress, Source, convert};

use crate::table::{
    assert_same, count, decoded, folder_with, layout, number, proof, read, rows, tree, whole,
};

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    let level = flate2::Compression::default();
    GzEncoder::new(text.as_bytes(), level).read_to_end(&mut packed).expect("packs");
    packed
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 3).expect("packs")
}

#[test]
fn values_come_back_as_they_were_decoded() {
    let text = rows(0, 20_000);
    let (folder, input) = folder_with("rooms.jsonl", &text);
    let output = folder.path().join("rooms.parquet");
    let report = convert(&layout(), &input, &output).expect("converts");

    assert_same(&read(&output), &decoded(&layout(), &text));
    assert_eq!(
        (report.rows, report.lines, report.blank, report.quarantined),
        (20_000, 20_000, 0, 0)
    );
    assert_eq!(report.bytes, text.len() as u64);
    assert_eq!(report.output_bytes, output.metadata().expect("there").len());
    assert_eq!(report.files.len(), 1);
    assert_eq!(report.files[0].part, output.display().to_string());
    assert_eq!(tree(folder.path()), ["rooms.jsonl", "rooms.parquet"]);
}

#[test]
fn compression_is_told_from_the_bytes() {
    let text = rows(0, 3_000);
    let (one, two) = text.split_at(rows(0, 1_000).len() + 20);
    let packed = [
        ("plain.jsonl.gz", text.clone().into_bytes()),
        ("gzip.jsonl", gzip(&text)),
        ("members", [gzip(one), gzip(two)].concat()),
        ("zstd.json", zstd(&text)),
        ("frames.zst", [zstd(one), zstd(two)].concat()),
    ];
    for (name, bytes) in packed {
        for threads in [1, 2] {
            let (folder, input) = folder_with(name, &bytes);
            let output = folder.path().join("out.parquet");
            let report = Convert::new(&layout()).threads(threads).run(&input, &output).expect(name);
            assert_same(&read(&output), &decoded(&layout(), &text));
            assert_eq!(report.bytes, text.len() as u64);
            assert_eq!(report.files[0].source_bytes, bytes.len() as u64);
        }
    }
}

#[test]
fn damaged_compression_is_bad_data_and_leaves_nothing() {
    let packed = gzip(&rows(0, 3_000));
    let mut second = packed.clone();
    second[packed.len() / 2] ^= 1;
    let cases = [
        &packed[..packed.len() / 2],
        &packed[..packed.len() - 1],
        &[&packed[..], b"x"].concat(),
        &[&packed[..], &second].concat(),
    ];
    for bytes in cases {
        for threads in [1, 2] {
            let (folder, input) = folder_with("rooms.jsonl.gz", bytes);
            let run = Convert::new(&layout()).threads(threads);
            let error = run.run(&input, folder.path().join("out.parquet")).expect_err("damaged");
            assert_eq!(error.kind(), ErrorKind::Data);
            assert!(error.to_string().contains("rooms.jsonl.gz: "), "{error}");
            assert!(error.to_string().contains("gzip data"), "{error}");
            assert!(error.to_string().contains(" after byte "), "{error}");
            assert_eq!(tree(folder.path()), ["rooms.jsonl.gz"]);
        }
    }
}

/// Some 80 MB of equal rows, out of a few kilobytes.
#[test]
fn what_expands_too_much_is_bad_data_and_leaves_nothing() {
    let row = format!("{{\"n\":1,\"pad\":\"{}\"}}\n", "x".repeat(10_000));
    let packed = zstd(&row.repeat(8_000));
    for threads in [1, 2] {
        let (folder, input) = folder_with("rooms.jsonl.zst", &packed);
        let output = folder.path().join("out.parquet");
        let run = || Convert::new(&number()).threads(threads);
        let error = run().max_expansion(1_000).run(&input, &output).expect_err("too much");
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("rooms.jsonl.zst: zstd data that expands"), "{error}");
        assert_eq!(tree(folder.path()), ["rooms.jsonl.zst"]);
        let error = run().max_expansion(0).run(&input, &output).expect_err("no number");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(run().run(&input, &output).expect("rows").rows, 8_000);
    }
}

#[test]
fn many_files_become_many_parts() {
    let (folder, first) = folder_with("a.jsonl", rows(0, 10));
    let second = folder.path().join("more/a.jsonl.gz");
    std::fs::create_dir(folder.path().join("more")).expect("makes");
    std::fs::write(&second, gzip(&rows(10, 20))).expect("writes");
    let output = folder.path().join("new/out");

    let run = Convert::new(&layout()).name("Room").part_per_file(true);
    let report = run.run([&first, &second], &output).expect("converts");
    assert_eq!(report.rows, 30);
    assert_eq!(report.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [10, 20]);
    assert_eq!(count(&output.join("Room/a.parquet")), 10);
    assert_eq!(count(&output.join("Room/a-2.parquet")), 20);
    let proof = proof(&output.join("Room/a-2.parquet"));
    assert_eq!(proof.sources[0].name, "a.jsonl.gz");
    let manifest = Path::new(report.manifest.as_ref().expect("a manifest")).to_owned();
    assert_eq!(manifest.parent(), Some(output.join("_rowmill").as_path()));
    assert_eq!(tree(&output).len(), 5, "{:?}", tree(&output));
}

/// Two patterns of a shell may match the same file.
#[test]
fn no_file_is_read_twice() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let same = folder.path().join("./a.jsonl");
    let lake = folder.path().join("lake/");
    let error = Convert::new(&number()).run([&input, &same], &lake).expect_err("one file");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("named twice"), "{error}");
    assert_eq!(tree(folder.path()), ["a.jsonl"]);
}

#[test]
fn a_reader_is_a_source() {
    let text = rows(0, 100);
    let folder = tempfile::tempdir().expect("a folder");
    let source = Source::reader("some/where", io::Cursor::new(zstd(&text)));
    let output = folder.path().join("out");
    let output = format!("{}/", output.display());
    let report = convert(&layout(), source, &output).expect("converts");
    assert_eq!(report.files[0].source, "some/where");
    assert_same(&read(&Path::new(&output).join("where.parquet")), &decoded(&layout(), &text));
}

#[test]
fn nothing_in_is_an_empty_table() {
    for (text, lines) in [("", 0), ("\n \r\n\t\n", 3)] {
        let (folder, input) = folder_with("none.jsonl", text);
        let output = folder.path().join("none.parquet");
        let report = convert(&layout(), &input, &output).expect("converts");
        assert_eq!((report.rows, report.blank, report.lines), (0, lines, lines));
        let proof = proof(&output);
        let counts = whole(&proof);
        assert_eq!((proof.rows, counts.blank, counts.lines), (0, lines, lines));
        let file = std::fs::File::open(&output).expect("opens");
        let table = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file);
        assert_eq!(table.expect("a table").schema().fields(), layout().schema().fields());
    }
}

#[test]
fn a_missing_source_is_found_before_anything_is_written() {
    let (folder, first) = folder_with("a.jsonl", rows(0, 10));
    let missing = folder.path().join("b.jsonl");
    let error = convert(&layout(), [&first, &missing], folder.path().join("out")).expect_err("b");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(error.file(), Some(missing.display().to_string().as_str()));
    let error = convert(&layout(), folder.path(), folder.path().join("out")).expect_err("folder");
    assert_eq!(error.kind(), ErrorKind::Input);
    let none: [&str; 0] = [];
    let error = convert(&layout(), none, folder.path().join("out")).expect_err("nothing");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(tree(folder.path()), ["a.jsonl"]);
}

/// Gives some bytes and then whatever `then` says.
struct Then<F> {
    bytes: io::Cursor<Vec<u8>>,
    then: F,
}

impl<F: FnMut() -> io::Result<usize>> Read for Then<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.bytes.read(into)? {
            0 => (self.then)(),
            n => Ok(n),
        }
    }
}

#[test]
fn a_reader_that_fails_or_panics_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |then: fn() -> io::Result<usize>| {
        let reader = Then { bytes: io::Cursor::new(rows(0, 10).into_bytes()), then };
        convert(&layout(), Source::reader("pipe", reader), folder.path().join("out.parquet"))
            .expect_err("no end")
    };
    let error = run(|| Err(io::Error::from(io::ErrorKind::BrokenPipe)));
    assert_eq!((error.kind(), error.file()), (ErrorKind::Input, Some("pipe")));
    assert_eq!(run(|| panic!("in the caller's reader")).kind(), ErrorKind::Internal);
    assert!(tree(folder.path()).is_empty());
}

#[test]
fn a_run_can_be_cancelled_while_a_read_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let cancel = Cancel::new();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let then = {
        let cancel = cancel.clone();
        move || {
            cancel.cancel();
            // Until the test is over.
            held.recv().map(|()| 0).or(Ok(0))
        }
    };
    let reader = Then { bytes: io::Cursor::new(rows(0, 10).into_bytes()), then };
    let run = Convert::new(&layout()).cancel(cancel);
    let error = run.run(Source::reader("pipe", reader), folder.path().join("out.parquet"));
    assert_eq!(error.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert!(tree(folder.path()).is_empty());
    drop(hold);
}

#[test]
fn progress_is_told_and_can_cancel() {
    let text = (0..400_000).map(|n| format!("{{\"n\":{n}}}\n")).collect::<String>();
    let (folder, input) = folder_with("numbers.jsonl", &text);
    let (cancel, told) = (Cancel::new(), Arc::new(Mutex::new(Vec::<Progress>::new())));
    let tell = {
        let told = Arc::clone(&told);
        Arc::new(move |progress| told.lock().expect("no panic").push(progress))
    };
    let run = Convert::new(&number()).threads(1).progress(tell);
    run.run(&input, folder.path().join("out.parquet")).expect("converts");
    let told = std::mem::take(&mut *told.lock().expect("no panic"));
    let mebibytes = text.len() >> 20;
    assert!((mebibytes + 1..=mebibytes + 2).contains(&told.len()), "{}", told.len());
    // Nothing is told twice, but that it was all.
    let read = told.iter().filter(|progress| !progress.finished).map(|progress| progress.read);
    assert!(read.collect::<Vec<_>>().windows(2).all(|two| two[1] - two[0] >= 1 << 20));
    assert!(told.is_sorted_by_key(|progress| (progress.read, progress.rows)));
    let last = told.last().expect("told");
    assert!(last.finished && last.rows == 400_000 && last.size == Some(last.read));

    let stop = {
        let cancel = cancel.clone();
        Arc::new(move |_| cancel.cancel())
    };
    let run = Convert::new(&number()).progress(stop).cancel(cancel);
    let error = run.run(&input, folder.path().join("never.parquet")).expect_err("cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(tree(folder.path()), ["numbers.jsonl", "out.parquet"]);
}
