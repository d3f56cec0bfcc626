//! Dictionaries: many values, long ones, values that come again late, and rows taken back between.

use super::checks::decode;
use super::checks::draw::Draw;
use super::{compare, rounds};
use rowmill_json::{Column, Layout, Options};

fn layout() -> Layout {
    Layout::new([
        Column::category("a"),
        Column::list("l", Column::category("item")),
        Column::record("r", [Column::category("b").required()]),
        Column::map("m", Column::category("value")),
    ])
    .expect("a layout")
}

/// `count` lines whose texts come from `text`; every so often one that is bad at its end.
fn lines(count: usize, bad: usize, mut text: impl FnMut(usize) -> String) -> String {
    let mut input = String::new();
    for number in 0..count {
        let [a, b, c, d] = std::array::from_fn(|at| text(number * 4 + at));
        let end = if bad > 0 && number % bad == bad - 1 { "," } else { "" };
        input += &format!(
            "{{\"a\":\"{a}\",\"l\":[\"{b}\",null,\"{a}\"],\"r\":{{\"b\":\"{c}\"}},\"m\":{{\"k\":\"{d}\"}}{end}}}\n"
        );
    }
    input
}

#[test]
fn many_values() {
    for (bad, batch_rows, set_aside) in [(0, 2_048, 0), (3, 2_048, 1_000), (7, 100, 428)] {
        // Each twice, the second time far from the first.
        let input = lines(3_000, bad, |number| format!("value {}", number % 6_000));
        let mut options = Options::default();
        options.batch_rows = batch_rows;
        let found = decode::compare(&layout(), &options, input.as_bytes());
        assert_eq!(found, (3_000 - set_aside, set_aside));
    }
}

#[test]
fn long_values() {
    let lengths = [0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 31, 32, 33, 64, 65, 300, 5_000];
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        // Same lengths and other last bytes, same beginnings and other lengths.
        let input = lines(400, 5, |_| {
            let rarely_longest = if draw.chance(5) { 21 } else { 19 };
            let length = lengths[draw.below(rarely_longest)];
            let mut text = "x".repeat(length);
            if length > 0 && draw.chance(60) {
                let at = draw.pick(&[0, length / 2, length - 1]);
                text.replace_range(at..=at, draw.pick(&["y", "z", "\u{e9}", "\\u0078", "\\n"]));
            }
            text
        });
        compare(&layout(), input.as_bytes());
    }
}

/// A value that a bad row brings first and a good one needs later, in every order.
#[test]
fn values_of_rows_taken_back() {
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        for _ in 0..10 {
            let bad = 1 + draw.below(4);
            let values = 1 + draw.below(12);
            let input = lines(60, bad, |_| format!("v{}", draw.below(values)));
            compare(&layout(), input.as_bytes());
        }
    }
}

/// Texts with escapes again after themselves, and then the beginning of their spelling as if the text
/// ended there: found again by what was written, never by what it stands for.
#[test]
fn texts_with_escapes_again() {
    for escape in ["\\\\", "\\\"", "\\n", "\\u005c", "\\u0061"] {
        for before in 0..20 {
            for count in 1..16 {
                let (plain, escapes) = ("a".repeat(before), escape.repeat(count));
                let mut input = String::new();
                for inside in [
                    format!("{plain}{escapes}"),
                    format!("{plain}{escapes}"),
                    format!("{plain}\\"),
                    plain.clone(),
                    format!("{plain}{escape}"),
                    format!("{plain}{escapes}b"),
                    format!("{plain}{escapes}"),
                ] {
                    input += &format!("{{\"a\":\"{inside}\",\"l\":[\"{inside}\",\"{plain}\"]}}\n");
                    // The quote that ends it is the one that should have been escaped.
                    input += &format!("{{\"a\":\"{inside},\"l\":[]}}\n");
                }
                decode::compare(&layout(), &Options::default(), input.as_bytes());
            }
        }
    }
}
