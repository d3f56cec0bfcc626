//! The form of the case files.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use rowmill::{Layout, schema_file};
use serde_json::Value;

/// A case: what goes in, and what comes out under each policy.
pub(crate) struct Case {
    pub(crate) topic: String,
    pub(crate) name: String,
    pub(crate) layout_text: String,
    pub(crate) layout: Layout,
    pub(crate) input: Vec<u8>,
    pub(crate) outcomes: BTreeMap<Policy, Vec<Outcome>>,
}

/// What becomes of a row that does not fit. A new policy gets a variant here, a word below, and a run in
/// `paths.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Policy {
    Quarantine,
    Null,
}

/// What one line becomes, in the order of the input.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Row(Value),
    Bad(Bad),
}

/// A bad row: its place and the code of the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bad {
    pub(crate) line: u64,
    pub(crate) offset: u64,
    pub(crate) code: String,
    pub(crate) column: Option<String>,
}

impl Case {
    /// What comes out under `policy`: as under quarantine unless the case says otherwise.
    pub(crate) fn under(&self, policy: Policy) -> &[Outcome] {
        let own = self.outcomes.get(&policy);
        own.or_else(|| self.outcomes.get(&Policy::Quarantine)).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.topic, self.name)
    }
}

/// All cases of all files.
pub(crate) fn read_all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the cases are committed")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files.iter().flat_map(|file| read_file(file)).collect()
}

fn read_file(file: &Path) -> Vec<Case> {
    let topic = file.file_stem().expect("a name").to_string_lossy();
    let text = fs::read_to_string(file).expect("reads");
    // Lines end with LF alone: what looks like other line ends may stand in a text.
    let blocks = text.split("\n\n").filter(|block| block.starts_with("case "));
    blocks.map(|block| read_case(&topic, block)).collect()
}

fn read_case(topic: &str, block: &str) -> Case {
    let mut lines = block.split('\n').filter(|line| !line.is_empty());
    let mut head = |word: &str| {
        let line = lines.next().and_then(|line| line.strip_prefix(word)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{topic}: no {word} in {block}")).to_owned()
    };
    let (name, layout_text) = (head("case"), head("layout"));
    let layout =
        schema_file::parse(&layout_text).unwrap_or_else(|error| panic!("{topic}, {name}: {error}"));
    let mut policy = Policy::Quarantine;
    let (mut input, mut outcomes) = (Vec::new(), BTreeMap::from([(policy, Vec::new())]));
    for line in lines {
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let mut came = |outcome| outcomes.entry(policy).or_default().push(outcome);
        match word {
            "in" => {
                input.extend_from_slice(text.as_bytes());
                input.push(b'\n');
            }
            "row" => {
                let row = serde_json::from_str(text);
                came(Outcome::Row(row.unwrap_or_else(|error| panic!("{line}: {error}"))));
            }
            "bad" => came(Outcome::Bad(bad(text).unwrap_or_else(|| panic!("{topic}: {line}")))),
            // What a milder reader may make of the bad row before: for `engines.py`.
            "or" => {}
            "policy" => policy = named(text),
            _ => {
                let times = raw_times(word).unwrap_or_else(|| panic!("{topic}: {line}"));
                input.extend(bytes(text).repeat(times));
            }
        }
    }
    Case { topic: topic.to_owned(), name, layout_text, layout, input, outcomes }
}

fn named(policy: &str) -> Policy {
    match policy {
        "quarantine" => Policy::Quarantine,
        "null" => Policy::Null,
        other => panic!("no run knows the policy {other}"),
    }
}

/// `line 2, byte 21, range, v`; the column is left out where none is concerned.
fn bad(text: &str) -> Option<Bad> {
    let mut parts = text.splitn(4, ", ");
    let line = parts.next()?.strip_prefix("line ")?.parse().ok()?;
    let offset = parts.next()?.strip_prefix("byte ")?.parse().ok()?;
    let code = parts.next()?.to_owned();
    Some(Bad { line, offset, code, column: parts.next().map(str::to_owned) })
}

/// `raw` is once, `raw*12` twelve times.
fn raw_times(word: &str) -> Option<usize> {
    match word.strip_prefix("raw")? {
        "" => Some(1),
        times => times.strip_prefix('*')?.parse().ok(),
    }
}

/// The text with each `\xHH` as that byte.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two hex digits"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}
