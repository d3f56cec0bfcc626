//! What is said of a layout that nobody has written: where it comes from, and what the data did not
//! show. On standard error.

use rowmill::infer::{Inferred, Note};

use crate::figures::{counted, grouped};
use crate::output;

/// Places that are named for each note where the layout is not what was asked for.
const SOME: usize = 5;

/// Tells where the layout comes from, and what a reader of the table must know.
pub(crate) fn tell_briefly(inferred: &Inferred) {
    say(inferred, SOME);
}

/// The same, with every place.
pub(crate) fn tell(inferred: &Inferred) {
    say(inferred, usize::MAX);
}

fn say(inferred: &Inferred, places: usize) {
    output::note(&origin(inferred));
    if inferred.bad_rows() > 0 {
        let lines = counted(inferred.bad_rows(), "line");
        output::note(&format!("{lines} skipped while it was inferred: no rows"));
    }
    for (note, paths) in by_note(inferred) {
        let mut named = paths.iter().take(places).copied().collect::<Vec<_>>().join(", ");
        if paths.len() > places {
            named.push_str(&format!(" and {} more", grouped((paths.len() - places) as u64)));
        }
        output::note(&format!("{named}: {note}"));
    }
}

fn origin(inferred: &Inferred) -> String {
    let rows = counted(inferred.rows(), "row");
    let columns = counted(inferred.layout().columns().len() as u64, "column");
    if inferred.is_whole() {
        return format!("layout inferred from all rows ({rows}): {columns}");
    }
    format!(
        "layout inferred from a sample ({rows}): {columns}, none of them required; later rows may not fit"
    )
}

/// Each note that matters with the paths it is about, in the order of the first one.
fn by_note(inferred: &Inferred) -> Vec<(Note, Vec<&str>)> {
    let mut notes: Vec<(Note, Vec<&str>)> = Vec::new();
    for (seen, note) in inferred.notes().filter(|(_, note)| !note.is_harmless()) {
        let path = if seen.path.is_empty() { "(a row)" } else { seen.path.as_str() };
        match notes.iter_mut().find(|(known, _)| *known == note) {
            Some((_, paths)) => paths.push(path),
            None => notes.push((note, vec![path])),
        }
    }
    notes
}
