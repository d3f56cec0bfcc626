//! Rows set aside: each with its place, the reason and its bytes, in a file of JSON Lines.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rowmill_json::{Counts, ErrorKind, Limit, Reject};
use serde::{Deserialize, Serialize};

use crate::error::{self, Error, Result};
use crate::settings::Settings;
use crate::sink::{Output, Partial, Rejects, Written, beside, check_folder, check_free};

/// The rejects of one run. The file comes into being with the first of them.
pub(crate) struct Quarantine {
    path: PathBuf,
    /// Whether the file is one for all runs into a directory: then lines about other sources stay.
    gathers: bool,
    /// Whether lines of an earlier run about the same sources may be lying there.
    replaces: bool,
    /// Whether the contents of rows stay out of the file.
    redact: bool,
    names: Vec<Arc<str>>,
    limit: Option<Limit>,
    open: Option<Open>,
    rows: u64,
    first: Option<Error>,
}

struct Open {
    // Before `partial`: its last bytes are of no use once the file is removed.
    writer: BufWriter<Written>,
    partial: Partial,
}

/// One line of the file. The order of the keys is that of the fields.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: u64,
    offset: u64,
    column: Option<&'a str>,
    code: &'a str,
    reason: &'a str,
    expected: &'a str,
    found: &'a str,
    #[serde(flatten)]
    raw: Raw<'a>,
}

#[derive(Serialize)]
enum Raw<'a> {
    #[serde(rename = "raw")]
    Text(&'a str),
    #[serde(rename = "raw_base64")]
    Bytes(String),
    #[serde(rename = "raw_bytes")]
    Length(usize),
}

/// What is read of a line that an earlier run has left.
#[derive(Deserialize)]
struct Earlier<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    /// There only if that run has kept the contents out.
    raw_bytes: Option<u64>,
}

impl Quarantine {
    /// The rejects of `names`, where `settings` say or else where `output` says.
    ///
    /// # Errors
    /// Something is there that may not be replaced.
    pub(crate) fn new(settings: &Settings, output: &Output, names: Vec<Arc<str>>) -> Result<Self> {
        let limit = settings.quarantine();
        let (path, gathers) = match &settings.rejects {
            Some(path) => (path.clone(), false),
            None => output.rejects_path(),
        };
        if limit.is_some() && !gathers {
            check_folder(&path)?;
            check_free(&path, settings.overwrite)?;
            Partial::clear(beside(&path));
        }
        let redact = settings.redact;
        if limit.is_some() && gathers && redact {
            check_redacted(&path, &names)?;
        }
        // Where bad rows end the run, a file the caller has named is none of our business.
        let replaces = settings.overwrite && (limit.is_some() || settings.rejects.is_none());
        Ok(Self { path, gathers, replaces, redact, names, limit, open: None, rows: 0, first: None })
    }

    /// How many rows have been set aside.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Where the file would go, in a run that may set rows aside.
    pub(crate) fn target(&self) -> Option<&Path> {
        self.limit.map(|_| self.path())
    }

    /// Where the file goes.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Sets one row aside.
    ///
    /// # Errors
    /// It is one too many, or cannot be written down.
    pub(crate) fn add(&mut self, file: &str, reject: &Reject) -> Result<()> {
        self.rows += 1;
        if let Some(Limit::Rows(most)) = self.limit
            && self.rows > most
        {
            let counted = format!("{} bad rows are more than the {most} allowed", self.rows);
            return Err(Error::too_many(file, reject.error(), &counted));
        }
        if self.first.is_none() {
            self.first = Some(Error::decode(file, reject.error().clone()));
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(create(&self.path, self.gathers, &self.names)?),
        };
        write_line(&mut open.writer, file, reject, self.redact)
            .map_err(|e| Error::writing(&self.path, e))
    }

    /// Whether the whole run is within the limit.
    pub(crate) fn judge(&self, counts: &Counts) -> Result<()> {
        // A count was enforced row by row; a share can only be judged now.
        let (Some(limit @ Limit::Percent(share)), Some(first)) = (self.limit, &self.first) else {
            return Ok(());
        };
        if limit.holds(counts, true) {
            return Ok(());
        }
        let all = counts.rows + counts.quarantined;
        let message = format!(
            "{} bad rows of {all} are more than the {share} % allowed; the first: {first}",
            counts.quarantined
        );
        Err(Error::new(error::ErrorKind::Data, message))
    }

    /// What is to be committed: a file and its place, or a place that must be empty.
    pub(crate) fn finish(mut self) -> Result<Option<Rejects>> {
        let refused = |cause| Error::writing(&self.path, cause);
        if self.open.is_none() && self.replaces && self.path.exists() {
            if !self.gathers {
                return Ok(Some((None, self.path)));
            }
            // Nothing of ours, but lines of others may have to stay.
            self.open = Some(create(&self.path, true, &self.names)?);
        }
        let Some(Open { mut writer, partial }) = self.open.take() else { return Ok(None) };
        writer.flush().and_then(|()| partial.sync()).map_err(refused)?;
        let empty = partial.size().map_err(refused)? == 0;
        Ok(Some(((!empty).then_some(partial), self.path)))
    }
}

/// Begins the file, with the lines about other sources where it gathers those.
fn create(path: &Path, gathers: bool, names: &[Arc<str>]) -> Result<Open> {
    let partial = Partial::create(beside(path), path)?;
    let refused = |cause| Error::writing(path, cause);
    let mut writer = BufWriter::new(partial.writer().map_err(refused)?);
    if gathers {
        others(path, names, |line| writer.write_all(line)).map_err(refused)?;
    }
    Ok(Open { writer, partial })
}

/// Refuses a file that holds rows of other sources with their contents, or lines that nobody can
/// tell what they hold.
fn check_redacted(path: &Path, names: &[Arc<str>]) -> Result<()> {
    let mut bare = true;
    let look = |line: &[u8]| {
        let earlier = serde_json::from_slice::<Earlier<'_>>(line);
        bare &= earlier.is_ok_and(|earlier| earlier.raw_bytes.is_some());
        Ok(())
    };
    others(path, names, look).map_err(|e| Error::writing(path, e))?;
    if bare {
        return Ok(());
    }
    let message = "an earlier run has set rows aside here with their contents; \
                   move the file away or name another for rows without";
    Err(Error::output(path, message))
}

/// Hands out the lines at `path` that are not about one of `names`.
fn others(
    path: &Path,
    names: &[Arc<str>],
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut earlier = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    let mut line = Vec::new();
    while earlier.read_until(b'\n', &mut line)? > 0 {
        let about = serde_json::from_slice::<Earlier<'_>>(&line);
        // What cannot be read is not ours to drop.
        if about.map_or(true, |earlier| !names.iter().any(|name| **name == earlier.file)) {
            take(&line)?;
        }
        line.clear();
    }
    Ok(())
}

fn write_line(to: &mut impl Write, file: &str, reject: &Reject, redact: bool) -> io::Result<()> {
    let (error, raw) = (reject.error(), reject.raw());
    let place = error.place();
    let line = Line {
        file,
        line: place.map_or(0, |place| place.line),
        offset: place.map_or(0, |place| place.line_offset),
        // The name of a key that nobody knows is as good as data.
        column: place
            .and_then(|place| place.column.as_deref())
            .filter(|_| !(redact && error.kind() == ErrorKind::UnknownKey)),
        code: error.code(),
        reason: error.kind().reason(),
        expected: error.expected(),
        found: error.found(),
        raw: match std::str::from_utf8(raw) {
            _ if redact => Raw::Length(raw.len()),
            Ok(text) => Raw::Text(text),
            Err(_) => Raw::Bytes(BASE64_STANDARD.encode(raw)),
        },
    };
    serde_json::to_writer(&mut *to, &line)?;
    to.write_all(b"\n")
}
