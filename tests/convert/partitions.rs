//! Rows in directories by their values.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rowmill::arrow::RecordBatch;
use rowmill::arrow::array::Array;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::Int64Type;
use rowmill::{
    Column, Convert, ErrorKind, Layout, Limit, Manifest, OnBadRow, PartitionBy, PartitionColumn,
    Report,
};

use crate::table::{count, folder_with, footer, layout, proof, read, rows, tree};

fn by(columns: &[&str]) -> Vec<PartitionBy> {
    columns.iter().map(|text| text.parse().expect("a column")).collect()
}

fn manifest(report: &Report) -> Manifest {
    let text = fs::read(report.manifest.as_ref().expect("a manifest")).expect("reads");
    serde_json::from_slice(&text).expect("a manifest")
}

/// The directories of all parts, with the numbers in the column `key` of their rows in their order.
fn found(report: &Report, lake: &Path, key: &str) -> BTreeMap<String, Vec<i64>> {
    let mut found: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for part in &report.parts {
        let path = Path::new(&part.path);
        let folder = path.parent().expect("a folder").strip_prefix(lake).expect("in the lake");
        let numbers = found.entry(folder.to_string_lossy().replace('\\', "/")).or_default();
        for batch in read(path) {
            numbers.extend(numbers_of(&batch, key));
        }
    }
    found
}

fn numbers_of(batch: &RecordBatch, key: &str) -> Vec<i64> {
    let column = batch.column_by_name(key).expect("a column");
    column.as_primitive::<Int64Type>().values().to_vec()
}

/// Requires that manifest and footers say what there is, and that every row is in one part.
#[track_caller]
fn check(report: &Report, lake: &Path) {
    let manifest = manifest(report);
    assert!(manifest.holds(), "{manifest:?}");
    assert_eq!(manifest.rows, report.rows);
    let (mut wholes, mut written) = (0, 0);
    for (part, told) in report.parts.iter().zip(&manifest.parts) {
        let proof = proof(Path::new(&part.path));
        assert!(proof.holds(), "{proof:?}");
        assert_eq!((&proof.partition, &part.partition), (&told.partition, &told.partition));
        assert_eq!(lake.join(&told.path), Path::new(&part.path));
        assert_eq!(count(Path::new(&part.path)) as u64, part.rows);
        assert_eq!(told.partition.len(), manifest.partitioned_by.len());
        wholes += proof.sources.iter().filter(|source| source.whole.is_some()).count();
        written += part.rows;
    }
    assert_eq!((written, wholes), (report.rows, report.files.len()));
    let litter = |name: &String| name.contains("partial") || name.contains("commit");
    assert_eq!(tree(lake).into_iter().find(litter), None);
}

fn values(report: &Report) -> Vec<Option<String>> {
    report.parts.iter().map(|part| part.partition[0].value.clone()).collect()
}

/// Values of every type as names of directories, by lines of `k` and the number of the line.
fn named(column: Column, lines: &[&str], expected: &[&str]) {
    let by_name = column.name().to_owned();
    let layout = Layout::new([Column::int64("n"), column]).expect("a sound layout");
    let line = |(n, value): (usize, &&str)| format!("{{\"n\":{n},\"k\":{value}}}\n");
    let text: String = lines.iter().enumerate().map(line).collect();
    let (folder, path) = folder_with("a.jsonl", text);
    let lake = folder.path().join("lake/");
    let run = Convert::new(&layout).partition_by(by(&[&by_name]));
    let report = run.run(&path, &lake).expect("converts");
    check(&report, &lake);
    let found = found(&report, &lake, "n");
    let names = expected.iter().zip(0..).map(|(name, n)| (format!("k={name}"), vec![n]));
    assert_eq!(found, names.collect());
}

#[test]
fn values_of_every_type_are_names() {
    let null = "__HIVE_DEFAULT_PARTITION__";
    let texts =
        [r#""a""#, r#""""#, r#""a/b""#, r#""../..""#, r#""x=y""#, r#""%41""#, "null", r#""é\n""#];
    let names = ["a", "", "a%2Fb", "..%2F.%2E", "x%3Dy", "%2541", null, "é%0A"];
    named(Column::string("k"), &texts, &names);
    named(Column::string_view("k"), &texts, &names);
    named(Column::category("k"), &texts, &names);
    named(Column::boolean("k"), &["true", "false", "null"], &["true", "false", null]);
    let most = "9223372036854775807";
    named(Column::int64("k"), &["0", "-1", most, "null"], &["0", "-1", most, null]);
    named(Column::int32("k"), &["0", "-2147483648"], &["0", "-2147483648"]);
    named(Column::uint64("k"), &["18446744073709551615", "0"], &["18446744073709551615", "0"]);
    let id = "0f515589-99b4-423d-b83a-b237009f0509";
    named(Column::uuid("k"), &[&format!("\"{id}\""), "null"], &[id, null]);
    let days = [r#""2024-02-29""#, r#""1969-12-31""#, r#""0001-01-01""#, "null"];
    named(Column::date("k"), &days, &["2024-02-29", "1969-12-31", "0001-01-01", null]);
}

#[test]
fn instants_go_by_their_parts_and_stay_in_the_files() {
    let text = r#"{"n":0,"t":"2024-05-17T23:59:59.999999Z","d":"2024-05-17"}
{"n":1,"t":"2024-05-18T01:00:00+02:00","d":"2024-12-31"}
{"n":2,"t":"1969-12-31T23:59:59Z","d":null}
{"n":3,"t":null,"d":"2024-05-01"}
{"n":4,"t":"2024-05-18T00:00:00Z"}
"#;
    let (folder, path) = folder_with("a.jsonl", text);
    for (of, kind) in [("us", Column::timestamp_us("t")), ("ns", Column::timestamp_ns("t"))] {
        let layout = Layout::new([Column::int64("n"), kind, Column::date("d")]);
        let layout = layout.expect("a sound layout");
        for (column, expected) in [
            ("t:year", [("2024", vec![0, 1, 4]), ("1969", vec![2])]),
            ("t:month", [("2024-05", vec![0, 1, 4]), ("1969-12", vec![2])]),
            ("t:day", [("2024-05-17", vec![0, 1]), ("1969-12-31", vec![2])]),
            ("d:month", [("2024-05", vec![0, 3]), ("2024-12", vec![1])]),
        ] {
            let lake = folder.path().join(format!("{of}{column}/").replace(':', ""));
            let run = Convert::new(&layout).partition_by(by(&[column]));
            let report = run.run(&path, &lake).expect("converts");
            check(&report, &lake);
            let found = found(&report, &lake, "n");
            for (value, rows) in expected {
                let name = format!("{}={value}", column.replace(':', "_"));
                assert_eq!(found.get(&name), Some(&rows), "{found:?}");
            }
            // Nothing has left the files.
            assert_eq!(read(Path::new(&report.parts[0].path))[0].num_columns(), 3);
        }
    }
}

/// So many rows of [`layout`] and the path of their file.
fn many(count: usize) -> (tempfile::TempDir, PathBuf) {
    folder_with("rows.jsonl", rows(0, count))
}

/// All columns but those that are named by directories, and all rows, are those of one file without
/// partitions, however many partitions there are and wherever rows have waited.
#[test]
fn the_rows_are_those_of_one_file() {
    let (folder, path) = many(30_000);
    let whole = folder.path().join("whole.parquet");
    Convert::new(&layout()).run(&path, &whole).expect("converts");
    let whole: Vec<RecordBatch> = read(&whole);
    for columns in [&["State"][..], &["Day"], &["IsActive", "UpdatedUtc:day"], &["State", "Id"]] {
        let lake = folder.path().join("lake/");
        // Blocks of 4 MiB: most rows wait on the disk.
        let run =
            Convert::new(&layout()).partition_by(by(columns)).memory(32 << 20).overwrite(true);
        if columns.contains(&"Id") {
            // It is different in each row.
            let error = run.run(&path, &lake).expect_err("too many");
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(error.to_string().contains("--max-partitions"), "{error}");
            assert!(!lake.exists());
            continue;
        }
        let report = run.run(&path, &lake).expect("converts");
        check(&report, &lake);
        let left = whole[0].schema();
        let named: Vec<String> =
            manifest(&report).partitioned_by.iter().map(named_if_gone).collect();
        let left: Vec<&str> = left.fields().iter().map(|field| field.name().as_str()).collect();
        let left: Vec<&str> =
            left.into_iter().filter(|name| !named.contains(&(*name).to_owned())).collect();
        let mut seen = vec![false; 30_000];
        for part in &report.parts {
            let batches = read(Path::new(&part.path));
            let numbers: Vec<i64> =
                batches.iter().flat_map(|batch| numbers_of(batch, "Count")).collect();
            assert!(numbers.is_sorted(), "rows stay in their order");
            for batch in &batches {
                for (row, number) in numbers_of(batch, "Count").into_iter().enumerate() {
                    let number = usize::try_from(number).expect("a number of a row");
                    assert!(!std::mem::replace(&mut seen[number], true), "{number} is there twice");
                    let (from, at) = place(&whole, number);
                    for name in &left {
                        let there = batch.column_by_name(name).expect("a column").slice(row, 1);
                        let wanted = from.column_by_name(name).expect("a column").slice(at, 1);
                        assert!(there == wanted, "column {name} of row {number}");
                    }
                }
            }
        }
        assert!(seen.into_iter().all(|seen| seen));
        fs::remove_dir_all(&lake).expect("removes");
    }
}

fn named_if_gone(column: &PartitionColumn) -> String {
    if column.stored { String::new() } else { column.column.clone() }
}

fn place(batches: &[RecordBatch], row: usize) -> (&RecordBatch, usize) {
    let mut at = row;
    for batch in batches {
        if at < batch.num_rows() {
            return (batch, at);
        }
        at -= batch.num_rows();
    }
    panic!("no row {row}");
}

#[test]
fn the_same_bytes_come_out_of_any_number_of_threads() {
    let (folder, path) = many(24_000);
    let written = |threads: usize, columns: &[&str], size: u64| {
        let lake = folder.path().join("lake/");
        let run = Convert::new(&layout()).partition_by(by(columns)).threads(threads);
        let run = run.memory(32 << 20).target_size(size);
        run.run(&path, &lake).expect("converts");
        let names = tree(&lake).into_iter().filter(|name| !name.ends_with('/'));
        let files: Vec<_> =
            names.map(|name| (fs::read(lake.join(&name)).expect("reads"), name)).collect();
        fs::remove_dir_all(&lake).expect("removes");
        files
    };
    for (columns, size, least) in [
        (&["State"][..], 100_000, 3),
        (&["UpdatedUtc:day", "State"], 1 << 30, 84),
        (&["IsActive"], 1, 10),
    ] {
        let one = written(1, columns, size);
        assert!(one.len() > least, "{} files", one.len());
        for threads in [2, 3, 4] {
            assert!(one == written(threads, columns, size), "{columns:?}, {threads} threads");
        }
    }
}

/// What waits is written as a row group, and not as one and a bit.
#[test]
fn only_the_last_row_group_of_a_part_is_small() {
    let line = |n: u32| format!("{{\"n\":{n},\"k\":{}}}\n", n.wrapping_mul(0x9e37_79b9) >> 31);
    let (folder, path) = folder_with("rows.jsonl", (0..600_000).map(line).collect::<String>());
    let layout = Layout::new([Column::int64("n").required(), Column::int64("k")]).expect("sound");
    let run = Convert::new(&layout).partition_by(by(&["k"])).memory(32 << 20);
    let report = run.run(&path, folder.path().join("lake/")).expect("converts");
    assert_eq!(report.parts.len(), 2);
    for part in &report.parts {
        let groups = footer(Path::new(&part.path)).row_groups().to_vec();
        let rows: Vec<i64> = groups.iter().map(|group| group.num_rows()).collect();
        let (_, full) = rows.split_last().expect("row groups");
        assert!(full.len() >= 2 && full.iter().all(|rows| *rows > 131_072 - 2_048), "{rows:?}");
    }
}

#[test]
fn parts_are_called_by_their_sources_and_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for (n, name) in ["a.jsonl", "b.jsonl", "c.jsonl"].iter().enumerate() {
        let path = folder.path().join(name);
        // The second has no rows.
        fs::write(&path, if n == 1 { String::new() } else { rows(n * 3_000, 3_000) })
            .expect("writes");
        paths.push(path);
    }
    let run = || Convert::new(&layout()).partition_by(by(&["IsActive"])).name("Row");
    let names = |report: &Report, lake: &Path| {
        let relative =
            |path: &String| Path::new(path).strip_prefix(lake).expect("in it").to_owned();
        let mut names: Vec<_> =
            report.parts.iter().map(|part| relative(&part.path).display().to_string()).collect();
        names.sort();
        names
    };
    let lake = folder.path().join("lake");
    let report = run().run(&paths, &lake).expect("converts");
    check(&report, &lake);
    let one = ["Row/IsActive=false/a.parquet", "Row/IsActive=true/a.parquet"];
    assert_eq!(names(&report, &lake), one);
    // Of a file that is in many parts, the first one; of one without rows, the one that tells of it.
    assert_eq!(report.files[0].part, report.parts[0].path);
    assert_eq!(report.files[1].part, report.parts[1].path);

    let lake = folder.path().join("each");
    let report = run().part_per_file(true).run(&paths, &lake).expect("converts");
    check(&report, &lake);
    let each = ["false/a", "false/c", "true/a", "true/c"];
    assert_eq!(names(&report, &lake), each.map(|name| format!("Row/IsActive={name}.parquet")));

    let lake = folder.path().join("small");
    let report = run().target_size(1).run(&paths, &lake).expect("converts");
    check(&report, &lake);
    let names = names(&report, &lake);
    assert!(names.contains(&"Row/IsActive=true/a-0002.parquet".to_owned()), "{names:?}");
    for lake in ["lake", "each", "small"] {
        let again = run().run(&paths, folder.path().join(lake)).expect("is there");
        assert!(again.already_there && again.rows == 6_000 && again.files.len() == 3);
    }
}

#[test]
fn what_cannot_be_partitioned_is_refused_before_anything_is_there() {
    let (folder, path) = many(10);
    let lake = folder.path().join("lake/");
    for (columns, words) in [
        (&["Latitude"][..], "float64"),
        (&["Amount"], "decimal"),
        (&["Taxes"], "list"),
        (&["Rest"], "json"),
        (&["UpdatedUtc"], ":month"),
        (&["State:day"], "no day"),
        (&["Nothing"], "not a column"),
        (&["State", "Day", "Count", "IsActive", "Id"], "4 are the most"),
        (&["State", "State"], "twice"),
    ] {
        let error = Convert::new(&layout()).partition_by(by(columns)).run(&path, &lake);
        let error = error.expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!lake.exists());
    }
    let run = || Convert::new(&layout()).partition_by(by(&["State"]));
    let error = run().run(&path, folder.path().join("out.parquet")).expect_err("a file");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("directory"), "{error}");
    let error = run().bloom_filters(["State"]).run(&path, &lake).expect_err("no such column there");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(
        run().max_partitions(0).run(&path, &lake).expect_err("none").kind(),
        ErrorKind::Usage
    );
    assert_eq!(run().max_partitions(2).run(&path, &lake).expect_err("3").kind(), ErrorKind::Usage);
    assert!(!lake.exists());
    assert_eq!(run().max_partitions(3).run(&path, &lake).expect("3").parts.len(), 3);
}

#[test]
fn a_value_that_is_no_name_ends_the_run_and_is_not_told() {
    let layout = Layout::new([Column::int64("n"), Column::string("k")]).expect("a sound layout");
    let long = "secret".repeat(50);
    for value in [long.as_str(), "__HIVE_DEFAULT_PARTITION__"] {
        let text = format!("{{\"n\":0,\"k\":\"x\"}}\n{{\"n\":1,\"k\":\"{value}\"}}\n");
        let (folder, path) = folder_with("a.jsonl", text);
        let lake = folder.path().join("lake/");
        let error = Convert::new(&layout).partition_by(by(&["k"])).run(&path, &lake);
        let error = error.expect_err("no name");
        assert_eq!(error.kind(), ErrorKind::Data);
        let told = error.to_string();
        assert!(
            told.contains("a.jsonl: row 2")
                && told.contains("column k")
                && !told.contains("secret"),
            "{told}"
        );
        assert!(!lake.exists());
    }
}

#[test]
fn without_rows_there_is_a_part_without_rows() {
    let (folder, path) = folder_with("a.jsonl", "\n\n{}\n");
    let lake = folder.path().join("lake/");
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let layout = Layout::new([Column::int64("n").required(), Column::string("k")]);
    let layout = layout.expect("a sound layout");
    let run = || Convert::new(&layout).on_bad_row(keep).partition_by(by(&["k"]));
    let report = run().run(&path, &lake).expect("converts");
    check(&report, &lake);
    assert_eq!((report.rows, report.quarantined, report.blank), (0, 1, 2));
    assert!(tree(&lake).contains(&"k=__HIVE_DEFAULT_PARTITION__/a.parquet".to_owned()));
    assert!(run().run(&path, &lake).expect("is there").already_there);
}

#[test]
fn a_table_is_partitioned_in_one_way() {
    let (folder, path) = many(50);
    let lake = folder.path().join("lake/");
    let run = |columns: &[&str]| Convert::new(&layout()).partition_by(by(columns));
    run(&["State"]).run(&path, &lake).expect("converts");
    let before = tree(&lake);
    for columns in [&["IsActive"][..], &["State", "IsActive"], &[]] {
        let error = run(columns).run(&path, &lake).expect_err("otherwise partitioned");
        assert_eq!(error.kind(), ErrorKind::Output);
        assert_eq!(tree(&lake), before);
    }
    // Other rows of the same table are refused too, unless they go to the same directories.
    let more = folder.path().join("more.jsonl");
    fs::write(&more, rows(50, 10)).expect("writes");
    let error = run(&["IsActive"]).run(&more, &lake).expect_err("otherwise partitioned");
    assert!(error.to_string().contains("by State"), "{error}");
    assert_eq!(tree(&lake), before);
    let report = run(&["State"]).run(&more, &lake).expect("goes there too");
    assert_eq!(values(&report).len(), 3);
    assert_eq!(tree(&lake).len(), before.len() + 4);
    // Another table is another matter.
    run(&["IsActive"]).name("Other").run(&more, &lake).expect("converts");
}

#[test]
fn what_is_replaced_takes_its_directories_with_it() {
    let (folder, path) = many(50);
    let lake = folder.path().join("lake/");
    let run = |columns: &[&str]| Convert::new(&layout()).partition_by(by(columns)).overwrite(true);
    run(&["State", "IsActive"]).run(&path, &lake).expect("converts");
    // What others have put there stays, and so does its directory.
    fs::write(lake.join("State=Started/note.txt"), "mine").expect("writes");
    fs::create_dir(lake.join("other")).expect("makes");
    let report = run(&["IsActive"]).run(&path, &lake).expect("replaces");
    check(&report, &lake);
    let left: Vec<String> =
        tree(&lake).into_iter().filter(|name| !name.contains("_rowmill")).collect();
    assert_eq!(
        left,
        [
            "IsActive=false/",
            "IsActive=false/rows.parquet",
            "IsActive=true/",
            "IsActive=true/rows.parquet",
            "State=Started/",
            "State=Started/note.txt",
            "other/"
        ]
    );
    // What a run that died has left is removed; only directories of partitions are.
    fs::create_dir_all(lake.join("IsActive=maybe")).expect("makes");
    fs::write(lake.join("_rowmill/waiting.partial"), "rows").expect("writes");
    assert!(run(&["IsActive"]).overwrite(false).run(&path, &lake).expect("is there").already_there);
    assert!(!lake.join("IsActive=maybe").exists() && lake.join("other").exists());
    assert!(!lake.join("_rowmill/waiting.partial").exists());
}

#[test]
fn inferred_layouts_are_partitioned_too() {
    let (folder, path) = folder_with("a.jsonl", "{\"n\":1,\"k\":\"x\"}\n{\"n\":2,\"k\":\"y\"}\n");
    let lake = folder.path().join("lake/");
    let report = Convert::inferred().partition_by(by(&["k"])).run(&path, &lake).expect("converts");
    check(&report, &lake);
    assert_eq!(report.parts.len(), 2);
    let column = &manifest(&report).partitioned_by[0];
    assert_eq!((column.stored, column.position), (false, 1));
}

#[test]
fn a_source_is_not_replaced_by_its_own_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake");
    let source = lake.join("State=Started/rows.parquet");
    fs::create_dir_all(source.parent().expect("a folder")).expect("makes");
    fs::write(&source, rows(0, 5)).expect("writes");
    let run = Convert::new(&layout()).partition_by(by(&["State"])).overwrite(true);
    let error = run.run(&source, &lake).expect_err("is read");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(fs::read_to_string(&source).expect("reads"), rows(0, 5));
}
