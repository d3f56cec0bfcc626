//! The rowmill command line: reads the arguments, calls the library, tells what came of it.
//!
//! Everything that converts, downloads or writes is in the library; here are only words, bars
//! and exit codes.

#![forbid(unsafe_code)]

mod args;
mod bench;
mod convert;
#[cfg(feature = "demo")]
mod demo;
mod exit;
mod export;
mod figures;
mod inferred;
mod inputs;
mod install;
mod layout;
mod output;
mod progress;
mod schema;
#[cfg(feature = "demo")]
mod serve;
mod signals;
mod table;
mod values;
mod writing;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind as ClapKind;

use crate::args::{Cli, Command};
use crate::exit::Failure;

/// Row groups come and go; the system's allocator keeps some of each, so that memory would creep
/// up with the length of the input. This one gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => return usage(&error),
    };
    // Two threads at least: signals are heard while a job is being stopped.
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return end(Err(Failure::new(exit::TRY_LATER, format!("no runtime: {error}"))));
        }
    };
    let json = command.json();
    let outcome = runtime.block_on(run(command));
    // A thread that still waits for standard input must not hold the process.
    runtime.shutdown_background();
    if let (Err(failure), true) = (&outcome, json) {
        // The exit code tells as much where it cannot be printed.
        let _ = output::print_json(&failure.json());
    }
    end(outcome)
}

async fn run(command: Command) -> Result<(), Failure> {
    let stop = signals::listen()
        .map_err(|error| Failure::new(exit::TRY_LATER, format!("cannot hear signals: {error}")))?;
    match command {
        #[cfg(feature = "demo")]
        Command::Demo(args) => signals::or_stopped(stop, demo::run(args)).await,
        Command::Convert(args) => convert::run(*args, stop).await,
        Command::Bench(args) => bench::run(args, stop).await,
        Command::Export(args) => signals::or_stopped(stop, export::run(*args)).await,
        #[cfg(feature = "demo")]
        Command::Serve(args) => signals::or_stopped(stop, serve::run(args)).await,
        Command::Schema(args) => signals::or_stopped(stop, schema::run(args)).await,
        Command::Completions(args) => install::completions(&args),
        Command::Man(args) => install::man(&args),
    }
}

fn end(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(&failure.to_string());
            ExitCode::from(failure.code())
        }
    }
}

/// Help and version go to standard output; a mistake is told under our own name.
fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion) {
        // Whoever closed standard output has read enough.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    output::note(text.strip_prefix("error: ").unwrap_or(&text).trim_end());
    ExitCode::from(exit::USAGE)
}
