//! `rowmill convert`: JSON Lines to Parquet.

use std::sync::Arc;

use rowmill::Cancel;
use tokio::sync::oneshot;
use tokio::task;

use crate::args::Convert;
use crate::exit::{self, Failure};
use crate::signals::{self, Signal};
use crate::writing::configure;
use crate::{inferred, inputs, layout, output};

pub(crate) async fn run(args: Convert, stop: oneshot::Receiver<Signal>) -> Result<(), Failure> {
    let layout = layout::named(args.entity.as_deref(), args.schema.as_deref())?;
    let sources = inputs::sources(&args.inputs)?;

    layout::check_widened(args.writing.widened.as_deref())?;
    args.writing.partitions.tell();
    let cancel = Cancel::new();
    let convert = match &layout {
        Some(layout) => rowmill::Convert::new(layout),
        None => rowmill::Convert::inferred().on_inferred(Arc::new(inferred::tell_briefly)),
    };
    let mut convert = configure!(convert, args.reading, args.writing);
    if let Some(rows) = args.sample {
        convert = convert.sample(rows);
    }
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
            layout::write_widened([&report], args.writing.widened.as_deref())?;
            let (out, given) = (args.out.display().to_string(), args.schema.is_some());
            output::report(&report, &out, args.writing.json, given)
        }
        (_, Some(signal)) => Err(signal.failure()),
        (Ok(Err(error)), None) => Err(error.into()),
        (Err(panic), None) => Err(Failure::new(exit::BAD_DATA, format!("a defect: {panic}"))),
    }
}
