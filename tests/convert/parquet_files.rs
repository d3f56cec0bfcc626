//! What the files look like to those who read them.

use std::collections::HashSet;
use std::fs;

use parquet::basic::{Encoding, LogicalType, TimeUnit};
use rowmill::arrow::DataType;
use rowmill::arrow::array::cast::AsArray;
use rowmill::{
    Checksum, Column, Compression, Convert, ErrorKind, Layout, Lineage, Profile, Source, UuidForm,
    convert,
};

use crate::table::{assert_same, decoded, folder_with, footer, layout, proof, read, rows, whole};

#[test]
fn columns_have_the_right_logical_types() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 100));
    let output = folder.path().join("out.parquet");
    convert(&layout(), &input, &output).expect("converts");
    let footer = footer(&output);
    let schema = footer.file_metadata().schema_descr();
    let leaf = |path: &str| {
        let column = schema.columns().iter().find(|column| column.path().string() == path);
        column.unwrap_or_else(|| panic!("no column {path}")).logical_type_ref().cloned()
    };
    assert_eq!(leaf("Id"), Some(LogicalType::Uuid));
    assert_eq!(leaf("Rest"), Some(LogicalType::Json));
    let instant = |unit| LogicalType::timestamp(true, unit);
    assert_eq!(leaf("UpdatedUtc"), Some(instant(TimeUnit::MICROS)));
    assert_eq!(leaf("Amount"), Some(LogicalType::decimal(10, 38)));
    assert_eq!(leaf("Day"), Some(LogicalType::Date));
    for text in ["State", "Notes", "Offset", "Taxes.list.element.Code"] {
        assert_eq!(leaf(text), Some(LogicalType::String), "{text}");
    }
    assert_eq!(leaf("Taxes.list.element.Value"), Some(LogicalType::decimal(10, 38)));
    assert_eq!(leaf("Names.key_value.key"), Some(LogicalType::String));
}

#[test]
fn the_footer_proves_that_nothing_is_missing() {
    let text = format!("\n{}", rows(0, 100));
    let (folder, input) = folder_with("a.jsonl", &text);
    let output = folder.path().join("out.parquet");
    Convert::new(&layout()).name("Room").run(&input, &output).expect("converts");
    let proof = proof(&output);
    let counts = whole(&proof);
    assert_eq!((proof.version, proof.rows), (2, 100));
    assert_eq!((counts.lines, counts.rows, counts.blank), (101, 100, 1));
    let name = proof.sources[0].name.as_str();
    assert_eq!((name, proof.entity.as_deref()), ("a.jsonl", Some("Room")));
    assert_eq!((counts.bytes, counts.source_bytes), (text.len() as u64, text.len() as u64));
    // Of the layout, and of nothing else.
    assert!(proof.layout.len() == 32 && proof.layout.bytes().all(|c| c.is_ascii_hexdigit()));
    let again = |layout: &Layout, name: &str| {
        let other = folder.path().join("other.parquet");
        let run = Convert::new(layout).name(name).lineage([Lineage::File]).threads(2);
        let source = Source::reader("b.jsonl", std::io::Cursor::new(text.clone()));
        run.overwrite(true).run(source, &other).expect("converts");
        crate::table::proof(&other).layout
    };
    assert_eq!(again(&layout(), "Other"), proof.layout);
    let fewer = layout().select(["Id", "Count"]).expect("they are there");
    assert_ne!(again(&fewer, "Room"), proof.layout);
    let footer = footer(&output);
    let writer = footer.file_metadata().created_by().expect("a writer");
    assert!(writer.starts_with("rowmill version "), "{writer}");
}

#[test]
fn codecs_and_encodings() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 9_000));
    let cases = [
        (Compression::None, "UNCOMPRESSED"),
        (Compression::Snappy, "SNAPPY"),
        (Compression::Zstd(1), "ZSTD"),
        (Compression::Zstd(9), "ZSTD"),
    ];
    for (codec, name) in cases {
        let output = folder.path().join("out.parquet");
        let run = Convert::new(&layout()).compression(codec).overwrite(true);
        run.run(&input, &output).expect("converts");
        assert_same(&read(&output), &decoded(&layout(), &rows(0, 9_000)));
        let footer = footer(&output);
        for column in footer.row_group(0).columns() {
            let path = column.column_path().string();
            // With some columns nothing would be gained.
            let plain = format!("{:?}", column.compression()) == "UNCOMPRESSED";
            let named = format!("{:?}", column.compression()).starts_with(name);
            assert!(named || plain, "{path}: {:?}", column.compression());
            let spread = column.encodings().any(|encoding| encoding == Encoding::RLE_DICTIONARY);
            let repeated = ["State", "Latitude", "Names.key_value.key"];
            assert!(spread || !repeated.contains(&path.as_str()), "{path}");
            assert!(!spread || path != "Id", "they are all different");
            assert!(named || !spread, "{path}: a dictionary is always compressed");
            assert!(
                column.column_index_offset().is_some() && column.offset_index_offset().is_some()
            );
        }
    }
}

#[test]
fn the_compat_profile_has_what_every_reader_knows() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 20_000));
    let known = HashSet::from([Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY]);
    let output = folder.path().join("out.parquet");
    for codec in [Compression::None, Compression::Snappy, Compression::Zstd(1)] {
        let run = Convert::new(&layout()).compression(codec).profile(Profile::Compat);
        run.overwrite(true).run(&input, &output).expect("converts");
        assert_same(&read(&output), &decoded(&layout(), &rows(0, 20_000)));
        for column in footer(&output).row_groups().iter().flat_map(|group| group.columns()) {
            let found: HashSet<_> = column.encodings().collect();
            assert!(found.is_subset(&known), "{}: {found:?}", column.column_path());
        }
    }
}

#[test]
fn uuids_are_stored_as_the_run_says_and_the_layout_before_it() {
    let id = "0F515589-99b4-423d-b83a-b237009f0509";
    let text = format!("{{\"a\":\"{id}\",\"b\":\"{id}\",\"c\":\"{id}\",\"l\":[\"{id}\",null]}}\n");
    let (folder, input) = folder_with("a.jsonl", text);
    let output = folder.path().join("out.parquet");
    let layout = Layout::new([
        Column::uuid("a").required(),
        Column::uuid("b").stored_as(UuidForm::Binary),
        Column::uuid("c").stored_as(UuidForm::Text),
        Column::list("l", Column::uuid("")),
    ]);
    let layout = layout.expect("a sound layout");
    let mut checksums = HashSet::new();
    for (form, a_is_text) in [(UuidForm::Binary, false), (UuidForm::Text, true)] {
        let run = Convert::new(&layout).uuid(form).checksum(true).overwrite(true);
        checksums.insert(run.run(&input, &output).expect("converts").checksum);
        let schema = footer(&output).file_metadata().schema_descr_ptr();
        let types: Vec<_> =
            schema.columns().iter().map(|c| c.logical_type_ref().cloned()).collect();
        let of = |text| Some(if text { LogicalType::String } else { LogicalType::Uuid });
        assert_eq!(types, [of(a_is_text), of(false), of(true), of(a_is_text)], "{form:?}");
        let batch = read(&output).remove(0);
        assert_eq!(batch.column(2).as_string::<i32>().value(0), id.to_lowercase());
        assert_eq!(batch.column(1).as_fixed_size_binary().value(0)[0], 0x0f);
        let items = batch.column(3).as_list::<i32>().values();
        assert_eq!(*items.data_type() == DataType::Utf8, a_is_text);
        assert_eq!((items.len(), items.null_count()), (2, 1));
    }
    assert_eq!(checksums.len(), 1, "it is one of the rows");
}

#[test]
fn bloom_filters_are_made_of_what_is_named() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 3_000));
    let output = folder.path().join("out.parquet");
    let named = ["Id", "State", "Taxes.Code", "Names"];
    let run = Convert::new(&layout()).bloom_filters(named).overwrite(true);
    run.run(&input, &output).expect("converts");
    assert_same(&read(&output), &decoded(&layout(), &rows(0, 3_000)));
    let footer = footer(&output);
    let columns = footer.row_group(0).columns().iter();
    let with = columns.filter(|column| column.bloom_filter_offset().is_some());
    let paths: Vec<_> = with.map(|column| column.column_path().string()).collect();
    assert_eq!(paths, ["Id", "State", "Taxes.list.element.Code", "Names.key_value.value"]);

    let before = fs::read(&output).expect("reads");
    for path in ["IsActive", "Taxes", "id", "Names.en"] {
        let run = Convert::new(&layout()).bloom_filters([path]).overwrite(true);
        let error = run.run(&input, &output).expect_err(path);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(path), "{error}");
        assert!(fs::read(&output).expect("reads") == before);
    }
    let columns = Convert::new(&layout()).columns(["State"]).bloom_filters(["Id"]).overwrite(true);
    assert_eq!(columns.run(&input, &output).expect_err("left out").kind(), ErrorKind::Usage);
}

#[test]
fn row_groups_are_cut_by_rows() {
    let text: String = (0..300_000).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    let (folder, input) = folder_with("a.jsonl", text);
    let output = folder.path().join("out.parquet");
    convert(&crate::table::number(), &input, &output).expect("converts");
    let footer = footer(&output);
    let rows: Vec<_> = footer.row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [131_072, 131_072, 300_000 - 2 * 131_072]);
}

/// Gives a few bytes at a time, of changing number.
struct Dribble(std::io::Cursor<Vec<u8>>, usize);

impl std::io::Read for Dribble {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 977 + 1;
        let most = self.1.min(into.len());
        self.0.read(&mut into[..most])
    }
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let text = rows(0, 30_000);
    let (folder, input) = folder_with("a.jsonl", &text);
    let written = |threads: usize, source: Source| {
        let output = folder.path().join("out.parquet");
        let run = Convert::new(&layout()).threads(threads).overwrite(true);
        run.run(source, &output).expect("converts");
        fs::read(&output).expect("reads")
    };
    let expected = written(1, Source::path(&input));
    for threads in [1, 2, 4] {
        assert!(written(threads, Source::path(&input)) == expected, "{threads} threads");
        let dribble = Dribble(std::io::Cursor::new(text.clone().into_bytes()), 0);
        let dribbled = written(threads, Source::reader("elsewhere/a.jsonl", dribble));
        assert!(dribbled == expected, "{threads} threads, in drops");
    }
}

/// pyarrow cannot join dictionaries inside other columns, so they are texts to all readers.
#[test]
fn enumerations_inside_other_columns_come_back_as_texts() {
    let layout = |inner: fn(&str) -> Column| {
        let tax = Column::record("tax", [inner("Code"), Column::int32("n")]);
        let names = Column::map("Names", inner("name"));
        let all = [Column::category("State"), Column::list("Taxes", tax), names];
        Layout::new(all).expect("a sound layout")
    };
    let text = rows(0, 20_000);
    let (folder, input) = folder_with("rooms.jsonl", &text);
    let output = folder.path().join("rooms.parquet");
    let words = layout(|name| Column::category(name));
    let report = Convert::new(&words).checksum(true).run(&input, &output).expect("converts");
    let found = read(&output);
    assert_same(&found, &decoded(&layout(|name| Column::string(name)), &text));
    let mut checksum = Checksum::new(words.schema()).expect("supported");
    found.iter().for_each(|batch| checksum.update(batch).expect("its columns"));
    assert_eq!(report.checksum, Some(checksum.to_string()));
}
