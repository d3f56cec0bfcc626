//! Batches of a source for who blocks: an Arrow reader, without any runtime.

use std::io::{self, Read};

use flate2::read::GzEncoder;
use rowmill::arrow::{ArrowError, RecordBatch, RecordBatchReader};
use rowmill::{
    BatchReader, Cancel, Column, Decode, Decoder, Error, ErrorKind, Layout, Limit, OnBadRow,
    Options, Source, read,
};

fn layout() -> Layout {
    Layout::new([Column::int64("n").required(), Column::string("s")]).expect("a sound layout")
}

fn text(rows: usize) -> String {
    (0..rows).map(|n| format!("{{\"n\":{n},\"s\":\"row {n}\"}}\n")).collect()
}

fn source(text: &str) -> Source {
    Source::reader("rooms", io::Cursor::new(text.to_owned()))
}

fn pushed(text: &str) -> Vec<RecordBatch> {
    let mut decoder = Decoder::new(layout());
    decoder.push(text.to_owned().into());
    decoder.finish();
    std::iter::from_fn(|| decoder.next_batch().expect("good rows")).collect()
}

#[test]
fn it_is_a_reader_as_engines_take_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = text(20_000);
    let mut packed = Vec::new();
    let level = flate2::Compression::default();
    GzEncoder::new(text.as_bytes(), level).read_to_end(&mut packed).expect("packs");
    for (name, bytes) in [("plain", text.as_bytes()), ("packed", &packed)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        for threads in [1, 2] {
            let mut options = Options::default();
            options.threads = threads;
            let reader = Decode::new(layout()).options(options).read(&path).expect("opens");
            let mut reader: Box<dyn RecordBatchReader + Send> = Box::new(reader);
            assert_eq!(&reader.schema(), layout().schema());
            let batches: Result<Vec<_>, ArrowError> = reader.by_ref().collect();
            assert!(batches.expect("good rows") == pushed(&text));
            assert!(reader.next().is_none());
        }
    }
}

#[test]
fn it_says_what_the_input_held_when_it_has_ended() {
    let mut reader = read(layout(), source(&(text(3) + "\n{\"n\":9,\"new\":1}\n"))).expect("opens");
    assert_eq!(reader.next_batch().expect("good rows").expect("rows").num_rows(), 4);
    assert!(reader.report().is_none());
    assert!(reader.next_batch().expect("good rows").is_none());
    let counts = reader.report().expect("ended");
    assert_eq!((counts.lines, counts.rows, counts.blank), (5, 4, 1));
    assert_eq!((reader.drift().keys.len(), reader.take_rejects().len()), (1, 0));
}

#[test]
fn errors_come_after_the_rows_before_them_and_are_those_of_this_crate() {
    let mut reader =
        read(layout(), source(&(text(10) + "{\"n\":null}\n" + &text(5)))).expect("opens");
    assert_eq!(reader.next().expect("rows").expect("good ones").num_rows(), 10);
    let error = reader.next().expect("an error").expect_err("a bad row");
    let ArrowError::ExternalError(inner) = error else { panic!("{error}") };
    let error = inner.downcast::<Error>().expect("one of this crate");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Data, Some("null")));
    assert!(error.to_string().starts_with("rooms, line 11, byte "), "{error}");
    assert!(reader.next().is_none() && reader.report().is_none());

    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("cut off"))
        }
    }
    let head = io::Cursor::new(text(50_000));
    let mut reader = read(layout(), Source::reader("rooms", head.chain(Broken))).expect("opens");
    let error = loop {
        match reader.next_batch() {
            Ok(batch) => assert!(batch.is_some(), "an end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(reader.next_batch().expect("told").is_none() && reader.report().is_none());
    assert_eq!(read(layout(), "no such file").expect_err("missing").kind(), ErrorKind::Input);
}

fn aside(at_most: Limit, text: &str) -> BatchReader {
    let mut options = Options::default();
    options.on_bad_row = OnBadRow::Quarantine { at_most };
    Decode::new(layout()).options(options).read(source(text)).expect("opens")
}

#[test]
fn rows_that_are_set_aside_can_be_taken_before_there_are_too_many() {
    let text = text(3) + &"{\"n\":null}\n".repeat(100_000) + "{\"n\":1}\n";
    let mut reader = aside(Limit::None, &text);
    let (mut rows, mut taken, mut most) = (0, 0, 0);
    while let Some(batch) = reader.next_batch().expect("bad rows are set aside") {
        rows += batch.num_rows();
        let rejects = reader.take_rejects().len();
        taken += rejects;
        most = most.max(rejects);
    }
    assert_eq!((rows, taken + reader.take_rejects().len()), (4, 100_000));
    // Those of a chunk, which is read whole.
    assert!(most < 50_000, "{most} at a time");
    // Who takes none gets all rows, and the end, too.
    assert_eq!(
        aside(Limit::None, &text).map(|batch| batch.expect("rows").num_rows()).sum::<usize>(),
        4
    );
    let error = aside(Limit::Percent(1.0), &text).find_map(Result::err).expect("too many");
    assert!(error.to_string().contains("too many bad rows"), "{error}");
}

#[test]
fn it_can_be_cancelled() {
    let cancel = Cancel::new();
    let mut reader =
        Decode::new(layout()).cancel(cancel.clone()).read(source(&text(9_000))).expect("opens");
    assert!(reader.next_batch().expect("rows").is_some());
    cancel.cancel();
    assert_eq!(reader.next_batch().expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert!(reader.next_batch().expect("told").is_none());
}
