//! What is inferred from an input reads it: every row that is good by itself, on every path, with
//! the values that the slow decoder finds.

use super::checks::draw::Draw;
use super::checks::numbers::of_digits;
use super::checks::run::{Take, quarantine, run};
use super::checks::{decode, layouts, oracle, rows};
use super::rounds;
use rowmill_json::infer::{Inference, Inferred};
use rowmill_json::{Error, Options};

fn infer(input: &[u8], chunk: usize, threads: usize) -> Result<Inferred, Error> {
    let mut options = Options::default();
    (options.threads, options.frame_bytes) = (threads, 300);
    let mut inference = Inference::with(options);
    input.chunks(chunk.max(1)).for_each(|chunk| inference.push(chunk.to_vec().into()));
    inference.finish()
}

#[track_caller]
fn check(input: &[u8], draw: &mut Draw<'_>) -> Option<Inferred> {
    let inferred = infer(input, usize::MAX, 1);
    let told = format!("{inferred:?}");
    for threads in 1..=4 {
        let other = infer(input, 1 + draw.below(input.len().max(1)), threads);
        assert_eq!(format!("{other:?}"), told, "{threads} threads");
    }
    let inferred = inferred.ok()?;
    assert!(inferred.is_whole());
    let layout = inferred.layout();
    let seen = run(layout, &quarantine(&Options::default()), [input], Take::AtOnce);
    let counts = seen.end.as_ref().expect("no line is too long");
    assert!(counts.quarantined <= inferred.bad_rows(), "{layout:?}");
    // What the decoder refuses says nothing by itself either.
    let lines: Vec<&[u8]> = oracle::lines(input).collect();
    for told in &seen.rejects {
        let line = lines[told.line() as usize - 1];
        let by_itself = infer(line, usize::MAX, 1);
        assert!(by_itself.is_err(), "{}: {layout:?}", String::from_utf8_lossy(line));
    }
    Some(inferred)
}

#[test]
fn rows_of_any_layout() {
    for round in rounds() {
        for seed in 0..120 {
            let mut draw = Draw::seeded(round << 20 | seed);
            let layout = layouts::drawn(&mut draw);
            let count = 1 + draw.below(40);
            let input = rows::rows(layout.columns(), count, &mut draw);
            if let Some(inferred) = check(&input, &mut draw)
                && seed % 4 == 0
            {
                decode::compare(inferred.layout(), &Options::default(), &input);
            }
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
            check(&input, &mut draw);
        }
    }
}

/// Columns of numbers of one length and another: whatever their type is, it reads them all.
#[test]
fn numbers_of_any_length() {
    for round in rounds() {
        let mut draw = Draw::seeded(round);
        for length in 1..=45 {
            let mut input = String::new();
            for _ in 0..20 {
                let mut number = |length: usize| {
                    let after_point = draw.below(length + 1);
                    let number = of_digits(length, after_point, &mut draw);
                    let sign = draw.pick(&["", "", "", "-"]);
                    let end = draw.pick(&["", "", "", "e0", "E-3", "e+7", "e-30", "e300"]);
                    format!("{sign}{number}{end}")
                };
                let (one, other) = (number(length), number(1 + length / 3));
                input += &format!("{{\"n\":{one},\"m\":{other},\"l\":[{one},{other}]}}\n");
            }
            let inferred = check(input.as_bytes(), &mut draw).expect("a layout");
            assert_eq!((inferred.rows(), inferred.bad_rows()), (20, 0));
            decode::compare(inferred.layout(), &Options::default(), input.as_bytes());
        }
    }
}
