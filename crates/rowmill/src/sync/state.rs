//! The state file: how far the rows of each entity and scope are complete in the output.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[cfg(feature = "cloud")]
use super::object::SmallObject;
use super::watermark::Watermark;
use super::window::Subject;
use crate::error::{Error, ErrorKind, Result};
use crate::sink::replace;

/// The version of the file.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    watermarks: Vec<Watermark>,
}

/// All watermarks of one file. Who changes them holds the journal's lock.
pub(super) struct State {
    path: PathBuf,
    /// The file, where it is one in a store.
    #[cfg(feature = "cloud")]
    object: Option<SmallObject>,
    watermarks: Vec<Watermark>,
}

impl State {
    /// Reads the file at `path`; there are no watermarks where there is none.
    ///
    /// # Errors
    /// It cannot be understood. That is never taken for "no watermarks".
    pub(super) fn load(path: PathBuf) -> Result<Self> {
        #[cfg(feature = "cloud")]
        if let Some((object, bytes)) = SmallObject::open(&path)? {
            let watermarks = bytes.map_or(Ok(Vec::new()), |bytes| parse(&path, &bytes))?;
            return Ok(Self { path, object: Some(object), watermarks });
        }
        let watermarks = match fs::read(&path) {
            Ok(bytes) => parse(&path, &bytes)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(wrong(&path, format!("cannot be read: {e}")).because(e)),
        };
        Ok(Self {
            path,
            #[cfg(feature = "cloud")]
            object: None,
            watermarks,
        })
    }

    pub(super) fn get(&self, subject: &Subject) -> Option<&Watermark> {
        self.watermarks.iter().find(|mark| mark.subject == *subject)
    }

    /// Puts a watermark in the place of the one before, on the disk first.
    pub(super) fn set(&mut self, mark: Watermark) -> Result<()> {
        let mut watermarks = self.watermarks.clone();
        match watermarks.iter_mut().find(|own| own.subject == mark.subject) {
            Some(own) => *own = mark,
            None => watermarks.push(mark),
        }
        let contents = Contents { version: VERSION, watermarks };
        self.save(&contents)?;
        self.watermarks = contents.watermarks;
        Ok(())
    }

    fn save(&mut self, contents: &Contents) -> Result<()> {
        let mut text =
            serde_json::to_vec_pretty(contents).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        #[cfg(feature = "cloud")]
        if let Some(object) = &mut self.object {
            return object.write(text);
        }
        replace(&self.path, &text)
    }
}

/// The watermarks in a state file.
fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Watermark>> {
    let contents: Contents = serde_json::from_slice(bytes)
        .map_err(|e| wrong(path, format!("is no state file of rowmill: line {}", e.line())))?;
    if contents.version != VERSION {
        let version = contents.version;
        let message = format!("was written by another version of rowmill (form {version})");
        return Err(wrong(path, message));
    }
    Ok(contents.watermarks)
}

fn wrong(path: &Path, message: String) -> Error {
    Error::new(ErrorKind::Input, message).in_file(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(entity: &str, until: &str) -> Watermark {
        Watermark {
            subject: Subject::new(entity, &[], &[]),
            from: None,
            until: until.parse().expect("an instant"),
            seen_enterprise_ids: vec!["e".into()],
            seen_chain_ids: Vec::new(),
        }
    }

    #[test]
    fn watermarks_outlive_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/state.json");
        let mut state = State::load(path.clone()).expect("none yet");
        let (bill, payment) =
            (mark("Bill", "2026-01-01T00:00:00Z"), mark("Payment", "2026-01-02T00:00:00Z"));
        assert_eq!(state.get(&bill.subject), None);
        state.set(bill.clone()).expect("written");
        state.set(payment.clone()).expect("written");
        let later = mark("Bill", "2026-02-01T00:00:00Z");
        state.set(later.clone()).expect("written");

        let state = State::load(path.clone()).expect("reads");
        assert_eq!(state.get(&bill.subject), Some(&later));
        assert_eq!(state.get(&payment.subject), Some(&payment));
        assert_eq!(state.get(&Subject::new("Bill", &["e".into()], &[])), None);
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("reads").count(), 1);
    }

    #[test]
    fn what_cannot_be_understood_is_no_empty_state() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        for text in ["", "{}", "[]", "{\"version\":2,\"watermarks\":[]}", "{\"version\":1,\"wat"] {
            fs::write(&path, text).expect("written");
            let error = State::load(path.clone()).map(drop).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Input);
            assert!(error.to_string().contains("state.json"), "{error}");
        }
    }
}
