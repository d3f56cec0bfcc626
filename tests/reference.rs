//! The decoder beside a slow one that shares no code with it, on generated rows of every entity,
//! whole and damaged: the same rows, the same bad lines, the same counts.
//!
//! `ROWMILL_ROUNDS=100 cargo test --release --test reference` damages many more rows.

use std::collections::HashMap;

use rowmill::arrow::RecordBatch;
use rowmill::{Allow, Column, Counts, Decoder, Kind, Layout, Limit, OnBadRow, Options, entity};
use rowmill_testkit::corpus::{self, Corpus};
use rowmill_testkit::reference::{self, Leniency};

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

fn leniencies(columns: &[Column], path: &str, found: &mut HashMap<String, Leniency>) {
    for column in columns {
        let path = if path.is_empty() {
            column.name().into()
        } else {
            format!("{path}.{}", column.name())
        };
        leniency(column, path, found);
    }
}

fn leniency(column: &Column, path: String, found: &mut HashMap<String, Leniency>) {
    match column.kind() {
        Kind::List(item) => leniency(item, format!("{path}[]"), found),
        Kind::Map(value) => leniency(value, format!("{path}{{}}"), found),
        Kind::Record(fields) => leniencies(fields, &path, found),
        _ => {
            let Allow { empty_as_null, date_as_midnight, cut_digits, .. } = column.allowed();
            found.insert(path, Leniency { empty_as_null, date_as_midnight, cut_digits });
        }
    }
}

struct Decoded {
    batches: Vec<RecordBatch>,
    bad: Vec<u64>,
    counts: Counts,
}

fn decode(layout: &Layout, lines: &[u8], threads: usize, chunk: usize) -> Decoded {
    let mut options = Options::default();
    options.threads = threads;
    options.batch_rows = 300;
    options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::None };
    let mut decoder = Decoder::with(layout, options);
    let (mut batches, mut bad) = (Vec::new(), Vec::new());
    let mut take = |decoder: &mut Decoder| {
        while let Some(batch) = decoder.next_batch().expect("bad rows are set aside") {
            batches.push(batch);
        }
        let lines = decoder.take_rejects();
        bad.extend(lines.iter().filter_map(|reject| Some(reject.error().place()?.line)));
    };
    for chunk in lines.chunks(chunk) {
        decoder.push(chunk.to_vec().into());
        take(&mut decoder);
    }
    decoder.finish();
    take(&mut decoder);
    let counts = decoder.report().expect("read to the end");
    Decoded { batches, bad, counts }
}

/// Gives the number of good and of bad rows.
#[track_caller]
fn compare(layout: &Layout, lines: &[u8], what: &str) -> (usize, usize) {
    let mut rules = HashMap::new();
    leniencies(layout.columns(), "", &mut rules);
    let rule = |path: &str| rules.get(path).copied().unwrap_or_default();
    let wanted = reference::decode_rows(layout.schema(), rule, lines);

    for (threads, chunk) in [(1, lines.len().max(1)), (3, 9_973)] {
        let got = decode(layout, lines, threads, chunk);
        let bad: Vec<u64> = wanted.bad.iter().map(|bad| bad.line).collect();
        assert_eq!(got.bad, bad, "{what}: bad lines");
        assert_eq!(got.counts.rows, wanted.batch.num_rows() as u64, "{what}: rows");
        assert_eq!(
            (got.counts.lines, got.counts.blank),
            (wanted.lines as u64, wanted.blank as u64),
            "{what}"
        );
        let uses = (got.counts.empty_as_null, got.counts.date_as_midnight, got.counts.cut_digits);
        let theirs = &wanted.uses;
        let theirs =
            (theirs.empty_as_null as u64, theirs.date_as_midnight as u64, theirs.cut_digits as u64);
        assert_eq!(uses, theirs, "{what}: leniencies");
        let mut row = 0;
        for batch in &got.batches {
            let same = wanted.batch.slice(row, batch.num_rows());
            for (at, field) in layout.schema().fields().iter().enumerate() {
                assert_eq!(
                    batch.column(at),
                    same.column(at),
                    "{what}: {} from row {row}",
                    field.name()
                );
            }
            row += batch.num_rows();
        }
    }
    (wanted.batch.num_rows(), wanted.bad.len())
}

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
            let (rows, bad) = compare(&layout, &lines, &format!("{kind}, change {change}"));
            assert_eq!((rows, bad), (150, 0), "{kind}");
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
            let (rows, bad) = compare(&layout, &lines, &format!("{kind}, round {round}"));
            assert!(rows > 300 && bad > 300, "{rows} good rows and {bad} bad ones show little");
        }
    }
}

#[test]
fn every_value_in_every_kind_of_column() {
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
            for inner in "abcdefghijklmn".chars() {
                lines += &format!("{{\"{name}\":{{\"{inner}\":{value}}}}}\n");
                lines += &format!("{{\"{name}\":[{{\"{inner}\":{value}}},{value}]}}\n");
            }
        }
    }
    compare(&layout, lines.as_bytes(), "values");
}
