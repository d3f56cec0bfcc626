//! Where in a chunk something stands, and where the chunk ends: readers take aligned blocks of it.

use super::checks::decode;
use super::checks::run::{Take, quarantine, run};
use rowmill::Bytes;
use rowmill_json::{Column, Decoder, Layout, Options, Simd};

/// A block of the widest reader, and a little.
const FAR: usize = 68;

fn layout() -> Layout {
    Layout::new([
        Column::int64("n"),
        Column::string("s"),
        Column::uuid("u"),
        Column::timestamp_us("t"),
        Column::decimal("d", 38, 10),
        Column::boolean("b"),
        Column::string_view("v"),
        Column::list("l", Column::category("item")),
    ])
    .expect("a layout")
}

const LINES: [&str; 14] = [
    r#"{"v":"short","s":"x","v2":1,"l":["longer than twelve"]}"#,
    r#"{"n":12,"s":"\"\\","b":true}"#,
    r#"{"s":"\\\\\\\"","n":null}"#,
    r#"{"s":"\ud83d\ude00é€😀","b":false}"#,
    r#"{"u":"0f515589-99b4-423d-b83a-b237009f0509"}"#,
    r#"{"t":"2024-02-29T12:34:56.789Z","t2":1}"#,
    r#"{"t":"2024-02-29T12:34:56Z"}"#,
    r#"{"d":-12345678901234567890.0123456789,"n":9223372036854775807}"#,
    r#"{"l":["a","b",null,"a"],"zz":[{"x":["]}"]}]}"#,
    r#"{"n":1,"n":2}"#,
    r#"{"n":1,"zz":"\ud800"}"#,
    r#"{"n":1,"zz":tru}"#,
    "{\"s\":\"tab\tinside\"}",
    r#"{"n":1 2}"#,
];

/// Each line begins at each offset, behind blanks and behind another line.
#[test]
fn every_line_at_every_offset() {
    let (layout, options) = (layout(), quarantine(&Options::default()));
    for line in LINES {
        let alone = run(&layout, &options, [line.as_bytes()], Take::AtOnce);
        let good = alone.rejects.is_empty();
        for offset in 0..FAR {
            let blanks = " ".repeat(offset);
            let before = format!("{{\"s\":\"{}\"}}\n", "x".repeat(offset));
            for input in [format!("{blanks}{line}"), format!("{before}{line}\n{line}\n")] {
                let found = decode::compare(&layout, &options, input.as_bytes());
                let (lines, others) = if input.starts_with(&before) { (2, 1) } else { (1, 0) };
                assert_eq!(found, if good { (lines + others, 0) } else { (others, lines) });
            }
        }
    }
}

/// The chunk ends after each byte of a row, at every border of a block, and the rest of the row lies
/// behind it in the same memory: it is no part of the input.
#[test]
fn every_line_cut_short_at_every_border() {
    let (layout, mut options) = (layout(), quarantine(&Options::default()));
    for line in LINES {
        for length in 1..line.len() {
            for total in [32, 63, 64, 65, 127, 128, 129, 192] {
                let blanks = " ".repeat(usize::saturating_sub(total, length));
                let memory = Bytes::from(format!("{blanks}{line}\n"));
                for simd in Simd::available() {
                    options.simd = simd;
                    let mut decoder = Decoder::with(&layout, options.clone());
                    decoder.push(memory.slice(..blanks.len() + length));
                    decoder.finish();
                    let batch = decoder.next_batch().expect("bad rows are set aside");
                    assert!(batch.is_none(), "{simd:?}, {length} bytes of {line}");
                    assert_eq!(decoder.take_rejects().len(), 1);
                    assert_eq!(decoder.report().map(|counts| counts.quarantined), Some(1));
                }
            }
        }
    }
}
