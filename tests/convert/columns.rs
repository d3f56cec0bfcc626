//! One table, one set of columns: what comes to a directory in which rows are already.

use std::fs;
use std::path::PathBuf;

use rowmill::{Column, Convert, ErrorKind, Layout, PartitionBy, Report, Result, UuidForm};

use crate::table::{count, folder_with, tree};

/// A lake with a row of some columns, and more files to convert.
struct Lake {
    folder: tempfile::TempDir,
}

const ROW: &str = "{\"n\":1,\"v\":\"x\",\"u\":\"0f515589-99b4-423d-b83a-b237009f0509\"}\n";

impl Lake {
    fn new<const N: usize>(columns: [Column; N]) -> Self {
        let (folder, _) = folder_with("one.jsonl", ROW);
        fs::write(folder.path().join("two.jsonl"), ROW.repeat(2)).expect("writes");
        let lake = Self { folder };
        lake.add("one", columns, |run| run).expect("the first ones");
        lake
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("lake/")
    }

    fn add<const N: usize>(
        &self,
        name: &str,
        columns: [Column; N],
        set: impl Fn(Convert) -> Convert,
    ) -> Result<Report> {
        let layout = Layout::new(columns).expect("a sound layout");
        let source = self.folder.path().join(format!("{name}.jsonl"));
        set(Convert::new(&layout)).run(&source, self.path())
    }

    /// Requires that rows of these columns are refused with these words, and that nothing has changed.
    #[track_caller]
    fn refuses<const N: usize>(
        &self,
        columns: [Column; N],
        set: impl Fn(Convert) -> Convert,
        words: &[&str],
    ) {
        let before = tree(&self.path());
        let error = self.add("two", columns, set).expect_err("other columns");
        assert_eq!(error.kind(), ErrorKind::Output);
        for word in words {
            assert!(error.to_string().contains(word), "{word}: {error}");
        }
        assert_eq!(tree(&self.path()), before);
    }

    fn manifest(&self) -> PathBuf {
        let private = self.path().join("_rowmill");
        let name = tree(&private).into_iter().find(|name| name.starts_with("manifest-"));
        private.join(name.expect("a manifest"))
    }

    /// Makes the manifest one of an earlier version, which did not tell columns.
    fn forget_columns(&self) {
        let path = self.manifest();
        let text = fs::read(&path).expect("reads");
        let mut manifest: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let manifest = manifest.as_object_mut().expect("an object");
        assert!(manifest.remove("columns").is_some());
        fs::write(&path, serde_json::to_vec(manifest).expect("JSON")).expect("writes");
    }
}

fn number() -> Column {
    Column::int64("n")
}

#[test]
fn other_columns_are_refused() {
    for told in [true, false] {
        let lake = Lake::new([number(), Column::string("v")]);
        if !told {
            lake.forget_columns();
        }
        let part = "one.parquet: is a part of the same table";
        let other = [number(), Column::category("v")];
        let words = [part, "column v of the type string, which would be enum", "--schema"];
        lake.refuses(other, |run| run, &words);
        lake.refuses([number()], |run| run, &[part, "column v (string)", "not have"]);
        let more = || [number(), Column::string("v"), Column::uuid("u")];
        lake.refuses(more(), |run| run, &[part, "column u (uuid)", "--new-columns"]);
        // New ones may be allowed, others are not.
        let allowed = |run: Convert| run.new_columns(true);
        lake.refuses([number(), Column::uuid("u")], allowed, &["column v (string)"]);
        lake.add("two", more(), allowed).expect("a new column");
    }
}

#[test]
fn order_and_nulls_are_nobodys_business() {
    let lake = Lake::new([number().required(), Column::string("v")]);
    let other = [Column::string_view("v").required(), number()];
    assert_eq!(lake.add("two", other, |run| run).expect("the same columns").rows, 2);
    assert_eq!(count(&lake.path().join("two.parquet")), 2);
}

#[test]
fn a_table_that_has_got_a_column_keeps_it() {
    let lake = Lake::new([number()]);
    let wide = || [number(), Column::string("v")];
    lake.add("two", wide(), |run| run.new_columns(true)).expect("a new column");
    fs::write(lake.folder.path().join("three.jsonl"), ROW.repeat(3)).expect("writes");
    let error = lake.add("three", [number()], |run| run.new_columns(true)).expect_err("is narrow");
    assert!(error.to_string().contains("two.parquet"), "{error}");
    lake.add("three", wide(), |run| run).expect("as wide");
}

#[test]
fn what_is_replaced_does_not_count() {
    let lake = Lake::new([number()]);
    let other = || [Column::string("v")];
    lake.add("one", other(), |run| run.overwrite(true)).expect("replaces all there is");
    lake.refuses([number()], |run| run, &["column v"]);
    lake.add("two", other(), |run| run).expect("the same columns");
    // What stays does.
    lake.refuses([number()], |run| run.overwrite(true), &["one.parquet", "column v"]);
}

#[test]
fn what_is_not_there_any_more_does_not_count() {
    let lake = Lake::new([number()]);
    fs::remove_file(lake.path().join("one.parquet")).expect("removes");
    lake.add("two", [Column::string("v")], |run| run).expect("nothing is there");
}

#[test]
fn each_entity_is_a_table() {
    let lake = Lake::new([number()]);
    lake.add("two", [Column::string("v")], |run| run.name("Other")).expect("another table");
    fs::write(lake.folder.path().join("three.jsonl"), ROW.repeat(3)).expect("writes");
    let error = lake.add("three", [number()], |run| run.name("Other")).expect_err("of that table");
    assert!(error.to_string().contains("column v"), "{error}");
    lake.add("three", [number()], |run| run).expect("of the first table");
}

#[test]
fn files_and_not_batches_are_compared() {
    let lake = Lake::new([number(), Column::uuid("u")]);
    let same = || [number(), Column::uuid("u")];
    let words = ["column u of the type uuid, which would be string"];
    lake.refuses(same(), |run| run.uuid(UuidForm::Text), &words);
    lake.add("two", same(), |run| run).expect("the same columns");

    // A column in the names of directories is in no file.
    let by = |run: Convert| run.partition_by([PartitionBy::column("v")]);
    let (folder, path) = folder_with("a.jsonl", ROW);
    let lake = folder.path().join("by/");
    let layout = |v| Layout::new([number(), v]).expect("a sound layout");
    by(Convert::new(&layout(Column::string("v")))).run(&path, &lake).expect("converts");
    let other = folder.path().join("b.jsonl");
    fs::write(&other, ROW.repeat(2)).expect("writes");
    by(Convert::new(&layout(Column::category("v")))).run(&other, &lake).expect("the same columns");
    let wide = Layout::new([number(), Column::string("v"), Column::uuid("u")]);
    let third = folder.path().join("c.jsonl");
    fs::write(&third, ROW.repeat(3)).expect("writes");
    let error = by(Convert::new(&wide.expect("sound"))).run(&third, &lake);
    let error = error.expect_err("a new column").to_string();
    assert!(error.contains("column u (uuid)") && error.contains("v=x"), "{error}");
}

/// A table of an earlier version may have parts of many kinds: a run that has the columns of one of them goes
/// on, and decides for those that come.
#[test]
fn mixed_tables_of_earlier_versions_go_on() {
    let lake = Lake::new([number()]);
    lake.forget_columns();
    let first = lake.manifest();
    let hidden = lake.folder.path().join("hidden");
    fs::rename(&first, &hidden).expect("renames");
    lake.add("two", [Column::string("v")], |run| run).expect("there is no manifest");
    lake.forget_columns();
    fs::rename(&hidden, &first).expect("renames");
    fs::write(lake.folder.path().join("three.jsonl"), ROW.repeat(3)).expect("writes");
    fs::write(lake.folder.path().join("four.jsonl"), ROW.repeat(4)).expect("writes");
    lake.add("three", [Column::uuid("u")], |run| run).expect_err("like none of them");
    lake.add("three", [Column::string("v")], |run| run).expect("like one of them");
    let error = lake.add("four", [number()], |run| run).expect_err("it is decided");
    assert!(error.to_string().contains("three.parquet"), "{error}");
}
