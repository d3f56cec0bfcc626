//! Takes a finished row apart and puts it together differently.

use super::options::Options;
use super::random::Random;

/// Rewrites the row that begins at `start` and ends with `out`.
pub(super) fn line(out: &mut Vec<u8>, start: usize, options: &Options, random: &mut Random) {
    let row = out.split_off(start);
    let mut members = members(&row);
    let missing = (options.missing_keys.clamp(0.0, 1.0) * f64::from(u32::MAX)) as u64;
    members.retain(|member| !(member.ends_with(b":null") && (random.next() >> 32) < missing));
    if options.dropped_keys > 0.0 {
        let dropped = (options.dropped_keys.clamp(0.0, 1.0) * f64::from(u32::MAX)) as u64;
        members.retain(|_| (random.next() >> 32) >= dropped);
    }
    if options.shuffled_keys {
        for i in (1..members.len()).rev() {
            members.swap(i, random.below(i as u32 + 1) as usize);
        }
    }
    let mut whole = Vec::with_capacity(row.len());
    whole.push(b'{');
    whole.extend(members.join(&b','));
    whole.push(b'}');
    if options.spaced {
        spaced(&whole, out, random);
    } else if options.airy {
        airy(&whole, out);
    } else {
        out.extend(whole);
    }
}

/// The members of the outermost object, each from its key to the end of its value.
fn members(row: &[u8]) -> Vec<&[u8]> {
    let inner = row.get(1..row.len().saturating_sub(1)).unwrap_or_default();
    let mut members = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    outside_strings(inner, |at, byte| match byte {
        b'{' | b'[' => depth += 1,
        b'}' | b']' => depth -= 1,
        b',' if depth == 0 => {
            members.push(&inner[start..at]);
            start = at + 1;
        }
        _ => {}
    });
    if !inner.is_empty() {
        members.push(&inner[start..]);
    }
    members
}

fn spaced(row: &[u8], out: &mut Vec<u8>, random: &mut Random) {
    let mut from = 0;
    outside_strings(row, |at, byte| {
        if matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':') {
            out.extend_from_slice(&row[from..at]);
            let (before, after) = (random.pick(&["", " "]), random.pick(&[" ", "  ", "\t"]));
            out.extend_from_slice(before.as_bytes());
            out.push(byte);
            out.extend_from_slice(after.as_bytes());
            from = at + 1;
        }
    });
    out.extend_from_slice(&row[from..]);
}

fn airy(row: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    outside_strings(row, |at, byte| {
        if matches!(byte, b',' | b':') {
            out.extend_from_slice(&row[from..=at]);
            out.push(b' ');
            from = at + 1;
        }
    });
    out.extend_from_slice(&row[from..]);
}

/// Calls `visit` with every byte that is not inside a string.
fn outside_strings(text: &[u8], mut visit: impl FnMut(usize, u8)) {
    let (mut inside, mut escaped) = (false, false);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            byte if !inside => visit(at, byte),
            _ => {}
        }
    }
}
