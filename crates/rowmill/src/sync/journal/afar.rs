//! The journal in a store, where nothing can be written to the end of an object.
//!
//! The object is written anew for each line, if it is still as it was read. So that this stays cheap, lines
//! that have become many are put aside, as an object that is called by its contents and never changes; the
//! first line of the journal then names all of those. Who puts the same lines aside twice writes the same
//! object, and one that no journal names does no harm.

use std::path::Path;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::VERSION;
use crate::error::{Error, ErrorKind, Result};
use crate::sync::object::SmallObject;

/// Bytes of lines that are put aside.
const LONG: usize = 256 << 10;

/// The line that comes first where lines were put aside.
#[derive(Serialize, Deserialize)]
struct First {
    version: u32,
    /// The objects that have them, beside the journal, in their order.
    earlier: Vec<String>,
}

pub(super) struct Afar {
    object: SmallObject,
    /// What was put aside.
    earlier: Vec<String>,
    /// The lines since then.
    lines: Vec<u8>,
}

impl Afar {
    /// The journal at `path` and all lines of it, if that is a URL.
    ///
    /// # Errors
    /// It cannot be read, or lines that were put aside are not there.
    pub(super) fn open(path: &Path) -> Result<Option<(Self, Vec<u8>)>> {
        let Some((object, bytes)) = SmallObject::open(path)? else { return Ok(None) };
        let bytes = bytes.unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
        let (first, rest) = bytes.split_at(end);
        let (earlier, lines) = match serde_json::from_slice::<First>(first) {
            Ok(First { version: VERSION, earlier }) => (earlier, rest.to_vec()),
            // Another version is told by whoever reads lines.
            _ => (Vec::new(), bytes.to_vec()),
        };
        let mut all = Vec::new();
        for (name, text) in earlier.iter().zip(object.read_beside(&earlier)?) {
            let Some(text) = text else {
                let message = format!("{name} is not there any more, which has lines of it");
                let file = path.display().to_string();
                return Err(Error::new(ErrorKind::Input, message).in_file(file));
            };
            all.extend_from_slice(&text);
        }
        all.extend_from_slice(&lines);
        Ok(Some((Self { object, earlier, lines }, all)))
    }

    /// Writes a line behind all others.
    pub(super) fn append(&mut self, line: &[u8]) -> Result<()> {
        let mut earlier = self.earlier.clone();
        let mut lines = self.lines.clone();
        if lines.len() >= LONG {
            let hash = XxHash3_128::oneshot(&lines);
            earlier.push(self.object.write_beside(&format!("{hash:032x}"), lines)?);
            lines = Vec::new();
        }
        lines.extend_from_slice(line);
        let mut text = Vec::new();
        if !earlier.is_empty() {
            let first = First { version: VERSION, earlier: earlier.clone() };
            serde_json::to_writer(&mut text, &first).map_err(|e| Error::internal(e.to_string()))?;
            text.push(b'\n');
        }
        text.extend_from_slice(&lines);
        self.object.write(text)?;
        (self.earlier, self.lines) = (earlier, lines);
        Ok(())
    }

    /// Makes sure that no other run has written a line.
    pub(super) fn check(&self) -> Result<()> {
        self.object.check()
    }
}
