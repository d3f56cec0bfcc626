//! The hash of how long values are, and which of their bytes or items count.

use std::ops::Range;

use arrow_array::OffsetSizeTrait;
use arrow_buffer::NullBuffer;

use super::blocks::push_valid;
use super::hasher::{Hasher, Scratch};

/// Adds the lengths between `offsets` of values that are not null, and gives their sum.
pub(super) fn push_lengths<O: OffsetSizeTrait>(
    offsets: &[O],
    nulls: Option<&NullBuffer>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
) -> usize {
    let rows = offsets.len().saturating_sub(1);
    let mut sum = 0_u64;
    let fill = |from: usize, room: &mut [[u8; 8]]| {
        let pairs = offsets.get(from..).unwrap_or_default().windows(2);
        for (length, pair) in room.iter_mut().zip(pairs) {
            if let [from, to] = pair {
                *length = (to.as_usize() as u64).wrapping_sub(from.as_usize() as u64).to_le_bytes();
            }
        }
    };
    push_valid(rows, nulls, scratch, hasher, fill, |lengths| {
        let lengths = lengths.iter().map(|&length| u64::from_le_bytes(length));
        sum = lengths.fold(sum, u64::wrapping_add);
    });
    sum as usize
}

/// Calls `each` with the ranges that the values between `offsets` take, in order, nulls left out:
/// one range if they lie side by side, which the sum of their lengths, `valid`, tells.
pub(super) fn ranges<O: OffsetSizeTrait>(
    offsets: &[O],
    nulls: Option<&NullBuffer>,
    valid: usize,
    mut each: impl FnMut(Range<usize>),
) {
    let at = |row: usize| offsets.get(row).map_or(0, |offset| offset.as_usize());
    let all = at(0)..at(offsets.len().saturating_sub(1));
    let Some(nulls) = nulls else { return each(all) };
    if valid == all.len() {
        // Nulls take no room, which is how nearly everybody writes them.
        each(all);
    } else {
        nulls.valid_slices().for_each(|(from, to)| each(at(from)..at(to)));
    }
}
