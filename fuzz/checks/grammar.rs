//! What `serde_json` says of a text, and the rules that RFC 8259 leaves open, on top of it.

use serde_json::value::RawValue;

/// Whether `text` is one JSON value with nothing around it.
pub(crate) fn is_value(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    serde_json::from_str::<&RawValue>(text).is_ok_and(|raw| raw.get().len() == text.len())
}

/// Whether `text` is a number and nothing else.
pub(crate) fn is_number(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'-' | b'0'..=b'9')) && is_value(text)
}

/// The text between quotes, as the string it spells; `None` if it spells none, which half of a
/// surrogate pair does not.
pub(crate) fn unquoted(inside: &[u8]) -> Option<String> {
    let inside = std::str::from_utf8(inside).ok()?;
    serde_json::from_str(&format!("\"{inside}\"")).ok()
}

/// How many objects and arrays stand inside one another at most. Means something for JSON only.
pub(crate) fn depth(line: &[u8]) -> usize {
    let (mut depth, mut most, mut inside, mut escaped) = (0_usize, 0, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'{' | b'[' if !inside => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' if !inside => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}
