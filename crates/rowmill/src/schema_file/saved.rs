//! Schema files that a run writes, in the place of none or of another one.

use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::Path;

use rowmill_json::Layout;

use super::{parse, print};
#[cfg(feature = "cloud")]
use crate::cancel::Cancel;
#[cfg(feature = "cloud")]
use crate::cloud::{Address, If, Place};
use crate::error::{Error, Result};
use crate::sink::replace;

/// [Writes](print()) `layout` to the schema file at `path`, whole or not at all. What is there is replaced if
/// it is a schema file or empty; nothing else ever is. With the feature `cloud` it may be the URL of an
/// object.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("schema.json");
/// let layout = rowmill::Layout::new([rowmill::Column::int64("Id")])?;
/// rowmill::schema_file::save(&layout, &path)?;
/// let text = std::fs::read_to_string(&path)?;
/// assert_eq!(rowmill::schema_file::parse(&text)?.columns()[0].name(), "Id");
///
/// std::fs::write(&path, "{\"Id\": 1}\n")?;
/// assert!(rowmill::schema_file::save(&layout, &path).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Output`](crate::ErrorKind::Output): it cannot be written, or something else is there.
/// [`Usage`](crate::ErrorKind::Usage): it is a URL that cannot be written to.
/// [`TryLater`](crate::ErrorKind::TryLater): the store cannot be reached.
pub fn save(layout: &Layout, path: impl AsRef<Path>) -> Result<()> {
    let (path, text) = (path.as_ref(), print(layout).into_bytes());
    #[cfg(feature = "cloud")]
    if Address::of(path).is_some() {
        let (place, name) = Place::of(path, &Cancel::new())?;
        let there = place.read(&name)?;
        let when = match there {
            Some((bytes, version)) => {
                check_replaced(path, &bytes)?;
                If::Is(version)
            }
            None => If::Free,
        };
        let written = place.write(&name, text, when)?;
        return written.map(drop).ok_or_else(|| Error::output(path, "is written by others, too"));
    }
    // A terminal or a pipe has nothing to lose.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return fs::write(path, text).map_err(|cause| Error::writing(path, cause));
    }
    check_saved(path)?;
    // Behind a link it is the file that is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    replace(&path, &text)
}

/// Makes sure that [`save`] may write there, as far as that can be told before. Objects are looked at
/// when they are written.
///
/// # Errors
/// [`Output`](crate::ErrorKind::Output): something else is there.
pub fn check_saved(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    #[cfg(feature = "cloud")]
    if Address::of(path).is_some() {
        return Ok(());
    }
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(found) if found.is_dir() => return Err(Error::output(path, "is a directory")),
        Err(cause) if cause.kind() != NotFound => return Err(Error::writing(path, cause)),
        _ => return Ok(()),
    }
    check_replaced(path, &fs::read(path).map_err(|cause| Error::writing(path, cause))?)
}

fn check_replaced(path: &Path, bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() || std::str::from_utf8(bytes).is_ok_and(|text| parse(text).is_ok()) {
        return Ok(());
    }
    Err(Error::output(path, "is there and is no schema file, so it is not replaced by one"))
}
