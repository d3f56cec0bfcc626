//! Directories by value in a store: the same as on a disk, though rows wait on the disk of this machine.

use object_store::ObjectStoreExt;
use object_store::path::Path;
use rowmill_json::{Column, Layout};

use super::{Case, all_or_nothing_is_replaced, block_on, each_step_fails};
use crate::{Convert, ErrorKind, PartitionBy, Source};

/// The least memory for output on a disk.
pub(super) const NEAR: usize = 32 << 20;

/// The same for output in a store: nine uploads have a piece each, and one is on its way.
pub(super) const FAR: usize = NEAR + 10 * (5 << 20);

/// Three of them are as many as may wait in memory.
pub(super) fn line(n: u64) -> String {
    let (text, long) = (["a/b", "", "100% ü"][(n % 3) as usize], "x".repeat(700_000));
    format!("{{\"n\":{n},\"k\":\"{text}\",\"long\":\"{long}\"}}\n")
}

pub(super) fn convert(memory: usize) -> Convert {
    let columns = [Column::int64("n").required(), Column::string("k"), Column::string("long")];
    let layout = Layout::new(columns).expect("a sound layout");
    Convert::new(&layout).threads(1).partition_by([PartitionBy::column("k")]).memory(memory)
}

fn case(sources: &[u64]) -> Case {
    let mut case = Case { partitioned: true, ..Case::new("lake/", &[]) };
    case.write(sources, 0);
    case
}

#[test]
fn a_store_gets_what_a_disk_gets() {
    for sources in [&[4, 0, 9][..], &[0]] {
        let case = case(sources);
        let expected = case.on_disk();
        let parts = expected.keys().filter(|name| name.ends_with(".parquet")).count();
        assert_eq!(parts, if sources.len() > 1 { 3 } else { 1 });
        let report = case.run().expect("converts");
        assert_eq!(report.rows, sources.iter().sum::<u64>());
        case.check(&expected, "one thread");
        assert!(case.run().expect("is there").already_there);
        let more = case.convert().threads(3).overwrite(true);
        more.run(&case.sources, case.url()).expect("converts");
        case.check(&expected, "three threads");
    }
}

#[test]
fn whatever_step_fails_the_next_run_makes_it_right() {
    each_step_fails(|| case(&[5, 3]));
}

#[test]
fn whatever_step_fails_what_is_replaced_is_replaced_whole() {
    all_or_nothing_is_replaced(|| {
        let mut case = case(&[4]);
        case.run().expect("converts");
        // One directory is left with nothing.
        case.write(&[2], 0);
        case
    });
}

#[test]
fn a_table_is_partitioned_in_one_way() {
    let first = case(&[3]);
    first.run().expect("converts");
    let there = first.objects();
    let source = || Source::reader("other", line(7).into_bytes().leak() as &[u8]);
    let (by_number, by_both) = ([PartitionBy::column("n")], ["k", "n"].map(PartitionBy::column));
    for convert in [
        convert(FAR).partition_by([]),
        convert(FAR).partition_by(by_number),
        convert(FAR).partition_by(by_both),
    ] {
        let error = convert.run(source(), first.url()).expect_err("another way");
        assert_eq!(error.kind(), ErrorKind::Output);
        assert!(error.to_string().contains("no reader takes both"), "{error}");
        assert_eq!(first.objects(), there);
    }
    convert(FAR).run(source(), first.url()).expect("more rows in the same way");
    // What is there without partitions stays so, too.
    let plain = Case::new("lake/", &[2]);
    plain.run().expect("converts");
    let error = convert(FAR).run(source(), plain.url()).expect_err("another way");
    assert!(error.to_string().contains("here already are not partitioned"), "{error}");
}

#[test]
fn what_is_read_is_not_written_and_less_memory_is_refused() {
    let case = case(&[3]);
    let own = format!("{}k=1/in.parquet", case.url());
    let object = Path::from(format!("{}/lake/k=1/in.parquet", case.name));
    block_on(case.store().put(&object, line(1).into())).expect("puts");
    let error = case.convert().run(Source::path(&own), case.url()).expect_err("both");
    assert!(error.to_string().contains("is read, and cannot be written"), "{error}");
    let error = convert(FAR - 1).run(&case.sources, case.url()).expect_err("too little");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("82 MiB are the least"), "{error}");
}
