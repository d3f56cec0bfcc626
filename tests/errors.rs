//! What programs can match: stable codes, whether to try again, and what an error was made of.

use std::error::Error as _;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use flate2::read::GzEncoder;
use rowmill::arrow::ArrowError;
use rowmill::{
    Bytes, Column, Convert, Decoder, Error, ErrorKind, Layout, Limit, OnBadRow, Report, Source,
    json,
};

fn layout() -> Layout {
    Layout::new([Column::int64("n").required()]).expect("a sound layout")
}

fn source(bytes: impl Into<Bytes>) -> Source {
    Source::reader("rows", io::Cursor::new(bytes.into()))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut packed).expect("packs");
    packed
}

/// What a program sees of a run that fails.
fn told(run: Result<Report, Error>) -> (ErrorKind, Option<&'static str>, bool) {
    let error = run.expect_err("an error");
    // Nothing is told twice to those who print the causes, too.
    let words = error.to_string();
    let mut cause = error.source();
    while let Some(behind) = cause {
        assert!(!words.contains(&behind.to_string()), "{words}");
        cause = behind.source();
    }
    (error.kind(), error.code(), error.is_retryable())
}

#[test]
fn what_is_wrong_with_outputs_has_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let good = || source("{\"n\":1}\n");
    let convert = Convert::new(&layout());
    let to = |path: &Path| told(convert.run(good(), path));
    let refused = |code| (ErrorKind::Output, Some(code), false);
    fs::write(at("there"), "something").expect("written");
    fs::create_dir(at("folder.parquet")).expect("made");
    assert_eq!(to(&at("there")), refused("exists"));
    assert_eq!(to(&at("none/rows.parquet")), refused("no_folder"));
    assert_eq!(to(&at("there/")), refused("not_a_file"));
    convert.run(good(), at("lake/")).expect("converts");
    assert_eq!(to(&at("lake/")), refused("exists"));
    let file = at("rows.jsonl");
    fs::write(&file, "{\"n\":1}\n").expect("written");
    convert.run(&file, at("rows.parquet")).expect("converts");
    let other = Convert::new(&Layout::new([Column::string("n")]).expect("a sound layout"));
    assert_eq!(told(other.run(&file, at("rows.parquet"))), refused("other_columns"));
    let more = Source::reader("more", io::Cursor::new("{\"n\":\"x\"}\n"));
    assert_eq!(told(other.run(more, at("lake/"))), refused("other_columns"));
}

#[test]
fn a_place_where_another_run_is_at_work_is_worth_another_try() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("rows.parquet");
    let (held, hold) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    let hold = Mutex::new(hold);
    let wait = Arc::new(move |_| {
        let _ = begin.send(());
        // Until the test lets it go on.
        let _ = hold.lock().expect("no panic").recv();
    });
    let first = Convert::new(&layout()).progress(wait);
    let place = output.clone();
    let first = std::thread::spawn(move || first.run(source("{\"n\":1}\n"), place));
    begun.recv().expect("it is writing");
    let run = || Convert::new(&layout()).overwrite(true).run(source("{\"n\":2}\n"), &output);
    assert_eq!(told(run()), (ErrorKind::Output, Some("locked"), true));
    drop(held);
    first.join().expect("no panic").expect("converts");
    run().expect("nobody is there any more");
}

#[test]
fn what_is_wrong_with_sources_has_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("rows.parquet");
    let convert = Convert::new(&layout()).threads(1);
    let of = |source: Source| told(convert.run(source, &output));
    let data = |code| (ErrorKind::Data, Some(code), false);
    let input = |code| (ErrorKind::Input, Some(code), false);
    let mut rows = packed(b"{\"n\":1}\n");
    assert_eq!(of(source(rows[..12].to_vec())), data("damaged"));
    *rows.last_mut().expect("bytes") ^= 1;
    assert_eq!(of(source(rows)), data("damaged"));
    let bomb = source(packed(&vec![b'\n'; 70 << 20]));
    assert_eq!(told(convert.clone().max_expansion(10).run(bomb, &output)), data("expansion"));
    assert_eq!(of(source("{\"n\":\"x\"}")), data("type"));
    assert_eq!(of(Source::path(folder.path().join("none"))), input("not_found"));
    assert_eq!(of(Source::path(folder.path())), input("not_a_file"));

    struct Broken(io::ErrorKind);
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
    }
    let broken = |kind| of(Source::reader("rows", Broken(kind)));
    assert_eq!(broken(io::ErrorKind::PermissionDenied), input("denied"));
    assert_eq!(broken(io::ErrorKind::ConnectionReset), (ErrorKind::TryLater, None, true));
    assert_eq!(broken(io::ErrorKind::Other), (ErrorKind::Input, None, false));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn too_many_bad_rows_are_that_and_not_the_last_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let on_bad_row = OnBadRow::Quarantine { at_most: Limit::Rows(1) };
    let convert = Convert::new(&layout()).on_bad_row(on_bad_row);
    let rows = "{\"n\":1}\n{\"n\":true}\n{\"n\":7.5}\n";
    let run = convert.run(source(rows), folder.path().join("rows.parquet"));
    let error = run.expect_err("too many");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Data, Some("too_many_rejects")));
    assert_eq!(error.place().map(|place| place.line), Some(3));
}

fn rows(text: &'static str) -> rowmill::Result<usize> {
    let layout = Layout::new([Column::int64("n")])?;
    let mut decoder = Decoder::new(&layout);
    decoder.push(Bytes::from_static(text.as_bytes()));
    decoder.finish();
    let mut rows = 0;
    while let Some(batch) = decoder.next_batch()? {
        rows += batch.num_rows();
    }
    Ok(rows)
}

#[test]
fn errors_of_the_decoder_and_for_arrow_turn_into_one_another() {
    assert_eq!(rows("{\"n\":1}\n").expect("good rows"), 1);
    let error = rows("{\"n\":1}\n{\"n\":true}").expect_err("a bad row");
    assert_eq!((error.kind(), error.code(), error.file()), (ErrorKind::Data, Some("type"), None));
    assert_eq!(error.place().map(|place| place.line), Some(2));
    assert!(error.to_string().starts_with("line 2, byte "), "{error}");
    // The decoder's has said all of it.
    assert!(error.source().is_none());
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<json::Error>());
    assert_eq!(cause.map(json::Error::kind), Some(json::ErrorKind::Type));
    let words = error.to_string();
    let ArrowError::ExternalError(inner) = ArrowError::from(error) else { panic!("another one") };
    assert_eq!(inner.downcast::<Error>().expect("the same").to_string(), words);
}

#[test]
fn all_codes_are_in_the_documentation() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/rowmill/src");
    let codes = fs::read_to_string(place.join("error/code.rs")).expect("reads");
    let documented = fs::read_to_string(place.join("error.rs")).expect("reads");
    let codes: Vec<_> = codes
        .lines()
        .filter(|line| line.starts_with("pub(crate) const "))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert!(codes.len() >= 10);
    for code in codes {
        assert!(documented.contains(&format!("| `{code}` |")), "{code}");
    }
}
