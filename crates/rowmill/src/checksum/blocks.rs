//! Values of one size, those of nulls left out, sixty-four at a time.

use arrow_buffer::NullBuffer;

use super::hasher::{Hasher, Scratch};

/// Rows of a block: as many as a word of the validity has bits.
const ROWS: usize = 64;

/// Where fewer rows than this are valid, going from one to the next is quicker than a look at all.
const FEW: u32 = 16;

/// Adds the values of `rows` rows that are not null. `fill` gives those from a row on, also those
/// of nulls, as many as there is room for; `kept` is shown what is left of them.
#[inline]
pub(super) fn push_valid<const N: usize>(
    rows: usize,
    nulls: Option<&NullBuffer>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
    mut fill: impl FnMut(usize, &mut [[u8; N]]),
    mut kept: impl FnMut(&[[u8; N]]),
) {
    let mut block = [[0; N]; ROWS];
    let valid = nulls.map(|nulls| nulls.inner().bit_chunks());
    let mut words = valid.as_ref().map(|words| words.iter_padded());
    for from in (0..rows).step_by(ROWS) {
        let Some(room) = block.get_mut(..ROWS.min(rows - from)) else { return };
        let word = words.as_mut().map_or(u64::MAX, |words| words.next().unwrap_or(0));
        if word == 0 {
            continue;
        }
        fill(from, room);
        let used = if word == u64::MAX { room.len() } else { close_up(word, &mut block) };
        let values = block.get(..used).unwrap_or_default();
        kept(values);
        scratch.push(values.as_flattened(), hasher);
    }
    scratch.flush(hasher);
}

/// Moves the values whose bits are set to the front, and says how many they are.
#[inline]
fn close_up<const N: usize>(mut word: u64, block: &mut [[u8; N]; ROWS]) -> usize {
    // What is counted is never more than where it is counted: the remainders only spare checks.
    let mut used = 0;
    if word.count_ones() < FEW {
        while word != 0 {
            block[used % ROWS] = block[word.trailing_zeros() as usize % ROWS];
            used += 1;
            word &= word - 1;
        }
    } else {
        // Without a branch for each.
        for at in 0..ROWS {
            block[used % ROWS] = block[at];
            used += (word >> at & 1) as usize;
        }
    }
    used
}
