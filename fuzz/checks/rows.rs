//! Rows for a layout, written in many ways.

use rowmill_json::{Column, Kind};

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
    /// Objects with many keys that no column has.
    pub(crate) crowds: usize,
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
            crowds: 0,
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
            crowds: 0,
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
    let named = columns.iter().filter(|it| !matches!(it.kind(), Kind::RawJson | Kind::LineNumber));
    members(named.map(|column| (column.keys(), column)).collect(), style, draw, out);
}

/// A column by the keys that lead to it.
type Named<'a> = (&'a [String], &'a Column);

/// An object with the columns that these keys lead to.
fn members(columns: Vec<Named<'_>>, style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let mut order: Vec<(&str, Vec<Named<'_>>)> = Vec::new();
    for named in columns {
        let key = named.0[0].as_str();
        match order.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(named),
            None => order.push((key, vec![named])),
        }
    }
    if style.shuffled {
        let seed = style.order ^ order.len() as u64;
        shuffle(&mut order, &mut Draw::seeded(seed));
    }
    style.bracket(b'{', draw, out);
    let mut first = true;
    let mut comma = |draw: &mut Draw<'_>, out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            style.mark(b',', draw, out);
        }
    };
    for (key, group) in order {
        if draw.chance(style.extra) {
            comma(draw, out);
            let key = draw.pick(&["zz", "", "\u{e9}", "Extra\"Key", "nested", "Id ", "x123456789"]);
            strings::quoted(key, style, draw, out);
            style.mark(b':', draw, out);
            values::any(style, 2, draw, out);
        }
        let nullable = group.iter().all(|(_, column)| column.is_nullable());
        if draw.chance(style.missing) && nullable {
            continue;
        }
        for _ in 0..if draw.chance(style.twice) { 2 } else { 1 } {
            comma(draw, out);
            strings::quoted(key, style, draw, out);
            style.mark(b':', draw, out);
            match group.as_slice() {
                [([_], column)] => values::value(column, style, draw, out),
                _ if nullable && draw.chance(style.nulls) => out.extend_from_slice(b"null"),
                _ if draw.chance(style.misfits) => values::odd(draw, out),
                _ => {
                    let inside = group.iter().map(|(keys, column)| (&keys[1..], *column));
                    members(inside.collect(), style, draw, out);
                }
            }
        }
    }
    if style.crowds > 0 && draw.chance(style.crowds) {
        // More than are worth learning, from different ends.
        let (from, count) = (draw.below(30), draw.below(90));
        for at in from..from + count {
            comma(draw, out);
            // Some too long to be told apart.
            let name = if at % 41 == 40 { "long ".repeat(60) } else { "stray ".into() };
            strings::quoted(&format!("{name}{at}"), style, draw, out);
            style.mark(b':', draw, out);
            values::any(style, 0, draw, out);
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
    crowded_rows(columns, count, 0, draw)
}

/// The same, with many keys that no column has in this share of all objects.
pub(crate) fn crowded_rows(
    columns: &[Column],
    count: usize,
    crowds: usize,
    draw: &mut Draw<'_>,
) -> Vec<u8> {
    let drawn = |draw: &mut Draw<'_>| Style { crowds, ..Style::drawn(draw) };
    let (mut out, mut style) = (Vec::new(), drawn(draw));
    for _ in 0..count {
        if draw.chance(15) {
            style = drawn(draw);
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
