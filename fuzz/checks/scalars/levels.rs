//! What instruction sets do with blocks: the same for each of this machine, and what plain code does.

use rowmill_scan as scan;
use rowmill_scan::{Level, PADDING, Padded};

use super::super::grammar;
use super::arithmetic::Exact;
use super::calendar;

/// What may lie behind a text: it must not matter.
const BEHIND: [u8; 5] = [0, b'1', b'"', b'\\', 0xFF];

/// All levels of this machine on these bytes.
pub(crate) fn all(bytes: &[u8]) {
    one(scan::Portable, bytes);
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(level) = scan::Avx2::detect() {
            one(level, bytes);
        }
        if let Some(level) = scan::Avx512::detect() {
            one(level, bytes);
        }
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(level) = scan::Neon::detect() {
        one(level, bytes);
    }
}

fn padded(bytes: &[u8], behind: u8) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    // No byte more than promised, so that a tool that watches memory sees a read beyond.
    padded.reserve_exact(PADDING);
    padded.resize(bytes.len() + PADDING, behind);
    padded
}

fn one<L: Level>(level: L, bytes: &[u8]) {
    let quoted = [b"\"", bytes, b"\""].concat();
    for behind in BEHIND {
        let memory = padded(bytes, behind);
        let text = Padded::new(&memory).expect("there is padding");
        for from in [0, 1, bytes.len() / 2, bytes.len()] {
            string(level, text, from.min(bytes.len()));
        }
        for bytes in [bytes, &quoted] {
            let memory = padded(bytes, behind);
            let text = Padded::new(&memory).expect("there is padding");
            for at in [0, bytes.len() / 2, bytes.len()] {
                block(level, text.block(at));
            }
        }
    }
}

/// A string's end, byte by byte as the grammar says it, and what its escapes mean.
fn string<L: Level>(level: L, text: Padded<'_>, from: usize) {
    let bytes = text.text();
    let span = scan::scan_string(level, text, from);
    let (mut at, mut escaped) = (from, false);
    let end = loop {
        match bytes.get(at) {
            None => break Err(bytes.len()),
            Some(b'"') => break Ok(at),
            Some(0..=0x1F) => break Err(at),
            Some(b'\\') => {
                escaped = true;
                match bytes.get(at + 1) {
                    None => break Err(bytes.len()),
                    Some(0..=0x1F) => break Err(at + 1),
                    Some(_) => at += 2,
                }
            }
            Some(_) => at += 1,
        }
    };
    assert_eq!(span.map(|span| span.end), end, "{bytes:?} from {from}");
    let Ok(span) = span else { return };
    let inside = &bytes[from..span.end];
    assert_eq!((span.escaped, span.ascii), (escaped, inside.is_ascii()), "{bytes:?} from {from}");
    let mut text = Vec::new();
    let verdict = scan::unescape(inside, &mut text);
    assert_eq!(verdict, scan::check_escapes(inside), "{inside:?}");
    if std::str::from_utf8(inside).is_ok() {
        let text = verdict.ok().map(|()| String::from_utf8(text).expect("UTF-8 stays UTF-8"));
        assert_eq!(text, grammar::unquoted(inside), "{inside:?}");
    }
}

/// What is read out of one block.
fn block<L: Level>(level: L, block: &[u8; 64]) {
    let between_quotes = |length: usize| match block.get(..length)? {
        [b'"', inside @ .., b'"'] => Some(inside),
        _ => None,
    };
    let uuid = between_quotes(38).and_then(super::uuid);
    assert_eq!(level.uuid(block), uuid, "{block:?}");
    assert_eq!(level.clock(block), scan::Portable.clock(block), "{block:?}");

    if let Some((instant, length)) = scan::quoted_instant(level, block) {
        let instant = (instant.seconds, instant.nanos, instant.finer);
        let wanted = between_quotes(length).and_then(calendar::instant);
        assert_eq!(Some(instant), wanted, "{block:?}");
    }
    if let Some((days, length)) = scan::quoted_date(level, block) {
        let wanted = between_quotes(length).and_then(calendar::days);
        assert_eq!(Some(days), wanted, "{block:?}");
    }

    let (halves, _) = block.as_chunks::<32>();
    let differs = (0..32).filter(|&at| halves[0][at] != halves[1][at]);
    let bits = differs.fold(0, |bits, at| bits | 1_u32 << at);
    assert_eq!(level.differences(&halves[0], &halves[1]), bits, "{block:?}");

    // Marks count up to the first special byte, and what is high below it.
    let marks = level.marks(block);
    let special = |byte: &u8| *byte < 0x20 || b"\"\\".contains(byte);
    let first = block[..L::WIDTH].iter().position(special);
    let found = (marks.special != 0).then(|| marks.special.trailing_zeros() as usize);
    assert_eq!(found, first, "{block:?}");
    for (at, byte) in block[..first.unwrap_or(L::WIDTH)].iter().enumerate() {
        assert_eq!(marks.high >> at & 1 == 1, !byte.is_ascii(), "byte {at} of {block:?}");
    }
}

/// The short way to the number that `bytes` begin with gives the same or says nothing.
pub(crate) fn short_number(bytes: &[u8], length: usize, text: &str) {
    // What follows in the text may go on as a number does, so what lies behind stays apart.
    let followed = [bytes, b","].concat();
    let memory = padded(&followed, b'1');
    let padded = Padded::new(&memory).expect("there is padding");
    let Some((small, end)) = scan::Small::scan(padded, 0) else { return };
    assert_eq!(end, length, "{text} as a short number");
    let exact = Exact::new(text);
    for scale in 0..=38 {
        if let Some(value) = small.scaled(scale) {
            assert_eq!(Some(value), exact.scaled(scale), "{text} as a short number");
        }
    }
    if let Some(value) = small.whole() {
        assert_eq!(Some(value.into()), exact.scaled(0), "{text} as a short number");
    }
}
