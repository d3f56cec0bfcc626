//! Rows for a layout, written in many ways.

use rowmill_json::Column;

use super::draw::Draw;
use super::{strings, values};

/// How rows are written. Shares are in percent.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    /// Blanks around brackets, commas and colons.
    pub(crate) spaced: bool,
    /// Keys in another order than the layout's: one that follows from `order`.
    pub(crate) shuffled: bool,
    pub(crate) order: u64,
    /// Keys left out.
    pub(crate) missing: usize,
    /// Nulls where they may be.
    pub(crate) nulls: usize,
    /// Keys and texts some of whose characters are escapes.
    pub(crate) escapes: usize,
    /// Keys that no column has.
    pub(crate) extra: usize,
    /// Keys that stand twice.
    pub(crate) twice: usize,
    /// Values that the column may not read.
    pub(crate) misfits: usize,
}

impl Style {
    /// As a serialiser writes.
    pub(crate) fn tidy() -> Self {
        Self {
            spaced: false,
            shuffled: false,
            order: 0,
            missing: 0,
            nulls: 10,
            escapes: 0,
            extra: 0,
            twice: 0,
            misfits: 0,
        }
    }

    /// Any style; the plainest for zeros.
    pub(crate) fn drawn(draw: &mut Draw<'_>) -> Self {
        let shares = [0, 2, 10, 40];
        Self {
            spaced: draw.chance(30),
            shuffled: draw.chance(30),
            order: draw.byte().into(),
            missing: draw.pick(&shares),
            nulls: draw.pick(&shares),
            escapes: draw.pick(&shares),
            extra: draw.pick(&shares),
            twice: draw.pick(&[0, 0, 0, 5]),
            misfits: draw.pick(&[0, 0, 2, 10]),
        }
    }

    fn blanks(&self, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
        if self.spaced {
            let blanks =
                draw.pick(&[&b""[..], b" ", b"", b"  ", b"\t", b" \r ", b"                "]);
            out.extend_from_slice(blanks);
        }
    }

    /// A byte of structure that follows something.
    pub(crate) fn mark(&self, byte: u8, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
        self.blanks(draw, out);
        out.push(byte);
        if !b"]}".contains(&byte) {
            self.blanks(draw, out);
        }
    }

    /// An opening bracket.
    pub(crate) fn bracket(&self, byte: u8, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
        out.push(byte);
        self.blanks(draw, out);
    }
}

/// One row, without a line end.
pub(crate) fn row(columns: &[Column], style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    style.blanks(draw, out);
    object(columns, style, draw, out);
    style.blanks(draw, out);
}

/// An object with these fields.
pub(crate) fn object(columns: &[Column], style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let mut order: Vec<&Column> = columns.iter().collect();
    if style.shuffled {
        shuffle(&mut order, &mut Draw::seeded(style.order ^ columns.len() as u64));
    }
    style.bracket(b'{', draw, out);
    let mut first = true;
    let mut comma = |draw: &mut Draw<'_>, out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            style.mark(b',', draw, out);
        }
    };
    for column in order {
        if draw.chance(style.extra) {
            comma(draw, out);
            let key = draw.pick(&["zz", "", "\u{e9}", "Extra\"Key", "nested", "Id ", "x123456789"]);
            strings::quoted(key, style, draw, out);
            style.mark(b':', draw, out);
            values::any(style, 2, draw, out);
        }
        if draw.chance(style.missing) && column.is_nullable() {
            continue;
        }
        for _ in 0..if draw.chance(style.twice) { 2 } else { 1 } {
            comma(draw, out);
            strings::quoted(column.name(), style, draw, out);
            style.mark(b':', draw, out);
            values::value(column, style, draw, out);
        }
    }
    style.mark(b'}', draw, out);
}

pub(crate) fn shuffle<T>(items: &mut [T], draw: &mut Draw<'_>) {
    for at in (1..items.len()).rev() {
        items.swap(at, draw.below(at + 1));
    }
}

/// A run of rows: style and line ends change on the way, and some lines are blank.
pub(crate) fn rows(columns: &[Column], count: usize, draw: &mut Draw<'_>) -> Vec<u8> {
    let (mut out, mut style) = (Vec::new(), Style::drawn(draw));
    for _ in 0..count {
        if draw.chance(15) {
            style = Style::drawn(draw);
        }
        if style.shuffled && draw.chance(40) {
            style.order = draw.byte().into();
        }
        if draw.chance(3) {
            out.extend_from_slice(draw.pick(&[&b"\n"[..], b" \r\n", b"\t \n"]));
        }
        row(columns, &style, draw, &mut out);
        out.extend_from_slice(if draw.chance(10) { b"\r\n" } else { b"\n" });
    }
    out
}
