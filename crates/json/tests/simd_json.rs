//! The grammar beside a second oracle: `simd-json` takes the lines that the decoder takes, and refuses
//! those it refuses, whole and damaged. What differs by rule is said where it is let through.

use rowmill_json::{Column, Decoder, Layout, Limit, OnBadRow, Options, Simd};
use rowmill_testkit::corpus::{Corpus, Kind};
use simd_json::{Buffers, Node, Tape};

/// A small generator of its own: the same cases on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Bytes that mean something to a JSON reader, and some that are never right.
const BYTES: &[u8] = b"\"\\{}[]:,0123456789eE+-.tfnu \t\r\0\x1F\x7F\x80\xC3\xFF";

fn damage(line: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(line.len());
    match random.below(5) {
        0 => line[at] = BYTES[random.below(BYTES.len())],
        1 => line.insert(at, BYTES[random.below(BYTES.len())]),
        2 => drop(line.remove(at)),
        3 => line.truncate(at),
        _ => {
            let end = (at + random.below(40)).min(line.len());
            let slice = line[at..end].to_vec();
            line.splice(at..at, slice);
        }
    }
    line.retain(|&byte| byte != b'\n');
}

/// Lines of several entities, and some whose second half is damage.
fn lines() -> Vec<Vec<u8>> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut lines = Vec::new();
    for kind in [Kind::Reservation, Kind::OrderItem, Kind::Customer, Kind::Event] {
        let mut text = Vec::new();
        Corpus::new(kind, 5, 100).write_rows(0..100, &mut text);
        for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            lines.push(line.to_vec());
            for _ in 0..12 {
                let mut line = line.to_vec();
                damage(&mut line, &mut random);
                lines.push(line);
            }
        }
    }
    lines
}

/// Whether `simd-json` reads the line as one object. It takes numbers beyond its range and half
/// surrogates in its own ways, which is why the corpus has neither.
fn oracle(line: &[u8]) -> bool {
    let mut line = line.to_vec();
    let mut tape = Tape::null().reset();
    let read = simd_json::fill_tape(&mut line, &mut Buffers::default(), &mut tape);
    read.is_ok() && matches!(tape.0.first(), Some(Node::Object { .. }))
}

/// Whether some number may be beyond 64 bits or the range of a float. `simd-json` has to hold it;
/// raw text does not.
fn has_a_huge_number(line: &[u8]) -> bool {
    let digits = |from: usize| line[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (0..line.len()).any(|at| match line[at] {
        b'e' | b'E' => {
            let sign = usize::from(matches!(line.get(at + 1), Some(b'+' | b'-')));
            digits(at + 1 + sign) > 2
        }
        _ => digits(at) > 18,
    })
}

#[test]
fn the_same_lines_are_json() {
    let lines = lines();
    let input = lines.join(&b'\n');
    // One column of raw text and one that is never there: nothing but the grammar can be wrong.
    let layout = Layout::new([Column::json("Options"), Column::json("payload")]).unwrap();
    for simd in Simd::available() {
        let mut options = Options::default();
        (options.simd, options.on_bad_row) = (simd, OnBadRow::Quarantine { at_most: Limit::None });
        let mut decoder = Decoder::with(&layout, options);
        decoder.push(input.clone().into());
        decoder.finish();
        let (mut rows, mut refused) = (0, vec![None; lines.len()]);
        while let Some(batch) = decoder.next_batch().unwrap() {
            rows += batch.num_rows();
        }
        for reject in decoder.take_rejects() {
            let line = reject.error().place().unwrap().line as usize - 1;
            refused[line] = Some(reject.error().code());
        }
        let (mut taken, mut turned_down) = (0, 0);
        for (line, refused) in lines.iter().zip(&refused) {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match refused {
                // Rules of this project: a key of the layout stands once, a surrogate never alone.
                Some("duplicate_key" | "surrogate") => {}
                None if has_a_huge_number(line) => {}
                refused => {
                    let text = String::from_utf8_lossy(line);
                    assert_eq!(refused.is_none(), oracle(line), "{refused:?}: {text}");
                    taken += usize::from(refused.is_none());
                    turned_down += usize::from(refused.is_some());
                }
            }
        }
        assert!(taken <= rows && taken > 500 && turned_down > 1_000, "{taken}, {turned_down}");
    }
}
