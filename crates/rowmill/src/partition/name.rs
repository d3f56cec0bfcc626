//! Values as names of directories, as Hive writes them.

use std::collections::HashMap;

/// What Hive has where there is no value.
pub(super) const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Bytes of a name at most: so many do file systems take.
const LONGEST: usize = 255;

/// The names of the directories of one level. Names that file systems might take for one, as they
/// differ in case alone, are told apart: of those the later ones have their letters encoded.
pub(super) struct Names {
    /// What they begin with.
    prefix: String,
    /// The values whose names are these in lower case.
    taken: HashMap<String, String>,
}

/// Why a value is no name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It takes more bytes than a name may have.
    Long,
    /// It is what stands for null.
    Null,
}

impl Names {
    pub(super) fn new(column: &str) -> Self {
        // The value that is null but for its case is told apart from it, too.
        let taken = HashMap::from([(NULL.to_lowercase(), NULL.to_owned())]);
        Self { prefix: prefix(column), taken }
    }

    /// The name of the directory for a value, or for null.
    pub(super) fn of(&mut self, value: Option<&str>) -> Result<String, Refused> {
        let text = match value {
            None => NULL.to_owned(),
            // Readers compare after they have decoded: no way of writing it would tell it from null.
            Some(NULL) => return Err(Refused::Null),
            Some(value) => self.distinct(value),
        };
        let name = format!("{}{text}", self.prefix);
        if name.len() > LONGEST { Err(Refused::Long) } else { Ok(name) }
    }

    fn distinct(&mut self, value: &str) -> String {
        let plain = encoded(value, false);
        let owner = self.taken.entry(plain.to_lowercase()).or_insert_with(|| value.to_owned());
        if owner == value { plain } else { encoded(value, true) }
    }
}

/// What names of directories for `column` begin with.
pub(super) fn prefix(column: &str) -> String {
    encoded(column, false) + "="
}

/// `text` without what paths and their readers give a meaning to: such bytes are `%` and two digits.
fn encoded(text: &str, letters: bool) -> String {
    let mut name = String::with_capacity(text.len());
    let last = text.len() - text.chars().next_back().map_or(0, char::len_utf8);
    for (at, c) in text.char_indices() {
        let odd = c.is_control() || "\"#%'*/:<=>?[\\]^`{|}".contains(c);
        // Some systems drop these at the end.
        let dropped = at == last && matches!(c, '.' | ' ');
        if odd || dropped || (letters && c.is_alphabetic()) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                name.push('%');
                name.push_str(&format!("{byte:02X}"));
            }
        } else {
            name.push(c);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_as_far_as_they_must_be() {
        let mut names = Names::new("a=b");
        let mut name = |value| names.of(Some(value)).expect("a name");
        for (value, expected) in [
            ("Confirmed", "Confirmed"),
            ("", ""),
            ("a b", "a b"),
            ("a/b\\c", "a%2Fb%5Cc"),
            ("../..", "..%2F.%2E"),
            ("..", ".%2E"),
            ("100%", "100%25"),
            ("k=v", "k%3Dv"),
            ("\u{0}\n\u{7f}\u{85}", "%00%0A%7F%C2%85"),
            ("Zürich 東京", "Zürich 東京"),
            (" ", "%20"),
            ("x*?[1]", "x%2A%3F%5B1%5D"),
            ("a+b&c~", "a+b&c~"),
        ] {
            assert_eq!(name(value), format!("a%3Db={expected}"));
        }
        assert_eq!(names.of(None).as_deref(), Ok("a%3Db=__HIVE_DEFAULT_PARTITION__"));
        assert_eq!(names.of(Some(NULL)), Err(Refused::Null));
    }

    #[test]
    fn names_are_never_too_long() {
        let mut names = Names::new("n");
        assert_eq!(names.of(Some(&"x".repeat(253))).map(|name| name.len()), Ok(255));
        assert_eq!(names.of(Some(&"x".repeat(254))), Err(Refused::Long));
        assert_eq!(names.of(Some(&"/".repeat(85))), Err(Refused::Long));
        assert_eq!(names.of(Some(&"ü".repeat(127))), Err(Refused::Long));
    }

    #[test]
    fn values_that_differ_in_case_are_told_apart() {
        let mut names = Names::new("n");
        let mut name = |value| names.of(Some(value)).expect("a name");
        assert_eq!([name("ok"), name("OK"), name("Ok")], ["n=ok", "n=%4F%4B", "n=%4F%6B"]);
        assert_eq!([name("ok"), name("OK")], ["n=ok", "n=%4F%4B"], "the same when they come again");
        let null = name("__hive_default_partition__");
        assert!(null.starts_with("n=__%68%69"), "{null}");
        assert_eq!([name("Ü"), name("ü")], ["n=Ü", "n=%C3%BC"]);
    }
}
