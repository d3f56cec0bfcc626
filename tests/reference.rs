//! The decoder beside a slow one that shares no code with it, on generated rows of every entity,
//! whole and damaged: the same rows, the same bad lines, the same counts.
//!
//! `ROWMILL_ROUNDS=100 cargo test --release --test reference` damages many more rows.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use checks::decode;
use rowmill::entity;
use rowmill_json::{Allow, Column, Kind, Layout, Limit, OnBadRow, Options, Unknown};
use rowmill_testkit::corpus::{self, Corpus};

/// A small generator of its own: the same cases on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Values that other columns read, and some that none does.
const VALUES: [&str; 24] = [
    "null",
    "true",
    "0",
    "-0",
    "1.0",
    "1.5",
    "1e2",
    "1E400",
    "-12345678901234567890.123456789",
    "01",
    "\"\"",
    "\"a\\u0041\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"2024-02-29\"",
    "\"2024-02-30\"",
    "\"2024-02-29T12:00:00.1234567Z\"",
    "\"2024-02-29T12:00:00+01:30\"",
    "\"2024-02-29T12:00:00\"",
    "\"0F515589-99B4-423D-B83A-B237009F0509\"",
    "\"P-3DT4H\"",
    "[]",
    "{}",
    "[null,{}]",
    "{\"Id\":1,\"Id\":2}",
];

/// Bytes that mean something to a JSON reader, and some that are never right.
const BYTES: &[u8] = b"\"\\{}[]:,0123456789eE+-.tfnu \t\r\0\x1F\x7F\x80\xC3\xFF";

fn damage(line: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(line.len());
    match random.below(8) {
        0 => line[at] = BYTES[random.below(BYTES.len())],
        1 => line[at] = random.next() as u8,
        2 => drop(line.remove(at)),
        3 => line.insert(at, BYTES[random.below(BYTES.len())]),
        4 => line.truncate(at),
        5 => {
            // A slice twice: keys that come again, brackets that do not match.
            let end = (at + random.below(60)).min(line.len());
            let slice = line[at..end].to_vec();
            line.splice(at..at, slice);
        }
        _ => {
            // Another value for some key.
            let colon = line[at..].windows(2).position(|pair| pair == b"\":");
            let Some(start) = colon.map(|colon| at + colon + 2) else { return };
            let end = line[start..].iter().position(|byte| b",}]".contains(byte));
            let end = end.map_or(line.len(), |end| start + end);
            line.splice(start..end, VALUES[random.below(VALUES.len())].bytes());
        }
    }
    // A line end inside would make two lines of one; both readers count them, so leave it be.
}

/// Gives the number of good and of bad rows.
#[track_caller]
fn compare(layout: &Layout, policy: OnBadRow, lines: &[u8]) -> (usize, usize) {
    let mut options = Options::default();
    (options.batch_rows, options.on_bad_row) = (300, policy);
    decode::compare(layout, &options, lines)
}

const STRICT: OnBadRow = OnBadRow::Fail;
const NULL: OnBadRow = OnBadRow::Null { at_most: Limit::None };

fn corpus_lines(kind: corpus::Kind, rows: u64, options: corpus::Options) -> Vec<u8> {
    let corpus = Corpus::with(kind, 11, rows, options);
    let mut lines = Vec::new();
    corpus.write_rows(0..rows, &mut lines);
    lines
}

#[test]
fn good_rows_of_every_entity() {
    for kind in corpus::Kind::ENTITIES {
        let layout = entity::layout(kind.name()).expect("one of the ten");
        for change in 0..7 {
            let mut options = corpus::Options::default();
            match change {
                1 => options.missing_keys = 0.2,
                2 => options.shuffled_keys = true,
                3 => options.spaced = true,
                4 => options.crlf = true,
                5 => options.long_fractions = 0.3,
                6 => options.airy = true,
                _ => {}
            }
            let lines = corpus_lines(kind, 150, options);
            assert_eq!(compare(&layout, STRICT, &lines), (150, 0), "{kind}, change {change}");
        }
    }
}

#[test]
fn damaged_rows_of_every_entity() {
    let rounds =
        std::env::var("ROWMILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    for kind in corpus::Kind::ENTITIES {
        let layout = entity::layout(kind.name()).expect("one of the ten");
        let good = corpus_lines(kind, 100, corpus::Options::default());
        let good: Vec<&[u8]> = good.split_inclusive(|&byte| byte == b'\n').collect();
        for round in 0..rounds {
            let seed = (round << 32) ^ (kind as u64 + 1);
            let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut lines = Vec::new();
            for at in 0..1_500 {
                let mut line = good[at % good.len()].to_vec();
                line.pop();
                for _ in 0..random.below(3) {
                    if !line.is_empty() {
                        damage(&mut line, &mut random);
                    }
                }
                lines.extend_from_slice(&line);
                lines.push(b'\n');
            }
            let (rows, bad) = compare(&layout, STRICT, &lines);
            assert!(rows > 300 && bad > 300, "{rows} good rows and {bad} bad ones show little");
            let unknown = [Unknown::Rescue, Unknown::Error][round as usize % 2];
            let layout = layout.with_unknown(unknown).expect("a layout");
            compare(&layout, NULL, &lines);
        }
    }
}

/// Some columns of each entity, some of them taken out of their structs: all others are known and not
/// read.
#[test]
fn selections_of_every_entity() {
    for kind in corpus::Kind::ENTITIES {
        let layout = entity::layout(kind.name()).expect("one of the ten");
        let options = corpus::Options {
            missing_keys: 0.2,
            shuffled_keys: true,
            long_fractions: 0.3,
            ..corpus::Options::default()
        };
        let mut lines = corpus_lines(kind, 150, options);
        lines.extend(b"{\"New\":[{\"Id\":1}]}\n{\"Id\":5}\n");
        let mut random = Random(kind as u64 + 77);
        for unknown in [Unknown::Ignore, Unknown::Rescue, Unknown::Error] {
            let mut paths = vec!["Id".to_owned()];
            for column in layout.columns().iter().filter(|column| column.name() != "Id") {
                let name = column.name();
                match column.kind() {
                    Kind::Record(fields) if random.below(2) == 0 => {
                        let field = fields[random.below(fields.len())].name();
                        paths.push(format!("{name}{field}={name}.{field}"));
                    }
                    _ if random.below(3) == 0 => paths.push(name.to_owned()),
                    _ => {}
                }
            }
            let some = layout.select(paths.iter().map(String::as_str)).expect("a selection");
            let some = some.with_unknown(unknown).expect("a layout");
            for policy in [STRICT, NULL] {
                let (rows, bad) = compare(&some, policy, &lines);
                assert!(rows >= 150 && rows + bad == 152, "{kind}: {rows} good rows");
            }
        }
    }
}

#[test]
fn every_value_in_every_kind_of_column() {
    let mut round = Allow::NONE;
    round.round_digits = true;
    let columns = || {
        [
            Column::int32("a"),
            Column::int64("b"),
            Column::uint64("c"),
            Column::float64("d"),
            Column::boolean("e"),
            Column::string("f"),
            Column::category("g"),
            Column::date("h"),
            Column::timestamp_us("i"),
            Column::timestamp_ns("j"),
            Column::decimal("k", 12, 3),
            Column::uuid("l"),
            Column::json("m"),
            Column::duration("n"),
            Column::duration_parts("s"),
            Column::decimal("t", 12, 3).allow(round),
        ]
    };
    let mut all = Vec::from(columns());
    all.push(Column::list("o", Column::record("r", columns())));
    all.push(Column::map("p", Column::int64("v")));
    all.push(Column::record("q", columns()));
    all.extend(columns().map(|column| {
        let name = format!("required {}", column.name());
        Column::record(name, [column.required()])
    }));
    let layout = Layout::new(all).expect("a layout");
    let mut lines = String::new();
    for column in layout.columns() {
        for value in VALUES {
            let name = column.name();
            lines +=
                &format!("{{\"{name}\":{value}}}\n{{ \"zz\" : {value} , \"{name}\":{value} }}\n");
            for inner in "abcdefghijklmnst".chars() {
                lines += &format!("{{\"{name}\":{{\"{inner}\":{value}}}}}\n");
                lines += &format!("{{\"{name}\":[{{\"{inner}\":{value}}},{value}]}}\n");
            }
        }
    }
    compare(&layout, STRICT, lines.as_bytes());
    compare(&layout.with_unknown(Unknown::Rescue).expect("a layout"), NULL, lines.as_bytes());
}
