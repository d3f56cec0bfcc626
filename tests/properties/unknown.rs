//! Keys that no column reads, among keys that are learnt; and rows of which parts are taken back.

use super::checks::draw::Draw;
use super::checks::run::{Take, quarantine, run};
use super::checks::{decode, rows, shapes};
use super::rounds;
use rowmill_json::{Column, Layout, Limit, OnBadRow, Options, Unknown};

const RULES: [Unknown; 3] = [Unknown::Ignore, Unknown::Rescue, Unknown::Error];

fn policies() -> [Options; 2] {
    let options = |on_bad_row| {
        let mut options = Options::default();
        (options.batch_rows, options.on_bad_row) = (150, on_bad_row);
        options
    };
    [OnBadRow::Fail, OnBadRow::Null { at_most: Limit::None }].map(options)
}

/// Every rule for unknown keys, with cells made null and without. Gives the share of good rows in
/// percent, all in all.
#[track_caller]
fn compare(columns: &[Column], input: &str) -> usize {
    let (mut good, mut all) = (0, 0);
    for unknown in RULES {
        let layout = Layout::with(columns.to_vec(), unknown).expect("a layout");
        for options in policies() {
            let (rows, bad) = decode::compare(&layout, &options, input.as_bytes());
            (good, all) = (good + rows, all + rows + bad);
        }
    }
    100 * good / all
}

/// Members in an order of their own for some rows, with others between them, before and after.
#[test]
fn orders_with_strays_between() {
    let inner = [
        Column::int32("a"),
        Column::int32("b").required(),
        Column::string("c").path(["c", "d"]),
        Column::raw_json("rest"),
    ];
    let columns = [
        Column::int32("a"),
        Column::int32("b").required(),
        Column::string("c").path(["c", "d"]),
        Column::int32("e").path(["c", "e"]),
        Column::unread("u"),
        Column::record("o", inner.clone()),
        Column::list("l", Column::record("item", inner[..2].to_vec())),
    ];
    let value = |key: &str, draw: &mut Draw<'_>| -> String {
        let nested = "{\"z\":[],\"b\":1,\"c\":{\"x\":1,\"d\":\"t\"},\"a\":0}";
        let odd = draw.chance(3);
        match key {
            "a" | "b" if odd => draw.pick(&["\"no\"", "null", "1.5"]).into(),
            "a" | "b" => draw.pick(&["1", "2", "3"]).into(),
            "c" if odd => draw.pick(&["5", "{\"e\":[]}"]).into(),
            "c" => draw.pick(&["{\"d\":\"t\",\"e\":1}", "{\"y\":{},\"e\":2}", "{}", "null"]).into(),
            "o" if odd => draw.pick(&["{\"a\":1,\"s0\":0}", "[]"]).into(),
            "o" => draw.pick(&[nested, "{\"b\":2}", "null"]).into(),
            "l" => {
                let last = if odd { "{}" } else { draw.pick(&["null", nested]) };
                format!("[{nested},{{\"q\":0,\"b\":1}},{last}]")
            }
            _ => draw.pick(&["0", "\"s\"", "[1, {\"a\":2}]", "{\"b\": null}", "null"]).into(),
        }
    };
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        for many in [2, 20, 100] {
            let mut keys: Vec<String> = ["a", "b", "c", "u", "o", "l"].map(str::to_owned).into();
            keys.extend((0..many).map(|n| format!("s{n}")));
            let (mut input, mut order) = (String::new(), keys.clone());
            for number in 0..300 {
                // An order is kept for some rows, and left by single ones.
                if draw.chance(8) {
                    order = keys.clone();
                    rows::shuffle(&mut order, &mut draw);
                    order.truncate(6 + draw.below(many));
                    if !draw.chance(10) {
                        // What must be there.
                        order.retain(|key| key != "b");
                        order.insert(draw.below(order.len() + 1), "b".into());
                    }
                }
                let mut these = order.clone();
                if number % 7 == 3 {
                    rows::shuffle(&mut these, &mut draw);
                }
                if draw.chance(20) {
                    // A stray, mostly.
                    let at = draw.below(these.len());
                    let again = these[at].clone();
                    these.insert(draw.below(these.len() + 1), again);
                }
                let members: Vec<String> = these
                    .iter()
                    .map(|key| {
                        let spelt = match draw.below(12) {
                            0 => format!("\\u{:04x}{}", key.as_bytes()[0], &key[1..]),
                            _ => key.clone(),
                        };
                        format!("\"{spelt}\":{}", value(key, &mut draw))
                    })
                    .collect();
                let between = draw.pick(&[",", ",", ",", " , "]);
                input += &format!("{{{}}}\n", members.join(between));
            }
            let good = compare(&columns, &input);
            assert!((10..90).contains(&good), "{good} % of the rows are good");
        }
    }
}

/// More names than are remembered, more in a batch than are told, some in cells that are made null
/// and in rows that are set aside.
#[test]
fn more_names_than_are_told() {
    let columns = [
        Column::int32("n").required(),
        Column::record("o", [Column::int32("x").required()]),
        Column::category("c").known_values(["0"]),
    ];
    let mut draw = Draw::seeded(5);
    let mut input = String::new();
    for number in 0..3_000 {
        let stray = |draw: &mut Draw<'_>| format!("\"k{}\":0", draw.below(9_000));
        let x = if draw.chance(60) { "1" } else { "\"no\"" };
        let n = if draw.chance(80) { "1" } else { "[]" };
        let (a, b, c, d) = (stray(&mut draw), stray(&mut draw), stray(&mut draw), stray(&mut draw));
        input += &format!(
            "{{{a},\"o\":{{{b},\"x\":{x},{c}}},\"c\":\"{}\",\"n\":{n},{d}}}\n",
            number % 700
        );
    }
    for unknown in [Unknown::Ignore, Unknown::Rescue] {
        let layout = Layout::with(columns.clone(), unknown).expect("a layout");
        for mut options in policies() {
            options.batch_rows = 900;
            options.frame_bytes = 30_000;
            decode::compare(&layout, &options, input.as_bytes());
        }
    }
}

/// What lists and maps may take is taken by each row for itself: the same rows are bad as alone.
#[test]
fn memory_of_rows_together_and_alone() {
    for round in rounds() {
        for seed in 0..40 {
            let mut draw = Draw::seeded(round << 20 | seed);
            let layout = shapes::drawn(&mut draw);
            let input = rows::crowded_rows(layout.columns(), 25, 0, &mut draw);
            let mut options = policies()[seed as usize % 2].clone();
            options.max_batch_bytes = draw.pick(&[0, 300, 1_500, 4_000, 20_000]);
            options.threads = draw.pick(&[1, 1, 2, 4]);
            let options = quarantine(&options);
            let seen = run(&layout, &options, [&*input], Take::AtOnce);
            let (mut rows, mut rejects) = (0, Vec::new());
            for (line, number) in input.split_inclusive(|&byte| byte == b'\n').zip(1..) {
                let alone = run(&layout, &options, [b"\n", line], Take::AtOnce);
                rows += alone.batches.iter().map(|batch| batch.num_rows()).sum::<usize>();
                rejects.extend(alone.rejects.iter().map(|told| (number, told.code())));
            }
            let together: Vec<_> =
                seen.rejects.iter().map(|told| (told.line(), told.code())).collect();
            assert_eq!(together, rejects);
            let all: usize = seen.batches.iter().map(|batch| batch.num_rows()).sum();
            assert_eq!(all, rows);
        }
    }
}

/// Unions with the tag first and last, with other keys, faults and both at once.
#[test]
fn unions_in_any_order() {
    let union = |name: &str| {
        Column::union(
            name,
            "k",
            "v",
            [
                Column::record(
                    "A",
                    [Column::int32("x").required(), Column::category("c").known_values(["q"])],
                ),
                Column::list("B", Column::union("inner", "k", "v", [Column::int32("A")])),
                Column::int64("C"),
            ],
        )
    };
    let kept = Column::record("r", [union("w"), Column::raw_json("rest")]);
    let columns = [union("u"), Column::list("us", union("item")), kept];
    let tags = ["\"A\"", "\"A\"", "\"B\"", "\"C\"", "\"\\u0041\"", "\"D\"", "null", "5", "[]"];
    let values = [
        "{\"x\":1,\"c\":\"q\"}",
        "{\"new\":1,\"c\":\"w\",\"x\":2}",
        "{\"x\":\"no\",\"c\":\"e\",\"more\":2}",
        "{\"c\":\"r\",\"z\":0}",
        "{\"x\":1,\"x\":2}",
        "[{\"k\":\"A\",\"v\":1,\"s\":2},{\"v\":\"no\",\"k\":\"A\"},{\"v\":[1],\"k\":\"N\"}]",
        "[{\"s\":3,\"v\":{},\"k\":\"A\"}]",
        "7",
        "null",
        "{\"x\":}",
    ];
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        let mut object = || {
            let mut members = vec![format!("\"k\":{}", draw.pick(&tags))];
            members.push(format!("\"v\": {}", draw.pick(&values)));
            members.extend((0..draw.below(3)).map(|n| format!("\"s{n}\":[{n}]")));
            if draw.chance(10) {
                members.push(members[draw.below(2)].clone());
            }
            rows::shuffle(&mut members, &mut draw);
            members.retain(|_| !draw.chance(8));
            format!("{{{}}}", members.join(","))
        };
        let mut input = String::new();
        for _ in 0..400 {
            let [a, b, c, d] = std::array::from_fn(|_| object());
            input += &format!("{{\"us\":[{a},{b}],\"r\":{{\"t\":1,\"w\":{c}}},\"u\":{d}}}\n");
            input += &format!("{{\"u\":{}}}\n", object());
        }
        let good = compare(&columns, &input);
        assert!((10..90).contains(&good), "{good} % of the rows are good");
    }
}
