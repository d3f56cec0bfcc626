//! Which field a key names.

use rowmill_scan::{Level, Padded};

/// Bytes that are compared at once.
const WIDTH: usize = 32;

/// Fields by name: an open-addressing table, nearly always without a collision.
pub(super) struct Names {
    /// One more than the index of a field; zero where there is none. Its length is a power of two.
    table: Box<[u32]>,
    entries: Box<[Entry]>,
    seed: u64,
}

struct Entry {
    /// The beginning of the name, and zeros.
    head: [u8; WIDTH],
    len: usize,
    rest: Box<[u8]>,
}

/// Places for each name, and seeds that are tried for a table without collisions.
const PLACES: usize = 4;
const SEEDS: u64 = 200;

impl Names {
    /// The names of the fields in their order, each once.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let entry = |name: &str| {
            let (first, rest) = name.as_bytes().split_at(name.len().min(WIDTH));
            let mut head = [0; WIDTH];
            head[..first.len()].copy_from_slice(first);
            Entry { head, len: name.len(), rest: rest.into() }
        };
        let entries: Box<[Entry]> = names.map(entry).collect();
        let mut best: Option<(usize, Self)> = None;
        for seed in 0..SEEDS {
            let mut table = vec![0; (PLACES * entries.len()).next_power_of_two().max(8)];
            let mut collisions = 0;
            for (entry, field) in entries.iter().zip(1..) {
                let mut place = hash(&entry.head, entry.len, seed) & (table.len() - 1);
                while table[place] != 0 {
                    place = (place + 1) & (table.len() - 1);
                    collisions += 1;
                }
                table[place] = field;
            }
            if best.as_ref().is_none_or(|(fewest, _)| collisions < *fewest) {
                best =
                    Some((collisions, Self { table: table.into(), entries: Box::default(), seed }));
            }
            if collisions == 0 {
                break;
            }
        }
        match best {
            Some((_, names)) => Self { entries, ..names },
            None => Self { table: vec![0; 8].into(), entries, seed: 0 },
        }
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
        let mut place = hash(block, len, self.seed) & (self.table.len() - 1);
        loop {
            let field = (self.table[place] as usize).checked_sub(1)?;
            let entry = &self.entries[field];
            if (entry.len == len) & (level.differences(block, &entry.head) & mask == 0)
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
fn hash(block: &[u8; WIDTH], len: usize, seed: u64) -> usize {
    let word = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&block[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    // The first eight bytes, and the last eight of the first 32; of a short name what it has, twice.
    let ones = if len < 8 { (1 << (8 * len)) - 1 } else { u64::MAX };
    let first = word(0) & ones;
    let last = word(len.clamp(8, WIDTH) - 8) & ones;
    let mixed = (first ^ last.rotate_left(29)).wrapping_add(len as u64 ^ seed << 17);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::Names;
    use rowmill_scan::{PADDING, Padded, Portable};

    #[test]
    fn every_name_and_no_other() {
        let names: Vec<String> = (0..if cfg!(miri) { 45 } else { 300 })
            .map(|n| format!("{}{}{n}", "k".repeat(n % 40), n % 7))
            .collect();
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
