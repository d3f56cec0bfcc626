//! The hybrid of run lengths and bit packing, in which Parquet writes levels and dictionary keys.

/// Equal values in a row that are worth a run of their own.
const RUN: usize = 16;

/// How many bits the numbers up to `largest` take, and at least one: not every reader knows of none.
pub(super) fn width(largest: u32) -> u32 {
    (u32::BITS - largest.leading_zeros()).max(1)
}

/// Writes `number` in groups of seven bits, the lowest first.
pub(super) fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Writes `values`, each of at most `width` bits.
pub(super) fn encode<T: Copy + Eq + Into<u32>>(values: &[T], width: u32, out: &mut Vec<u8>) {
    // A packed run starts anywhere, but holds whole groups of eight: so what is not yet written is
    // looked at group by group.
    let (mut packed, mut at) = (0, 0);
    while at < values.len() {
        let first = values[at];
        let ahead = &values[at..];
        let equal = match ahead.get(..RUN) {
            Some(start) if start.iter().all(|value| *value == first) => {
                ahead.iter().position(|value| *value != first).unwrap_or(ahead.len())
            }
            _ => 0,
        };
        if equal > 0 {
            pack(&values[packed..at], width, out);
            run(first.into(), equal, width, out);
            at += equal;
            packed = at;
        } else {
            at = (at + 8).min(values.len());
        }
    }
    pack(&values[packed..], width, out);
}

/// Writes a run of equal values.
pub(super) fn run(value: u32, length: usize, width: u32, out: &mut Vec<u8>) {
    varint((length as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// Writes the head of a run of so many values that are packed.
pub(super) fn packed_head(values: usize, out: &mut Vec<u8>) {
    varint(((values.div_ceil(8) as u64) << 1) | 1, out);
}

fn pack<T: Copy + Into<u32>>(values: &[T], width: u32, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    packed_head(values.len(), out);
    let end = out.len() + values.len().div_ceil(8) * width as usize;
    let (mut bits, mut held) = (0_u64, 0);
    for &value in values {
        bits |= u64::from(value.into()) << held;
        held += width;
        if held >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            held -= 32;
        }
    }
    out.extend_from_slice(&bits.to_le_bytes()[..held.div_ceil(8) as usize]);
    // The last group is filled up with zeros.
    out.resize(end, 0);
}
