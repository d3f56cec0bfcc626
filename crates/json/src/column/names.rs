//! Which field a key names.

use rowmill_scan::{Level, Padded};

/// Bytes that are compared at once.
const WIDTH: usize = 32;

/// Fields by name: an open-addressing table, at most half full.
pub(super) struct Names {
    /// Its length is a power of two.
    table: Box<[Entry]>,
}

#[derive(Clone)]
struct Entry {
    /// The beginning of the name, and zeros.
    head: [u8; WIDTH],
    len: usize,
    /// One more than the index of the field; zero where there is none.
    field: usize,
    rest: Box<[u8]>,
}

impl Names {
    /// The names of the fields in their order, each once.
    pub(super) fn new<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let nothing = Entry { head: [0; WIDTH], len: 0, field: 0, rest: Box::default() };
        let mut table = vec![nothing; (2 * names.len()).next_power_of_two().max(8)];
        for (name, field) in names.map(str::as_bytes).zip(1..) {
            let (first, rest) = name.split_at(name.len().min(WIDTH));
            let mut entry = Entry { head: [0; WIDTH], len: name.len(), field, rest: rest.into() };
            entry.head[..first.len()].copy_from_slice(first);
            let mut place = hash(&entry.head, name.len()) & (table.len() - 1);
            while table[place].field != 0 {
                place = (place + 1) & (table.len() - 1);
            }
            table[place] = entry;
        }
        Self { table: table.into() }
    }

    /// The index of the field whose name are the `len` bytes at `at`.
    #[inline(always)]
    pub(super) fn find<L: Level>(
        &self,
        level: L,
        text: Padded<'_>,
        at: usize,
        len: usize,
    ) -> Option<usize> {
        let block = text.block::<WIDTH>(at);
        let mask = if len < WIDTH { (1 << len) - 1 } else { u32::MAX };
        let mut place = hash(block, len) & (self.table.len() - 1);
        loop {
            let entry = &self.table[place];
            let field = entry.field.checked_sub(1)?;
            if entry.len == len
                && level.differences(block, &entry.head) & mask == 0
                && (len <= WIDTH || text.slice(at + WIDTH, at + len) == &*entry.rest)
            {
                return Some(field);
            }
            place = (place + 1) & (self.table.len() - 1);
        }
    }
}

/// From the length and up to sixteen bytes: names are short and differ there, or are compared.
#[inline(always)]
fn hash(block: &[u8; WIDTH], len: usize) -> usize {
    let word = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&block[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    // The first eight bytes, and the last eight of the first 32; of a short name what it has.
    let (first, last) = match len {
        0 => (0, 0),
        1..8 => (word(0) << (64 - 8 * len), 0),
        _ => (word(0), word(len.min(WIDTH) - 8)),
    };
    let mixed = (first ^ last.rotate_left(29)).wrapping_add(len as u64);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::Names;
    use rowmill_scan::{PADDING, Padded, Portable};

    #[test]
    fn every_name_and_no_other() {
        let names: Vec<String> =
            (0..300).map(|n| format!("{}{}{n}", "k".repeat(n % 40), n % 7)).collect();
        let table = Names::new(names.iter().map(String::as_str));
        let find = |name: &str, after: u8| {
            let mut bytes = name.as_bytes().to_vec();
            bytes.resize(name.len() + PADDING, after);
            table.find(Portable, Padded::new(&bytes).expect("padded"), 0, name.len())
        };
        for after in [b'"', b'k', b'0', 0] {
            for (at, name) in names.iter().enumerate() {
                assert_eq!(find(name, after), Some(at));
                assert_eq!(find(&format!("{name}x"), after), None);
                let shorter = &name[..name.len() - 1];
                assert_eq!(find(shorter, after), names.iter().position(|name| name == shorter));
            }
            assert_eq!(find("", after), None);
        }
    }
}
