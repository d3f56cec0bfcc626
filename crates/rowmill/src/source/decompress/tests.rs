use std::io;

use async_compression::futures::bufread::{GzipEncoder, ZstdEncoder};
use bytes::Bytes;
use futures::FutureExt;
use futures::io::{AsyncRead, AsyncReadExt};

use super::decompress;

fn all(mut encoder: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut packed = Vec::new();
    // Slices are always ready.
    encoder.read_to_end(&mut packed).now_or_never().expect("ready").expect("packs");
    packed
}

fn gzip(text: &[u8]) -> Vec<u8> {
    all(GzipEncoder::new(text))
}

fn zstd(text: &[u8]) -> Vec<u8> {
    all(ZstdEncoder::new(text))
}

/// A frame that decoders pass over (RFC 8878, 3.1.2).
fn skippable(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).expect("short").to_le_bytes();
    [&[0x5a, 0x2a, 0x4d, 0x18], &size, bytes].concat()
}

/// What comes out of `bytes` when they arrive in pieces of `size`.
fn unpack(bytes: &[u8], size: usize) -> io::Result<Vec<u8>> {
    let chunks: Vec<_> = bytes.chunks(size).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    let mut text = Vec::new();
    for chunk in decompress(Box::new(chunks.into_iter()))? {
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
        [zstd(one), skippable(b"note"), zstd(b""), zstd(two)].concat(),
        [skippable(b""), zstd(&text), skippable(&[7; 300])].concat(),
    ];
    for (case, packed) in cases.iter().enumerate() {
        for size in [1, 2, 3, 5, 64, 1000, packed.len()] {
            assert_eq!(unpack(packed, size).expect("whole"), text, "case {case}, pieces of {size}");
        }
    }
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(unpack(b"", 1).expect("plain"), b"");
    assert_eq!(unpack(&gzip(b""), 1).expect("gzip"), b"");
    assert_eq!(unpack(&zstd(b""), 1).expect("zstd"), b"");
    assert_eq!(unpack(b"{}", 1).expect("plain"), b"{}");
}

#[test]
fn a_cut_is_an_error_wherever_it_is() {
    let text = text();
    let (one, two) = text.split_at(1000);
    for (packed, first) in [
        (gzip(&text), 0),
        (zstd(&text), 0),
        ([gzip(one), gzip(two)].concat(), gzip(one).len()),
        ([zstd(one), zstd(two)].concat(), zstd(one).len()),
    ] {
        // Fewer than four bytes are not known for what they are, and are no JSON.
        for cut in 4..packed.len() {
            let answer = unpack(&packed[..cut], 256);
            if cut == first {
                assert_eq!(answer.expect("whole members"), one);
            } else {
                let error = answer.expect_err("cut");
                assert_eq!(error.kind(), io::ErrorKind::InvalidData, "cut at {cut}: {error}");
            }
        }
    }
}

#[test]
fn damage_never_goes_unnoticed() {
    let text = text();
    let mut noticed = 0;
    for packed in [gzip(&text), zstd_with_checksum(&text)] {
        for at in (0..packed.len()).step_by(7) {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x10;
            // Headers have bits without meaning; what comes out is right or an error. What no
            // longer begins like a compressed file passes as it is, and is no JSON.
            match unpack(&damaged, 4096) {
                Ok(out) => assert!(out == text || out == damaged, "byte {at}"),
                Err(_) => noticed += 1,
            }
        }
    }
    assert!(noticed > 100);
}

fn zstd_with_checksum(text: &[u8]) -> Vec<u8> {
    use async_compression::Level;
    use async_compression::zstd::CParameter;
    let checksum = [CParameter::checksum_flag(true)];
    all(ZstdEncoder::with_quality_and_params(text, Level::Default, &checksum))
}

#[test]
fn what_follows_must_be_a_member_too() {
    for packed in [gzip(b"{}\n"), zstd(b"{}\n")] {
        for rest in [&b"{}\n"[..], b"\0", b"\0\0\0\0\0\0\0\0", b"garbage at the end"] {
            let all = [&packed, rest].concat();
            for size in [1, packed.len(), all.len()] {
                let error = unpack(&all, size).expect_err("trailing bytes");
                assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{rest:?} by {size}: {error}");
            }
        }
    }
}

#[test]
fn errors_from_below_come_out_as_they_are() {
    let half = gzip(&text())[..100].to_vec();
    let chunks = [Ok(Bytes::from(half)), Err(io::Error::from(io::ErrorKind::HostUnreachable))];
    let mut chunks = decompress(Box::new(chunks.into_iter())).expect("begins well");
    let error = chunks.find_map(Result::err).expect("an error");
    assert_eq!(error.kind(), io::ErrorKind::HostUnreachable);
    assert!(chunks.next().is_none());
}
