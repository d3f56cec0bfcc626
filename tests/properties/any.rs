//! Any layout, any rows, any damage: what the fuzz targets do, with bytes out of a generator.

use super::checks::draw::Draw;
use super::checks::{decode, layouts, mutate, rows, shapes, targets, values};
use super::rounds;
use rowmill_json::{Limit, OnBadRow, Options, Unknown};

fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut draw = Draw::seeded(seed);
    (0..length).map(|_| draw.byte()).collect()
}

#[test]
fn rows_of_any_layout() {
    for round in rounds() {
        for seed in 0..40 {
            let mut draw = Draw::seeded(round << 20 | seed);
            let layout = layouts::drawn(&mut draw);
            let input = rows::rows(layout.columns(), 20, &mut draw);
            decode::check(&layout, &Options::default(), &input);
        }
    }
}

#[test]
fn rows_of_every_kind_of_column() {
    let layout = layouts::rich();
    for round in rounds() {
        for seed in 0..6 {
            let mut draw = Draw::seeded(round << 20 | seed);
            let input = rows::rows(layout.columns(), 20, &mut draw);
            decode::check(&layout, &Options::default(), &input);
        }
    }
}

#[test]
fn rows_of_any_shape() {
    for round in rounds() {
        for seed in 0..60 {
            let mut draw = Draw::seeded(round << 20 | seed);
            let layout = shapes::drawn(&mut draw);
            let crowds = if seed % 3 == 0 { 15 } else { 0 };
            let input = rows::crowded_rows(layout.columns(), 20, crowds, &mut draw);
            decode::check(&layout, &options(seed), &input);
        }
    }
}

#[test]
fn rows_of_every_shape() {
    for unknown in [Unknown::Ignore, Unknown::Rescue, Unknown::Error] {
        let layout = shapes::rich(unknown);
        for round in rounds() {
            for seed in 0..6 {
                let mut draw = Draw::seeded(round << 20 | seed);
                let input = rows::crowded_rows(layout.columns(), 30, 5, &mut draw);
                decode::check(&layout, &options(seed), &input);
            }
        }
    }
}

/// Cells made null for every other seed, and small batches for some.
fn options(seed: u64) -> Options {
    let mut options = Options::default();
    if seed % 2 == 1 {
        options.on_bad_row = OnBadRow::Null { at_most: Limit::None };
    }
    options.batch_rows = [2048, 2048, 7, 1][seed as usize / 2 % 4];
    options
}

#[test]
fn scripts_of_damage() {
    for round in rounds() {
        for seed in 0..100 {
            let script = bytes(round << 20 | seed, 10 + (seed as usize * 7) % 200);
            targets::mutated_rows(&script);
        }
    }
}

#[test]
fn layouts_and_rows_out_of_bytes() {
    for round in rounds() {
        for seed in 0..150 {
            targets::random_layout(&bytes(round << 20 | seed, 40 + (seed as usize * 13) % 900));
        }
    }
}

#[test]
fn single_values() {
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        for column in layouts::leaves() {
            for _ in 0..8 {
                let mut value = Vec::new();
                let style = rows::Style::drawn(&mut draw);
                values::fitting(&column, &style, &mut draw, &mut value);
                // The text of a string alone too, and one byte of it another.
                let text = value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
                let mut text = text.unwrap_or(&value).to_vec();
                targets::scalars(&value);
                targets::scalars(&text);
                if !text.is_empty() {
                    let at = draw.below(text.len());
                    text[at] = draw.pick(mutate::BYTES);
                    targets::scalars(&text);
                }
            }
        }
    }
}
