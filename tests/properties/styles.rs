//! White space and line ends: what may stand between, and changes in the middle of a file.

use super::checks::draw::Draw;
use super::checks::rows;
use super::{all_good, compare, rounds};
use rowmill::entity;
use rowmill_json::{Column, Layout};
use rowmill_testkit::corpus::{self, Corpus};

/// Generated rows of an entity in a style that changes every few rows.
#[test]
fn styles_change_in_the_middle_of_a_file() {
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        for kind in corpus::Kind::ENTITIES {
            let layout = entity::layout(kind.name()).expect("one of the ten");
            let (mut input, mut at) = (Vec::new(), 0);
            while at < 60 {
                let options = corpus::Options {
                    spaced: draw.chance(40),
                    crlf: draw.chance(30),
                    escaped: draw.chance(20),
                    shuffled_keys: draw.chance(30),
                    missing_keys: if draw.chance(30) { 0.2 } else { 0.0 },
                    airy: draw.chance(40),
                    ..corpus::Options::default()
                };
                let next = (at + 1 + draw.below(12) as u64).min(60);
                Corpus::with(kind, round, 60, options).write_rows(at..next, &mut input);
                at = next;
            }
            all_good(&layout, &input, 60);
        }
    }
}

#[test]
fn line_ends_and_blank_lines() {
    let layout = Layout::new([Column::int64("n"), Column::string("s")]).expect("a layout");
    let ends = ["\n", "\r\n", "\n\n", "\r\n\r\n", " \n", "\t\r\n", "\n \t\r\n", "\r\r\n"];
    let lines = ["{\"n\":1}", " {\"n\":2,\"s\":\"x\"}", "{}", "{\"s\":\"\\r\\n\"}", "\t{ }\t", "{"];
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        for first in ["", "\u{feff}", "\n", "\u{feff}\n", "\u{feff} \r\n", " \u{feff}"] {
            for _ in 0..20 {
                let mut input = first.to_owned();
                for _ in 0..draw.below(40) {
                    input += draw.pick(&lines);
                    input += draw.pick(&ends);
                }
                // The last line with an end, without one, and with half of one.
                input += draw.pick(&["", "{\"n\":9}", "{\"n\":9}\r", " ", "\r", "{\"n\":9"]);
                compare(&layout, input.as_bytes());
            }
        }
    }
}

/// Runs of blanks of every length up to more than a block, in every place that may have some.
#[test]
fn blanks_of_every_length() {
    let layout = Layout::new([Column::int64("n"), Column::list("l", Column::string("s"))])
        .expect("a layout");
    let parts =
        ["", "{", "\"n\"", ":", "12", ",", "\"l\"", ":", "[", "\"a\"", ",", "null", "]", "}"];
    for blank in [" ", "\t", "\r", " \t"] {
        let mut input = String::new();
        for length in (1..36).chain([63, 64, 65, 130]) {
            for at in 0..parts.len() {
                input += &parts[..=at].concat();
                input += &blank.repeat(length);
                input += &parts[at + 1..].concat();
                input += "\n";
            }
        }
        all_good(&layout, input.as_bytes(), 39 * parts.len());
    }
    // What is no blank of JSON, though it is white space elsewhere.
    let mut input = String::new();
    for other in ["\u{b}", "\u{c}", "\u{a0}", "\u{2028}", "\u{feff}", "\u{0}", "\u{1f}"] {
        for at in 0..parts.len() {
            input += &format!("{}{other}{}\n", parts[..=at].concat(), parts[at + 1..].concat());
        }
    }
    assert_eq!(compare(&layout, input.as_bytes()), (0, 7 * parts.len()));
}

#[test]
fn spaced_rows_between_tidy_ones() {
    let columns = super::checks::layouts::leaves();
    let layout = Layout::new(columns).expect("a layout");
    for round in rounds() {
        let (mut draw, mut input) = (Draw::seeded(round), Vec::new());
        let mut style = rows::Style::tidy();
        for number in 0..300 {
            style.spaced = number % 10 == 9 || (100..140).contains(&number);
            rows::row(layout.columns(), &style, &mut draw, &mut input);
            input.extend_from_slice(if number % 7 == 0 { b"\r\n" } else { b"\n" });
        }
        all_good(&layout, &input, 300);
    }
}
