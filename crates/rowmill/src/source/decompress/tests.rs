mod bombs;
mod damage;

use std::io::{self, Read};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzEncoder;

use super::super::chunks::Chunks;
use super::decompress;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(text, Compression::default()).read_to_end(&mut packed).expect("packs");
    packed
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 3).expect("packs")
}

fn zstd_with_checksum(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::read::Encoder::new(text, 3).expect("a level");
    encoder.include_checksum(true).expect("a switch");
    let mut packed = Vec::new();
    encoder.read_to_end(&mut packed).expect("packs");
    packed
}

/// A frame that decoders pass over (RFC 8878, 3.1.2).
fn skippable(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).expect("short").to_le_bytes();
    [&[0x5a, 0x2a, 0x4d, 0x18], &size, bytes].concat()
}

/// `bytes` in pieces of `size`.
fn pieces(bytes: &[u8], size: usize) -> Chunks {
    let chunks: Vec<_> = bytes.chunks(size).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    Box::new(chunks.into_iter())
}

/// What comes out of `bytes` when they arrive in pieces of `size`.
fn unpack(bytes: &[u8], size: usize) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for chunk in decompress(pieces(bytes, size), None)? {
        text.extend(chunk?);
    }
    Ok(text)
}

fn text() -> Vec<u8> {
    (0..400).flat_map(|n| format!("{{\"n\":{}}}\n", n * n * n).into_bytes()).collect()
}

#[test]
fn every_format_in_every_chunking() {
    let text = text();
    let (one, two) = text.split_at(1234);
    let cases = [
        text.clone(),
        gzip(&text),
        [gzip(one), gzip(b""), gzip(two)].concat(),
        zstd(&text),
        zstd_with_checksum(&text),
        [zstd(one), skippable(b"note"), zstd(b""), zstd(two)].concat(),
        [skippable(b""), zstd(&text), skippable(&[7; 300])].concat(),
    ];
    for (case, packed) in cases.iter().enumerate() {
        for size in [1, 2, 3, 5, 64, 1000, packed.len()] {
            assert_eq!(unpack(packed, size).expect("whole"), text, "case {case}, pieces of {size}");
        }
    }
}

/// More than a block of compressed bytes, so that blocks are put together of chunks and cut out of
/// them.
#[test]
fn many_blocks_in_every_chunking() {
    let numbers = (0_u64..60_000).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
    let text: Vec<u8> = numbers.flat_map(|n| format!("{{\"n\":{n}}}\n").into_bytes()).collect();
    for packed in [gzip(&text), zstd(&text)] {
        assert!(packed.len() > 5 * (64 << 10), "{}", packed.len());
        for size in [999, 64 << 10, (64 << 10) + 1, 100_000, 200_000, packed.len()] {
            assert!(unpack(&packed, size).expect("whole") == text, "pieces of {size}");
        }
    }
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(unpack(b"", 1).expect("plain"), b"");
    assert_eq!(unpack(&gzip(b""), 1).expect("gzip"), b"");
    assert_eq!(unpack(&zstd(b""), 1).expect("zstd"), b"");
    assert_eq!(unpack(&skippable(b"nothing"), 1).expect("zstd"), b"");
    assert_eq!(unpack(b"{}", 1).expect("plain"), b"{}");
}

#[test]
fn errors_from_below_come_out_as_they_are() {
    for packed in [gzip(&text()), zstd(&text())] {
        let half = packed[..100].to_vec();
        let chunks = [Ok(Bytes::from(half)), Err(io::Error::from(io::ErrorKind::HostUnreachable))];
        let chunks = decompress(Box::new(chunks.into_iter()), None);
        let mut chunks = chunks.expect("begins well");
        let error = chunks.find_map(Result::err).expect("an error");
        assert_eq!(error.kind(), io::ErrorKind::HostUnreachable);
        assert!(chunks.next().is_none());
    }
}
