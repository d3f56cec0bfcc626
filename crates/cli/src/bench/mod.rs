//! `rowmill bench`: where the time goes when one's own files are converted.

mod buffer;
mod clock;
mod figures;
mod lines;
mod memory;
mod stages;

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

use rowmill::Cancel;
use tokio::sync::oneshot;
use tokio::task;

use self::figures::Figures;
use self::stages::Task;
use crate::args::{Bench, StageName};
use crate::exit::{self, Failure};
use crate::signals::{self, Signal};
use crate::{inputs, layout, output};

/// The order of the stages. `read` first, as it brings the file into the system's cache if it can;
/// `decode` last, as its buffer is what takes memory, and the peak before it is the line's own.
const ORDER: [StageName; 5] =
    [StageName::Read, StageName::Frame, StageName::Encode, StageName::Whole, StageName::Decode];

pub(crate) async fn run(args: Bench, stop: oneshot::Receiver<Signal>) -> Result<(), Failure> {
    let layout = layout::named(args.entity.as_deref(), args.schema.as_deref())?;
    check(&args.inputs)?;
    let inputs = inputs::paths(&args.inputs)?;
    let cancel = Cancel::new();
    let threads = args.threads.or_else(|| available_parallelism().ok());
    let threads = threads.map_or(1, NonZeroUsize::get);
    let token = cancel.clone();
    let mut job = task::spawn_blocking(move || {
        // Before anything is measured, and no part of it.
        let layout = layout.map_or_else(|| layout::of_files(&inputs, threads, &token), Ok)?;
        let buffer = memory::buffer();
        let task = Task { inputs, layout, threads, buffer, cancel: token };
        measure(&task, args.only)
    });
    let (outcome, signal) = tokio::select! {
        outcome = &mut job => (outcome, None),
        signal = signals::received(stop) => {
            cancel.cancel();
            (job.await, Some(signal))
        }
    };
    match (outcome, signal) {
        (Ok(Ok(figures)), _) if args.json => output::print_json(&figures.document()),
        (Ok(Ok(figures)), _) => output::print(&figures.text()),
        (_, Some(signal)) => Err(signal.failure()),
        (Ok(Err(failure)), None) => Err(failure),
        (Err(panic), None) => Err(Failure::new(exit::BAD_DATA, format!("a defect: {panic}"))),
    }
}

fn measure(task: &Task, only: Option<StageName>) -> Result<Figures, Failure> {
    let mut stages = Vec::new();
    for name in ORDER.into_iter().filter(|&name| only.is_none_or(|only| only == name)) {
        let mut stage = task.run(name)?;
        stage.peak = memory::peak();
        stages.push(stage);
    }
    stages.sort_by_key(|stage| stage.name);
    Ok(Figures {
        stages,
        threads: task.threads,
        files: task.inputs.len(),
        peak: memory::peak(),
        process_cpu: clock::process_cpu(),
    })
}

/// Refuses what cannot be read once for every stage. What is missing is told by whoever reads it.
fn check(inputs: &[PathBuf]) -> Result<(), Failure> {
    for input in inputs {
        let kind = fs::metadata(input).map(|found| found.file_type());
        if input.as_os_str() == "-" || kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
            let name = input.display();
            return Err(Failure::usage(format!(
                "{name}: is read once for every stage, so it must be a file"
            )));
        }
    }
    Ok(())
}
