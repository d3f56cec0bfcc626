//! What an installed program has beside it: completions and manual pages.

use std::fs;
use std::io;

use clap::CommandFactory;

use crate::args::{Cli, Completions, Man};
use crate::exit::{self, Failure};
use crate::output;

const NAME: &str = "rowmill";

/// `rowmill completions SHELL`.
pub(crate) fn completions(args: &Completions) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut text);
    output::print(String::from_utf8_lossy(&text).trim_end())
}

/// `rowmill man`.
pub(crate) fn man(args: &Man) -> Result<(), Failure> {
    let Some(folder) = &args.out else {
        let mut text = Vec::new();
        let made = clap_mangen::Man::new(Cli::command()).render(&mut text);
        made.map_err(|error| refused("standard output", &error))?;
        return output::print(String::from_utf8_lossy(&text).trim_end());
    };
    let made = fs::create_dir_all(folder);
    made.and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|error| refused(&folder.display().to_string(), &error))
}

fn refused(place: &str, error: &io::Error) -> Failure {
    Failure::new(exit::OUTPUT, format!("{place}: cannot be written: {error}"))
}
