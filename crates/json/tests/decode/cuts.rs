//! The same answer for every way of cutting the input and every number of threads.

use super::{quarantine, run};
use rowmill_json::{Column, Layout, Options};

fn layout() -> Layout {
    Layout::new([
        Column::uuid("Id"),
        Column::category("State"),
        Column::string("Text"),
        Column::list("Counts", Column::int32("n")),
    ])
    .unwrap()
}

fn input(lines: usize) -> Vec<u8> {
    let mut input = Vec::new();
    for n in 0..lines {
        let line = match n % 11 {
            3 => String::new(),
            5 => format!("{{\"Id\":\"no uuid {n}\"}}"),
            7 => "\r".into(),
            9 => format!("{{\"State\":\"S{}\",\"Text\":\"caf\u{e9} \\u00e9 {n}\"}}\r", n % 3),
            _ => format!(
                "{{\"Id\":\"00000000-0000-0000-0000-{n:012}\",\"State\":\"S{}\",\"Text\":\"line {n}\",\"Counts\":[{n},null,{}]}}",
                n % 5,
                n * 2
            ),
        };
        input.extend_from_slice(line.as_bytes());
        input.push(b'\n');
    }
    input.pop();
    input
}

/// Everything that can be seen of an outcome.
fn seen(options: Options, input: &[u8], chunk: usize) -> String {
    let outcome = run(&layout(), options, input, chunk);
    let rejects: Vec<_> =
        outcome.rejects.iter().map(|r| (r.error().to_string(), r.raw().to_vec())).collect();
    format!("{:?}\n{:?}\n{:?}", outcome.batches, rejects, outcome.end)
}

#[test]
fn at_every_byte() {
    let input = input(12);
    for mut options in [Options::default(), quarantine()] {
        options.batch_rows = 5;
        let expected = seen(options.clone(), &input, usize::MAX);
        for chunk in 1..=input.len() {
            assert_eq!(seen(options.clone(), &input, chunk), expected, "chunks of {chunk}");
        }
    }
}

#[test]
fn by_any_number_of_threads() {
    let input = input(3000);
    for mut options in [Options::default(), quarantine()] {
        for (batch_rows, frame_bytes) in [(7, 1 << 20), (8192, 700), (100, 5000)] {
            (options.batch_rows, options.frame_bytes) = (batch_rows, frame_bytes);
            options.threads = 1;
            let expected = seen(options.clone(), &input, usize::MAX);
            for threads in 2..=8 {
                options.threads = threads;
                for chunk in [97, 4096, usize::MAX] {
                    assert_eq!(seen(options.clone(), &input, chunk), expected, "{threads} threads");
                }
            }
        }
    }
}

#[test]
fn a_dropped_decoder_ends_its_threads() {
    let mut options = Options::default();
    (options.threads, options.batch_rows) = (4, 1);
    for taken in 0..5 {
        let mut decoder = rowmill_json::Decoder::with(layout(), options.clone());
        decoder.push(input(500).into());
        for _ in 0..taken {
            let _ = decoder.next_batch();
        }
        // Joins the threads: the test would hang if one stayed.
        drop(decoder);
    }
}
