//! `rowmill export`: entities from the API to committed Parquet, as far as earlier runs have not
//! done it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::time::Duration;

use rowmill::mews::chrono::{NaiveDate, NaiveTime};
use rowmill::mews::{
    Client, ClientBuilder, Counters, Credentials, Entity, ErrorKind, Event, Platform, Proxy, Reason,
};
use rowmill::{Lineage, Report, SyncEvent, SyncRun, entity};

use crate::args::Export;
use crate::exit::{self, Failure};
use crate::figures::counted;
use crate::values::Interval;
use crate::writing::configure;
use crate::{layout, output};

/// What Mews counts calls in.
const RATE_WINDOW: Duration = Duration::from_secs(30);

/// The one entity that has posting dates.
const LEDGER_ENTRY: &str = "LedgerEntry";

pub(crate) async fn run(args: Export) -> Result<(), Failure> {
    let names = names(&args)?;
    if args.out.extension().is_some_and(|it| it == "parquet") && !args.out.is_dir() {
        return Err(Failure::usage(
            "--out ends with .parquet as a file does, and exports go to a directory",
        ));
    }
    // Whatever is wrong with the options is told before the first export is asked for.
    args.writing.on_bad_row()?;
    check_lineage(&args)?;
    layout::check_widened(args.writing.widened.as_deref())?;
    args.writing.partitions.tell();
    let client = client(&args)?;
    let sync = sync(&args, &names, client.clone())?;
    let outcome = take_in(&args, sync).await;
    if let Some(trouble) = trouble(&client.counters()) {
        output::note(&trouble);
    }
    if let (Err(failure), Some(raw)) = (&outcome, &args.keep_raw)
        && failure.code() == exit::BAD_DATA
    {
        let raw = raw.display();
        output::note(&format!(
            "the files as they came are kept in {raw}; `rowmill convert` takes them without the API"
        ));
    }
    outcome
}

async fn take_in(args: &Export, sync: SyncRun) -> Result<(), Failure> {
    if let Some(id) = &args.export_id {
        let report = sync.adopt(id, &args.out).await?;
        layout::write_widened([&report], args.writing.widened.as_deref())?;
        return done(args, &report);
    }
    let mut failure = None;
    for entity in sync.into_parquet(&args.out).await?.entities {
        layout::write_widened(&entity.exports, args.writing.widened.as_deref())?;
        for report in &entity.exports {
            done(args, report)?;
        }
        if let (true, Some(report)) = (args.writing.json, entity.nothing_to_do()) {
            output::print_json(&report)?;
        }
        if let Some(error) = entity.error {
            let told = Failure::from(error);
            let many = args.all || args.entity.len() > 1;
            let told = if many { told.of(entity.entity.as_str()) } else { told };
            match &failure {
                None => failure = Some(told),
                Some(_) => output::note(&told.to_string()),
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

/// What had to be done more than once, in one line.
fn trouble(counters: &Counters) -> Option<String> {
    let reasons = Reason::ALL.into_iter().map(|reason| (reason, counters.retries(reason)));
    let reasons = reasons.filter(|(_, times)| *times > 0);
    let told: Vec<String> = reasons.clone().map(|(why, times)| format!("{why} {times}")).collect();
    if told.is_empty() {
        return None;
    }
    let retries = counted(reasons.map(|(_, times)| times).sum(), "request");
    let (told, renewals) = (told.join(", "), counted(counters.renewals, "renewal"));
    Some(format!("{retries} made again ({told}), {renewals} of links"))
}

/// Tells of one export that is committed.
fn done(args: &Export, report: &Report) -> Result<(), Failure> {
    let name = report.entity.as_deref().unwrap_or_default();
    let (out, given) = (args.out.join(name).display().to_string(), args.schema.is_some());
    output::report(report, &out, args.writing.json, given)
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
    let network = &args.network;
    let mut builder = Client::builder(platform, credentials).allow_http(network.allow_http);
    macro_rules! set {
        ($($option:ident: $setting:expr),* $(,)?) => {$(
            if let Some(value) = network.$option {
                builder = $setting(builder, value);
            }
        )*};
    }
    set! {
        wait: ClientBuilder::wait,
        poll_interval: ClientBuilder::poll_interval,
        rate: |builder: ClientBuilder, calls: NonZeroUsize| builder.rate(calls.get(), RATE_WINDOW),
        attempts: |builder: ClientBuilder, n: NonZeroU32| builder.attempts(n.get()),
        max_backoff: ClientBuilder::max_backoff,
        idle_timeout: ClientBuilder::idle_timeout,
        file_deadline: ClientBuilder::file_deadline,
        link_age: ClientBuilder::link_age,
        connections: |builder: ClientBuilder, n: NonZeroUsize| builder.connections(n.get()),
        files_at_once: |builder: ClientBuilder, n: NonZeroUsize| builder.files_at_once(n.get()),
        read_ahead: |builder: ClientBuilder, n: NonZeroUsize| builder.read_ahead(n.get()),
    }
    match network.proxy.as_deref() {
        None => {}
        Some("env") => builder = builder.proxy(Proxy::Environment),
        Some(url) => builder = builder.proxy(Proxy::Url(url.to_owned())),
    }
    if let Some(path) = &network.ca_cert {
        let pem = std::fs::read(path)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        builder = builder.extra_authorities(pem);
    }
    builder.build().map_err(|error| match (&network.ca_cert, error.kind()) {
        (Some(path), ErrorKind::Certificate) => {
            Failure::usage(format!("{}: {error}", path.display()))
        }
        _ => rowmill::Error::from(error).into(),
    })
}

/// What is to be done, without anything done yet.
fn sync(args: &Export, names: &[&str], client: Client) -> Result<SyncRun, Failure> {
    let own_layout = args.schema.as_deref().map(layout::from_file).transpose()?;
    let entities: Vec<Entity> = names.iter().copied().map(Entity::from).collect();
    let mut sync = rowmill::sync(client, entities.clone());
    for entity in &entities {
        let layout = match &own_layout {
            Some(layout) => layout.clone(),
            None => layout::of_entity(entity.as_str())?,
        };
        sync = sync.layout(entity, layout);
    }
    if !args.enterprise_id.is_empty() {
        sync = sync.enterprises(&args.enterprise_id);
    }
    if !args.chain_id.is_empty() {
        sync = sync.chains(&args.chain_id);
    }
    if let Some(Interval { from, until }) = args.updated {
        sync = sync.updated(from..until);
    }
    if let Some(from) = args.since {
        sync = sync.since(from);
    }
    if args.full {
        sync = sync.everything();
    }
    if let Some(interval) = args.posting {
        sync = sync.posting(days(interval)?);
    }
    if let Some(overlap) = args.overlap {
        sync = sync.overlap(overlap);
    }
    if let Some(longest) = args.network.wait {
        sync = sync.keep_asking(longest);
    }
    if let Some(path) = &args.state {
        sync = sync.state(path);
    }
    sync = sync.dedupe(args.dedupe);
    if let Some(directory) = &args.keep_raw {
        sync = sync.keep_raw(directory);
    }
    let verbose = args.verbose;
    sync = sync.on_event(move |event| {
        match event {
            // Progress is shown elsewhere.
            SyncEvent::Client(Event::Received { .. }) => {}
            SyncEvent::Client(_) if !verbose => {}
            event => output::note(&event.to_string()),
        }
    });
    Ok(configure!(sync, args.reading, args.writing))
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
