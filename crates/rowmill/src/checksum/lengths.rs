//! The hash of how long values are, and which of their bytes or items count.

use std::ops::Range;

use arrow_array::OffsetSizeTrait;
use arrow_buffer::NullBuffer;

use super::blocks::push_valid;
use super::hasher::{Hasher, Scratch};

/// Adds the lengths between `offsets` of values that are not null.
pub(super) fn push_lengths<O: OffsetSizeTrait>(
    offsets: &[O],
    nulls: Option<&NullBuffer>,
    scratch: &mut Scratch,
    hasher: &mut Hasher,
) {
    let rows = offsets.len().saturating_sub(1);
    push_valid::<8>(rows, nulls, scratch, hasher, |from, room| {
        let pairs = offsets.get(from..).unwrap_or_default().windows(2);
        for (length, pair) in room.iter_mut().zip(pairs) {
            if let [from, to] = pair {
                *length = (to.as_usize() as u64).wrapping_sub(from.as_usize() as u64).to_le_bytes();
            }
        }
    });
}

/// Calls `each` with the ranges that the values between `offsets` take, in order, nulls left out:
/// one range if they lie side by side.
pub(super) fn ranges<O: OffsetSizeTrait>(
    offsets: &[O],
    nulls: Option<&NullBuffer>,
    mut each: impl FnMut(Range<usize>),
) {
    let at = |row: usize| offsets.get(row).map_or(0, |offset| offset.as_usize());
    let all = at(0)..at(offsets.len().saturating_sub(1));
    let Some(nulls) = nulls else { return each(all) };
    let valid: usize = nulls.valid_slices().map(|(from, to)| at(to) - at(from)).sum();
    if valid == all.len() {
        // Nulls take no room, which is how nearly everybody writes them.
        each(all);
    } else {
        nulls.valid_slices().for_each(|(from, to)| each(at(from)..at(to)));
    }
}
