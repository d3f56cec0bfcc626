//! Few bytes that would become very many, or ask for very much memory.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::super::super::chunks::Chunks;
use super::super::{AHEAD, ALWAYS, CHUNK};
use super::{decompress, gzip, unpack};

/// The beginning of a frame without checksum that looks back `1 << window_log` bytes (RFC 8878,
/// 3.1.1.1).
fn frame(window_log: u8) -> Vec<u8> {
    vec![0x28, 0xb5, 0x2f, 0xfd, 0, (window_log - 10) << 3]
}

/// A block of one byte 128 Ki times (RFC 8878, 3.1.1.2).
fn run(byte: u8, last: bool) -> Vec<u8> {
    let header = (128_u32 << 10) << 3 | 1 << 1 | u32::from(last);
    [&header.to_le_bytes()[..3], &[byte]].concat()
}

/// Ten gigabytes of `byte`, and a counter of the bytes that were taken of them.
fn bomb(head: Vec<u8>, step: Vec<u8>, steps: usize) -> (Chunks, Arc<AtomicU64>) {
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    let chunks = std::iter::once(head).chain(std::iter::repeat_n(step, steps)).map(move |chunk| {
        counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        Ok(Bytes::from(chunk))
    });
    (Box::new(chunks), taken)
}

/// The bytes that come out until the error, and the error.
fn exploded(chunks: Chunks, max_expansion: Option<u64>) -> (u64, io::Error) {
    let mut given = 0;
    for chunk in decompress(chunks, max_expansion).expect("begins well") {
        match chunk {
            Ok(chunk) => given += chunk.len() as u64,
            Err(error) => return (given, error),
        }
    }
    panic!("all {given} bytes came out");
}

#[test]
fn ten_gigabytes_of_one_byte_end_early() {
    for byte in [0, b'\n'] {
        let zstd = || bomb(frame(17), run(byte, false), 10 << 13);
        // Members of 8 MiB: 10 GiB would take long to pack.
        let member = gzip(&vec![byte; 8 << 20]);
        let gzip = || bomb(member.clone(), member.clone(), 10 << 7);
        for (format, (chunks, taken)) in [("zstd", zstd()), ("gzip", gzip())] {
            let (given, error) = exploded(chunks, None);
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
            let told = error.to_string();
            assert!(told.starts_with(format) && told.contains("expands too much"), "{told}");
            assert!(given <= ALWAYS && given + ((AHEAD + 2) * CHUNK) as u64 > ALWAYS, "{given}");
            // What is left of it is not even read.
            assert!(taken.load(Ordering::Relaxed) < 200_000, "{taken:?} bytes of {format}");
        }
        // By a number of one's own, also one that the other format would be given.
        let (given, _) = exploded(zstd().0, Some(31_000));
        assert!(given <= ALWAYS, "{given}");
    }
}

#[test]
fn what_is_allowed_comes_out() {
    // Fewer bytes than always pass, whatever they are made of.
    let few = [frame(17), (0..500).flat_map(|_| run(b'\n', false)).collect(), run(b'\n', true)];
    assert_eq!(unpack(&few.concat(), 1000).expect("few").len(), 501 << 17);
    // Equal rows, which nobody would take for an attack.
    let rows = "{\"State\":\"Confirmed\",\"Value\":0,\"Currency\":\"EUR\"}\n".repeat(1_700_000);
    assert!(rows.len() as u64 > ALWAYS + (8 << 20));
    for packed in [gzip(rows.as_bytes()), zstd::encode_all(rows.as_bytes(), 3).expect("packs")] {
        assert_eq!(unpack(&packed, packed.len()).expect("rows").len(), rows.len());
        let (given, error) = exploded(super::pieces(&packed, 1000), Some(50));
        assert!(given <= ALWAYS, "{given}: {error}");
    }
    // And a run of one byte, for whoever says so.
    let many: Vec<u8> = (0..600).flat_map(|_| run(b'\n', false)).collect();
    let many = [frame(17), many, run(b'\n', true)].concat();
    exploded(super::pieces(&many, 1000), None);
    let chunks = decompress(super::pieces(&many, 1000), Some(u64::MAX)).expect("begins well");
    assert_eq!(chunks.map(|chunk| chunk.expect("all").len()).sum::<usize>(), 601 << 17);
}

/// The decoder would have to keep that many bytes.
#[test]
fn a_window_beyond_the_limit_is_refused_before_it_is_made() {
    let raw = [&[1 << 3 | 1, 0, 0][..], b"x"].concat();
    for window_log in [10, 20, 27] {
        let packed = [frame(window_log), raw.clone()].concat();
        assert_eq!(unpack(&packed, 100).expect("small enough"), b"x");
    }
    for window_log in [28, 31, 41] {
        let packed = [frame(window_log), raw.clone()].concat();
        let error = unpack(&packed, 100).expect_err("too large");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    }
    // A frame in one segment has a window as large as its content, here 2 GiB and all there is.
    for size in [1_u64 << 31, u64::MAX] {
        let head = [&[0x28, 0xb5, 0x2f, 0xfd, 0b1110_0000][..], &size.to_le_bytes()].concat();
        let error = unpack(&[head, raw.clone()].concat(), 100).expect_err("too large");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    }
}
