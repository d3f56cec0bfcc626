//! Exports of several entities at once, and everything that happens meanwhile.
//!
//! ```text
//! export MEWS_CLIENT_TOKEN=… MEWS_ACCESS_TOKEN=…
//! cargo run --release --example watch -- lake Reservation Customer
//! ```
//!
//! `MEWS_API` gives another address than that of the production platform. To try it without an
//! account, run `rowmill serve` beside it, which prints an address and tokens.

use std::error::Error;
use std::path::Path;

use futures::{StreamExt, future};
use rowmill::SyncReport;
use rowmill::mews::{Client, Counters, Credentials, Entity, Platform, Reason};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(output) = arguments.next() else {
        return Err("usage: watch DIRECTORY ENTITY...".into());
    };
    let entities: Vec<String> = arguments.collect();
    let platform = std::env::var("MEWS_API").map_or(Platform::Production, Platform::Custom);
    let credentials = Credentials::from_env()?;
    let (report, counters, _) = run(platform, credentials, &entities, Path::new(&output)).await?;
    println!("{} requests for {} files", counters.file_requests, counters.files);
    for reason in Reason::ALL {
        match counters.retries(reason) {
            0 => {}
            times => println!("  made again because of {reason}: {times}"),
        }
    }
    report.into_reports()?;
    Ok(())
}

/// Takes all of them in, and tells each event; also gives the number of events.
pub async fn run(
    platform: Platform,
    credentials: Credentials,
    entities: &[String],
    output: &Path,
) -> Result<(SyncReport, Counters, usize), Box<dyn Error>> {
    // Plain http is for servers on this machine only, whatever is allowed here.
    let local = matches!(&platform, Platform::Custom(address) if address.starts_with("http:"));
    let client = Client::builder(platform, credentials).allow_http(local).build()?;
    let entities = entities.iter().map(|name| Entity::from(name.as_str()));
    let mut run = rowmill::sync(client.clone(), entities);
    // The events end with the run. It never waits for who reads them.
    let events = run.events().fold(0, |count, event| async move {
        println!("{event}");
        count + 1
    });
    let (report, count) = future::join(run.into_parquet(output), events).await;
    Ok((report?, client.counters(), count))
}
