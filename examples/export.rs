//! From the Mews API to a directory of Parquet files.
//!
//! ```text
//! export MEWS_CLIENT_TOKEN=… MEWS_ACCESS_TOKEN=…
//! cargo run --release --example export -- Reservation lake
//! ```
//!
//! `MEWS_API` gives another address than that of the production platform. To try it without an
//! account, run `rowmill serve` beside it, which prints an address and tokens.

use std::error::Error;
use std::path::Path;

use rowmill::mews::{Client, Credentials, Platform};
use rowmill::{Report, ingest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(entity), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("usage: export ENTITY DIRECTORY".into());
    };
    let platform = std::env::var("MEWS_API").map_or(Platform::Production, Platform::Custom);
    let report = run(platform, Credentials::from_env()?, &entity, Path::new(&output)).await?;
    for file in &report.files {
        println!("{}: {} rows", file.part, file.rows);
    }
    println!("{} rows in {:.1} s", report.rows, report.elapsed_s);
    Ok(())
}

/// Exports everything of one entity that the tokens can see.
pub async fn run(
    platform: Platform,
    credentials: Credentials,
    entity: &str,
    output: &Path,
) -> Result<Report, Box<dyn Error>> {
    // Plain http is for servers on this machine only, whatever is allowed here.
    let local = matches!(&platform, Platform::Custom(address) if address.starts_with("http:"));
    let client = Client::builder(platform, credentials).allow_http(local).build()?;
    // Each state is a type: a request, a pending export, a ready one.
    let pending = client.export(entity.parse()?).send().await?;
    println!("export {} is being made", pending.id());
    let ready = pending.ready().await?;
    // Downloads, decodes and writes at once; commits when every byte and line is accounted for.
    Ok(ingest(ready).into_parquet(output).await?)
}
