//! The decoder by itself: push bytes, take batches. No thread, no runtime, no file.
//!
//! ```text
//! cargo run --release --example push < rows.jsonl
//! ```
//!
//! This is what to embed in a system that already has its own ways of moving bytes.

use std::error::Error;
use std::io::{self, Read};

use rowmill::arrow::array::Array;
use rowmill::{Column, Counts, Decoder, Layout};

fn main() -> Result<(), Box<dyn Error>> {
    let counts = run(io::stdin().lock())?;
    println!("{} rows in {} bytes", counts.rows, counts.bytes);
    Ok(())
}

/// Decodes lines with an `Id` and a `Value` from `input`.
pub fn run(mut input: impl Read) -> Result<Counts, Box<dyn Error>> {
    let layout = Layout::new([Column::uuid("Id").required(), Column::decimal("Value", 38, 10)])?;
    let mut decoder = Decoder::new(&layout);
    loop {
        // Chunks of any size will do; a line may be spread over many.
        let mut chunk = vec![0; 64 * 1024];
        let length = input.read(&mut chunk)?;
        chunk.truncate(length);
        match length {
            0 => decoder.finish(),
            _ => decoder.push(chunk.into()),
        }
        // `None` means: feed me, or, after `finish`, done. A bad row is an error, which comes after
        // all the rows before it.
        while let Some(batch) = decoder.next_batch()? {
            println!("{} rows, {} null values", batch.num_rows(), batch.column(1).null_count());
        }
        if length == 0 {
            break;
        }
    }
    // Only now is it certain that the input was whole.
    decoder.report().ok_or_else(|| "the decoder has not ended".into())
}
