//! The directory a demo writes into: what an earlier demo left there is replaced, anything else
//! is left alone.

use std::fs;
use std::io;
use std::path::Path;

use crate::exit::{self, Failure};

/// Beside the manifests, where readers do not look. It says that the directory is a demo's.
const MARKER: &str = "_rowmill/demo";

/// Makes room for a demo in `out`.
pub(super) fn prepare(out: &Path) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::new(exit::OUTPUT, format!("{}: {error}", out.display()));
    let marker = out.join(MARKER);
    if marker.exists() {
        for kind in super::KINDS {
            remove(&out.join(kind.name())).map_err(failed)?;
        }
        remove(&out.join("_rowmill")).map_err(failed)?;
    } else if !is_free(out).map_err(failed)? {
        return Err(Failure::new(
            exit::OUTPUT,
            format!(
                "{} exists and was not written by an earlier demo: choose another place with --out",
                out.display()
            ),
        ));
    }
    // Written first, so that a demo that was cut short can be replaced too.
    fs::create_dir_all(out.join("_rowmill")).map_err(failed)?;
    fs::write(marker, "This directory was written by `rowmill demo`; the next one replaces it.\n")
        .map_err(failed)
}

/// Whether there is nothing at `out`, or an empty directory.
fn is_free(out: &Path) -> io::Result<bool> {
    match fs::read_dir(out) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_demos_own_output_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        prepare(&out).expect("nothing is there");
        let part = out.join("Customer/old.parquet");
        fs::create_dir(out.join("Customer")).expect("made");
        fs::write(&part, "old").expect("written");
        fs::write(out.join("notes.txt"), "mine").expect("written");
        prepare(&out).expect("a demo was there");
        assert!(!part.exists() && out.join("notes.txt").exists());

        let foreign = folder.path().join("foreign");
        fs::create_dir(&foreign).expect("made");
        prepare(&foreign).expect("an empty directory");
        fs::remove_dir_all(foreign.join("_rowmill")).expect("removed");
        fs::write(foreign.join("Customer"), "mine").expect("written");
        assert_eq!(prepare(&foreign).map_err(|failure| failure.code()), Err(exit::OUTPUT));
        let file = foreign.join("Customer");
        assert_eq!(prepare(&file).map_err(|failure| failure.code()), Err(exit::OUTPUT));
    }
}
