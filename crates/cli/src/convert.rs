//! `rowmill convert`: JSON Lines to Parquet.

use std::path::Path;

use rowmill::{Cancel, Source, Sources};
use tokio::sync::oneshot;
use tokio::task;

use crate::args::Convert;
use crate::exit::{self, Failure};
use crate::signals::{self, Signal};
use crate::writing::configure;
use crate::{layout, output};

pub(crate) async fn run(args: Convert, stop: oneshot::Receiver<Signal>) -> Result<(), Failure> {
    let layout = layout::named(args.entity.as_deref(), args.schema.as_deref())?;
    let layout = args.reading.part_of(&layout)?;
    if args.inputs.iter().filter(|input| is_stdin(input)).count() > 1 {
        return Err(Failure::usage("standard input (-) can be read only once"));
    }
    let sources: Sources = args
        .inputs
        .iter()
        .map(|input| if is_stdin(input) { Source::stdin() } else { Source::path(input) })
        .collect();

    let cancel = Cancel::new();
    let mut convert = configure!(rowmill::Convert::new(&layout), args.reading, args.writing);
    convert = convert.cancel(cancel.clone());
    if let Some(name) = &args.entity {
        convert = convert.name(name);
    }
    let out = args.out.clone();
    let mut job = task::spawn_blocking(move || convert.run(sources, out));
    let (outcome, signal) = tokio::select! {
        outcome = &mut job => (outcome, None),
        signal = signals::received(stop) => {
            cancel.cancel();
            (job.await, Some(signal))
        }
    };
    match (outcome, signal) {
        // Also after a signal that came too late to stop it.
        (Ok(Ok(report)), _) => {
            output::report(&report, &args.out.display().to_string(), args.writing.json)
        }
        (_, Some(signal)) => Err(signal.failure()),
        (Ok(Err(error)), None) => Err(error.into()),
        (Err(panic), None) => Err(Failure::new(exit::BAD_DATA, format!("a defect: {panic}"))),
    }
}

fn is_stdin(input: &Path) -> bool {
    input.as_os_str() == "-"
}
