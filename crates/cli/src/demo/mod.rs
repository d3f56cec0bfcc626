//! `rowmill demo`: the whole line at work, on this machine alone.
//!
//! An export server in this process offers generated rows; the client, the download machine, the
//! decoder and the sink are the real ones. On the way the server plays a few faults, as servers
//! do, and what the client did about them is told. In the end the written files are read back with another
//! reader and compared with what the generator knows about its rows.

mod decimal;
mod faults;
mod place;
mod read_back;

use std::path::{Path, PathBuf};
use std::time::Instant;

use rowmill::mews::{Client, Credentials, Entity, Platform};
use rowmill::{Compression, Report};
use rowmill_testkit::corpus::{Kind, Totals};
use rowmill_testkit::server::{Server, demo_setup};
use serde::Serialize;
use tokio::task;

use crate::args::Demo;
use crate::exit::{self, Failure};
use crate::figures::{bytes, counted, grouped};
use crate::table::table;
use crate::{layout, output, progress};
use decimal::decimal;
use read_back::Found;

/// The entities that the demo server has rows of.
const KINDS: [Kind; 3] = [Kind::Reservation, Kind::OrderItem, Kind::Customer];

/// From so many rows on, files are large enough to be cut in their middle.
const ROWS_FOR_FAULTS: u64 = 1_000;

/// The server is in this process: it need not be spared.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_millis(50);

/// The generator's money has this many decimal places, as has the column it becomes.
const MONEY_SCALE: u32 = 10;

/// The result of a demo, as `--json` prints it.
#[derive(Serialize)]
struct Summary {
    version: u32,
    out: PathBuf,
    rows: u64,
    bytes: u64,
    output_bytes: u64,
    elapsed_s: f64,
    /// What the server did wrong, and what was done about it.
    survived: Vec<String>,
    exports: Vec<Report>,
    read_back: Vec<ReadBack>,
}

/// What was found in the files of one entity; the generator's sums are the same.
#[derive(Serialize)]
struct ReadBack {
    entity: &'static str,
    rows: u64,
    nulls_in: &'static str,
    nulls: u64,
    sum_of: Option<&'static str>,
    /// A decimal number, as text: it has more digits than JSON readers keep.
    sum: Option<String>,
    first_updated_us: Option<i64>,
    last_updated_us: Option<i64>,
}

pub(crate) async fn run(args: Demo) -> Result<(), Failure> {
    place::prepare(&args.out)?;
    let say = |text: &str| if args.json { Ok(()) } else { output::print(text) };

    let started = Instant::now();
    let setup = demo_setup(args.rows);
    let setup = if args.rows < ROWS_FOR_FAULTS { setup } else { setup.mild_faults() };
    let server = Server::start(setup)
        .await
        .map_err(|error| Failure::new(exit::TRY_LATER, format!("the demo server: {error}")))?;
    let size: u64 = KINDS.iter().flat_map(|kind| server.sizes(kind.name())).sum();
    say(&format!(
        "export server on {}: {} in {} of JSON Lines, made while they are served ({:.1} s)",
        server.url(),
        counted(args.rows, "row"),
        bytes(size),
        started.elapsed().as_secs_f64(),
    ))?;

    let started = Instant::now();
    let client = client(&server)?;
    let mut exports = Vec::new();
    for kind in KINDS {
        exports.push(export(&client, kind, &args.out).await?);
    }
    let elapsed_s = started.elapsed().as_secs_f64();
    say(&format!("\n{}", files(&exports)))?;
    let survived: Vec<String> = server.played().iter().map(faults::survived).collect();
    survived.iter().try_for_each(|line| say(&format!("survived: {line}")))?;

    let mut read_back = Vec::new();
    for (kind, report) in KINDS.into_iter().zip(&exports) {
        let made = server.totals(kind.name()).unwrap_or_default();
        read_back.push(compare(kind, report, made).await?);
    }
    server.stop().await;

    let sum = |count: fn(&Report) -> u64| exports.iter().map(count).sum();
    let summary = Summary {
        version: 1,
        out: args.out.clone(),
        rows: sum(|report| report.rows),
        bytes: sum(|report| report.bytes),
        output_bytes: sum(|report| report.output_bytes),
        elapsed_s,
        survived,
        exports,
        read_back,
    };
    if args.json { output::print_json(&summary) } else { output::print(&ending(&summary)) }
}

fn client(server: &Server) -> Result<Client, Failure> {
    let credentials =
        Credentials::new(server.client_token(), server.access_token(), "rowmill demo");
    let platform = Platform::Custom(server.url().to_owned());
    let builder = Client::builder(platform, credentials).allow_http(true);
    Ok(builder.poll_interval(POLL_INTERVAL).build().map_err(rowmill::Error::from)?)
}

/// What a user's own program would do: ask, wait, ingest.
async fn export(client: &Client, kind: Kind, out: &Path) -> Result<Report, Failure> {
    let entity = Entity::from(kind.name());
    let pending = client.export(entity).send().await.map_err(rowmill::Error::from)?;
    let ready = pending.ready().await.map_err(rowmill::Error::from)?;
    let ingest = rowmill::ingest(ready)
        .layout(&layout::of_entity(kind.name())?)
        .compression(Compression::Zstd(1))
        .progress(progress::callback());
    Ok(ingest.into_parquet(out).await?)
}

/// Reads the files of one entity back; a difference from what was made is an error.
async fn compare(kind: Kind, report: &Report, made: Totals) -> Result<ReadBack, Failure> {
    let parts: Vec<PathBuf> = report.parts.iter().map(|part| PathBuf::from(&part.path)).collect();
    let read = task::spawn_blocking(move || {
        let mut found = Found::default();
        parts.iter().try_for_each(|part| found.add_file(kind, part))?;
        Ok::<_, Failure>(found)
    });
    let found = read
        .await
        .map_err(|panic| Failure::new(exit::BAD_DATA, format!("a defect: {panic}")))??;
    let differences = found.differences(&made);
    if !differences.is_empty() {
        let differences = differences.join("; ");
        return Err(Failure::new(
            exit::BAD_DATA,
            format!("the files of {kind} are not what was made: {differences}"),
        ));
    }
    Ok(ReadBack {
        entity: kind.name(),
        rows: found.rows,
        nulls_in: kind.nulls_path(),
        nulls: found.nulls,
        sum_of: kind.money_path(),
        sum: kind.money_path().map(|_| decimal(found.money, MONEY_SCALE)),
        first_updated_us: found.updated.map(|(first, _)| first),
        last_updated_us: found.updated.map(|(_, last)| last),
    })
}

fn files(exports: &[Report]) -> String {
    let speed = |bytes: u64, seconds: f64| format!("{:.0}", bytes as f64 / 1e6 / seconds.max(1e-6));
    let mut rows = Vec::new();
    for report in exports {
        for (at, file) in report.files.iter().enumerate() {
            let entity = report.entity.as_deref().unwrap_or_default();
            rows.push([
                format!("{entity} {}", at + 1),
                grouped(file.bytes),
                grouped(file.rows),
                speed(file.bytes, file.elapsed_s),
            ]);
        }
    }
    let mut parts = Vec::new();
    for part in exports.iter().flat_map(|report| &report.parts) {
        parts.push([part.path.clone(), grouped(part.rows), grouped(part.bytes)]);
    }
    let files = table(["file", "bytes", "rows", "MB/s"], &rows);
    files + "\n" + &table(["part", "rows", "bytes"], &parts)
}

fn ending(summary: &Summary) -> String {
    let instant = |micros: Option<i64>| {
        micros
            .and_then(rowmill::mews::chrono::DateTime::from_timestamp_micros)
            .map_or_else(|| "-".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
    };
    let rows: Vec<[String; 6]> = summary
        .read_back
        .iter()
        .map(|found| {
            [
                found.entity.to_owned(),
                grouped(found.rows),
                format!("{} in {}", grouped(found.nulls), found.nulls_in),
                found
                    .sum_of
                    .zip(found.sum.as_ref())
                    .map_or_else(|| "-".to_owned(), |(column, sum)| format!("{sum} in {column}")),
                instant(found.first_updated_us),
                instant(found.last_updated_us),
            ]
        })
        .collect();
    let found = table(["read back", "rows", "nulls", "sum", "updated from", "to"], &rows);
    let out = summary.out.display();
    format!(
        "{} in {:.1} s ({}/s): {} of JSON Lines became {} of Parquet in {out}\n\n\
         {found}All equal to what was made. Next:\n\n  \
         duckdb -c \"select State, count(*) from '{out}/Reservation/*.parquet' group by all\"\n  \
         MEWS_CLIENT_TOKEN=... MEWS_ACCESS_TOKEN=... rowmill export --entity Reservation -o lake",
        counted(summary.rows, "row"),
        summary.elapsed_s,
        bytes((summary.bytes as f64 / summary.elapsed_s.max(1e-6)) as u64),
        bytes(summary.bytes),
        bytes(summary.output_bytes),
    )
}
