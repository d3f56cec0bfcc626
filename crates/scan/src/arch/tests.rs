//! Each level beside the portable one, and that one beside plain loops.

use alloc::vec::Vec;

use super::{Clock, Level, Marks, Portable};

/// Runs `check` with every level of this machine.
macro_rules! each_level {
    ($check:expr) => {{
        $check(Portable);
        #[cfg(target_arch = "x86_64")]
        {
            super::Avx2::detect().into_iter().for_each($check);
            super::Avx512::detect().into_iter().for_each($check);
        }
        #[cfg(target_arch = "aarch64")]
        super::Neon::detect().into_iter().for_each($check);
    }};
}

fn plain_marks(block: &[u8]) -> Marks {
    let bits = |is: fn(u8) -> bool| {
        (0..).zip(block).fold(0, |bits, (at, &byte)| bits | u64::from(is(byte)) << at)
    };
    Marks {
        special: bits(|byte| byte < 0x20 || byte == b'"' || byte == b'\\'),
        high: bits(|byte| !byte.is_ascii()),
    }
}

fn check_marks<L: Level>(level: L) {
    for byte in 0..=255u8 {
        for at in 0..64 {
            for other in [b'x', b'"', b'\\', 0x00, 0x1F, 0x20, 0x21, 0x23, 0x7F, 0x80, 0xFF] {
                let mut block = [b'x'; 64];
                block[63 - at] = other;
                block[at] = byte;
                let (got, wanted) = (level.marks(&block), plain_marks(&block[..L::WIDTH]));
                let first = wanted.special & wanted.special.wrapping_neg();
                assert_eq!(got.special & got.special.wrapping_neg(), first, "{byte:#x} at {at}");
                assert_eq!(got.high, wanted.high, "{byte:#x} at {at}");
            }
        }
    }
}

#[test]
fn every_byte_in_every_place() {
    fn check(level: impl Level) {
        check_marks(level);
    }
    each_level!(check);
}

#[test]
fn differences() {
    fn check(level: impl Level) {
        let text: Vec<u8> = (0..32).map(|n| n * 7 + 1).collect();
        let text: &[u8; 32] = text.first_chunk().unwrap();
        assert_eq!(level.differences(text, text), 0);
        for at in 0..32 {
            for bit in 0..8 {
                let mut other = *text;
                other[at] ^= 1 << bit;
                assert_eq!(level.differences(text, &other), 1 << at);
                other[31 - at] ^= 0xFF;
                let both = 1 << at | 1 << (31 - at);
                assert_eq!(level.differences(&other, text), both);
            }
        }
        assert_eq!(level.differences(&[0; 32], &[0xFF; 32]), u32::MAX);
    }
    each_level!(check);
}

/// `text` in a block, and something else after it.
fn block(text: &[u8], after: u8) -> [u8; 64] {
    let mut block = [after; 64];
    block[..text.len()].copy_from_slice(text);
    block
}

fn plain_uuid(text: &[u8]) -> Option<[u8; 16]> {
    let inside = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut digits = Vec::new();
    for (at, &byte) in inside.iter().enumerate() {
        if [8, 13, 18, 23].contains(&at) {
            (byte == b'-').then_some(())?;
        } else {
            digits.push(char::from(byte).to_digit(16)? as u8);
        }
    }
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    bytes.try_into().ok()
}

#[test]
fn uuids() {
    fn check(level: impl Level) {
        let good = *b"\"0f515589-99B4-423d-b83a-B237009f0aC9\"";
        assert!(level.uuid(&block(&good, b',')).is_some());
        for at in 0..good.len() {
            for byte in 0..=255u8 {
                let mut text = good;
                text[at] = byte;
                assert_eq!(level.uuid(&block(&text, byte)), plain_uuid(&text), "{byte:#x} at {at}");
            }
        }
    }
    each_level!(check);
}

fn plain_clock(text: &[u8; 20]) -> Option<Clock> {
    for (&byte, form) in text.iter().zip(b"\"0000-00-00T00:00:00") {
        (if *form == b'0' { byte.is_ascii_digit() } else { byte == *form }).then_some(())?;
    }
    let number = |from: usize, to: usize| {
        text[from..to].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    let (hour, minute, second) = (number(12, 14), number(15, 17), number(18, 20));
    let clock = Clock {
        year: number(1, 5),
        month: number(6, 8),
        day: number(9, 11),
        second: hour * 3600 + minute * 60 + second,
    };
    let bounded =
        clock.month <= 12 && clock.day <= 31 && hour <= 23 && minute <= 59 && second <= 59;
    bounded.then_some(clock)
}

#[test]
fn clocks() {
    fn check(level: impl Level) {
        for good in ["\"2024-12-31T23:59:58", "\"0000-00-00T00:00:00", "\"9999-12-31T19:49:39"] {
            let good: [u8; 20] = good.as_bytes().try_into().unwrap();
            assert!(level.clock(&block(&good, b'Z')).is_some());
            for at in 0..good.len() {
                for byte in 0..=255u8 {
                    let mut text = good;
                    text[at] = byte;
                    let wanted = plain_clock(&text);
                    assert_eq!(level.clock(&block(&text, byte)), wanted, "{byte:#x} at {at}");
                }
            }
        }
    }
    each_level!(check);
}
