use std::sync::Arc;

use rowmill_json::{Column, Decoder, Layout};

use super::*;
use crate::arrow::RecordBatch;
use crate::partition::PartitionBy;

fn plan(layout: &Layout, by: &[&str]) -> Plan {
    let by: Vec<PartitionBy> = by.iter().map(|text| text.parse().expect("a column")).collect();
    Plan::new(&by, layout.schema()).expect("a plan").expect("one")
}

fn batch(layout: &Layout, text: &str) -> RecordBatch {
    let mut decoder = Decoder::new(layout);
    decoder.push(text.to_owned().into());
    decoder.finish();
    decoder.next_batch().expect("rows").expect("a batch")
}

#[test]
fn partitions_are_numbered_as_they_come() {
    let columns = [Column::int64("n"), Column::category("a"), Column::boolean("b")];
    let layout = Layout::new(columns).expect("a sound layout");
    let mut splitter = Splitter::new(&plan(&layout, &["a", "b"]), 4);
    let text = r#"{"a":"x","b":true}
{"a":"x","b":true}
{"a":"y","b":true}
{"a":"x"}
{"a":"x","b":true}
"#;
    let split = splitter.split(&batch(&layout, text), 0).expect("splits");
    assert_eq!(split, Split::Many(vec![0, 0, 1, 2, 0]));
    let split =
        splitter.split(&batch(&layout, "{\"a\":\"y\",\"b\":true}\n{\"a\":\"y\",\"b\":true}\n"), 5);
    assert_eq!(split.expect("splits"), Split::One(1));
    let directory = |n| splitter.partition(n).expect("one").directory.clone();
    assert_eq!([directory(0), directory(2)], ["a=x/b=true", "a=x/b=__HIVE_DEFAULT_PARTITION__"]);
    assert_eq!(splitter.partition(2).expect("one").values[1].value, None);
    // The fourth is allowed, and the fifth is not.
    assert_eq!(splitter.nulls().expect("one more"), 3);
    let error = splitter.split(&batch(&layout, "{\"a\":\"z\"}\n"), 7).expect_err("too many");
    assert_eq!(error.kind(), crate::ErrorKind::Usage);
    assert!(error.to_string().contains("more than 4"), "{error}");
}

/// A word that no row of the batch has makes no directory.
#[test]
fn words_without_rows_are_passed_over() {
    let layout = Layout::new([Column::int64("n"), Column::category("a")]).expect("a sound layout");
    let whole = batch(&layout, "{\"a\":\"x\"}\n{\"a\":\"y\"}\n{\"a\":\"y\"}\n");
    let mut splitter = Splitter::new(&plan(&layout, &["a"]), 1);
    assert_eq!(splitter.split(&whole.slice(1, 2), 1).expect("splits"), Split::One(0));
    assert_eq!(splitter.partition(0).expect("one").directory, "a=y");
    assert_eq!(splitter.len(), 1);
    let empty = RecordBatch::new_empty(Arc::clone(layout.schema()));
    assert_eq!(splitter.split(&empty, 0).expect("splits"), Split::Many(Vec::new()));
}
