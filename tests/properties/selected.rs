//! Selections of a layout: what is selected is read as before, and what is not is still known.

use super::checks::draw::Draw;
use super::checks::run::{Take, quarantine, run};
use super::checks::{decode, oracle, rows, shapes};
use super::rounds;
use arrow_array::RecordBatch;
use rowmill_json::{Kind, Layout, Options};

/// The rows that are good, by their lines.
fn good(layout: &Layout, input: &[u8]) -> Vec<Option<RecordBatch>> {
    let seen = run(layout, &quarantine(&Options::default()), [input], Take::AtOnce);
    let mut row = 0;
    let mut bad = seen.rejects.iter().map(|told| told.line()).peekable();
    oracle::lines(input)
        .zip(1..)
        .map(|(line, number)| {
            if oracle::is_blank(line, number) || bad.next_if_eq(&number).is_some() {
                return None;
            }
            row += 1;
            Some(seen.batches[0].slice(row - 1, 1))
        })
        .collect()
}

#[test]
fn columns_of_any_layout() {
    let (mut selections, mut compared) = (0, 0);
    for round in rounds() {
        for seed in 0..60 {
            let mut draw = Draw::seeded(round << 20 | seed);
            let layout = shapes::drawn(&mut draw);
            let input = rows::crowded_rows(layout.columns(), 25, 0, &mut draw);
            let mut names: Vec<&str> =
                layout.schema().fields().iter().map(|field| field.name().as_str()).collect();
            rows::shuffle(&mut names, &mut draw);
            names.truncate(1 + draw.below(names.len()));
            // Digits cannot be rescued where nothing keeps them.
            let Ok(some) = layout.select(names.iter().copied()) else { continue };
            selections += 1;
            decode::compare(&some, &Options::default(), &input);

            let kept = |it: &&&str| {
                let column = layout.columns().iter().find(|column| column.name() == **it);
                column.is_some_and(|column| *column.kind() != Kind::RawJson)
            };
            for (all, few) in good(&layout, &input).iter().zip(&good(&some, &input)) {
                let (Some(all), Some(few)) = (all, few) else { continue };
                for name in names.iter().filter(kept) {
                    assert_eq!(all.column_by_name(name), few.column_by_name(name), "{name}");
                    compared += 1;
                }
            }
        }
    }
    assert!(selections > 30 && compared > 1_000, "{selections} selections, {compared} cells");
}
