//! What parts are called.

use std::collections::HashSet;

/// The stems of the parts for sources of these file names, in their order, all different, also
/// where names are compared without regard to case.
pub(super) fn stems(file_names: impl IntoIterator<Item = String>) -> Vec<String> {
    let stems: Vec<String> = file_names.into_iter().map(|name| stem(&name)).collect();
    let natural: HashSet<String> = stems.iter().map(|stem| stem.to_lowercase()).collect();
    let mut taken = HashSet::new();
    let distinct = |stem: String| {
        if taken.insert(stem.to_lowercase()) {
            return stem;
        }
        // A number that makes it the name of another source would only move the trouble there.
        let free = (2_u64..).map(|n| format!("{stem}-{n}")).find(|name| {
            let name = name.to_lowercase();
            !natural.contains(&name) && taken.insert(name)
        });
        free.unwrap_or(stem)
    };
    stems.into_iter().map(distinct).collect()
}

/// A file name without the endings that say what is in it. Readers of directories pass over names
/// that begin with a dot or an underscore, and would say nothing of the rows in them.
fn stem(file_name: &str) -> String {
    let name = without(file_name, &["gz", "zst"]);
    let name = without(name, &["jsonl", "ndjson", "json"]);
    match name.chars().next() {
        None => "part".to_owned(),
        Some('.' | '_') => format!("part{name}"),
        Some(_) => name.to_owned(),
    }
}

fn without<'a>(name: &'a str, endings: &[&str]) -> &'a str {
    match name.rsplit_once('.') {
        Some((rest, ending)) if endings.iter().any(|e| ending.eq_ignore_ascii_case(e)) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::stems;

    fn check(names: &[&str], expected: &[&str]) {
        assert_eq!(stems(names.iter().map(|&name| name.to_owned())), expected);
    }

    #[test]
    fn endings_go() {
        check(
            &["a.jsonl", "b.jsonl.gz", "c.NDJSON.zst", "d.json", "e", "f.csv.gz", "g.h.jsonl"],
            &["a", "b", "c", "d", "e", "f.csv", "g.h"],
        );
        check(&[".jsonl", ""], &["part", "part-2"]);
    }

    #[test]
    fn no_name_is_one_that_readers_pass_over() {
        check(
            &["_a.jsonl", ".b.jsonl", "_.jsonl", "a_.jsonl", "..jsonl"],
            &["part_a", "part.b", "part_", "a_", "part."],
        );
        check(&["_a", "part_a"], &["part_a", "part_a-2"]);
    }

    #[test]
    fn names_that_come_again_are_numbered() {
        check(&["a.jsonl", "a.jsonl.gz", "A.json"], &["a", "a-2", "A-3"]);
        check(&["a", "a", "a-2"], &["a", "a-3", "a-2"]);
    }
}
