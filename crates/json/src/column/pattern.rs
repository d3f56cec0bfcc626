//! A key as a serialiser writes it, ready to be compared in one go.

/// Bytes that one comparison covers.
const WIDTH: usize = 32;

/// `,"name":` for one key. Two strings of bytes are never taken for each other: a pattern is only
/// made for names that have one plain spelling, and what it does not match is read the long way.
pub(super) struct Pattern {
    /// The pattern, and ones where it has bytes; both padded with zeros.
    words: [u64; WIDTH / 8],
    masks: [u64; WIDTH / 8],
    /// 0 where there is no pattern.
    len: usize,
}

impl Pattern {
    /// No pattern for a name that needs escapes, nor for one too long to compare at once.
    pub(super) fn new(name: &str) -> Self {
        let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
        let text = format!(",\"{name}\":");
        let len = if text.len() <= WIDTH && name.bytes().all(plain) { text.len() } else { 0 };
        let (mut bytes, mut mask) = ([0; WIDTH], [0; WIDTH]);
        bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
        mask[..len].fill(0xFF);
        Self { words: words(&bytes), masks: words(&mask), len }
    }

    /// Length of the pattern if `line` begins with it.
    #[inline]
    pub(super) fn matches(&self, line: &[u8]) -> Option<usize> {
        let (first, later) = self.differences(line)?;
        (first | later == 0 && self.len > 0).then_some(self.len)
    }

    /// The same for the first key of an object, where a bracket stands in place of the comma.
    #[inline]
    pub(super) fn matches_first(&self, line: &[u8]) -> Option<usize> {
        let (first, later) = self.differences(line)?;
        (first & !0xFF | later == 0 && self.len > 0).then_some(self.len)
    }

    /// What differs in the first word, whose lowest byte is the first, and in the others.
    #[inline]
    fn differences(&self, line: &[u8]) -> Option<(u64, u64)> {
        let line = words(line.first_chunk::<WIDTH>()?);
        let differs = |at: usize| (line[at] ^ self.words[at]) & self.masks[at];
        Some((differs(0), differs(1) | differs(2) | differs(3)))
    }
}

#[inline]
fn words(bytes: &[u8; WIDTH]) -> [u64; WIDTH / 8] {
    let (chunks, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|at| u64::from_le_bytes(chunks[at]))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn only_the_whole_key_matches() {
        for name in ["a", "Id", "CreatedUtc", "RequestedResourceCategoryId", "né", ""] {
            let (pattern, length) = (Pattern::new(name), name.len() + 4);
            let line = format!(",\"{name}\":\"{}", "x".repeat(40));
            assert_eq!(pattern.matches(line.as_bytes()), Some(length), "{name}");
            for at in 0..length {
                for bit in 0..8 {
                    let mut other = line.clone().into_bytes();
                    other[at] ^= 1 << bit;
                    assert_eq!(pattern.matches(&other), None, "{name} changed at {at}");
                    let first = pattern.matches_first(&other);
                    assert_eq!(first, (at == 0).then_some(length), "{name} changed at {at}");
                }
            }
            assert_eq!(pattern.matches(&line.as_bytes()[..31]), None);
        }
    }

    #[test]
    fn names_without_one_plain_spelling() {
        for name in ["a\"b", "a\\b", "a\nb", &"x".repeat(29)] {
            let line = format!(",\"{name}\":{}", " ".repeat(60));
            assert_eq!(Pattern::new(name).matches(line.as_bytes()), None);
            assert_eq!(Pattern::new(name).matches(&[0; 64]), None);
        }
    }
}
