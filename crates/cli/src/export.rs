//! `rowmill export`: one export after the other, each from the request to committed Parquet.

use std::ops::Range;

use rowmill::mews::chrono::{NaiveDate, NaiveTime};
use rowmill::mews::{Client, Credentials, Entity, PendingExport, Platform};
use rowmill::{Layout, Lineage, Report, entity};

use crate::args::Export;
use crate::exit::Failure;
use crate::values::Interval;
use crate::writing::configure;
use crate::{layout, output};

/// The one entity that has posting dates.
const LEDGER_ENTRY: &str = "LedgerEntry";

pub(crate) async fn run(args: Export) -> Result<(), Failure> {
    if args.state.is_some() {
        return Err(Failure::usage(
            "--state is not available yet: name the interval with --updated FROM..TO",
        ));
    }
    let names = names(&args)?;
    let own_layout = args.schema.as_deref().map(layout::from_file).transpose()?;
    // Whatever is wrong with the options is told before the first export is asked for.
    args.writing.on_bad_row()?;
    check_lineage(&args)?;
    let client = client(&args)?;
    for name in names {
        let layout = match &own_layout {
            Some(layout) => layout.clone(),
            None => layout::of_entity(name)?,
        };
        let report = one(&args, &client, name, &layout).await?;
        layout::write_widened(&report, args.writing.widened.as_deref())?;
        output::report(&report, &args.out.join(name).display().to_string(), args.writing.json)?;
    }
    Ok(())
}

/// What can be told before the export says what it was made for.
fn check_lineage(args: &Export) -> Result<(), Failure> {
    let wanted = args.writing.lineage.contains(&Lineage::EnterpriseId);
    if wanted && (args.enterprise_id.len() > 1 || !args.chain_id.is_empty()) {
        return Err(Failure::usage(
            "--lineage enterprise_id is for one --enterprise-id, and no --chain-id",
        ));
    }
    Ok(())
}

fn names(args: &Export) -> Result<Vec<&str>, Failure> {
    if args.all {
        return match &args.writing.widened {
            Some(_) => Err(Failure::usage("--widened is for one entity, not for many")),
            None => Ok(entity::NAMES.to_vec()),
        };
    }
    let mut names: Vec<&str> = Vec::new();
    for name in &args.entity {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if args.posting.is_some() && !names.contains(&LEDGER_ENTRY) {
        return Err(Failure::usage("--posting is for LedgerEntry alone"));
    }
    match (names.len(), &args.schema, &args.export_id) {
        (2.., Some(_), _) => Err(Failure::usage("--schema is for one entity, not for many")),
        (2.., ..) if args.writing.widened.is_some() => {
            Err(Failure::usage("--widened is for one entity, not for many"))
        }
        (2.., _, Some(_)) => Err(Failure::usage("--export-id is for one entity, not for many")),
        _ => Ok(names),
    }
}

fn client(args: &Export) -> Result<Client, Failure> {
    let credentials = match &args.credentials {
        Some(path) => Credentials::from_file(path),
        None => Credentials::from_env(),
    }
    .map_err(rowmill::Error::from)?;
    let platform = args.api.clone().map_or(Platform::Production, Platform::Custom);
    let mut builder = Client::builder(platform, credentials).allow_http(args.allow_http);
    if let Some(longest) = args.wait {
        builder = builder.wait(longest);
    }
    if let Some(interval) = args.poll_interval {
        builder = builder.poll_interval(interval);
    }
    if let Some(timeout) = args.idle_timeout {
        builder = builder.idle_timeout(timeout);
    }
    if let Some(longest) = args.max_backoff {
        builder = builder.max_backoff(longest);
    }
    Ok(builder.build().map_err(rowmill::Error::from)?)
}

async fn one(
    args: &Export,
    client: &Client,
    name: &str,
    layout: &Layout,
) -> Result<Report, Failure> {
    let pending = requested(args, client, name).await?;
    let ready = pending.ready().await.map_err(rowmill::Error::from)?;
    if ready.entity().as_str() != name {
        let (id, found) = (ready.id(), ready.entity());
        return Err(Failure::usage(format!("export {id} is one of {found}, not of {name}")));
    }
    let ingest = configure!(rowmill::ingest(ready).layout(layout), args.reading, args.writing);
    Ok(ingest.into_parquet(&args.out).await?)
}

async fn requested(args: &Export, client: &Client, name: &str) -> Result<PendingExport, Failure> {
    if let Some(id) = &args.export_id {
        return Ok(client.adopt(id));
    }
    let mut request = client.export(Entity::from(name));
    if !args.enterprise_id.is_empty() {
        request = request.enterprises(&args.enterprise_id);
    }
    if !args.chain_id.is_empty() {
        request = request.chains(&args.chain_id);
    }
    if let Some(Interval { from, until }) = args.updated {
        request = request.updated(from..until);
    }
    if let Some(interval) = args.posting.filter(|_| name == LEDGER_ENTRY) {
        request = request.posting(days(interval)?);
    }
    let pending = request.send().await.map_err(rowmill::Error::from)?;
    // There is no list of exports: whoever wants to come back to this one needs its id.
    output::note(&format!("export {} of {name} requested", pending.id()));
    Ok(pending)
}

/// Entries are posted on days, so an interval of postings begins and ends at midnight.
fn days(interval: Interval) -> Result<Range<NaiveDate>, Failure> {
    if [interval.from, interval.until].iter().any(|end| end.time() != NaiveTime::MIN) {
        return Err(Failure::usage(
            "--posting is in whole days: each end is a date, or an instant at midnight UTC",
        ));
    }
    Ok(interval.from.date_naive()..interval.until.date_naive())
}
