//! What stands between two values, ready to be compared in one go.

use rowmill_scan::{Level, Padded};

/// Bytes that one comparison covers.
const HEAD: usize = 32;

/// The longest text that is compared.
const LONGEST: usize = 2 * HEAD;

/// The bytes from the end of one value to the beginning of the next, such as `,"Name":`, or to the
/// end of the object.
///
/// They are taken from the input, once they have been read as separator, key and colon of a certain
/// field. What those bytes mean depends on nothing around them, so where the same bytes stand
/// again, they mean the same: any spelling may be learnt, with blanks or escapes or without.
pub(crate) struct Glue {
    head: [u8; HEAD],
    /// Ones for the bytes of the head that count.
    mask: u32,
    /// What the differences under the mask are if the glue is there: 0, or what they never are.
    none: u32,
    len: u32,
    rest: Box<[u8]>,
}

impl Glue {
    /// Nothing is this glue.
    pub(crate) fn never() -> Self {
        Self { head: [0; HEAD], mask: 0, none: 1, len: 0, rest: Box::default() }
    }

    /// The glue before a field as serialisers without blanks write it. Names that need escapes
    /// have to be seen first.
    pub(crate) fn plain(opening: char, name: &str) -> Self {
        if name.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            Self::exactly(format!("{opening}\"{name}\":").as_bytes())
        } else {
            Self::never()
        }
    }

    /// These bytes, or nothing if they are too many.
    pub(crate) fn exactly(bytes: &[u8]) -> Self {
        if bytes.is_empty() || bytes.len() > LONGEST {
            return Self::never();
        }
        let (first, rest) = bytes.split_at(bytes.len().min(HEAD));
        let mut head = [0; HEAD];
        head[..first.len()].copy_from_slice(first);
        // What does not fit the head is left to `after_any`.
        let (mask, none) =
            if rest.is_empty() { (u32::MAX >> (HEAD - first.len()), 0) } else { (0, 1) };
        // At most 64.
        Self { head, mask, none, len: bytes.len() as u32, rest: rest.into() }
    }

    /// The index after the glue, if it stands at `at` and is not longer than one comparison covers.
    #[inline(always)]
    pub(crate) fn after<L: Level>(&self, level: L, text: Padded<'_>, at: usize) -> Option<usize> {
        let differences = level.differences(text.block(at), &self.head) & self.mask;
        (differences == self.none).then_some(at + self.len as usize)
    }

    /// The index after an object's bracket at `at` and, without its comma, this glue of a key that has
    /// nothing before the comma and fits one comparison.
    #[inline(always)]
    pub(crate) fn after_opened<L: Level>(
        &self,
        level: L,
        text: Padded<'_>,
        at: usize,
    ) -> Option<usize> {
        let differences = level.differences(text.block(at), &self.head) & self.mask;
        // The comma is the one byte that differs.
        let is = differences == 1 && self.head[0] == b',' && text.byte(at) == b'{';
        is.then_some(at + self.len as usize)
    }

    /// Whether it is longer than one comparison covers.
    #[inline(always)]
    pub(crate) fn is_long(&self) -> bool {
        !self.rest.is_empty()
    }

    /// The same for a glue of any length.
    #[inline(always)]
    pub(crate) fn after_any<L: Level>(
        &self,
        level: L,
        text: Padded<'_>,
        at: usize,
    ) -> Option<usize> {
        if self.rest.is_empty() {
            return self.after(level, text, at);
        }
        let end = at + self.len as usize;
        let differences = level.differences(text.block(at), &self.head);
        (differences == 0 && text.text().get(at + HEAD..end) == Some(&self.rest)).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::Glue;
    use rowmill_scan::{PADDING, Padded, Portable};

    #[test]
    fn only_the_same_bytes() {
        let names = ["a", "Id", "CreatedUtc", "RequestedResourceCategoryId", "né", ""];
        let long = "x".repeat(60);
        for name in names.into_iter().chain([&long[..27], &long[..28], &long[..29], &long]) {
            let glue = Glue::plain(',', name);
            let length = name.len() + 4;
            let mut line = format!(",\"{name}\":\"x").into_bytes();
            let end = line.len();
            line.resize(end + PADDING, b'x');
            let after =
                |line: &[u8]| glue.after_any(Portable, Padded::new(line).expect("padded"), 0);
            assert_eq!(after(&line), Some(length), "{name}");
            for at in 0..length {
                for bit in 0..8 {
                    let mut other = line.clone();
                    other[at] ^= 1 << bit;
                    assert_eq!(after(&other), None, "{name} changed at {at}");
                }
            }
            assert_eq!(after(&line[3..]), None);
        }
    }

    #[test]
    fn after_a_bracket_in_place_of_the_comma() {
        let opened = |glue: &Glue, line: &str| {
            let mut line = line.as_bytes().to_vec();
            line.resize(line.len() + PADDING, b'x');
            glue.after_opened(Portable, Padded::new(&line).expect("padded"), 0)
        };
        let glue = Glue::plain(',', "Id");
        assert_eq!(opened(&glue, "{\"Id\":1"), Some(6));
        for other in ["{\"Is\":1", ",\"Id\":1", "[\"Id\":1", "{ \"Id\":1", "{\"Id\" :1"] {
            assert_eq!(opened(&glue, other), None, "{other}");
        }
        assert_eq!(opened(&Glue::exactly(b", \"Id\": "), "{ \"Id\": 1"), Some(8));
        // A bracket stands for the comma alone.
        assert_eq!(opened(&Glue::exactly(b" ,\"Id\":"), "{,\"Id\":1"), None);
        let long = Glue::plain(',', &"x".repeat(60));
        assert_eq!(opened(&long, &format!("{{\"{}\":", "x".repeat(60))), None);
        assert_eq!(opened(&Glue::exactly(b"}"), "{"), None);
        assert_eq!(opened(&Glue::never(), "{"), None);
    }

    #[test]
    fn never() {
        for glue in [Glue::never(), Glue::plain(',', "a\"b"), Glue::exactly(&[b' '; 65])] {
            for byte in [0, b' ', b'\n', b',', 0xFF] {
                let text = [byte; 2 * PADDING];
                assert_eq!(glue.after_any(Portable, Padded::new(&text).expect("padded"), 0), None);
            }
        }
    }
}
