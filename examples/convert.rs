//! JSON Lines in, Parquet out: a whole converter around one call.
//!
//! ```text
//! cargo run --release --example convert -- Reservation rows.jsonl.gz rows.parquet
//! ```
//!
//! The first argument names one of the ten entities of Mews, whose layouts come with the library, or
//! a schema file for rows of your own (see `own_schema.rs`).

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use rowmill::{Convert, Limit, OnBadRow, Progress, Report, entity, schema_file};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, input, output] = arguments.as_slice() else {
        eprintln!(
            "usage: convert ENTITY|SCHEMA INPUT OUTPUT\nentities: {}",
            entity::NAMES.join(" ")
        );
        return ExitCode::from(2);
    };
    match run(name, Path::new(input), Path::new(output)) {
        Ok(report) => {
            summary(&report);
            ExitCode::SUCCESS
        }
        Err(error) => {
            // One line: for bad data it names file, line, byte and column.
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Converts rows of the entity or schema file `name`. Either `output` is whole afterwards, or it is
/// not there.
pub fn run(name: &str, input: &Path, output: &Path) -> Result<Report, Box<dyn Error>> {
    // The columns to read and their types.
    let layout = match entity::layout(name) {
        Some(layout) => layout,
        None => {
            let text = std::fs::read_to_string(name)
                .map_err(|error| format!("{name} is no entity and no schema file: {error}"))?;
            schema_file::parse(&text)?
        }
    };
    let report = Convert::new(&layout)
        // Up to one row in a thousand may be bad. Those are set aside in OUTPUT.rejects.jsonl,
        // each with its place and the reason; one more, and nothing is written.
        .on_bad_row(OnBadRow::Quarantine { at_most: Limit::Percent(0.1) })
        .progress(Arc::new(show))
        // Compressed input is recognised. Reading, decoding and encoding take turns on bounded
        // memory, on as many threads as there are cores.
        .run(input, output)?;
    Ok(report)
}

/// Called after every mebibyte or so.
fn show(progress: Progress) {
    let read = progress.read as f64 / 1e6;
    match progress.size {
        Some(size) if size > 0 => {
            eprint!("\r{:5.1} %  {read:.0} MB", progress.read as f64 * 100.0 / size as f64);
        }
        _ => eprint!("\r{read:.0} MB"),
    }
    if progress.finished {
        eprintln!();
    }
}

fn summary(report: &Report) {
    let (json, parquet) = (report.bytes as f64 / 1e6, report.output_bytes as f64 / 1e6);
    println!(
        "{} rows, {json:.1} MB of JSON to {parquet:.1} MB of Parquet in {:.2} s ({:.0} MB/s)",
        report.rows,
        report.elapsed_s,
        json / report.elapsed_s,
    );
    if let Some(rejects) = &report.rejects {
        println!("{} bad rows are in {rejects}", report.quarantined);
    }
    // Nothing is bent in silence.
    let bent = report.leniencies;
    if bent.empty_as_null + bent.date_as_midnight + bent.cut_digits > 0 {
        println!("read with leniency: {bent:?}");
    }
}
