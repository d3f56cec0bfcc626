//! Little input that would take much memory.

use super::{everywhere, quarantine, rows, run};
use rowmill_json::{Column, Layout};

fn wide() -> Layout {
    let fields = (0..40).map(|n| Column::decimal(format!("c{n}"), 38, 10));
    Layout::new([
        Column::int32("n"),
        Column::list("l", Column::record("item", fields)),
        Column::map("m", Column::list("inner", Column::int64("x"))),
    ])
    .unwrap()
}

#[test]
fn many_empty_elements() {
    let elements = |many: usize| vec!["{}"; many].join(",");
    let mut input = String::new();
    for (n, many) in [(1, 10), (2, 5000), (3, 60), (4, 100), (5, 0)] {
        input.push_str(&format!("{{\"n\":{n},\"l\":[{}]}}\n", elements(many)));
    }
    let mut options = quarantine();
    // Room for some 128 elements of 641 bytes.
    options.max_batch_bytes = 128 * 641;
    let outcome = run(&wide(), options.clone(), input.as_bytes(), usize::MAX);
    let error = outcome.rejects[0].error();
    assert_eq!((error.code(), error.place().unwrap().line), ("memory", 2));
    assert_eq!(error.place().unwrap().column.as_deref(), Some("l"));
    // Rows that have no room beside others have a batch of their own.
    let kept: Vec<usize> = outcome.batches.iter().map(|batch| batch.num_rows()).collect();
    assert_eq!(kept, [1, 1, 2]);
    let small: String =
        input.lines().filter(|line| line.len() < 500).map(|l| format!("{l}\n")).collect();
    options.max_batch_bytes = 64 * 641;
    let outcome = everywhere(&wide(), options, small.as_bytes());
    assert_eq!(rows(&outcome.batches).len(), 3);
}

/// Elements of 641 bytes, of which some 13,000 go into a batch.
#[test]
fn a_row_that_needs_much_room_is_alone_in_its_batch() {
    let layout = wide();
    let row = |many: usize| format!("{{\"l\":[{}]}}\n", vec!["{}"; many].join(","));
    let input: String = [4000, 4000, 4000, 4000, 20_000, 1, 20_000, 1, 1].map(row).concat();
    let mut options = quarantine();
    for (threads, chunk) in [(1, usize::MAX), (1, 1000), (2, 5000)] {
        options.threads = threads;
        let outcome = run(&layout, options.clone(), input.as_bytes(), chunk);
        let kept: Vec<usize> = outcome.batches.iter().map(|batch| batch.num_rows()).collect();
        // Room for elements is taken for more of them than there are.
        assert_eq!(kept, [2, 2, 1, 1, 1, 2]);
        assert_eq!(outcome.end.unwrap().rows, 9);
    }
    // One that needs more than there is, is not kept, and those behind it are.
    options.max_batch_bytes = 15_000 * 641;
    let outcome = run(&layout, options, input.as_bytes(), usize::MAX);
    let lines: Vec<_> = outcome.rejects.iter().map(|r| r.error().place().unwrap().line).collect();
    assert_eq!((lines, outcome.end.unwrap().rows), (vec![5, 7], 7));
}

#[test]
fn many_entries() {
    let entries: Vec<String> = (0..200).map(|n| format!("\"k{n}\":[]")).collect();
    let input = format!("{{\"n\":1}}\n{{\"n\":2,\"m\":{{{}}}}}\n{{\"n\":3}}\n", entries.join(","));
    let mut options = quarantine();
    options.max_batch_bytes = 1000;
    let outcome = everywhere(&wide(), options, input.as_bytes());
    assert_eq!(outcome.rejects[0].error().code(), "memory");
    assert_eq!(outcome.end.unwrap().rows, 2);
}

/// What a bad row has taken is not held against the next one.
#[test]
fn bad_rows_leave_room() {
    let layout = Layout::new([
        Column::list("a", Column::int64("x")),
        Column::list("b", Column::int64("x")),
        Column::int32("n"),
    ])
    .unwrap();
    let many = ["1"; 100].join(",");
    let input = format!("{{\"a\":[{many}],\"n\":\"no\"}}\n{{\"b\":[{many}],\"n\":1}}\n");
    let mut options = quarantine();
    options.max_batch_bytes = 128 * 8;
    let outcome = everywhere(&layout, options, input.as_bytes());
    let codes: Vec<_> = outcome.rejects.iter().map(|r| r.error().code()).collect();
    assert_eq!(codes, ["type"]);
    assert_eq!(outcome.end.unwrap().rows, 1);
}
