//! Damage and disguise: changes of a line, some of which must change nothing.

use super::draw::Draw;
use super::members::{Member, members, string_end};
use super::rows::Style;
use super::{strings, values};

/// Bytes that mean something to a JSON reader, and some that are never right.
pub(crate) const BYTES: &[u8] =
    b"\"\\{}[]:,0123456789eE+-.tfnu/ \t\r\0\x08\x1F\x7F\x80\xC3\xE2\xED\xF0\xFF";

/// Texts that may stand where a byte may.
const TEXTS: [&[u8]; 10] = [
    b"\\u0041",
    b"\\ud800",
    b"\\udc00\\ud83d",
    b"\xEF\xBB\xBF",
    b"\xED\xA0\x80",
    b"\xC0\x80",
    b"\\\"",
    b"null",
    b"\xF4\x90\x80\x80",
    b"\xE2\x80\xA8",
];

/// Does what the script in `draw` says to lines without their ends, until it is used up.
pub(crate) fn mutate(lines: &mut Vec<Vec<u8>>, draw: &mut Draw<'_>, most: usize) {
    for _ in 0..most {
        if draw.is_used_up() || lines.is_empty() {
            return;
        }
        let at = draw.below(lines.len());
        match draw.below(24) {
            0 if lines.len() < 12 => lines.push(lines[at].clone()),
            1 => lines.swap(0, at),
            2 => {
                // Two lines in one.
                let line = lines.remove(at);
                if let Some(next) = lines.get_mut(at) {
                    next.splice(..0, line);
                } else {
                    lines.push(line);
                }
            }
            change => one(&mut lines[at], change, draw),
        }
    }
}

fn one(line: &mut Vec<u8>, change: usize, draw: &mut Draw<'_>) {
    if line.is_empty() {
        line.push(draw.pick(BYTES));
        return;
    }
    let at = draw.below(line.len());
    match change {
        3 => line[at] ^= 1 << draw.below(8),
        4 => line[at] = draw.pick(BYTES),
        5 => line.truncate(at),
        6 => drop(line.drain(at..(at + 1 + draw.below(40)).min(line.len()))),
        7 => line.insert(at, draw.pick(BYTES)),
        8 => drop(line.splice(at..at, draw.pick(&TEXTS).iter().copied())),
        9 => {
            let end = (at + 1 + draw.below(80)).min(line.len());
            let slice = line[at..end].to_vec();
            drop(line.splice(at..at, slice));
        }
        10 => line.push(b'\r'),
        11 => line.insert(at, b'\n'),
        12 => blanks(line, at, draw),
        13 => drop(line.splice(..0, *b"\xEF\xBB\xBF")),
        14 => line.insert(0, draw.pick(b" \t\r")),
        _ => {
            let found = members(line);
            if !found.is_empty() {
                member(line, &found, change, draw);
            }
        }
    }
}

/// Changes one of the members.
fn member(line: &mut Vec<u8>, found: &[Member], change: usize, draw: &mut Draw<'_>) {
    let it = &found[draw.below(found.len())];
    let mut text = Vec::new();
    match change {
        15 => {
            // The key with some of its characters as escapes: the same key.
            let key = String::from_utf8_lossy(&line[inner(&it.key)]).into_owned();
            let mut style = Style::tidy();
            style.escapes = 100;
            if !key.contains('\\') {
                strings::quoted(&key, &style, draw, &mut text);
                line.splice(it.key.clone(), text);
            }
        }
        16 => {
            // Another key, or a key that another column has.
            let other = &found[draw.below(found.len())];
            let key = line[other.key.clone()].to_vec();
            line.splice(it.key.clone(), key);
        }
        17 => {
            let middle = it.key.start + draw.below(it.key.len());
            line.insert(middle, b'x');
        }
        18 => {
            // Two members of an object change places: the same object.
            let others: Vec<_> = found.iter().filter(|other| other.object == it.object).collect();
            let other = others[draw.below(others.len())];
            let (first, second) =
                if it.key.start < other.key.start { (it, other) } else { (other, it) };
            if first.value.end <= second.key.start {
                let (a, b) = (line[first.whole()].to_vec(), line[second.whole()].to_vec());
                line.splice(second.whole(), a);
                line.splice(first.whole(), b);
            }
        }
        19 => {
            // The member again, as it is.
            text.extend_from_slice(&line[it.whole()]);
            text.push(b',');
            line.splice(it.key.start..it.key.start, text);
        }
        20 => {
            // A value longer than any block.
            if line.get(it.value.start) == Some(&b'"') {
                let end = string_end(line, it.value.start).saturating_sub(1);
                let length = draw.pick(&strings::BORDERS) + draw.below(9);
                let filler = draw.pick(b"x\xC3\x80 ");
                line.splice(end..end, std::iter::repeat_n(filler, length));
            }
        }
        21 => {
            values::any(&Style::drawn(draw), 2, draw, &mut text);
            line.splice(it.value.clone(), text);
        }
        _ => {
            let value = draw.pick(&values::ODD);
            line.splice(it.value.clone(), value.bytes());
        }
    }
}

/// Blanks after the next byte of structure outside strings, which mean nothing there.
fn blanks(line: &mut Vec<u8>, from: usize, draw: &mut Draw<'_>) {
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b'"' => at = string_end(line, at),
            byte => {
                at += 1;
                if at > from && b"{}[]:,".contains(&byte) {
                    let blanks = draw.pick(&[&b" "[..], b"\t", b"\r", b"    ", b" \t \r "]);
                    line.splice(at..at, blanks.iter().copied());
                    return;
                }
            }
        }
    }
}

fn inner(key: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    key.start + 1..(key.end - 1).max(key.start + 1)
}
