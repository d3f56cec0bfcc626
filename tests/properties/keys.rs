//! Keys: every spelling, any order, some missing, and others that look the same.

use super::checks::draw::Draw;
use super::checks::rows::{Style, row, shuffle};
use super::checks::{decode, layouts};
use super::{all_good, compare, rounds};
use rowmill::entity;
use rowmill_json::{Column, Layout, Options};

/// Rows in a style that `change` adapts before each.
fn styled(
    layout: &Layout,
    count: u64,
    seed: u64,
    change: impl Fn(&mut Style, u64, &mut Draw<'_>),
) -> Vec<u8> {
    let (mut draw, mut style, mut out) = (Draw::seeded(seed), Style::tidy(), Vec::new());
    for number in 0..count {
        change(&mut style, number, &mut draw);
        row(layout.columns(), &style, &mut draw, &mut out);
        out.push(b'\n');
    }
    out
}

#[test]
fn escapes_orders_and_gaps() {
    let entities = ["Reservation", "Customer", "Bill"];
    let mut layouts: Vec<Layout> =
        entities.iter().map(|name| entity::layout(name).expect("one of the ten")).collect();
    layouts.push(layouts::rich());
    for round in rounds() {
        for layout in &layouts {
            let escaped = styled(layout, 40, round, |style, _, _| style.escapes = 60);
            all_good(layout, &escaped, 40);
            let shuffled = styled(layout, 40, round, |style, _, draw| {
                (style.shuffled, style.order) = (true, u64::from(draw.byte()) << 8 | 1);
            });
            all_good(layout, &shuffled, 40);
            let missing = styled(layout, 80, round, |style, _, _| style.missing = 20);
            all_good(layout, &missing, 80);
            // An order that is kept for a while is learnt, and then it is another one.
            let learnt = styled(layout, 80, round, |style, number, _| {
                (style.shuffled, style.order) = (true, number / 9 + 1);
                style.missing = if number % 3 == 0 { 50 } else { 0 };
                style.extra = if number % 20 > 15 { 30 } else { 0 };
            });
            all_good(layout, &learnt, 80);
        }
    }
}

/// Rows of several shapes in one column of objects, as unions are written.
#[test]
fn unions_of_shapes() {
    let shapes: [&[&str]; 6] = [
        &["Kind", "Card", "Expires"],
        &["Kind", "Invoice"],
        &["Invoice", "Kind", "Due", "Card"],
        &[],
        &["Kind", "Due", "Unknown", "Nested"],
        &["Nested", "Expires", "Kind"],
    ];
    let payload = || {
        [
            Column::category("Kind"),
            Column::string("Card"),
            Column::date("Expires"),
            Column::int64("Invoice"),
            Column::date("Due"),
            Column::record("Nested", [Column::boolean("A"), Column::boolean("B")]),
        ]
    };
    let layout = Layout::new([
        Column::int64("n").required(),
        Column::record("Data", payload()),
        Column::list("All", Column::record("item", payload())),
    ])
    .expect("a layout");
    let value = |key: &str| match key {
        "Kind" => "\"K\"",
        "Card" => "\"4111 \\u0031\"",
        "Expires" | "Due" => "\"2024-02-29\"",
        "Nested" => "{\"B\":true,\"A\":null}",
        _ => "17",
    };
    let object = |shape: &[&str]| {
        let members: Vec<_> = shape.iter().map(|key| format!("\"{key}\":{}", value(key))).collect();
        format!("{{{}}}", members.join(","))
    };
    for round in rounds() {
        let (mut draw, mut input) = (Draw::seeded(round), String::new());
        let mut shape = 0;
        for number in 0..400 {
            // Runs of one shape, short and long.
            if draw.chance(40) {
                shape = draw.below(shapes.len());
            }
            let others: Vec<String> =
                (0..draw.below(4)).map(|_| object(shapes[draw.below(shapes.len())])).collect();
            let data = object(shapes[shape]);
            input +=
                &format!("{{\"n\":{number},\"Data\":{data},\"All\":[{}]}}\n", others.join(","));
        }
        all_good(&layout, input.as_bytes(), 400);
    }
}

/// For names of every length, keys that differ from them in one place, once after rows that have
/// the name itself where the other key stands now.
#[test]
fn keys_that_are_nearly_the_name() {
    for length in (1..40).chain([63, 64, 65, 127, 128, 129]) {
        let name: String = (0..length).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
        let layout = Layout::new([
            Column::int32("first"),
            Column::int32(&name),
            Column::int32(format!("{name}Z")),
        ])
        .expect("a layout");
        let mut input = String::new();
        let good = format!("{{\"first\":1,\"{name}\":2,\"{name}Z\":3}}\n");
        for at in [0, 1, 7, 8, 14, 15, 16, 27, 28, 29, 30, 31, 32, 62, 63, length / 2, length - 1] {
            if at >= length {
                continue;
            }
            input += &good.repeat(3);
            let (head, tail) = name.split_at(at);
            let other = format!("{head}#{}", &tail[1..]);
            let escaped = format!("{head}\\u{:04x}{}", tail.as_bytes()[0], &tail[1..]);
            for key in [other, escaped, format!("{head}{}", &tail[1..]), format!("{name}Y")] {
                input += &format!("{{\"first\":1,\"{key}\":2,\"{name}Z\":3}}\n");
                input += &format!("{{\"{key}\":2}}\n");
                input += &format!("{{\"{name}Z\":2,\"{key}\":2,\"first\":\"{key}\"}}\n");
                input += &format!("{{\"first\":1,\"{key}\":2,\"{name}\":4}}\n");
            }
        }
        let (good, bad) = compare(&layout, input.as_bytes());
        assert!(good > bad && bad > 0, "{good} good rows, {bad} bad");
    }
}

/// The bytes around a key: what stands in place of the comma, the quotes and the colon.
#[test]
fn bytes_around_keys() {
    let layout = Layout::new(["a", "bb", "ccc"].map(Column::int32)).expect("a layout");
    let good = "{\"a\":1,\"bb\":2,\"ccc\":3}";
    for at in 0..good.len() {
        let mut input = Vec::new();
        for byte in 0..=255_u8 {
            input.extend_from_slice(good.as_bytes());
            input.push(b'\n');
            input.extend_from_slice(good.as_bytes());
            let place = input.len() - good.len() + at;
            input[place] = byte;
            input.push(b'\n');
            // And one byte more than there should be.
            input.extend_from_slice(&good.as_bytes()[..at]);
            input.push(byte);
            input.extend_from_slice(&good.as_bytes()[at..]);
            input.push(b'\n');
        }
        compare(&layout, &input);
    }
}

/// Every order of four keys after every other, which is more than what can be learnt.
#[test]
fn every_order_after_every_other() {
    let names = ["Id", "State", "Count", "Note"];
    let layout = Layout::new(names.map(Column::int32)).expect("a layout");
    let mut orders: Vec<Vec<&str>> = vec![vec![]];
    for _ in names {
        let longer = |order: &Vec<&'static str>| {
            let rest = names.iter().filter(|name| !order.contains(*name));
            let order = order.clone();
            rest.map(|name| [order.clone(), vec![*name]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    let mut pairs: Vec<_> =
        orders.iter().flat_map(|a| orders.iter().map(move |b| (a, b))).collect();
    shuffle(&mut pairs, &mut Draw::seeded(3));
    let line = |order: &[&str]| {
        let members: Vec<_> = (0..).zip(order).map(|(n, key)| format!("\"{key}\":{n}")).collect();
        format!("{{{}}}\n", members.join(","))
    };
    let input: String =
        pairs.iter().map(|(a, b)| line(a).repeat(3) + &line(b) + &line(&b[..2])).collect();
    all_good(&layout, input.as_bytes(), pairs.len() * 5);
}

/// Bad rows after good ones of each order, in the same style and in others: told at the same byte as
/// by a decoder that has seen nothing.
#[test]
fn faults_after_learnt_keys() {
    let layout = Layout::new([
        Column::int32("a"),
        Column::int32("b").required(),
        Column::list(
            "l",
            Column::record("item", [Column::int32("x").required(), Column::int32("y")]),
        ),
    ])
    .expect("a layout");
    let good = [
        r#"{"a":1,"b":2,"l":[{"x":1,"y":2},{"x":1,"y":2}]}"#,
        r#"{"l":[{"y":1,"x":2}],"b":2,"a":1}"#,
        r#"{ "b" : 2, "a" : 1, "l" : [ { "x" : 1 }, { "y" : 1, "x" : 2 } ] }"#,
        r#"{"b":	2,"zz":0,"l":[],"a":	1}"#,
    ];
    let bad = [
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"b":1,"a":2,"b":3,"l":[]}"#,
        r#"{"a":1,"b":true}"#,
        r#"{"a":1,"b":null}"#,
        r#"{"a":1,"l":[]}"#,
        r#"{"b":1,"l":[{"x":1,"y":2,"x":3}]}"#,
        r#"{"b":1,"l":[{"y":1,"x":2,"y":3}]}"#,
        r#"{"b":1,"l":[{"y":1}]}"#,
        r#"{"b":1,"l":[{"x":1},{"x":"1"}]}"#,
        r#"{"b":1,"a":}"#,
        r#"{"b":1,"a"}"#,
        r#"{"b":1,}"#,
        r#"{"b":1,"a":1 "l":[]}"#,
        r#"{"a":1,"b":99999999999}"#,
    ];
    for learnt in good {
        let mut input = format!("{learnt}\n").repeat(3);
        for row in bad {
            input += &format!("{row}\n{learnt}\n{learnt}\n");
            for mark in ['{', '[', ':', ',', ']', '}'] {
                for (before, after) in [("", " "), ("", "    "), (" ", ""), ("\t", "\t")] {
                    let spaced = row.replace(mark, &format!("{before}{mark}{after}"));
                    input += &format!("{spaced}\n{learnt}\n");
                }
            }
        }
        // Each line is held against itself alone in pieces short enough for that.
        let lines: Vec<&str> = input.split_inclusive('\n').collect();
        for some in lines.chunks(12) {
            let some = format!("{learnt}\n{learnt}\n{learnt}\n{}", some.concat());
            decode::check(&layout, &Options::default(), some.as_bytes());
        }
    }
}
