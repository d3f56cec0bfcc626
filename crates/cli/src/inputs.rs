//! What is to be read, as it was typed: files, and `-` for standard input.

use std::path::{Path, PathBuf};

use rowmill::{Source, Sources};

use crate::exit::Failure;

pub(crate) fn sources(inputs: &[PathBuf]) -> Result<Sources, Failure> {
    if inputs.iter().filter(|input| is_stdin(input)).count() > 1 {
        return Err(Failure::usage("standard input (-) can be read only once"));
    }
    let source = |input: &PathBuf| {
        if is_stdin(input) { Source::stdin() } else { Source::path(input) }
    };
    Ok(inputs.iter().map(source).collect())
}

fn is_stdin(input: &Path) -> bool {
    input.as_os_str() == "-"
}
