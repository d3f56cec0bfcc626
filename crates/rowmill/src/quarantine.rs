//! Rows set aside: each with its place, the reason and its bytes, in a file of JSON Lines.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rowmill_json::{Counts, ErrorKind, Limit, Reject};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::sink::{Draft, Output, Rejects};

/// The rejects of one run. The file comes into being with the first of them.
pub(crate) struct Quarantine {
    path: PathBuf,
    /// Whether the file is one for all runs into a directory: then lines about other sources stay.
    gathers: bool,
    /// Whether another file may be there.
    overwrite: bool,
    /// Whether lines of an earlier run about the same sources may be lying there.
    replaces: bool,
    /// Whether the contents of rows stay out of the file.
    redact: bool,
    names: Vec<Arc<str>>,
    limit: Option<Limit>,
    open: Option<Draft>,
    rows: u64,
    /// The first of them, and the source it is in.
    first: Option<(String, rowmill_json::Error)>,
    reasons: Reasons,
}

/// How many rows are bad for which reason, the first few reasons apart.
#[derive(Default)]
struct Reasons {
    first: Vec<(String, u64)>,
    others: u64,
}

impl Reasons {
    /// So many are told apart.
    const TOLD: usize = 5;

    fn add(&mut self, error: &rowmill_json::Error, redact: bool) {
        let column = column(error, redact).map(|column| format!(" in column {column}"));
        let reason = format!("{}{}", error.code(), column.unwrap_or_default());
        match self.first.iter().position(|(known, _)| *known == reason) {
            Some(at) => self.first[at].1 += 1,
            None if self.first.len() < Self::TOLD => self.first.push((reason, 1)),
            None => self.others += 1,
        }
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (reason, rows)) in self.first.iter().enumerate() {
            write!(f, "{}{rows} {reason}", if n > 0 { ", " } else { "" })?;
        }
        if self.others > 0 { write!(f, ", {} for other reasons", self.others) } else { Ok(()) }
    }
}

/// The path of the column that an error is about. The name of a key that nobody knows is as good as data.
fn column(error: &rowmill_json::Error, redact: bool) -> Option<&str> {
    let column = error.place().and_then(|place| place.column.as_deref());
    column.filter(|_| !(redact && error.kind() == ErrorKind::UnknownKey))
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
            output.check_aside(&path, settings.overwrite)?;
        }
        let redact = settings.redact;
        if limit.is_some() && gathers && redact {
            check_redacted(output, &path, &names)?;
        }
        // Where bad rows end the run, a file the caller has named is none of our business.
        let replaces = settings.overwrite && (limit.is_some() || settings.rejects.is_none());
        let (overwrite, reasons) = (settings.overwrite, Reasons::default());
        let (open, rows, first) = (None, 0, None);
        Ok(Self {
            path,
            gathers,
            overwrite,
            replaces,
            redact,
            names,
            limit,
            open,
            rows,
            first,
            reasons,
        })
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
    pub(crate) fn add(&mut self, file: &str, reject: &Reject, output: &mut Output) -> Result<()> {
        self.rows += 1;
        self.reasons.add(reject.error(), self.redact);
        if let Some(Limit::Rows(most)) = self.limit
            && self.rows > most
        {
            let (rows, reasons) = (self.rows, &self.reasons);
            let counted = format!("{rows} bad rows are more than the {most} allowed: {reasons}");
            return Err(Error::too_many(file, reject.error(), &counted));
        }
        if self.first.is_none() {
            self.first = Some((file.to_owned(), reject.error().clone()));
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(create(output, &self.path, self.gathers, &self.names)?),
        };
        write_line(open, file, reject, self.redact).map_err(|e| Error::writing(&self.path, e))
    }

    /// Whether the whole run is within the limit.
    pub(crate) fn judge(&self, counts: &Counts) -> Result<()> {
        // A count was enforced row by row; a share can only be judged now.
        let (Some(limit @ Limit::Percent(share)), Some((file, first))) = (self.limit, &self.first)
        else {
            return Ok(());
        };
        if limit.holds(counts, true) {
            return Ok(());
        }
        let all = counts.rows + counts.quarantined;
        let counted = format!(
            "the first of {} bad rows of {all}, more than the {share} % allowed: {}",
            counts.quarantined, self.reasons
        );
        Err(Error::too_many(file, first, &counted))
    }

    /// What is to be committed: a file and its place, or a place that must be empty.
    pub(crate) fn finish(mut self, output: &mut Output) -> Result<Option<Rejects>> {
        if self.open.is_none() && self.replaces && output.has_aside(&self.path)? {
            if !self.gathers {
                return Ok(Some((None, self.path)));
            }
            // Nothing of ours, but lines of others may have to stay.
            self.open = Some(create(output, &self.path, true, &self.names)?);
        }
        let Some(open) = self.open.take() else { return Ok(None) };
        if !self.gathers {
            output.check_aside_again(&self.path, self.overwrite)?;
        }
        let finished = open.finish()?;
        Ok(Some(((finished.bytes > 0).then_some(finished.body), self.path)))
    }
}

/// Begins the file, with the lines about other sources where it gathers those.
fn create(output: &mut Output, path: &Path, gathers: bool, names: &[Arc<str>]) -> Result<Draft> {
    let mut draft = output.begin_aside(path)?;
    if gathers {
        others(output, path, names, |line| {
            draft.write_all(line).map_err(|e| Error::writing(path, e))
        })?;
    }
    Ok(draft)
}

/// Refuses a file that holds rows of other sources with their contents, or lines that nobody can
/// tell what they hold.
fn check_redacted(output: &Output, path: &Path, names: &[Arc<str>]) -> Result<()> {
    let mut bare = true;
    others(output, path, names, |line| {
        let earlier = serde_json::from_slice::<Earlier<'_>>(line);
        bare &= earlier.is_ok_and(|earlier| earlier.raw_bytes.is_some());
        Ok(())
    })?;
    if bare {
        return Ok(());
    }
    let message = "an earlier run has set rows aside here with their contents; \
                   move the file away or name another for rows without";
    Err(Error::output(path, message))
}

/// Hands out the lines at `path` that are not about one of `names`.
fn others(
    output: &Output,
    path: &Path,
    names: &[Arc<str>],
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let Some(earlier) = output.read_aside(path)? else { return Ok(()) };
    let mut earlier = BufReader::new(earlier);
    let mut line = Vec::new();
    while earlier.read_until(b'\n', &mut line).map_err(|e| Error::writing(path, e))? > 0 {
        let about = serde_json::from_slice::<Earlier<'_>>(&line);
        // What cannot be read is not ours to drop.
        if about.map_or(true, |earlier| !names.iter().any(|name| **name == earlier.file)) {
            take(&line)?;
        }
        line.clear();
    }
    Ok(())
}

fn write_line(
    to: &mut impl Write,
    file: &str,
    reject: &Reject,
    redact: bool,
) -> std::io::Result<()> {
    let (error, raw) = (reject.error(), reject.raw());
    let place = error.place();
    let line = Line {
        file,
        line: place.map_or(0, |place| place.line),
        offset: place.map_or(0, |place| place.line_offset),
        column: column(error, redact),
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
