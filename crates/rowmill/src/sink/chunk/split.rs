//! `BYTE_STREAM_SPLIT`: all first bytes, then all second ones, and so on. What numbers of one size
//! have in common then lies together.

/// Writes `values` of `width` bytes, of which `byte` gives the one of a number.
pub(super) fn encode<T: Copy>(
    values: &[T],
    width: usize,
    byte: impl Fn(T, usize) -> u8,
    out: &mut Vec<u8>,
) {
    out.reserve(values.len() * width);
    for n in 0..width {
        out.extend(values.iter().map(|value| byte(*value, n)));
    }
}
