//! The levels of a page: what of its rows is there, and where lists begin.

use super::bitmap::{self, Bits};
use super::hybrid;
use super::nesting::Reach;

/// The levels of the slots of a page. A slot is a value or what stands for one that is not there.
pub(super) struct Levels {
    /// The highest definition level: that of a value.
    def: u8,
    /// The highest repetition level: in how many lists values are.
    rep: u8,
    defs: Defs,
    reps: Vec<u8>,
    slots: usize,
}

/// How many slots there are of each level, from 0 on; empty where that is not told.
#[derive(Default)]
pub(super) struct Histograms {
    pub(super) reps: Vec<i64>,
    pub(super) defs: Vec<i64>,
}

enum Defs {
    /// There are values alone.
    None,
    /// A value or none: as Arrow has it.
    Bits(Bits),
    Bytes(Vec<u8>),
}

impl Levels {
    pub(super) fn new(def: u8, rep: u8) -> Self {
        let defs = match (def, rep) {
            (0, _) => Defs::None,
            (1, 0) => Defs::Bits(Bits::default()),
            _ => Defs::Bytes(Vec::new()),
        };
        Self { def, rep, defs, reps: Vec::new(), slots: 0 }
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        match &self.defs {
            Defs::None => 0,
            Defs::Bits(bits) => bits.len / 8,
            Defs::Bytes(bytes) => bytes.len() + self.reps.len(),
        }
    }

    pub(super) fn clear(&mut self) {
        match &mut self.defs {
            Defs::None => {}
            Defs::Bits(bits) => bits.clear(),
            Defs::Bytes(bytes) => bytes.clear(),
        }
        self.reps.clear();
        self.slots = 0;
    }

    /// Appends the slots of `reach`. Values are what is `live`, which counts for a level of its own
    /// if the column is nullable.
    pub(super) fn append(&mut self, reach: &Reach, live: Option<&[u64]>, nullable: bool) {
        self.slots += reach.slots();
        match &mut self.defs {
            Defs::None => {}
            Defs::Bits(bits) => match live {
                Some(live) => bits.extend(live, reach.len),
                None => bits.extend(&bitmap::full(reach.len), reach.len),
            },
            Defs::Bytes(levels) => {
                let start = levels.len();
                levels.extend_from_slice(&reach.defs);
                // No struct or list above may be missing.
                levels.resize(start + reach.slots(), 0);
                if nullable {
                    reach.raise(live, &mut levels[start..]);
                }
            }
        }
        self.reps.extend_from_slice(&reach.reps);
    }

    /// How many slots there are of each repetition and of each definition level. Nothing where the
    /// number of nulls says as much.
    pub(super) fn histograms(&self) -> Histograms {
        let Defs::Bytes(defs) = &self.defs else { return Histograms::default() };
        let reps = if self.rep > 0 { histogram(&self.reps, self.rep) } else { Vec::new() };
        Histograms { reps, defs: histogram(defs, self.def) }
    }

    /// Writes them as they stand before the values of a page.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        if self.rep > 0 {
            with_length(out, |out| encode_bytes(&self.reps, self.rep, out));
        }
        match &self.defs {
            Defs::None => {}
            Defs::Bits(bits) => with_length(out, |out| encode_bits(bits, out)),
            Defs::Bytes(levels) => with_length(out, |out| encode_bytes(levels, self.def, out)),
        }
    }
}

/// Levels are looked at once for each level there is, many at a time: adding to one of several
/// counts would wait for the addition before it.
fn histogram(levels: &[u8], highest: u8) -> Vec<i64> {
    // No sum of so few is too large for a byte.
    let some = |some: &[u8], level| some.iter().map(|l| u8::from(*l == level)).sum::<u8>();
    let count = |level| levels.chunks(255).map(|chunk| i64::from(some(chunk, level))).sum();
    let mut counts: Vec<i64> = (0..highest).map(count).collect();
    counts.push(levels.len() as i64 - counts.iter().sum::<i64>());
    counts
}

fn encode_bits(bits: &Bits, out: &mut Vec<u8>) {
    let set = bitmap::count(&bits.words);
    if set == 0 || set == bits.len {
        return hybrid::run(u32::from(set > 0), bits.len, 1, out);
    }
    hybrid::packed_head(bits.len, out);
    let end = out.len() + bits.len.div_ceil(8);
    bits.words.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    out.truncate(end);
}

fn encode_bytes(levels: &[u8], highest: u8, out: &mut Vec<u8>) {
    hybrid::encode(levels, hybrid::width(highest.into()), out);
}

fn with_length(out: &mut Vec<u8>, encode: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    encode(out);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}
