//! `DELTA_BINARY_PACKED`: differences in blocks of 128, each in four parts with a width of its own.

use super::hybrid::varint;

const BLOCK: usize = 128;
const PART: usize = 32;

/// What differences are taken of. Both wrap at the width of the type, as readers do.
pub(super) trait Integer: Copy {
    fn difference(self, before: Self) -> Self;
    fn bits(self) -> u64;
    fn signed(self) -> i64;
    fn less(self, other: Self) -> bool;
}

macro_rules! integer {
    ($($type:ty as $unsigned:ty),*) => {$(
        impl Integer for $type {
            fn difference(self, before: Self) -> Self {
                self.wrapping_sub(before)
            }

            fn bits(self) -> u64 {
                u64::from(self as $unsigned)
            }

            fn signed(self) -> i64 {
                i64::from(self)
            }

            fn less(self, other: Self) -> bool {
                self < other
            }
        }
    )*};
}

integer!(i32 as u32, i64 as u64);

/// Writes `values`.
pub(super) fn encode<T: Integer>(values: &[T], out: &mut Vec<u8>) {
    varint(BLOCK as u64, out);
    varint((BLOCK / PART) as u64, out);
    varint(values.len() as u64, out);
    let Some(&first) = values.first() else { return zigzag(0, out) };
    zigzag(first.signed(), out);
    let mut before = first;
    let mut block = [first; BLOCK];
    for ahead in values[1..].chunks(BLOCK) {
        for (difference, &value) in block.iter_mut().zip(ahead) {
            *difference = value.difference(before);
            before = value;
        }
        write_block(&block[..ahead.len()], out);
    }
}

fn write_block<T: Integer>(differences: &[T], out: &mut Vec<u8>) {
    let mut least = differences[0];
    for &difference in differences {
        if difference.less(least) {
            least = difference;
        }
    }
    zigzag(least.signed(), out);
    let widths = out.len();
    // Parts without values have a width too, and nothing else.
    out.extend_from_slice(&[0; BLOCK / PART]);
    let mut part = [0_u64; PART];
    for (n, ahead) in differences.chunks(PART).enumerate() {
        let mut all = 0;
        for (above, difference) in part.iter_mut().zip(ahead) {
            *above = difference.difference(least).bits();
            all |= *above;
        }
        part[ahead.len()..].fill(0);
        let width = u64::BITS - all.leading_zeros();
        out[widths + n] = width as u8;
        pack(&part, width, out);
    }
}

fn zigzag(number: i64, out: &mut Vec<u8>) {
    varint(((number << 1) ^ (number >> 63)) as u64, out);
}

fn pack(part: &[u64; PART], width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let (mut bits, mut held) = (0_u64, 0);
    for &value in part {
        bits |= value << held;
        held += width;
        if held >= 64 {
            out.extend_from_slice(&bits.to_le_bytes());
            held -= 64;
            // What of the value did not fit; a shift by all 64 bits would be none.
            bits = if held == 0 { 0 } else { value >> (width - held) };
        }
    }
    // 32 values take a multiple of four bytes.
    out.extend_from_slice(&bits.to_le_bytes()[..held as usize / 8]);
}
