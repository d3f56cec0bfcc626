//! Columns that say where rows have come from.

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Encoding, LogicalType, TimeUnit};
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::{
    Array, DictionaryArray, StringArray, TimestampMicrosecondArray, types,
};
use rowmill::arrow::{DataType, Field, RecordBatch, Schema};
use rowmill::{Column, Convert, ErrorKind, Layout, Limit, Lineage, OnBadRow};

use crate::table::{assert_same, decoded, folder_with, footer, layout, number, read, rows, tree};

/// The one text of a column of names.
fn text(batches: &[RecordBatch], column: &str) -> String {
    let mut found = Vec::new();
    for batch in batches {
        let column = batch.column_by_name(column).expect("there");
        let column: &DictionaryArray<types::Int32Type> =
            column.as_any().downcast_ref().expect("a dictionary");
        let words: &StringArray = column.values().as_any().downcast_ref().expect("texts");
        found.extend(column.keys().iter().map(|key| {
            words.value(usize::try_from(key.expect("never null")).expect("a key")).to_owned()
        }));
    }
    assert!(found.iter().all(|text| *text == found[0]), "{found:?}");
    found[0].clone()
}

/// The one instant of the run.
fn instant(batches: &[RecordBatch]) -> i64 {
    let mut found = Vec::new();
    for batch in batches {
        let column = batch.column_by_name("_ingested_at").expect("there");
        let column: &TimestampMicrosecondArray = column.as_any().downcast_ref().expect("instants");
        assert_eq!(column.null_count(), 0);
        found.extend(column.values());
    }
    assert!(found.iter().all(|instant| *instant == found[0]));
    found[0]
}

#[test]
fn they_follow_the_columns_of_the_layout() {
    let text_of_rows = rows(0, 20_000);
    let (folder, input) = folder_with("rooms.jsonl", &text_of_rows);
    let plain = folder.path().join("plain.parquet");
    let before = Convert::new(&layout()).checksum(true).run(&input, &plain).expect("converts");
    for threads in [1, 3] {
        let output = folder.path().join("out.parquet");
        let run = Convert::new(&layout()).threads(threads).checksum(true).overwrite(true);
        // In their own order, whatever the order here, and each once.
        let run = run.lineage([Lineage::IngestedAt, Lineage::File, Lineage::File]);
        let report = run.run(&input, &output).expect("converts");
        // The checksum is that of the layout's columns.
        assert_eq!((report.rows, &report.checksum), (20_000, &before.checksum));

        let batches = read(&output);
        let schema = batches[0].schema();
        let width = layout().schema().fields().len();
        assert_eq!(&schema.fields()[..width], &layout().schema().fields()[..]);
        let words = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
        let micros =
            layout().schema().field_with_name("UpdatedUtc").expect("there").data_type().clone();
        let expected =
            [Field::new("_file", words, false), Field::new("_ingested_at", micros, false)];
        let found: Vec<Field> = schema.fields()[width..].iter().map(|f| (**f).clone()).collect();
        assert_eq!(found, expected);
        assert_eq!(text(&batches, "_file"), report.files[0].source);
        assert!(instant(&batches) > 1_700_000_000_000_000);

        let rest: Vec<usize> = (0..width).collect();
        let rest: Vec<_> = batches.iter().map(|b| b.project(&rest).expect("columns")).collect();
        assert_same(&rest, &decoded(&layout(), &text_of_rows));
    }
}

/// Twenty thousand names, lines and instants, in a few hundred bytes of pages each.
#[test]
fn they_cost_next_to_nothing() {
    let (folder, input) = folder_with("rooms.jsonl", rows(0, 20_000));
    let output = folder.path().join("out.parquet");
    let run = Convert::new(&layout()).compression(rowmill::Compression::None);
    let run = run.lineage([Lineage::File, Lineage::Line, Lineage::IngestedAt]);
    run.run(&input, &output).expect("converts");
    let footer = footer(&output);
    let columns = footer.file_metadata().schema_descr();
    let mut seen = 0;
    for (at, column) in footer.row_group(0).columns().iter().enumerate() {
        let logical = columns.column(at).logical_type_ref().cloned();
        match column.column_path().string().as_str() {
            "_file" => assert_eq!(logical, Some(LogicalType::String)),
            "_ingested_at" => {
                assert_eq!(logical, Some(LogicalType::timestamp(true, TimeUnit::MICROS)));
            }
            "_line" => {
                assert!(column.encodings().any(|it| it == Encoding::DELTA_BINARY_PACKED));
            }
            _ => continue,
        }
        seen += 1;
        // One value in all rows, or one that goes up.
        let same = column.encodings().any(|it| it == Encoding::RLE_DICTIONARY);
        assert_eq!(same, column.column_path().string() != "_line");
        assert!(column.compressed_size() < 1_000, "{} bytes", column.compressed_size());
    }
    assert_eq!(seen, 3);
}

/// Blank lines and rows set aside count, in any number of threads and batches.
#[test]
fn lines_are_those_of_the_source() {
    let mut text = String::from("\n");
    let mut expected = Vec::new();
    for line in 2_i64..30_000 {
        match line % 7 {
            0 => text.push('\n'),
            1 => text.push_str("{\"n\":true}\n"),
            _ => {
                text.push_str(&format!("{{\"n\":{line}}}\n"));
                expected.push(line);
            }
        }
    }
    let (folder, input) = folder_with("a.jsonl", &text);
    let output = folder.path().join("out.parquet");
    let mut checksums = Vec::new();
    for (threads, lineage) in [
        (1, &[Lineage::Line][..]),
        (3, &[Lineage::Line, Lineage::File]),
        (2, &[Lineage::IngestedAt, Lineage::Line, Lineage::File]),
        (1, &[]),
    ] {
        let keep = OnBadRow::Quarantine { at_most: Limit::None };
        let run = Convert::new(&number()).threads(threads).on_bad_row(keep).overwrite(true);
        let run = run.checksum(true).lineage(lineage.iter().copied());
        let report = run.run(&input, &output).expect("converts");
        checksums.push(report.checksum);
        let batches = read(&output);
        let column = |name| -> Vec<i64> {
            let columns = batches.iter().filter_map(|batch| batch.column_by_name(name));
            columns
                .flat_map(|column| column.as_primitive::<types::Int64Type>().values())
                .copied()
                .collect()
        };
        assert_eq!(column("n"), expected);
        if lineage.is_empty() {
            continue;
        }
        assert_eq!(column("_line"), expected, "{threads} threads");
        let schema = batches[0].schema();
        let at = if lineage.contains(&Lineage::File) { 2 } else { 1 };
        assert_eq!(schema.field(at).name(), "_line");
        assert_eq!(
            (schema.field(at).data_type(), schema.field(at).is_nullable()),
            (&DataType::Int64, false)
        );
    }
    assert!(checksums.iter().all(|checksum| checksum.is_some() && *checksum == checksums[0]));
}

/// A layout that rescues what it does not know keeps doing so.
#[test]
fn lines_leave_the_layout_as_it_is() {
    let layout = Layout::with([Column::int64("n")], rowmill::json::Unknown::Rescue);
    let layout = layout.expect("a sound layout");
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1,\"_line\":7}\n");
    let output = folder.path().join("out.parquet");
    Convert::new(&layout).lineage([Lineage::Line]).run(&input, &output).expect("converts");
    let batch = read(&output).remove(0);
    let names: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["n", "_rescued", "_line"]);
    assert_eq!(batch.column(1).as_string::<i32>().value(0), "{\"_line\":7}");
    assert_eq!(batch.column(2).as_primitive::<types::Int64Type>().value(0), 1);
}

#[test]
fn every_row_names_its_source_and_all_have_one_instant() {
    let (folder, first) = folder_with("a.jsonl", rows(0, 10));
    let second = folder.path().join("b.jsonl");
    std::fs::write(&second, rows(10, 3_000)).expect("writes");
    let output = folder.path().join("lake");
    let run = Convert::new(&layout()).lineage([Lineage::File, Lineage::IngestedAt]);
    let report = run.part_per_file(true).run([&first, &second], &output).expect("converts");
    let (one, two) = (read(&output.join("a.parquet")), read(&output.join("b.parquet")));
    assert_eq!(text(&one, "_file"), report.files[0].source);
    assert_eq!(text(&two, "_file"), report.files[1].source);
    assert_ne!(report.files[0].source, report.files[1].source);
    assert_eq!(instant(&one), instant(&two));
}

/// Without the clock, the bytes are the same every time.
#[test]
fn names_alone_give_the_same_bytes() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 9_000));
    let output = folder.path().join("out.parquet");
    let written = |threads| {
        let run = Convert::new(&layout()).threads(threads).overwrite(true);
        run.lineage([Lineage::File]).run(&input, &output).expect("converts");
        std::fs::read(&output).expect("reads")
    };
    assert!(written(1) == written(3));
}

#[test]
fn an_empty_table_has_them_too() {
    let (folder, input) = folder_with("none.jsonl", "\n");
    let output = folder.path().join("none.parquet");
    let run = Convert::new(&layout()).lineage([Lineage::File, Lineage::IngestedAt]);
    run.run(&input, &output).expect("converts");
    let file = std::fs::File::open(&output).expect("opens");
    let table = ParquetRecordBatchReaderBuilder::try_new(file).expect("a table");
    let names = |schema: &Schema| -> Vec<String> {
        schema.fields().iter().map(|field| field.name().clone()).collect()
    };
    let mut expected = names(layout().schema());
    expected.extend(["_file".to_owned(), "_ingested_at".to_owned()]);
    assert_eq!(names(table.schema()), expected);
}

#[test]
fn what_cannot_be_said_is_refused_before_anything_is_read() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 10));
    let output = folder.path().join("out.parquet");
    for (column, name) in
        [(Lineage::ExportId, "_export_id"), (Lineage::EnterpriseId, "_enterprise_id")]
    {
        let run = Convert::new(&layout()).lineage([Lineage::File, column]);
        let error = run.run(&input, &output).expect_err("no export");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(name), "{error}");
    }
    let own = Layout::new([Column::int64("n"), Column::string("_file")]).expect("a sound layout");
    let error = Convert::new(&own).lineage([Lineage::File]).run(&input, &output);
    let error = error.expect_err("twice");
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("_file"), "{error}");
    assert_eq!(tree(folder.path()), ["a.jsonl"]);
    std::fs::write(&input, "{\"n\":1}\n").expect("writes");
    Convert::new(&own).lineage([Lineage::IngestedAt]).run(&input, &output).expect("another");
}
