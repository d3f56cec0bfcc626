//! Compressed bytes that are missing, wrong, or too many.

use std::io;

use flate2::{Compression, Crc, GzBuilder};

use super::{gzip, skippable, text, unpack, zstd, zstd_with_checksum};

#[track_caller]
fn refused(packed: &[u8], size: usize, what: &str) -> String {
    let error = unpack(packed, size).expect_err(what);
    assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{what}: {error}");
    error.to_string()
}

/// A member with every field that a header may have, the checksum of the header too.
fn gzip_with_all_fields(text: &[u8]) -> Vec<u8> {
    let builder = GzBuilder::new().extra([1, 2, 3]).filename("a").comment("b").mtime(77);
    let mut packed = Vec::new();
    let mut reader = builder.read(text, Compression::default());
    io::Read::read_to_end(&mut reader, &mut packed).expect("packs");
    let length = 10 + 2 + 3 + 2 + 2;
    packed[3] |= 0b10;
    let mut crc = Crc::new();
    crc.update(&packed[..length]);
    let sum = crc.sum().to_le_bytes();
    packed.splice(length..length, [sum[0], sum[1]]);
    packed
}

#[test]
fn a_cut_is_an_error_wherever_it_is() {
    let text = text();
    let (one, two) = text.split_at(1000);
    for (packed, first) in [
        (gzip(&text), 0),
        (gzip_with_all_fields(&text), 0),
        (zstd(&text), 0),
        (zstd_with_checksum(&text), 0),
        ([gzip(one), gzip(two)].concat(), gzip(one).len()),
        ([zstd(one), zstd(two)].concat(), zstd(one).len()),
        ([zstd(one), skippable(b"a note")].concat(), zstd(one).len()),
    ] {
        // Fewer bytes are not known for what they are, and are no JSON.
        let known = if packed[0] == 0x1f { 2 } else { 4 };
        for cut in known..packed.len() {
            if cut == first {
                assert_eq!(unpack(&packed[..cut], 256).expect("whole members"), one);
            } else {
                let message = refused(&packed[..cut], 256, &format!("cut at {cut}"));
                let place = format!("data: it ends after byte {cut}");
                assert!(message.contains("truncated") && message.ends_with(&place), "{message}");
            }
        }
        unpack(&packed, 256).expect("whole");
    }
}

#[test]
fn every_wrong_bit_is_noticed_or_without_meaning() {
    let text = text()[..200].to_vec();
    for packed in [gzip(&text), gzip_with_all_fields(&text), zstd_with_checksum(&text)] {
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut damaged = packed.clone();
                damaged[at] ^= 1 << bit;
                // What no longer begins like a compressed file passes as it is, and is no JSON.
                match unpack(&damaged, 4096) {
                    Ok(out) => assert!(out == text || out == damaged, "byte {at}, bit {bit}"),
                    Err(error) => assert_eq!(error.kind(), io::ErrorKind::InvalidData),
                }
            }
        }
    }
}

/// The checksum and the length at the end of a member, the checksum at the end of a frame, and that
/// of a header.
#[test]
fn every_wrong_bit_of_a_checksum_is_noticed() {
    let text = text();
    let all_fields = gzip_with_all_fields(&text);
    let header = 19..21;
    let (gzip, zstd) = (gzip(&text), zstd_with_checksum(&text));
    for (packed, checked) in [
        (&gzip, gzip.len() - 8..gzip.len()),
        (&zstd, zstd.len() - 4..zstd.len()),
        (&all_fields, header),
        (&all_fields, all_fields.len() - 8..all_fields.len()),
    ] {
        for at in checked {
            for bit in 0..8 {
                let mut damaged = packed.clone();
                damaged[at] ^= 1 << bit;
                let message = refused(&damaged, 4096, &format!("byte {at}, bit {bit}"));
                assert!(message.starts_with("damaged"), "{message}");
            }
        }
    }
}

/// RFC 1952, 2.3.1.2, and RFC 8878, 3.1.1.1.1.4.
#[test]
fn reserved_bits_are_refused() {
    for bit in [5, 6, 7] {
        let mut packed = gzip(b"{}\n");
        packed[3] |= 1 << bit;
        refused(&packed, 10, "a reserved flag");
        refused(&[gzip(b"{}\n"), packed].concat(), 10, "a reserved flag of the second member");
    }
    let mut packed = zstd(b"{}\n");
    packed[4] |= 1 << 3;
    refused(&packed, 10, "a reserved bit");
    let mut packed = gzip(b"{}\n");
    packed[2] = 9;
    refused(&packed, 10, "another method than deflate");
}

#[test]
fn a_damaged_second_member_is_an_error_and_its_place_is_told() {
    let text = text();
    for (one, mut two) in [(gzip(&text), gzip(&text)), (zstd(&text), zstd_with_checksum(&text))] {
        let last = two.len() - 1;
        two[last] ^= 1;
        let all = [one.clone(), two].concat();
        let messages: Vec<String> =
            [1, 7, 1000, all.len()].map(|size| refused(&all, size, "a wrong checksum")).into();
        assert!(messages.iter().all(|message| *message == messages[0]), "{messages:?}");
        assert!(messages[0].contains("noticed after byte"), "{messages:?}");
    }
}

/// Far into the input, the place is that of the block at most.
#[test]
fn the_place_of_damage_depends_on_the_bytes_alone() {
    let numbers = (0_u64..60_000).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
    let text: Vec<u8> = numbers.flat_map(|n| format!("{{\"n\":{n}}}\n").into_bytes()).collect();
    for mut packed in [gzip(&text), zstd_with_checksum(&text)] {
        let at = packed.len() - 100_000;
        packed[at..at + 2000].fill(0xFF);
        let messages: Vec<String> =
            [1000, 70_000, 1 << 20].map(|size| refused(&packed, size, "damage")).into();
        assert!(messages.iter().all(|message| *message == messages[0]), "{messages:?}");
        let place = messages[0].split("after byte ").nth(1).expect("a place");
        let place: usize = place.split(':').next().expect("a number").parse().expect("a number");
        assert!(place + (64 << 10) >= at && place <= packed.len(), "{place} of {at}");
    }
}

#[test]
fn what_follows_must_be_a_member_too() {
    for packed in [gzip(b"{}\n"), zstd(b"{}\n")] {
        // Zeros too: some tools fill blocks of tapes with them, and nothing says that they do not
        // stand where a member should.
        for rest in [&b"{}\n"[..], b"\0", b"\0\0\0\0\0\0\0\0", &[0; 512], b"garbage at the end"] {
            let all = [&packed, rest].concat();
            for size in [1, packed.len(), all.len()] {
                refused(&all, size, &format!("{rest:?} by {size}"));
            }
        }
    }
    // Of the other format.
    refused(&[gzip(b"{}\n"), zstd(b"{}\n")].concat(), 10, "zstd after gzip");
    refused(&[zstd(b"{}\n"), gzip(b"{}\n")].concat(), 10, "gzip after zstd");
}

#[test]
fn the_first_bytes_alone_are_truncated() {
    for head in
        [&[0x1f, 0x8b][..], &[0x1f, 0x8b, 8], &[0x28, 0xb5, 0x2f, 0xfd], &[0x50, 0x2a, 0x4d, 0x18]]
    {
        let message = refused(head, 1, "the first bytes alone");
        assert!(message.starts_with("truncated"), "{message}");
    }
}
