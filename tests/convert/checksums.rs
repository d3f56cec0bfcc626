//! The checksum in the report: what it depends on, and what not.

use rowmill::{Checksum, Compression, Convert, Decoder, Limit, OnBadRow, Options, convert};

use crate::table::{folder_with, layout, number, read, rows};

#[test]
fn it_is_that_of_the_rows_alone() {
    let text = rows(0, 9_000);
    let (folder, input) = folder_with("rooms.jsonl", &text);
    let output = folder.path().join("one.parquet");
    let run = || Convert::new(&layout()).checksum(true);
    let first = run().run(&input, &output).expect("converts").checksum.expect("asked for");
    assert_eq!(first.len(), 32);

    let other = |threads, codec| {
        let run = run().threads(threads).compression(codec).overwrite(true);
        run.run(&input, &output).expect("converts").checksum
    };
    assert_eq!(other(1, Compression::None).as_ref(), Some(&first));
    assert_eq!(other(4, Compression::Zstd(3)).as_ref(), Some(&first));

    // Cut into two files, of which the second is not where a batch would end.
    let (one, two) = text.split_at(rows(0, 3_333).len());
    let ((one_in, one), (two_in, two)) = (folder_with("1.jsonl", one), folder_with("2.jsonl", two));
    let report = run().run([&one, &two], folder.path().join("lake")).expect("converts");
    assert_eq!(report.checksum.as_ref(), Some(&first));
    drop((one_in, two_in));

    // Other batches.
    let mut options = Options::default();
    options.batch_rows = 77;
    let mut decoder = Decoder::with(layout(), options);
    let mut checksum = Checksum::new(decoder.schema()).expect("supported");
    decoder.push(text.into());
    decoder.finish();
    while let Some(batch) = decoder.next_batch().expect("good rows") {
        checksum.update(&batch).expect("the same schema");
    }
    assert_eq!(checksum.to_string(), first);
}

#[test]
fn it_is_that_of_the_parquet_file_read_back() {
    let (folder, input) = folder_with("rooms.jsonl", rows(0, 5_000));
    let output = folder.path().join("rooms.parquet");
    let run = Convert::new(&layout()).checksum(true);
    let report = run.run(&input, &output).expect("converts");
    let mut checksum = Checksum::new(layout().schema()).expect("supported");
    for batch in read(&output) {
        checksum.update(&batch).expect("its schema");
    }
    assert_eq!(report.checksum, Some(checksum.to_string()));
}

#[test]
fn it_is_taken_where_it_is_asked_for() {
    let (folder, input) = folder_with("n.jsonl", "{\"n\":1}\n");
    let report = convert(&number(), &input, folder.path().join("n.parquet")).expect("converts");
    assert_eq!(report.checksum, None);
}

#[test]
fn rows_set_aside_do_not_count() {
    let run = |text: &str| {
        let (folder, input) = folder_with("n.jsonl", text);
        let run = Convert::new(&number()).on_bad_row(OnBadRow::Quarantine { at_most: Limit::None });
        let run = run.checksum(true).run(&input, folder.path().join("n.parquet"));
        run.expect("converts").checksum.expect("asked for")
    };
    let good = run("{\"n\":1}\n{\"n\":2}\n");
    assert_eq!(run("{\"n\":1}\n\n{\"n\":1.5}\n{\"n\":2}\n"), good);
    assert_ne!(run("{\"n\":2}\n{\"n\":1}\n"), good);
}
