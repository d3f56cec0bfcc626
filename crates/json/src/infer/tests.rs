//! The laws of the lattice, from the inside.

use rowmill_scan::{PADDING, Padded, Portable};

use super::columns::Writer;
use super::observer::Observer;
use super::shape::{MOST_NODES, Shape};
use crate::cursor::{Context, Cursor};

/// What rows say, the first of which begins at `position` of the input.
fn shape_at(rows: &[String], mut position: u64) -> Shape {
    let mut observer = Observer::new(Shape::of_rows());
    let mut context = Context::new(&crate::options::Options::default());
    for row in rows {
        let mut bytes = row.clone().into_bytes();
        bytes.push(b'\n');
        bytes.resize(bytes.len() + PADDING, 0);
        let text = Padded::new(&bytes).expect("padded");
        let mut cursor = Cursor { level: Portable, text, at: 0, depth: 0, context: &mut context };
        // A bad row is one that leaves nothing.
        let _ = observer.line(&mut cursor, position);
        context.start_over();
        position += row.len() as u64 + 1;
    }
    observer.shape.tighten();
    observer.shape
}

/// Rows of all kinds of values under keys that come and go.
fn rows(seed: u64, count: usize) -> Vec<String> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = move |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as usize % end
    };
    let texts = [
        "1",
        "-0",
        "18446744073709551615",
        "1.5",
        "1e-30",
        "1e300",
        "0.1234567890123456789",
        "null",
        "true",
        "\"\"",
        "\"a\"",
        "\"2026-01-31\"",
        "\"2026-01-31T00:00:00.1234567Z\"",
        "\"2026-01-31T00:00:00+01:00\"",
        "\"0f515589-99b4-423d-b83a-b237009f0509\"",
        "\"P1DT2H\"",
        "[]",
        "{}",
        "[1,[null]]",
        "{\"x\":1,\"y\":{\"z\":[{\"w\":\"\\u0041\"}]}}",
        "{\"\":1}",
        "{\"k\":1,\"k\":2}",
        "{\"a\":1,",
        "[{\"a\":1},{\"b\":2}]",
    ];
    let row = |_| {
        let members = (0..below(6)).map(|_| {
            let (key, text) = (below(12), texts[below(texts.len())]);
            format!("\"k{key}\":{text}")
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    (0..count).map(row).collect()
}

fn bytes(rows: &[String]) -> u64 {
    rows.iter().map(|row| row.len() as u64 + 1).sum()
}

fn merged(parts: &[&Shape]) -> Shape {
    let mut all = Shape::of_rows();
    parts.iter().for_each(|part| all.merge(part));
    all
}

#[test]
fn merging_is_associative_and_commutative() {
    for seed in 1..if cfg!(miri) { 4 } else { 300 } {
        let all = rows(seed, 30);
        let whole = shape_at(&all, 0);
        let (a, rest) = all.split_at(seed as usize % 30);
        let (b, c) = rest.split_at(rest.len() / 2);
        let shapes = [shape_at(a, 0), shape_at(b, bytes(a)), shape_at(c, bytes(a) + bytes(b))];
        let [a, b, c] = [&shapes[0], &shapes[1], &shapes[2]];
        let left = merged(&[&merged(&[a, b]), c]);
        let right = merged(&[a, &merged(&[b, c])]);
        assert!(left == whole && right == whole, "seed {seed}");
        // In any order: where a key was first seen goes with it.
        for order in [[c, b, a], [b, a, c], [b, c, a]] {
            assert!(merged(&order) == whole, "seed {seed}");
        }
    }
}

#[test]
fn merging_with_itself_adds_counts_alone() {
    for seed in 1..if cfg!(miri) { 4 } else { 100 } {
        let once = shape_at(&rows(seed, 20), 0);
        let twice = merged(&[&once, &once]);
        let thrice = merged(&[&twice, &once]);
        // Whether texts are an enum depends on how often they come, all else on what they are.
        let columns = |shape: &Shape| {
            format!("{:?}", Writer::new(shape, false).fields(0, 0))
                .replace("Dictionary(Int32, Utf8)", "Utf8")
        };
        assert_eq!(columns(&once), columns(&twice));
        assert_eq!(columns(&twice), columns(&thrice));
        assert!(merged(&[&once]) == once, "nothing is neutral");
    }
}

#[test]
fn a_bad_row_leaves_nothing() {
    let good = ["{\"a\":1}".to_owned(), "{\"b\":{\"c\":[1]}}".to_owned()];
    for bad in [
        "{\"a\":\"x\",\"n\":{\"m\":[{\"o\":1}]},\"n\":1}",
        "{\"b\":{\"c\":[\"x\",{\"p\":1}],\"c\":1}}",
        "{\"b\":{\"q\":1}} x",
        "{\"b\":[1,{\"q\":1}}",
        "{\"z\":\"\\ud800\"}",
    ] {
        let mut rows = good.to_vec();
        rows.insert(1, bad.to_owned());
        let mut seen = shape_at(&rows, 0);
        let mut expected = shape_at(&good[..1], 0);
        expected.merge(&shape_at(&good[1..], good[0].len() as u64 + 1 + bad.len() as u64 + 1));
        assert!(seen == expected, "{bad}");
        seen.tighten();
        assert!(seen.nodes.len() == expected.nodes.len());
    }
}

/// An object with `keys` keys from `from` on, each with this value.
fn wide(from: usize, keys: usize, value: &str) -> String {
    let members = (from..from + keys).map(|key| format!("\"k{key}\":{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// However many keys a part has: the whole decides what is a map and how deep columns go.
#[test]
fn bounds_do_not_depend_on_the_order() {
    let nest = |value: String| format!("{{\"o\":{value}}}");
    let tree = |from| wide(from, 100, &wide(0, 90, "{\"x\":{\"y\":1}}"));
    let rows = [
        nest(wide(0, 200, "{\"a\":1}")),
        nest(wide(100, 200, "{\"b\":1}")),
        nest(wide(0, 256, "{\"c\":null}")),
        format!("{{\"p\":{}}}", tree(0)),
        format!("{{\"p\":{}}}", tree(50)),
        format!("{{\"p\":{}}}", tree(200)),
        nest(wide(0, 300, &wide(0, 300, "1"))),
        "{\"deep\":{\"deeper\":{\"deepest\":{\"last\":[{\"x\":1}]}}}}".to_owned(),
    ];
    let whole = shape_at(&rows, 0);
    assert!(whole.nodes.len() as u64 <= MOST_NODES);
    assert!(whole.depth < 6, "{}", whole.depth);
    let mut at = 0;
    let mut parts = Vec::new();
    for row in &rows {
        parts.push(shape_at(std::slice::from_ref(row), at));
        at += row.len() as u64 + 1;
    }
    for step in [1, 3, 5, 7] {
        let order: Vec<&Shape> = (0..parts.len()).map(|n| &parts[(n * step + 2) % 8]).collect();
        assert!(merged(&order) == whole, "step {step}");
        let (left, right) = order.split_at(3);
        assert!(merged(&[&merged(left), &merged(right)]) == whole, "step {step}");
    }
}

/// One line with more places than are kept: it is seen, and memory holds.
#[test]
fn a_line_of_too_many_places() {
    let inner = wide(0, 250, "1");
    let row = format!("{{\"a\":{}}}", wide(0, 250, &wide(0, 10, &inner)));
    let rows = [row, "{\"a\":{\"k1\":{}},\"b\":1}".to_owned()];
    let shape = shape_at(&rows, 0);
    assert!(shape.nodes.len() as u64 <= MOST_NODES, "{}", shape.nodes.len());
    assert_eq!(shape.depth, 3);
    assert_eq!(shape.node(0).tally.objects, 2);
}

#[test]
fn values_by_themselves() {
    let mut shape = Shape::observe(b"{\"a\":[1]}");
    shape.merge(&Shape::observe(b"{\"a\":[2.5],\"b\":\"x\"}"));
    let column = shape.column("v");
    let text = format!("{:?}", column.field().data_type());
    assert!(text.contains("Decimal128(38, 7)") && text.contains("\"b\""), "{text}");
    // What no column but one of JSON would read.
    let twice = Shape::observe(b"{\"a\":1,\"a\":2}");
    assert_eq!(twice.node(0).tally.objects, 1);
}
