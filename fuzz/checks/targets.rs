//! What the fuzz targets do with their bytes.

use std::sync::OnceLock;

use rowmill::entity;
use rowmill_json::{Layout, Limit, OnBadRow, Options, Unknown};
use rowmill_testkit::corpus::{self, Corpus};

use super::draw::{Draw, hash};
use super::rows::Style;
use super::{decode, layouts, mutate, rows, scalars, shapes};

/// Fuzzers find inputs that are slow before those that are wrong; these are never needed.
const LONGEST: usize = 8 << 10;

/// Settings that go with an input without being part of it: mostly the usual ones, so that frames,
/// limits and depths are met now and then.
fn options(hash: u64) -> Options {
    let mut draw = Draw::seeded(hash);
    let mut options = Options::default();
    options.batch_rows = draw.pick(&[2048, 2048, 1, 2, 3, 7]);
    options.frame_bytes = draw.pick(&[4 << 20, 4 << 20, 1, 64, 700]);
    options.max_line_bytes = draw.pick(&[64 << 20, 64 << 20, 64 << 20, 64 << 20, 2_000, 40]);
    options.max_depth = draw.pick(&[256, 256, 256, 1, 2, 4, 33]);
    if draw.chance(40) {
        options.on_bad_row = OnBadRow::Null { at_most: Limit::None };
    }
    options
}

/// The bytes as they are, in a layout of every value and in one of every shape.
pub(crate) fn any_bytes(data: &[u8]) {
    static VALUES: OnceLock<Layout> = OnceLock::new();
    static SHAPES: OnceLock<[Layout; 3]> = OnceLock::new();
    if data.len() > LONGEST {
        return;
    }
    let hash = hash(data);
    decode::check(VALUES.get_or_init(layouts::rich), &options(hash), data);
    let shapes =
        SHAPES.get_or_init(|| [Unknown::Ignore, Unknown::Rescue, Unknown::Error].map(shapes::rich));
    decode::check(&shapes[(hash >> 40) as usize % 3], &options(hash), data);
}

/// Rows of an entity under the changes that the bytes describe.
pub(crate) fn mutated_rows(data: &[u8]) {
    static ENTITIES: OnceLock<Vec<Layout>> = OnceLock::new();
    let layouts = ENTITIES.get_or_init(|| {
        let names = corpus::Kind::ENTITIES.map(corpus::Kind::name);
        names.iter().map(|name| entity::layout(name).expect("one of the ten")).collect()
    });
    let mut draw = Draw::Bytes(data);
    let kind = draw.below(layouts.len());
    let first = draw.below(1_000) as u64;
    let count = 1 + draw.below(4) as u64;
    let flags = draw.byte();
    let dress = corpus::Options {
        missing_keys: if flags & 1 > 0 { 0.3 } else { 0.0 },
        shuffled_keys: flags & 2 > 0,
        spaced: flags & 4 > 0,
        crlf: flags & 8 > 0,
        long_fractions: if flags & 16 > 0 { 0.3 } else { 0.0 },
        escaped: flags & 32 > 0,
        airy: flags & 64 > 0,
        ..corpus::Options::default()
    };
    let mut text = Vec::new();
    let corpus = Corpus::with(corpus::Kind::ENTITIES[kind], 11, 2_000, dress);
    corpus.write_rows(first..first + count, &mut text);
    let mut lines: Vec<Vec<u8>> = text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    lines.pop();
    mutate::mutate(&mut lines, &mut draw, 40);
    let mut input = lines.join(&b'\n');
    if flags & 64 == 0 {
        input.push(b'\n');
    }
    decode::check(&layouts[kind], &options(hash(data)), &input);
}

/// A layout out of the first bytes, rows for it out of the others, and some damage.
pub(crate) fn random_layout(data: &[u8]) {
    let mut draw = Draw::Bytes(data);
    let (count, damage) = (1 + draw.below(6), draw.below(8));
    // The upper half of the first byte has the shapes, the lower one values alone.
    let shaped = data.first().is_some_and(|byte| *byte >= 128);
    let layout = if shaped { shapes::drawn(&mut draw) } else { layouts::drawn(&mut draw) };
    let crowds = if shaped { draw.pick(&[0, 0, 10]) } else { 0 };
    let mut input = rows::crowded_rows(layout.columns(), count, crowds, &mut draw);
    if damage > 4 {
        let mut lines: Vec<Vec<u8>> =
            input.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        mutate::mutate(&mut lines, &mut draw, damage);
        input = lines.join(&b'\n');
    }
    if input.len() <= 8 * LONGEST {
        decode::check(&layout, &options(hash(data)), &input);
    }
}

/// The bytes as one value of each kind.
pub(crate) fn scalars(data: &[u8]) {
    if data.len() > 300 {
        return;
    }
    scalars::functions(data);
    scalars::columns(data);
    let mut quoted = Vec::new();
    if let Ok(text) = std::str::from_utf8(data) {
        super::strings::quoted(text, &Style::tidy(), &mut Draw::Bytes(&[]), &mut quoted);
        scalars::columns(&quoted);
    }
}
