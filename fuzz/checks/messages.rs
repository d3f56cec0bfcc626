//! Messages tell the kind of what was found, never the value.

use std::collections::HashSet;

use rowmill_json::Layout;

use super::oracle;
use super::run::{Seen, Told};

/// Words of our own that may stand in a message although a value holds them too. A message that
/// says something new needs no entry here until an input happens to say the same.
const OURS: &str = "
    line byte bytes column not valid JSON UTF UTF8 the input ends inside this row half of a
    surrogate pair must be one object wrong type value text another form out range digits would
    lost null in required has no key stands twice nested too deep is long many bad rows after end
    decoding thread ended early expected found most at objects and arrays rest string grammar
    escape number list map array boolean bool date timestamp instant uuid duration with such as
    fraction from to hex each once it again more nothing true false
    YYYY MM DD DDThh hh mm ss P2DT23H int32 int64 uint64 float64 decimal
    Error kind place Some None Place line_offset offset column
    Syntax Truncated Utf8 Surrogate NotAnObject Type Format Range Precision Null Missing
    DuplicateKey UnknownKey Memory Depth LineLength layout does know another too much memory for
    lists maps that fit into batch more elements nanoseconds months days whose whole digit letter
    beyond ASCII character surrogates TooManyRejects AfterFinish Worker";

/// Numbers of so few digits may be places and lengths.
const SHORT_NUMBER: usize = 6;

/// Looks for words of the line in what is told of it.
pub(crate) fn show_no_value(layout: &Layout, input: &[u8], seen: &Seen) {
    let mut known: HashSet<&str> = words(OURS).collect();
    let paths = oracle::paths(layout);
    // As they are, and in the words of `Debug`.
    let spelt: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
    known.extend(paths.iter().chain(&spelt).flat_map(|path| words(path)));
    for told in seen.rejects.iter().chain(seen.end.as_ref().err()) {
        let line = told.raw().unwrap_or(input);
        // Which key is unknown must be told, as it is and in the words of `Debug`.
        let column = told.place().and_then(|it| it.column.as_deref());
        let key = column.filter(|_| told.code() == "unknown_key").unwrap_or_default();
        let spelt = format!("{key:?}");
        let mut known = known.clone();
        known.extend(words(key).chain(words(&spelt)));
        for message in [told.0.to_string(), format!("{:?}", told.0)] {
            if let Some(word) = told_from(line, &message, &known) {
                panic!("a message shows `{word}` of the line: {message}");
            }
        }
        shape(told);
    }
}

fn told_from<'a>(line: &[u8], message: &'a str, known: &HashSet<&str>) -> Option<&'a str> {
    words(message).find(|word| {
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        let telling = if number { word.len() > SHORT_NUMBER } else { word.len() > 2 };
        // A single byte that is out of place is told by its number.
        let byte = word.len() == 4 && word.starts_with("0x");
        let inside = || line.windows(word.len()).any(|part| part == word.as_bytes());
        telling && !byte && !known.contains(word) && inside()
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// What was found is said in one of a few forms, whatever it is.
fn shape(told: &Told) {
    let (found, message) = (told.0.found(), told.0.to_string());
    assert!(message.ends_with(&format!("found {found}")), "{message}");
    assert!(!found.is_empty(), "nothing found: {message}");
    let limit = told.code() == "too_many_rejects";
    assert!(limit || found.len() <= 40, "too long for the kind of what was found: {message}");
    assert!(!found.chars().any(char::is_control), "control characters: {found:?}");
}
