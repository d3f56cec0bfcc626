//! Rows set aside: each with its place, the reason and its bytes, in a file of JSON Lines.

use std::borrow::Cow;
use std::fmt;
#[cfg(feature = "mews")]
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rowmill_json::{Counts, ErrorKind, Limit, Reject};
use serde::{Deserialize, Serialize};

use crate::error::{self, Error, Result};
use crate::settings::Settings;
use crate::sink::{Draft, Output, Rejects, Seen};
#[cfg(feature = "mews")]
use crate::sink::{check_folder, check_free};

/// The rejects of one run. The file comes into being with the first of them.
pub(crate) struct Quarantine {
    path: PathBuf,
    /// Whether the file is one for many runs, as all those into a directory or all exports that are
    /// told to use it: then lines about other sources stay.
    gathers: bool,
    /// What was there when the file was begun.
    seen: Seen,
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

/// What is read of a line that an earlier run has left. All of them have these keys.
#[derive(Deserialize)]
struct Earlier<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    #[serde(rename = "line")]
    _line: u64,
    #[serde(borrow, rename = "code")]
    _code: Cow<'a, str>,
    /// There only if that run has kept the contents out.
    raw_bytes: Option<u64>,
}

impl Quarantine {
    /// The rejects of `names`, where `settings` say or else where `output` says. `of_export` says
    /// whether they are files of an export: many of those come one after the other, and a file that
    /// is named has the rows of all of them.
    ///
    /// # Errors
    /// Something is there that may not be replaced.
    pub(crate) fn new(
        settings: &Settings,
        output: &Output,
        of_export: bool,
        names: Vec<Arc<str>>,
    ) -> Result<Self> {
        let limit = settings.quarantine();
        let (path, gathers) = match &settings.rejects {
            Some(path) => (path.clone(), of_export),
            None => output.rejects_path(),
        };
        let (named, redact) = (settings.rejects.is_some(), settings.redact);
        if limit.is_some() && (named || !gathers) {
            output.check_aside(&path, settings.overwrite || gathers)?;
        }
        if limit.is_some() && gathers && (named || redact) {
            check_lines(output.read_aside(&path)?, &path, &names, redact, named)?;
        }
        // Where bad rows end the run, a file the caller has named is none of our business.
        let replaces = settings.overwrite && (limit.is_some() || settings.rejects.is_none());
        Ok(Self {
            path,
            gathers,
            seen: Seen::default(),
            overwrite: settings.overwrite,
            replaces,
            redact,
            names,
            limit,
            open: None,
            rows: 0,
            first: None,
            reasons: Reasons::default(),
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
        let open = match self.open.take() {
            Some(open) => open,
            None => self.begin(output)?,
        };
        let open = self.open.insert(open);
        write_line(open, file, reject, self.redact).map_err(|e| Error::writing(&self.path, e))
    }

    /// Begins the file, with the lines about other sources where it gathers those.
    fn begin(&mut self, output: &mut Output) -> Result<Draft> {
        let mut draft = output.begin_aside(&self.path)?;
        if self.gathers {
            self.seen = output.seen_aside(&self.path)?;
            others(output.read_aside(&self.path)?, &self.path, &self.names, |line| {
                draft.write_all(line).map_err(|e| Error::writing(&self.path, e))
            })?;
        }
        Ok(draft)
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
            self.open = Some(self.begin(output)?);
        }
        let Some(open) = self.open.take() else { return Ok(None) };
        if !self.gathers {
            output.check_aside_again(&self.path, self.overwrite)?;
        } else if output.seen_aside(&self.path)? != self.seen {
            let message = "another run has set rows aside here since this one began, and they would \
                           be lost; run again";
            let error = Error::new(error::ErrorKind::TryLater, message);
            return Err(error.in_file(self.path.display().to_string()));
        }
        let finished = open.finish()?;
        Ok(Some(((finished.bytes > 0).then_some(finished.body), self.path)))
    }
}

/// Refuses the place that `settings` name for rows of exports, if they could not be put there: told
/// before anything is asked for. What lies in a store is looked at when there are rows.
///
/// # Errors
/// There is no folder, or something else is there.
#[cfg(feature = "mews")]
pub(crate) fn check_place(settings: &Settings, root: &Path) -> Result<()> {
    let named = settings.rejects.as_deref().filter(|_| settings.quarantine().is_some());
    let Some(path) = named else { return Ok(()) };
    #[cfg(feature = "cloud")]
    if crate::cloud::Address::of(path).is_some() {
        return Ok(());
    }
    // The folders of the output are made.
    if !path.starts_with(root) {
        check_folder(path)?;
    }
    check_free(path, true)?;
    match File::open(path) {
        Ok(there) => check_lines(Some(Box::new(there)), path, &[], false, true),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Error::writing(path, e)),
    }
}

/// Refuses a file with lines that these cannot stand beside: rows of other sources with their contents
/// where none are wanted, or in a file that was `named` what is no line of rejects.
fn check_lines(
    there: Option<Box<dyn Read>>,
    path: &Path,
    names: &[Arc<str>],
    redact: bool,
    named: bool,
) -> Result<()> {
    let (mut bare, mut ours) = (true, true);
    others(there, path, names, |line| {
        let earlier = serde_json::from_slice::<Earlier<'_>>(line);
        ours &= earlier.is_ok();
        bare &= earlier.is_ok_and(|earlier| earlier.raw_bytes.is_some());
        Ok(())
    })?;
    if named && !ours {
        let message = "holds something else than rows set aside, and nothing is added to that; name \
                       another file";
        return Err(Error::output(path, message));
    }
    if redact && !bare {
        let message = "an earlier run has set rows aside here with their contents; \
                       move the file away or name another for rows without";
        return Err(Error::output(path, message));
    }
    Ok(())
}

/// Hands out the lines of a file, whose place is `path`, that are not about one of `names`.
fn others(
    there: Option<Box<dyn Read>>,
    path: &Path,
    names: &[Arc<str>],
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let Some(earlier) = there else { return Ok(()) };
    let mut earlier = BufReader::new(earlier);
    let mut line = Vec::new();
    while earlier.read_until(b'\n', &mut line).map_err(|e| Error::writing(path, e))? > 0 {
        if line.last() != Some(&b'\n') {
            // What comes next is a line of its own.
            line.push(b'\n');
        }
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
