//! The same answer down every path: instruction sets, cuts, threads, and when batches are taken.

use rowmill_json::{Layout, Options, Simd};

use super::draw::Draw;
use super::run::{Seen, Take, quarantine, run};

/// Compares with `base`, which was decoded whole by one thread. `hash` chooses the cuts.
pub(crate) fn same_on_every_path(
    layout: &Layout,
    options: &Options,
    input: &[u8],
    base: &Seen,
    hash: u64,
) {
    let mut options = quarantine(options);
    for simd in Simd::available() {
        options.simd = simd;
        options.threads = 1;
        let whole = run(layout, &options, [input], Take::AtOnce);
        base.same_as(&whole, &format!("{simd:?}, whole"));
        let pieces = || pieces(input, hash ^ simd as u64);
        let cut = run(layout, &options, pieces(), Take::AtOnce);
        base.same_as(&cut, &format!("{simd:?}, cut"));
        // Starting threads costs more than decoding a short input.
        if hash & 4 == 0 || input.len() > 1_000 {
            options.threads = 2 + (hash >> 16) as usize % 3;
            let take = if hash & 8 == 0 { Take::AtOnce } else { Take::AtTheEnd };
            let threads = run(layout, &options, pieces(), take);
            base.same_as(&threads, &format!("{simd:?}, {} threads", options.threads));
        }
    }
    options.simd = Simd::Auto;
    options.threads = 1;
    let late = run(layout, &options, pieces(input, hash), Take::AtTheEnd);
    base.same_as(&late, "taken at the end");
}

/// In two pieces for each byte between, and byte by byte.
pub(crate) fn same_cut_at_every_byte(
    layout: &Layout,
    options: &Options,
    input: &[u8],
    base: &Seen,
) {
    let mut options = quarantine(options);
    // Where chunks end is a matter of frames, which know no instruction sets; whole lines are put
    // together from bytes for each.
    for at in 1..input.len() {
        let (left, right) = input.split_at(at);
        let seen = run(layout, &options, [left, right], Take::AtOnce);
        base.same_as(&seen, &format!("cut at {at}"));
    }
    for simd in Simd::available() {
        options.simd = simd;
        let seen = run(layout, &options, input.chunks(1), Take::AtOnce);
        base.same_as(&seen, &format!("{simd:?}, byte by byte"));
    }
}

/// Pieces of any size, empty ones among them.
fn pieces(input: &[u8], hash: u64) -> Vec<&[u8]> {
    let mut draw = Draw::seeded(hash);
    // Small pieces for some inputs, large ones for others.
    let most = draw.pick(&[2, 17, 130, 1_000, 9_000]).max(input.len() / 100);
    let (mut pieces, mut rest) = (Vec::new(), input);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(draw.below(most).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}
