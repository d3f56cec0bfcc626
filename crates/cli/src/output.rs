//! What the user sees: results on standard output, everything else on standard error.

use std::borrow::Cow;
use std::io::{self, Write};

use rowmill::{DriftReport, Report};
use serde::Serialize;

use crate::exit::{self, Failure};
use crate::figures::{bytes, counted};

/// Says one thing on standard error, under the program's name.
pub(crate) fn note(text: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "rowmill: {}", tame(text));
}

/// Names of keys, files and states come from elsewhere, and a terminal takes some characters for orders.
fn tame(text: &str) -> Cow<'_, str> {
    let order = |letter: char| letter.is_control() && letter != '\n';
    if !text.contains(order) {
        return text.into();
    }
    let mut tame = String::new();
    for letter in text.chars() {
        if order(letter) { tame.extend(letter.escape_default()) } else { tame.push(letter) }
    }
    tame.into()
}

/// Prints a result and a line break on standard output. A reader that went away has read enough:
/// that is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(exit::OUTPUT, format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a result as one line of JSON.
pub(crate) fn print_json(result: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(result)
        .map_err(|error| Failure::new(exit::BAD_DATA, format!("the report: {error}")))?;
    print(&text)
}

/// Tells what a run did: rows set aside on standard error, the rest on standard output.
///
/// `given` says that somebody has written the layout down: then a column without a value may be misspelt.
pub(crate) fn report(report: &Report, out: &str, json: bool, given: bool) -> Result<(), Failure> {
    if report.quarantined > 0 {
        let rows = counted(report.quarantined, "row");
        match &report.rejects {
            Some(place) => note(&format!("{rows} quarantined, see {place}")),
            None => note(&format!("{rows} quarantined")),
        }
    }
    if report.superseded > 0 {
        note(&format!("{} of the same Id left out", counted(report.superseded, "older row")));
    }
    drift(&report.drift, given);
    if json { print_json(report) } else { print(&summary(report, out)) }
}

/// New keys and values, and columns without any, that are told; the report has all of them.
const TOLD: usize = 5;

/// Tells on standard error what is new in the data, and beside it or beside a layout that was `given` what is
/// in none of the rows. Values stay out of it: they are people's data.
fn drift(drift: &DriftReport, given: bool) {
    let mut more = drift.more_new_keys > 0;
    for key in drift.new_keys.iter().take(TOLD) {
        let times = counted(key.count, "time");
        note(&format!(
            "{}, line {}: new key {} ({}), {times}, {}",
            key.file,
            key.first_line,
            key.path,
            key.type_name,
            if key.kept { "kept" } else { "left out" }
        ));
    }
    more |= drift.new_keys.len() > TOLD;
    for value in drift.new_values.iter().take(TOLD) {
        let times = counted(value.count, "time");
        note(&format!(
            "{}, line {}: new value in {}, {times}",
            value.file, value.first_line, value.column
        ));
    }
    more |= drift.new_values.len() > TOLD;
    if more {
        note("there are more new keys or values; --json reports them");
    }
    if drift.new_keys.iter().any(|key| !key.kept) {
        note(
            "what is left out is nowhere in the output: --unknown rescue keeps it, and --widened FILE writes \
             a layout with columns for it",
        );
    }
    if drift.no_known_key {
        note("no row has any key of the layout: is it the layout of other rows?");
    }
    if given || !drift.new_keys.is_empty() {
        all_null(&drift.all_null);
    }
}

/// Tells columns without any value, and of those inside one another the outermost.
fn all_null(columns: &[String]) {
    let inside = |column: &str, outer: &str| {
        column.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '[', '{']))
    };
    let outer = |column: &&String| !columns.iter().any(|outer| inside(column, outer));
    let columns: Vec<&str> = columns.iter().filter(outer).map(String::as_str).collect();
    if columns.is_empty() {
        return;
    }
    let mut named = columns.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    if let more @ 1.. = columns.len().saturating_sub(TOLD) {
        named.push_str(&format!(" and {}", counted(more as u64, "more column")));
    }
    note(&format!("no row has a value in {named}"));
}

fn summary(report: &Report, out: &str) -> String {
    if report.already_there {
        let rows = counted(report.rows, "row");
        let whose = if report.export.is_some() { "this export" } else { "these files" };
        return format!("{out}: {rows} of {whose} are there already; nothing was done");
    }
    let speed = report.bytes as f64 / report.elapsed_s.max(1e-6);
    let mut text = format!(
        "{out}: {} from {} ({}), {} of Parquet, {:.2} s ({:.2} s for syncing), {}/s",
        counted(report.rows, "row"),
        counted(report.files.len() as u64, "file"),
        bytes(report.bytes),
        bytes(report.output_bytes),
        report.elapsed_s,
        report.sync_s,
        bytes(speed as u64),
    );
    let bent = &report.leniencies;
    for (count, what, became) in [
        (bent.empty_as_null, "empty text", "read as null"),
        (bent.date_as_midnight, "plain date", "read as midnight UTC"),
        (bent.cut_digits, "instant", "cut to the precision of its column"),
        (bent.round_digits, "decimal", "rounded to the scale of its column"),
        (bent.rescue_digits, "decimal", "with more digits than its column kept as written"),
        (bent.nulled, "cell", "that did not fit its column made null"),
    ] {
        if count > 0 {
            text.push_str(&format!("\n  {} {became}", counted(count, what)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn no_text_gives_orders_to_a_terminal() {
        assert_eq!(tame("room \u{1b}[31m\u{7}é\n2\r"), "room \\u{1b}[31m\\u{7}é\n2\\r");
        assert_eq!(tame("a \"b\" {c}"), "a \"b\" {c}");
    }
}
