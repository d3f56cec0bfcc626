//! Numbers of 1 to 45 digits, near every border, in every spelling, in every column that reads them.

use super::checks::draw::Draw;
use super::checks::numbers::of_digits;
use super::{compare, rounds};
use rowmill_json::{Column, Layout};

fn columns() -> Vec<Column> {
    vec![
        Column::int32("i"),
        Column::int64("l"),
        Column::uint64("u"),
        Column::float64("f"),
        Column::decimal("d0", 38, 0),
        Column::decimal("d10", 38, 10),
        Column::decimal("d38", 38, 38),
        Column::decimal("d2", 18, 2),
        Column::decimal("d4", 19, 4),
        Column::decimal("d1", 1, 1),
        Column::json("j"),
    ]
}

/// Each number in each column, with what may follow it, and one time in a list and unread.
fn check(numbers: impl IntoIterator<Item = String>) {
    let mut all = columns();
    all.push(Column::list("list", Column::decimal("item", 38, 10)));
    let layout = Layout::new(all).expect("a layout");
    let after =
        ["}", " }", ",\"zz\":0}", "\t,\"zz\":\"0123456789012345678901234567890123456789\"}"];
    let mut input = String::new();
    for (at, number) in numbers.into_iter().enumerate() {
        for (column, after) in columns().iter().zip(after.iter().cycle().skip(at)) {
            input += &format!("{{\"{}\":{number}{after}\n", column.name());
        }
        input += &format!("{{\"list\":[{number},{number} ,0,{number}]}}\n");
        input += &format!("{{\"zz\":{number}}}\n");
    }
    compare(&layout, input.as_bytes());
}

#[test]
fn every_number_of_digits() {
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        let mut numbers = Vec::new();
        for length in 1..=45 {
            for after_point in [0, 1, 2, 9, 10, 11, length / 2, length - 1, length] {
                if after_point <= length {
                    let number = of_digits(length, after_point, &mut draw);
                    let sign = draw.pick(&["", "-"]);
                    let end = draw.pick(&["", "", "e0", "E-3", "e+7", "e-30", "0"]);
                    // A zero after a whole number makes another one; after a fraction it says nothing.
                    let end = if end == "0" && after_point == 0 { "" } else { end };
                    numbers.push(format!("{sign}{number}{end}"));
                }
            }
        }
        check(numbers);
    }
}

/// Around the powers of two and ten at which some type or some fast way ends.
#[test]
fn around_every_border() {
    let mut borders: Vec<u128> = (0..39).map(|power| 10_u128.pow(power)).collect();
    borders.extend([7, 8, 15, 16, 31, 32, 52, 53, 63, 64, 96, 126, 127].map(|bits| 1 << bits));
    let mut numbers = Vec::new();
    for border in borders {
        for near in [border - 1, border, border + 1] {
            for sign in ["", "-"] {
                numbers.push(format!("{sign}{near}"));
                numbers.push(format!("{sign}{near}.0"));
            }
            let digits = near.to_string();
            for places in [2, 10, 38] {
                // The same digits, so many of them after the point.
                let padded = format!("{digits:0>width$}", width = places + 1);
                let (whole, fraction) = padded.split_at(padded.len() - places);
                numbers.push(format!("{whole}.{fraction}"));
                numbers.push(format!("-{digits}e-{places}"));
            }
        }
    }
    check(numbers);
}

/// Texts that are nearly numbers, long and short: all refused, in read places and in others.
#[test]
fn what_is_no_number() {
    let mut numbers = Vec::new();
    for length in [1, 2, 7, 8, 9, 16, 17, 18, 19, 20, 32, 33] {
        let digits = "1234567890".repeat(5)[..length].to_owned();
        for wrong in [
            format!("0{digits}"),
            format!("-0{digits}"),
            format!("+{digits}"),
            format!("--{digits}"),
            format!("{digits}."),
            format!(".{digits}"),
            format!("{digits}.e1"),
            format!("{digits}e"),
            format!("{digits}e+"),
            format!("{digits}..0"),
            format!("{digits}.0.0"),
            format!("{digits}-"),
            format!("{digits}_0"),
            format!("{digits}x"),
            format!("{digits}\u{0}"),
            format!("{digits} {digits}"),
            format!("0x{digits}"),
            format!("{digits}\u{661}"),
        ] {
            numbers.push(wrong);
        }
        // Each place with each byte between the digits and after them.
        for at in 0..length {
            for byte in "/:.e+, }".chars() {
                let mut text = digits.clone();
                text.replace_range(at..=at, &byte.to_string());
                numbers.push(text);
            }
        }
    }
    check(numbers);
}

/// Exponents up to and beyond what any type holds, on digits that make up for them.
#[test]
fn exponents() {
    let mut numbers = Vec::new();
    for mantissa in ["0", "0.0", "1", "-1", "1.5", "100", "0.001", "12345678901234567890", "9.99"] {
        for exponent in (-45..=45).chain([308, 309, 310, -323, -324, -325, 4096, -4096]) {
            numbers.push(format!("{mantissa}e{exponent}"));
        }
        for exponent in
            ["00", "-00", "+000000000000000000002", "99999999999999999999", "-99999999999999999999"]
        {
            numbers.push(format!("{mantissa}E{exponent}"));
        }
    }
    for zeros in [17, 18, 19, 20, 37, 38, 39, 40, 300] {
        let zeros = "0".repeat(zeros);
        numbers.push(format!("1{zeros}"));
        numbers.push(format!("1{zeros}e-{}", zeros.len()));
        numbers.push(format!("0.{zeros}1"));
        numbers.push(format!("0.{zeros}1e{}", zeros.len() + 1));
        numbers.push(format!("1.{zeros}"));
        numbers.push(format!("-1.{zeros}1"));
    }
    check(numbers);
}
