//! Instants with 0 to 12 fraction digits, days, and identifiers, with each byte wrong in turn.

use super::checks::draw::Draw;
use super::{compare, rounds};
use rowmill_json::{Allow, Column, Layout};

fn instants() -> Layout {
    Layout::new([
        Column::timestamp_us("us"),
        Column::timestamp_us("lenient us").allow(Allow::ALL),
        Column::timestamp_ns("ns"),
        Column::timestamp_ns("lenient ns").allow(Allow::ALL),
        Column::timestamp_us("required").allow(Allow::ALL).required(),
        Column::date("date"),
    ])
    .expect("a layout")
}

/// Each text in each column; the required one has a value of its own elsewhere.
fn check(layout: &Layout, texts: impl IntoIterator<Item = Vec<u8>>) -> (usize, usize) {
    let mut input = Vec::new();
    for text in texts {
        for column in layout.columns() {
            let name = column.name();
            input.extend_from_slice(format!("{{\"{name}\":\"").as_bytes());
            input.extend_from_slice(&text);
            let required = "\",\"required\":\"2000-01-01\"}\n";
            let end = if column.is_nullable() { required } else { "\"}\n" };
            input.extend_from_slice(end.as_bytes());
        }
    }
    compare(layout, &input)
}

#[test]
fn fractions_of_every_length() {
    let layout = instants();
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        let mut texts = Vec::new();
        for digits in 0..=12 {
            for pattern in ["random", "zeros", "nines", "last", "first"] {
                for zone in ["Z", "z", "+00:00", "-23:59", "+05:45", "", "+24:00", "+0100", "Zz"] {
                    let fraction: String = (0..digits)
                        .map(|at| match pattern {
                            "random" => char::from(b'0' + draw.byte() % 10),
                            "nines" => '9',
                            "last" if at + 1 == digits => '1',
                            "first" if at == 0 => '1',
                            _ => '0',
                        })
                        .collect();
                    let point = if digits == 0 && pattern != "last" { "" } else { "." };
                    let day = draw.pick(&["2024-02-29", "1969-12-31", "1970-01-01", "2000-12-31"]);
                    let t = draw.pick(&["T", "t", "T"]);
                    texts.push(format!("{day}{t}23:59:59{point}{fraction}{zone}").into_bytes());
                }
            }
        }
        let (good, bad) = check(&layout, texts);
        assert!(good > 500 && bad > 500, "{good} good rows, {bad} bad");
    }
}

#[test]
fn the_calendar() {
    let mut texts = Vec::new();
    for year in [
        0, 1, 4, 100, 400, 1600, 1677, 1678, 1899, 1900, 1970, 2000, 2023, 2024, 2100, 2262, 2263,
        9999,
    ] {
        for month in 0..=13 {
            for day in [0, 1, 28, 29, 30, 31, 32] {
                texts.push(format!("{year:04}-{month:02}-{day:02}").into_bytes());
            }
            texts.push(format!("{year:04}-{month:02}-28T00:00:00Z").into_bytes());
        }
    }
    for time in ["24:00:00", "23:60:00", "23:59:60", "00:00:00", "99:99:99", "1:00:00", "12:0:00"] {
        texts.push(format!("2024-02-29T{time}Z").into_bytes());
    }
    for edge in [
        "2262-04-11T23:47:16.854775807Z",
        "2262-04-11T23:47:16.854775808Z",
        "2262-04-11T23:47:17Z",
        "1677-09-21T00:12:43.145224192Z",
        "1677-09-21T00:12:43.145224191Z",
        "1677-09-21T00:12:43Z",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999-23:59",
        "",
    ] {
        texts.push(edge.as_bytes().to_vec());
    }
    check(&instants(), texts);
}

/// Every byte in every place of a text of fixed form.
fn each_byte_wrong(good: &str) -> Vec<Vec<u8>> {
    let bytes = b"\0\t /09:;@AFGTZ[afgtz{+-.,\"\\\x7f\x80\xB0\xFF";
    let places = (0..good.len()).flat_map(|at| bytes.iter().map(move |byte| (at, *byte)));
    let wrong = places.flat_map(|(at, byte)| {
        let mut replaced = good.as_bytes().to_vec();
        replaced[at] = byte;
        let mut longer = good.as_bytes().to_vec();
        longer.insert(at, byte);
        [replaced, longer]
    });
    let short = (0..good.len()).map(|end| good.as_bytes()[..end].to_vec());
    wrong.chain(short).collect()
}

#[test]
fn instants_with_one_byte_wrong() {
    for good in ["2024-02-29T12:34:56Z", "2024-02-29T12:34:56.789012+01:30", "2024-02-29"] {
        check(&instants(), each_byte_wrong(good));
    }
}

#[test]
fn identifiers_and_durations_with_one_byte_wrong() {
    let required = || Column::string("required");
    for (column, good) in [
        (Column::uuid("v"), "0F515589-99b4-423D-b83a-b237009f0509"),
        (Column::duration("v"), "-P1Y-2M3DT4H5M6.7S"),
        (Column::uuid("v"), "0f515589-99b4-423d-b83a-b237009f0509\\u0030"),
        (Column::uuid("v"), "\\u0030f515589-99b4-423d-b83a-b237009f0509"),
    ] {
        let layout = Layout::new([column, required()]).expect("a layout");
        let mut texts = each_byte_wrong(good);
        texts.push(good.as_bytes().to_vec());
        check(&layout, texts);
    }
}
