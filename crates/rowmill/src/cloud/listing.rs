//! Many objects by one URL: those of a prefix, or those that a pattern names.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStore, ObjectStoreScheme};
use tokio::time::timeout;

use super::address::Address;
use super::object::{Found, Object, SILENCE, head, silent};
use super::store::Client;
use super::{refusal, runtime};
use crate::cancel::Cancel;
use crate::error::{Error, ErrorKind, Result};

/// Objects that are looked at at a time.
const AT_ONCE: usize = 16;

/// How many times the silence of one answer a listing may take.
const PAGES: u32 = 10;

/// The objects that `address` names: those right below it where it ends with `/` and whose names end
/// like JSON Lines, those whose last part its last part matches where that has a `*`, else it alone.
///
/// They are in the order of their names, and each is of the version that is there now.
///
/// # Errors
/// There are none, or the store cannot list.
pub(crate) fn list(address: &Address) -> Result<Vec<Object>> {
    let (folder, pattern) = address.split();
    if !pattern.is_empty() && !pattern.contains('*') {
        return Ok(vec![Object::new(address.clone())]);
    }
    let name = address.shown();
    let (scheme, url, prefix) = folder.parse()?;
    if scheme == ObjectStoreScheme::Http {
        let message = "names many objects, and servers of http cannot list any; name each of them";
        return Err(Error::usage(message).in_file(name));
    }
    let store = Client::new(&scheme, &url, &name, true)?.objects;
    let wanted = move |file: &str| {
        if pattern.is_empty() { holds_lines(file) } else { matches(&pattern, file) }
    };
    let work = async move {
        let prefix = (!prefix.as_ref().is_empty()).then_some(prefix);
        let listed = timeout(SILENCE * PAGES, store.list_with_delimiter(prefix.as_ref())).await;
        let mut keys: Vec<_> = match listed {
            Ok(listed) => listed.map_err(Some)?.objects.into_iter().map(|o| o.location).collect(),
            Err(_) => return Err(None),
        };
        keys.retain(|key| key.filename().is_some_and(&wanted));
        keys.sort();
        let look = |key| {
            let store = Arc::clone(&store);
            async move {
                let meta = head(Arc::clone(&store) as Arc<dyn ObjectStore>, key).await?;
                Ok(Found { store, meta })
            }
        };
        stream::iter(keys.into_iter().map(look)).buffered(AT_ONCE).try_collect::<Vec<_>>().await
    };
    let found = runtime::wait(&Cancel::new(), work)?;
    let found = found.map_err(|cause| match cause {
        Some(cause) => refusal::reading(&name, &cause),
        None => silent(&name),
    })?;
    if found.is_empty() {
        let message = "names no objects: of a prefix those are read that end with .jsonl, .ndjson or \
                       .json, and .gz or .zst after it";
        return Err(Error::new(ErrorKind::Input, message).in_file(name));
    }
    let object = |found: Found| {
        let file = found.meta.location.filename().unwrap_or_default();
        Object::known(folder.child(file), found)
    };
    Ok(found.into_iter().map(object).collect())
}

/// Whether a file of this name is one of JSON Lines, and nobody's own business.
fn holds_lines(file: &str) -> bool {
    let name = file.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    !name.starts_with(['.', '_'])
        && [".jsonl", ".ndjson", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// Whether `file` is what `pattern` says, in which each `*` stands for any characters.
fn matches(pattern: &str, file: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == file };
    let Some(mut file) = file.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*') else { return file.ends_with(rest) };
    for part in middle.split('*') {
        // The first place where it stands leaves the most for the others.
        match file.split_once(part) {
            Some((_, after)) => file = after,
            None => return false,
        }
    }
    file.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, file) in [
            ("*", ""),
            ("*.jsonl", "a.jsonl"),
            ("a*", "a"),
            ("a*b*c", "abc"),
            ("a*b*c", "a--b-b--c"),
            ("**a", "xa"),
            ("a**", "a"),
        ] {
            assert!(matches(pattern, file), "{pattern} {file}");
        }
        for (pattern, file) in
            [("*.jsonl", "a.json"), ("a*a", "a"), ("a*b*c", "acb"), ("a", "ab"), ("*aa*a", "aa")]
        {
            assert!(!matches(pattern, file), "{pattern} {file}");
        }
    }

    #[test]
    fn files_of_lines_are_told_by_their_names() {
        for name in ["a.jsonl", "a.JSONL.gz", "a.ndjson.zst", "a.b.json"] {
            assert!(holds_lines(name), "{name}");
        }
        for name in ["a.parquet", "a.gz", "jsonl", "_a.jsonl", ".a.jsonl", "a.jsonl.bz2"] {
            assert!(!holds_lines(name), "{name}");
        }
    }
}
