//! What is said of a layout that nobody has written: where it comes from, and what the data did not
//! show. On standard error.

use rowmill::infer::{Inferred, Note, Seen};

use crate::figures::{counted, grouped};
use crate::output;

/// Notes that are told where the layout is not what was asked for.
const SOME: usize = 20;

/// Tells where the layout comes from, and what a reader of the table must know.
pub(crate) fn tell_briefly(inferred: &Inferred) {
    output::note(&origin(inferred));
    skipped(inferred);
    let notes: Vec<_> = inferred.notes().filter(|(_, note)| !note.is_harmless()).collect();
    notes.iter().take(SOME).for_each(|note| output::note(&in_place(*note)));
    if notes.len() > SOME {
        let more = grouped((notes.len() - SOME) as u64);
        output::note(&format!("and {more} notes more, which `rowmill schema` tells"));
    }
}

/// Tells all there is to say.
pub(crate) fn tell(inferred: &Inferred) {
    output::note(&origin(inferred));
    skipped(inferred);
    inferred.notes().for_each(|note| output::note(&in_place(note)));
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

fn skipped(inferred: &Inferred) {
    if inferred.bad_rows() > 0 {
        let lines = counted(inferred.bad_rows(), "line");
        output::note(&format!("{lines} skipped while it was inferred: no rows"));
    }
}

fn in_place((seen, note): (&Seen, Note)) -> String {
    let path = if seen.path.is_empty() { "the rows" } else { &seen.path };
    format!("{path}: {note}")
}
