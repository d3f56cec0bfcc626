//! `PLAIN`: values one after the other, texts with their lengths before them. Dictionaries are
//! written so as well, and what Bloom filters know of a value are these bytes of it.

use super::leaf::Kind;
use super::uuid;
use super::values::{Texts, Values};

/// Writes `values`.
pub(super) fn encode(kind: Kind, values: &Values, out: &mut Vec<u8>) {
    match values {
        Values::Bools(values) => out.extend(
            values
                .chunks(8)
                .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit))),
        ),
        Values::Narrow(values) => narrow(values, out),
        Values::Wide(values) => wide(values, out),
        Values::Decimals(values) => decimals(values, kind.width(), out),
        Values::Uuids(values) => uuids(kind, values, out),
        Values::Texts(texts) => texts_of(texts, out),
        // Keys are always written as such.
        Values::Keys(_) => {}
    }
}

/// Numbers of 32 bits.
pub(super) fn narrow(values: &[i32], out: &mut Vec<u8>) {
    out.reserve(values.len() * 4);
    values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}

/// Numbers of 64 bits.
pub(super) fn wide(values: &[i64], out: &mut Vec<u8>) {
    out.reserve(values.len() * 8);
    values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}

/// Decimals of many digits in so many bytes, the highest first.
pub(super) fn decimals(values: &[i128], width: usize, out: &mut Vec<u8>) {
    out.reserve(values.len() * width);
    for value in values {
        out.extend_from_slice(&value.to_be_bytes()[16 - width..]);
    }
}

/// UUIDs in the form that their column has.
pub(super) fn uuids(kind: Kind, values: &[[u8; 16]], out: &mut Vec<u8>) {
    if kind != Kind::UuidText {
        return out.extend_from_slice(values.as_flattened());
    }
    out.reserve(values.len() * (4 + uuid::LENGTH));
    values.iter().for_each(|value| text(&uuid::text(*value), out));
}

/// A text.
pub(super) fn text(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text);
}

fn texts_of(texts: &Texts, out: &mut Vec<u8>) {
    out.reserve(texts.bytes.len() + 4 * texts.lengths.len());
    texts.iter().for_each(|value| text(value, out));
}

/// Calls `action` with the bytes of each value in `page`, which [`encode`] or a dictionary has
/// written. Booleans have none.
pub(super) fn each(kind: Kind, page: &[u8], mut action: impl FnMut(&[u8])) {
    let width = match kind {
        Kind::Bool => return,
        Kind::Int32 | Kind::Decimal32 => 4,
        Kind::Int64 | Kind::UInt64 | Kind::Float64 | Kind::Timestamp | Kind::Decimal64 => 8,
        Kind::Decimal(width) => width,
        Kind::Uuid => 16,
        Kind::UuidText | Kind::Text | Kind::Keys => {
            let mut rest = page;
            while let Some((length, behind)) = rest.split_first_chunk() {
                let Some((text, behind)) =
                    behind.split_at_checked(u32::from_le_bytes(*length) as usize)
                else {
                    return;
                };
                action(text);
                rest = behind;
            }
            return;
        }
    };
    page.chunks_exact(width).for_each(action);
}
