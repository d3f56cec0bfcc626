//! Which field a key names.

/// Fields by name: an open-addressing table, at most half full.
pub(super) struct Names {
    /// One more than the index of a field; zero where there is none. Its length is a power of two.
    table: Box<[u32]>,
    names: Box<[Box<[u8]>]>,
}

impl Names {
    /// The names of the fields in their order, each once.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Box<[Box<[u8]>]> = names.map(|name| name.as_bytes().into()).collect();
        let mut table = vec![0; (2 * names.len()).next_power_of_two().max(8)].into_boxed_slice();
        for (name, number) in names.iter().zip(1..) {
            let mut place = hash(name) & (table.len() - 1);
            while table[place] != 0 {
                place = (place + 1) & (table.len() - 1);
            }
            table[place] = number;
        }
        Self { table, names }
    }

    /// The index of the field of this name.
    #[inline(always)]
    pub(super) fn find(&self, key: &[u8]) -> Option<usize> {
        let mut place = hash(key) & (self.table.len() - 1);
        loop {
            let field = (self.table[place] as usize).checked_sub(1)?;
            if *self.names[field] == *key {
                return Some(field);
            }
            place = (place + 1) & (self.table.len() - 1);
        }
    }
}

/// From the length and up to sixteen bytes: names are short and differ there or are compared.
#[inline(always)]
fn hash(key: &[u8]) -> usize {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let (first, last) = match (key.first_chunk(), key.last_chunk()) {
        (Some(first), Some(last)) => (word(first), word(last)),
        _ => (key.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
    };
    let mixed = (first ^ last.rotate_left(29)).wrapping_add(key.len() as u64);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn every_name_and_no_other() {
        let names: Vec<String> =
            (0..300).map(|n| format!("{}{}{n}", "k".repeat(n % 40), n % 7)).collect();
        let found = Names::new(names.iter().map(String::as_str));
        for (at, name) in names.iter().enumerate() {
            assert_eq!(found.find(name.as_bytes()), Some(at));
            assert_eq!(found.find(format!("{name}x").as_bytes()), None);
            assert_eq!(found.find(&name.as_bytes()[..name.len() - 1]), {
                let shorter = &name[..name.len() - 1];
                names.iter().position(|name| name == shorter)
            });
        }
        assert_eq!(found.find(b""), None);
    }
}
