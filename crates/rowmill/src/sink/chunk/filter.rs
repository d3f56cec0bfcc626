//! The Bloom filter of a chunk: which values are surely not in it.

use parquet::bloom_filter::Sbbf;
use parquet::errors::Result;
use twox_hash::XxHash64;

use super::leaf::Kind;
use super::plain;

/// How many values that are not in a chunk its filter takes for some that are.
pub(in crate::sink) const FALSE_POSITIVES: f64 = 0.01;

/// So many hashes are held before those that are there twice are looked for.
const ROOM: usize = 1 << 16;

/// What makes a bit of each of the eight words of a block out of a hash: numbers of the format.
const SALT: [u32; 8] = [
    0x47b6_137b,
    0x4497_4d91,
    0x8824_ad5b,
    0xa2b7_289d,
    0x7054_95c7,
    0x2df1_424b,
    0x9efc_4947,
    0x5c6b_fb31,
];

/// The hashes of the values of a chunk: how many there are decides how large its filter is.
#[derive(Default)]
pub(super) struct Filter {
    hashes: Vec<u64>,
    /// The first ones are sorted and different.
    sorted: usize,
}

impl Filter {
    /// Adds the values of a page, or of a dictionary, in their [plain](plain) form.
    pub(super) fn add(&mut self, kind: Kind, page: &[u8]) {
        plain::each(kind, page, |value| {
            // Floats that are equal are to be found whichever of them is looked for.
            if kind == Kind::Float64 && value[..7] == [0; 7] && value[7] & 0x7f == 0 {
                self.hashes.extend([0.0_f64, -0.0].map(|zero| hash(&zero.to_le_bytes())));
            } else {
                self.hashes.push(hash(value));
            }
        });
        if self.hashes.len() >= 2 * self.sorted + ROOM {
            self.sort();
        }
    }

    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.hashes.as_slice())
    }

    fn sort(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.sorted = self.hashes.len();
    }

    /// The filter of all values so far, which are forgotten.
    pub(super) fn take(&mut self) -> Result<Sbbf> {
        self.sort();
        let size = Sbbf::new_with_ndv_fpp(self.hashes.len() as u64, FALSE_POSITIVES)?;
        let mut blocks = vec![[0_u32; 8]; size.num_blocks()];
        for hash in self.hashes.drain(..) {
            // Its upper half chooses the block.
            let block = ((hash >> 32) * blocks.len() as u64) >> 32;
            for (word, salt) in blocks[block as usize].iter_mut().zip(SALT) {
                *word |= 1 << ((hash as u32).wrapping_mul(salt) >> 27);
            }
        }
        self.sorted = 0;
        let bytes: Vec<u8> = blocks.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        Ok(Sbbf::new(&bytes))
    }
}

fn hash(value: &[u8]) -> u64 {
    XxHash64::oneshot(0, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_filter_of_the_parquet_crate() {
        for count in [0_u64, 1, 100, 3 * ROOM as u64] {
            let mut filter = Filter::default();
            let mut expected = Sbbf::new_with_ndv_fpp(count, FALSE_POSITIVES).expect("a filter");
            for n in 0..count {
                // Twice, so that size goes by what is different.
                let page: Vec<u8> = [n, n / 2].iter().flat_map(|n| n.to_le_bytes()).collect();
                filter.add(Kind::Int64, &page);
                expected.insert(&n.to_le_bytes()[..]);
            }
            let bytes = |filter: &Sbbf| {
                let mut bytes = Vec::new();
                filter.write(&mut bytes).expect("a vector");
                bytes
            };
            assert!(bytes(&filter.take().expect("a filter")) == bytes(&expected), "{count}");
            assert!(filter.hashes.is_empty());
        }
    }

    #[test]
    fn equal_floats_are_found_by_each_other() {
        for zero in [0.0_f64, -0.0] {
            let mut filter = Filter::default();
            filter.add(Kind::Float64, &zero.to_le_bytes());
            let filter = filter.take().expect("a filter");
            assert!(filter.check(&0.0_f64) && filter.check(&-0.0_f64) && !filter.check(&1.0_f64));
        }
    }
}
