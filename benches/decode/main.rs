//! Decoding alone: bytes in memory to record batches, in one thread, beside others.
//!
//! ```sh
//! cargo bench -p rowmill-benches --bench decode
//! cargo bench -p rowmill-benches --bench decode -- Reservation --rounds 7 --json times.json
//! ROWMILL_BENCH_MB=200 cargo bench -p rowmill-benches --bench decode -- OrderItem Event
//! ```
//!
//! A word chooses the data sets that have it in their name. Beside rowmill, once for each
//! instruction set of the machine, stand:
//!
//! * `arrow-json`, which does the same work: the same columns of the same lines. Its batches are
//!   compared with rowmill's, value by value, before any time is taken.
//! * `simd-json`, which only builds its tape, and `serde_json`, which only checks the grammar: what
//!   reading a line costs before there is a column.
//!
//! Measured is the CPU time of the thread. Criterion is not used because it finishes one subject
//! before it starts the next, and a machine whose speed drifts then favours one of them; here every
//! round runs all of them.

mod answer;
mod arguments;
mod arrow_json;
mod data;
mod event;
mod table;
mod variant;

use std::error::Error;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use arguments::Arguments;
use data::DataSet;
use table::Table;
use variant::Variant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let mut tables = Vec::new();
    for recipe in data::RECIPES.iter().filter(|recipe| arguments.wants(recipe.name)) {
        let data = recipe.make(arguments.bytes);
        let variants = Variant::all(&data);
        answer::check(&data, &variants);
        let table = measure(&data, &variants, arguments.rounds);
        println!("{table}");
        tables.push(table);
    }
    if tables.is_empty() {
        let names: Vec<_> = data::RECIPES.iter().map(|recipe| recipe.name).collect();
        return Err(format!("no such data set; there are: {}", names.join(", ")).into());
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, table::json(&tables))?;
    }
    Ok(())
}

/// Seconds of every variant in every round. One round before them is not counted: it brings data
/// and code into the caches.
fn measure(data: &DataSet, variants: &[Variant], rounds: usize) -> Table {
    let mut table = Table::new(data, variants);
    for round in 0..=rounds {
        for (at, variant) in variants.iter().enumerate() {
            let start = thread_time();
            let rows = variant.run(data);
            let seconds = (thread_time() - start).as_secs_f64();
            assert_eq!(rows, data.rows, "{}: {}", data.name, variant.name());
            if round > 0 {
                table.add(at, seconds);
            }
        }
    }
    table
}

/// What the calling thread has used of a processor, in user and system mode.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither part is ever negative: the clock starts at zero with the thread.
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
