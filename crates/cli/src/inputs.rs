//! What is to be read, as it was typed: files, URLs of objects, and `-` for standard input.

use std::path::{Path, PathBuf};

use rowmill::{Source, Sources};

use crate::exit::Failure;
use crate::values;

pub(crate) fn sources(inputs: &[PathBuf]) -> Result<Sources, Failure> {
    if inputs.iter().filter(|input| is_stdin(input)).count() > 1 {
        return Err(Failure::usage("standard input (-) can be read only once"));
    }
    let mut sources = Vec::new();
    for input in inputs {
        match input {
            input if is_stdin(input) => sources.push(Source::stdin()),
            input if values::is_url(input) => sources.extend(objects(input)?),
            input => sources.push(Source::path(input)),
        }
    }
    Ok(sources.into())
}

/// The same as paths, for those who read each of them many times.
pub(crate) fn paths(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for input in inputs {
        match input {
            input if values::is_url(input) => {
                paths.extend(objects(input)?.iter().map(|object| PathBuf::from(object.name())));
            }
            input => paths.push(input.clone()),
        }
    }
    Ok(paths)
}

/// All that a URL names.
#[cfg(feature = "cloud")]
fn objects(url: &Path) -> Result<Vec<Source>, Failure> {
    Ok(Source::all_at(&url.to_string_lossy())?)
}

/// Without clients of object stores no URL is taken for an argument.
#[cfg(not(feature = "cloud"))]
fn objects(path: &Path) -> Result<Vec<Source>, Failure> {
    Ok(vec![Source::path(path)])
}

fn is_stdin(input: &Path) -> bool {
    input.as_os_str() == "-"
}
