//! A stream of bytes in, a stream of record batches out, as a service that appends to a table
//! would have it.
//!
//! ```text
//! cargo run --release --example stream
//! ```

use std::error::Error;

use futures::{Stream, TryStreamExt, stream};
use rowmill::{Bytes, Column, Counts, Layout, decode};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let counts = run(body()).await?;
    println!("{} rows appended, {} lines blank", counts.rows, counts.blank);
    Ok(())
}

/// Stands for the body of an HTTP answer: chunks that end anywhere.
pub fn body() -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let chunks =
        ["{\"Room\":\"101\",\"Gue", "sts\":2}\n{\"Room\":\"102\",", "\"Guests\":null}\n\n"];
    stream::iter(chunks.map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))))
}

/// Appends what `body` holds to a table. Compressed bodies are recognised.
pub async fn run<S, E>(body: S) -> Result<Counts, Box<dyn Error>>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    let layout = Layout::new([Column::string("Room").required(), Column::int32("Guests")])?;
    // Decoding has a thread of its own: this task only waits. If `append` is slow, the body is
    // read slowly; if this future is dropped, the thread ends.
    let mut batches = decode(&layout, body);
    while let Some(batch) = batches.try_next().await? {
        append(&batch);
    }
    batches.report().ok_or_else(|| "the stream has not ended".into())
}

fn append(batch: &rowmill::arrow::RecordBatch) {
    println!("append {} rows of {} columns", batch.num_rows(), batch.num_columns());
}
