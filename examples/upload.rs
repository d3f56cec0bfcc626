//! A stream of bytes into a committed Parquet file, as a service that takes uploads would have it.
//!
//! ```text
//! cargo run --release --example upload
//! ```

use std::error::Error;
use std::path::Path;

use futures::{Stream, stream};
use rowmill::{Bytes, Column, Convert, Layout, Limit, OnBadRow, Report, Source};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let report = run(body(), "rooms.parquet".as_ref()).await?;
    println!("{} rows, {} set aside", report.rows, report.quarantined);
    Ok(())
}

/// Stands for the body of a request: chunks that end anywhere.
pub fn body() -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let chunks = ["{\"Room\":\"101\",\"Gue", "sts\":2}\n{\"Room\":null}\n", "{\"Room\":\"102\"}\n"];
    stream::iter(chunks.map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))))
}

/// Writes what `body` holds to `output`. Compressed bodies are recognised.
pub async fn run<S, E>(body: S, output: &Path) -> rowmill::Result<Report>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    let layout = Layout::new([Column::string("Room").required(), Column::int32("Guests")])?;
    // This task moves the bytes, threads do the rest; a slow disk slows the body. If the body breaks off,
    // or this future is dropped, nothing is left behind.
    Convert::new(&layout)
        .on_bad_row(OnBadRow::Quarantine { at_most: Limit::Rows(100) })
        .run_async(Source::stream("upload", body), output)
        .await
}
