//! Wide layouts, deep ones, and rows taken back from the middle of lists.

use super::checks::draw::Draw;
use super::checks::rows::{Style, row};
use super::checks::run::{Take, quarantine, run};
use super::checks::{decode, layouts, oracle};
use super::{all_good, compare, rounds};
use rowmill_json::{Column, Layout, Options, Simd};

#[test]
fn two_hundred_columns() {
    let columns = (0..200).map(|at| match at % 5 {
        0 => Column::int64(format!("Number{at}")),
        1 => Column::string(format!("Text{at}")),
        2 => Column::category(format!("State{at}")),
        3 => Column::timestamp_us(format!("CreatedUtc{at}")),
        _ => Column::decimal(format!("Value{at}"), 38, 10),
    });
    let layout = Layout::new(columns).expect("a layout");
    for round in rounds() {
        let (mut draw, mut input, mut style) = (Draw::seeded(round), Vec::new(), Style::tidy());
        for number in 0..80 {
            (style.shuffled, style.order) = (number % 4 == 3, number);
            style.missing = [0, 20, 0, 90][number as usize / 2 % 4];
            style.extra = if number % 9 == 0 { 10 } else { 0 };
            row(layout.columns(), &style, &mut draw, &mut input);
            input.push(b'\n');
        }
        all_good(&layout, &input, 80);
        style.misfits = 1;
        style.twice = 1;
        for _ in 0..40 {
            row(layout.columns(), &style, &mut draw, &mut input);
            input.push(b'\n');
        }
        compare(&layout, &input);
    }
}

/// As deep as a layout may be, and objects and arrays as deep as a line may have them.
#[test]
fn deep_layouts() {
    let mut column = Column::record("r", [Column::int32("leaf"), Column::string("s").required()]);
    for level in 0..60 {
        column = match level % 3 {
            0 => Column::list("l", column),
            1 => Column::record("r", [column, Column::boolean("beside")]),
            _ => Column::map("m", column),
        };
    }
    let name = column.name().to_owned();
    let layout = Layout::new([column]).expect("a layout");
    let mut input = String::new();
    for levels in (0..60).chain([61, 62]) {
        // Down so many levels of the layout, then something that may not fit.
        for inner in ["null", "1", "{}", "[]", "[{}]", "{\"leaf\":1,\"s\":\"\"}", "{\"s\":1}"] {
            let (mut head, mut tail) = (format!("{{\"{name}\":"), String::new());
            for level in (0..60).rev().take(levels) {
                let (open, close) = match level % 3 {
                    0 => ("[null,", ",null]"),
                    1 => (if level == 1 { "{\"l\":" } else { "{\"beside\":true,\"l\":" }, "}"),
                    _ => ("{\"k\":", ",\"j\":null}"),
                };
                head += open;
                tail.insert_str(0, close);
            }
            input += &format!("{head}{inner}{tail}}}\n");
        }
    }
    let (good, bad) = compare(&layout, input.as_bytes());
    assert!(good > 60 && bad > 60, "{good} good rows, {bad} bad");

    let mut input = String::new();
    for depth in [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 254, 255, 256, 300] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"\":", "}]")] {
            let levels = depth / if open.len() > 5 { 2 } else { 1 };
            let value = format!("{}0{}", open.repeat(levels), close.repeat(levels));
            input += &format!("{{\"json\":{value}}}\n{{\"zz\":{value},\"json\":1}}\n");
            input += &format!("{{\"json\":{}0\n", open.repeat(levels));
        }
    }
    let layout = Layout::new([Column::json("json")]).expect("a layout");
    for max_depth in [256, 1, 2, 16, 64, 65] {
        let mut options = Options::default();
        options.max_depth = max_depth;
        decode::compare(&layout, &options, input.as_bytes());
    }
}

/// Good rows with bad ones between that end at every byte: the batches are those of the good rows
/// alone, by every instruction set, dictionaries and all.
#[test]
fn bad_rows_leave_nothing_behind() {
    let item = || {
        Column::record(
            "item",
            [
                Column::category("State").required(),
                Column::string("Text"),
                Column::list("Tags", Column::category("tag")),
                Column::map("Labels", Column::decimal("value", 10, 2)),
                Column::record("Inner", layouts::leaves()),
            ],
        )
    };
    let layout = Layout::new([
        Column::int64("n").required(),
        Column::list("Items", item()),
        Column::list("Lists", Column::list("list", item())),
        Column::category("Last"),
    ])
    .expect("a layout");
    for round in rounds() {
        let (mut draw, mut style) = (Draw::seeded(round), Style::tidy());
        style.nulls = 20;
        let mut line = |draw: &mut Draw<'_>| {
            let mut out = Vec::new();
            row(layout.columns(), &style, draw, &mut out);
            style.order += 1;
            out
        };
        for _ in 0..3 {
            let (good, bad) = (line(&mut draw), line(&mut draw));
            let (mut all, mut alone) = (Vec::new(), Vec::new());
            for at in 1..bad.len() {
                let mut damaged = bad.clone();
                match at % 3 {
                    0 => damaged.truncate(at),
                    1 => damaged[at] = 0x01,
                    _ => drop(damaged.splice(at..at, *b"]}")),
                }
                let bad_only = oracle::read(&layout, &Options::default(), &damaged);
                if !bad_only.bad.is_empty() {
                    for (text, with) in [(&good, true), (&damaged, false)] {
                        all.extend_from_slice(text);
                        all.push(b'\n');
                        if with {
                            alone.extend_from_slice(text);
                            alone.push(b'\n');
                        }
                    }
                }
            }
            let mut options = quarantine(&Options::default());
            (options.batch_rows, options.frame_bytes) = (1 << 20, 1 << 30);
            for simd in Simd::available() {
                options.simd = simd;
                let mut mixed = run(&layout, &options, [all.as_slice()], Take::AtOnce);
                let only = run(&layout, &options, [alone.as_slice()], Take::AtOnce);
                assert_eq!(mixed.rejects.len(), only.batches[0].num_rows());
                // The batches alone: lines and bytes are counted differently.
                mixed.rejects.clear();
                mixed.end = only.end.clone();
                mixed.same_as(&only, &format!("{simd:?}"));
            }
        }
    }
}

/// Maps of few keys and of many, row after row with the same keys and others: one that stands twice
/// is found wherever it stands, and none is found that stood in another map.
#[test]
fn maps_of_every_size() {
    let map = || Column::map("m", Column::int32("value"));
    let layout =
        Layout::new([map(), Column::list("l", map()), Column::int32("n")]).expect("a layout");
    for round in rounds() {
        let (mut draw, mut input) = (Draw::seeded(round), String::new());
        for size in [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 34, 63, 64, 65, 66, 127, 128, 129, 300]
        {
            let first = draw.below(20);
            let mut keys: Vec<String> =
                (first..first + size).map(|key| format!("\"k{key}\"")).collect();
            let text = |keys: &[String]| {
                let entries: Vec<_> = keys.iter().map(|key| format!("{key}:1")).collect();
                format!("{{{}}}", entries.join(","))
            };
            let good = text(&keys);
            input += &format!("{{\"m\":{good},\"l\":[{good},{{}},{good}],\"n\":1}}\n");
            for from in [0, size / 2, size - 1] {
                // The key again, at the end, plainly and spelled with an escape.
                let again = keys[from].clone();
                for again in [again.replacen('k', "\\u006b", 1), again] {
                    keys.push(again);
                    let twice = text(&keys);
                    keys.pop();
                    input += &format!("{{\"m\":{twice}}}\n{{\"l\":[{good},{twice}]}}\n");
                    input += &format!("{{\"m\":{good},\"n\":\"bad\"}}\n{{\"m\":{good}}}\n");
                }
            }
        }
        assert_eq!(compare(&layout, input.as_bytes()), (20 * 7, 20 * 18));
    }
}
