//! Decoding alone: bytes in memory to record batches, in one thread.
//!
//! ```sh
//! cargo bench -p rowmill-benches --bench decode
//! ```
//!
//! Beside it, on the same lines, `serde_json` checking the grammar and building nothing: a decoder
//! that checks every byte and fills columns has that much work and more.

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use rowmill::arrow::array::{Array, Decimal128Array, StructArray};
use rowmill::{Bytes, Decoder, Layout, entity};
use rowmill_testkit::corpus::{Corpus, Kind};

const ROWS: u64 = 20_000;

fn lines(corpus: &Corpus) -> Bytes {
    let mut lines = Vec::new();
    corpus.write_rows(0..corpus.rows(), &mut lines);
    lines.into()
}

/// Rows, and the sum of `Amount.GrossValue` where there is one, in units of 10^-10.
fn decode(layout: &Layout, lines: Bytes) -> (u64, i128) {
    let mut decoder = Decoder::new(layout);
    decoder.push(lines);
    decoder.finish();
    let (mut rows, mut sum) = (0, 0);
    while let Some(batch) = decoder.next_batch().expect("the corpus is good") {
        rows += batch.num_rows() as u64;
        if let Some(amount) = batch.column_by_name("Amount") {
            let amount = amount.as_any().downcast_ref::<StructArray>().expect("a struct");
            let gross = amount.column_by_name("GrossValue").expect("documented");
            let gross = gross.as_any().downcast_ref::<Decimal128Array>().expect("a decimal");
            sum += gross.iter().flatten().sum::<i128>();
        }
    }
    (rows, sum)
}

fn check_grammar(lines: &[u8]) -> u64 {
    let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let _: serde::de::IgnoredAny = serde_json::from_slice(line).expect("good");
            1
        })
        .sum()
}

fn decoders(criterion: &mut Criterion) {
    for kind in [Kind::Reservation, Kind::OrderItem, Kind::Customer] {
        let corpus = Corpus::new(kind, 7, ROWS);
        let (lines, totals) = (lines(&corpus), corpus.totals());
        let layout = entity::layout(kind.name()).expect("one of the ten");
        // The answer first, then the time.
        let money = if kind == Kind::OrderItem { totals.money } else { 0 };
        assert_eq!(decode(&layout, lines.clone()), (ROWS, money));
        assert_eq!(check_grammar(&lines), ROWS);

        let mut group: BenchmarkGroup<'_, _> = criterion.benchmark_group(kind.name());
        group.throughput(Throughput::Bytes(lines.len() as u64)).sample_size(20);
        group.bench_function("rowmill", |b| b.iter(|| decode(&layout, black_box(lines.clone()))));
        group.bench_function("serde_json, grammar only", |b| {
            b.iter(|| check_grammar(black_box(&lines)));
        });
        group.finish();
    }
}

criterion_group!(benches, decoders);
criterion_main!(benches);
