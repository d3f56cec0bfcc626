//! Writes a corpus to standard output and says on standard error what was in it.
//!
//! `cargo run --release -p rowmill-testkit --example generate -- Reservation 100000 > rows.jsonl`
//! takes a kind and a number of rows, then a seed (1 if left out).

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use rowmill_testkit::corpus::{Corpus, Kind, Totals};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let kind: Kind = arguments.next().ok_or("which kind of rows?")?.parse()?;
    let rows: u64 = arguments.next().ok_or("how many rows?")?.parse()?;
    let seed: u64 = arguments.next().map_or(Ok(1), |seed| seed.parse())?;

    let corpus = Corpus::new(kind, seed, rows);
    let mut out = std::io::stdout().lock();
    let mut block = Vec::new();
    let mut totals = Totals::default();
    let start = Instant::now();
    for index in 0..corpus.block_count() {
        block.clear();
        totals += &corpus.write_block(index, &mut block);
        out.write_all(&block)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{totals:#?}");
    let mean = totals.bytes as f64 / totals.rows.max(1) as f64;
    eprintln!("{:.0} MB/s, {mean:.0} bytes a row", totals.bytes as f64 / 1e6 / seconds);
    Ok(())
}
