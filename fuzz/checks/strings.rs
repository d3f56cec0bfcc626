//! Strings as JSON text: lengths near the blocks that readers take at once, and every spelling.

use super::draw::Draw;
use super::rows::Style;

/// Borders of what a reader may look at in one go.
pub(crate) const BORDERS: [usize; 6] = [0, 8, 16, 32, 64, 128];

/// Pieces of text between quotes that are right and mean something.
const PIECES: [&str; 16] = [
    "\\\"",
    "\\\\",
    "\\/",
    "\\b\\f\\n\\r\\t",
    "\\u0041",
    "\\u00e9",
    "\\uFFFF",
    "\\ud83d\\ude00",
    "\u{e9}",
    "\u{20ac}",
    "\u{1f600}",
    "\u{7f}",
    "{",
    "\\u0000",
    ":,",
    "\u{2028}",
];

/// A string of any content.
pub(crate) fn any(style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let length = (draw.pick(&BORDERS) + draw.below(5)).saturating_sub(draw.below(4));
    out.push(b'"');
    let start = out.len();
    let dense = draw.chance(30);
    while out.len() - start < length {
        if dense || draw.chance(8) {
            out.extend_from_slice(draw.pick(&PIECES).as_bytes());
        } else {
            out.push(b'a' + (out.len() % 26) as u8);
        }
    }
    if draw.chance(style.escapes) {
        out.extend_from_slice(draw.pick(&PIECES).as_bytes());
    }
    out.push(b'"');
}

/// `text` between quotes, some of its characters as escapes.
pub(crate) fn quoted(text: &str, style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let escapes = if draw.chance(style.escapes) { 30 } else { 0 };
    out.push(b'"');
    for c in text.chars() {
        if escapes > 0 && draw.chance(escapes) {
            out.extend_from_slice(escaped(c, draw.chance(50)).as_bytes());
            continue;
        }
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            c if c < ' ' => out.extend_from_slice(escaped(c, false).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// A character by its number.
pub(crate) fn escaped(c: char, upper: bool) -> String {
    let half = |unit: &u16| {
        if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }
    };
    c.encode_utf16(&mut [0; 2]).iter().map(half).collect()
}
