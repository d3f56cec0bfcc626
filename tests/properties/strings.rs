//! Strings whose length or whose special bytes lie at the borders of what is read in one go.

use super::checks::draw::Draw;
use super::checks::rows::Style;
use super::checks::run::{Take, quarantine, run};
use super::{compare, rounds};
use rowmill_json::{Column, Layout, Options, Simd};

const BORDERS: [usize; 4] = [16, 32, 64, 128];

/// A string as the value of a column, of a key nobody reads, inside JSON text, as a key of a map
/// and as a dictionary's entry, each at another place of the line.
fn layout() -> Layout {
    Layout::new([
        Column::string("s"),
        Column::json("j"),
        Column::map("m", Column::int32("value")),
        Column::category("c"),
        Column::string_view("v"),
        Column::int32("n"),
    ])
    .expect("a layout")
}

fn lines(inside: &[u8], shift: usize, out: &mut Vec<u8>) {
    let shift = " ".repeat(shift);
    for (before, after) in [
        ("{\"s\":\"", "\"}"),
        ("{\"zz\":\"", "\",\"n\":1}"),
        ("{\"j\":[\"", "\"]}"),
        ("{\"m\":{\"", "\":1},\"n\":2}"),
        ("{\"c\":\"", "\",\"s\":\"\"}"),
        ("{\"v\":\"", "\",\"n\":4}"),
        ("{\"", "\":0,\"n\":3}"),
    ] {
        out.extend_from_slice(shift.as_bytes());
        out.extend_from_slice(before.as_bytes());
        out.extend_from_slice(inside);
        out.extend_from_slice(after.as_bytes());
        out.push(b'\n');
    }
}

/// Each of the 256 bytes before, at and after each border, in a string that ends soon after or late.
#[test]
fn every_byte_at_every_border() {
    let layout = layout();
    for border in BORDERS {
        let mut input = Vec::new();
        for byte in 0..=255_u8 {
            for at in border - 2..=border + 1 {
                let length = at + 1 + usize::from(byte) % 5 * 7;
                let mut inside = vec![b'x'; length];
                inside[at] = byte;
                lines(&inside, usize::from(byte) % 3, &mut input);
            }
        }
        let (good, bad) = compare(&layout, &input);
        assert!(good > 1_000 && bad > 1_000, "{good} good rows, {bad} bad");
    }
}

/// Two bytes in a row of which the first asks for the second: escapes and sequences of UTF-8 that
/// two blocks share, whole and broken.
#[test]
fn sequences_across_every_border() {
    let sequences: [&[u8]; 26] = [
        b"\\n",
        b"\\\"",
        b"\\\\",
        b"\\/",
        b"\\u0041",
        b"\\u00e9",
        b"\\ud83d\\ude00",
        b"\\ud83d",
        b"\\ude00",
        b"\\ud83d\\u0041",
        b"\\u12",
        b"\\u12g4",
        b"\\",
        b"\\\\\\\\\\\"",
        b"\\x",
        b"\xC3\xA9",
        b"\xE2\x82\xAC",
        b"\xF0\x9F\x98\x80",
        b"\xC3",
        b"\xE2\x82",
        b"\xF0\x9F\x98",
        b"\xED\xA0\x80",
        b"\xC0\x80",
        b"\xF4\x90\x80\x80",
        b"\xEF\xBF\xBF",
        b"\xC3\xC3",
    ];
    let layout = layout();
    for border in BORDERS {
        let mut input = Vec::new();
        for sequence in sequences {
            for back in 0..=sequence.len().min(13) {
                for after in [0, 1, 20, 70] {
                    let mut inside = vec![b'y'; border - back];
                    inside.extend_from_slice(sequence);
                    inside.resize(inside.len() + after, b'z');
                    lines(&inside, back % 4, &mut input);
                }
            }
        }
        compare(&layout, &input);
    }
}

/// Lengths of which each is a border for some reader, at every place of the line.
#[test]
fn every_length_up_to_three_blocks() {
    let layout = layout();
    for filler in [&b"a"[..], "\u{e9}".as_bytes(), "\u{20ac}".as_bytes(), "\\\"".as_bytes()] {
        let mut input = Vec::new();
        for length in 0..=200 {
            lines(&filler.repeat(length), length % 5, &mut input);
        }
        let (good, bad) = compare(&layout, &input);
        assert_eq!((good, bad), (201 * 7, 0));
    }
}

/// Many escapes, and runs of backslashes, whose number decides what the quote after them is.
#[test]
fn runs_of_backslashes() {
    let layout = layout();
    let mut input = Vec::new();
    for before in (0..20).chain([30, 31, 32, 62, 63, 64]) {
        for slashes in 0..20 {
            let inside = [vec![b'a'; before], vec![b'\\'; slashes]].concat();
            lines(&inside, slashes % 3, &mut input);
        }
    }
    compare(&layout, &input);
}

#[test]
fn very_long_strings() {
    let layout = layout();
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        let mut input = Vec::new();
        for length in [1_000, 4_095, 4_096, 4_097, 70_000] {
            let mut inside = Vec::new();
            while inside.len() < length {
                let start = inside.len();
                super::checks::strings::any(&Style::tidy(), &mut draw, &mut inside);
                // The text without the quotes around it.
                inside.pop();
                inside.remove(start);
                inside.push(b'.');
            }
            lines(&inside, length % 7, &mut input);
        }
        let (good, bad) = compare(&layout, &input);
        assert_eq!((good, bad), (35, 0));
    }
}

/// Columns whose memory is nearly used up by the text before: where an escape or a long character
/// comes last, it must still find room. Memory is doubled, so borders are powers of two.
#[test]
fn texts_at_the_end_of_their_memory() {
    let layout = Layout::new([
        Column::string("s"),
        Column::map("m", Column::string("value")),
        Column::json("j"),
        Column::category("c"),
    ])
    .expect("a layout");
    for full in [1024_usize, 2048] {
        for left in (40..=70).chain([96, 97, 128]) {
            let before = "x".repeat(full - left);
            for length in [28, 29, 30, 31, 32, 60, 61, 62, 63, 64] {
                let text = "y".repeat(length);
                for end in ["\\u00e9", "\\ud83d\\ude00", "\u{1f600}", "\\n"] {
                    let mut input = String::new();
                    for text in [&before, &format!("{text}{end}"), &format!("{text}{end}{end}z")] {
                        input += &format!(
                            "{{\"s\":\"{text}\",\"m\":{{\"{text}\":\"{text}\"}},\"j\":\"{text}\",\"c\":\"{text}\"}}\n"
                        );
                    }
                    let mut options = quarantine(&Options::default());
                    let base = run(&layout, &options, [input.as_bytes()], Take::AtOnce);
                    for simd in Simd::available() {
                        options.simd = simd;
                        let seen = run(&layout, &options, [input.as_bytes()], Take::AtOnce);
                        base.same_as(&seen, &format!("{simd:?}"));
                    }
                    assert!(base.rejects.is_empty(), "{length} bytes and {end}");
                }
            }
        }
    }
}
