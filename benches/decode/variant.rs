//! The subjects of the measurement: each reads all lines of a data set once.

use std::hint::black_box;

use arrow_schema_60::SchemaRef;
use rowmill::arrow::RecordBatch;
use rowmill::{Bytes, Decoder, Layout, Options, Simd};
use simd_json::{Buffers, INPUT_PADDING, Tape};

use super::arrow_json;
use super::data::DataSet;

pub(crate) enum Variant {
    /// This instruction set of rowmill.
    Rowmill(Simd),
    /// `arrow-json` with this schema.
    ArrowJson(SchemaRef),
    /// The tape of `simd-json`.
    SimdJson,
    /// The grammar, checked by `serde_json`, which leaves out whether text is UTF-8.
    SerdeJson,
}

impl Variant {
    /// All of this machine; rowmill first, its best instruction set before the others.
    pub(crate) fn all(data: &DataSet) -> Vec<Self> {
        let ours = Simd::available().into_iter().rev().map(Self::Rowmill);
        let schema = arrow_json::schema(data.layout.schema());
        ours.chain([Self::ArrowJson(schema), Self::SimdJson, Self::SerdeJson]).collect()
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Rowmill(simd) => format!("rowmill, {simd:?}").to_lowercase(),
            Self::ArrowJson(_) => "arrow-json".into(),
            Self::SimdJson => "simd-json, tape only".into(),
            Self::SerdeJson => "serde_json, grammar only".into(),
        }
    }

    /// Reads everything and gives the number of rows.
    pub(crate) fn run(&self, data: &DataSet) -> u64 {
        let mut rows = 0;
        match self {
            Self::Rowmill(simd) => rowmill(&data.layout, *simd, data.lines.clone(), |batch| {
                rows += batch.num_rows();
                black_box(batch);
            }),
            Self::ArrowJson(schema) => arrow_json::decode(schema, &data.lines, |batch| {
                rows += batch.num_rows();
                black_box(batch);
            }),
            Self::SimdJson => tapes(&data.lines, |tape| {
                rows += 1;
                black_box(tape);
            }),
            Self::SerdeJson => {
                for line in lines(&data.lines) {
                    let _: serde::de::IgnoredAny = serde_json::from_slice(line).expect("good");
                    rows += 1;
                }
            }
        }
        rows as u64
    }
}

/// Decodes all lines and hands out the batches.
pub(crate) fn rowmill(
    layout: &Layout,
    simd: Simd,
    lines: Bytes,
    mut take: impl FnMut(RecordBatch),
) {
    let mut options = Options::default();
    options.simd = simd;
    let mut decoder = Decoder::with(layout, options);
    decoder.push(lines);
    decoder.finish();
    while let Some(batch) = decoder.next_batch().expect("the corpus is good") {
        take(batch);
    }
}

/// Makes the tape of every line. The parser writes into its input and reads beyond its end, so each
/// line is copied, which it does itself otherwise; what it needs is made once.
pub(crate) fn tapes(text: &[u8], mut take: impl FnMut(&Tape<'_>)) {
    let (mut copy, mut buffers) = (Vec::new(), Buffers::default());
    let mut spare = Tape::null();
    for line in lines(text) {
        // What stands behind the line, from longer ones before it, does not matter.
        copy.resize(copy.len().max(line.len() + INPUT_PADDING), 0);
        copy[..line.len()].copy_from_slice(line);
        let mut tape = spare.reset();
        simd_json::fill_tape_padded(&mut copy, line.len(), &mut buffers, &mut tape)
            .expect("the corpus is good");
        take(&tape);
        spare = tape.reset();
    }
}

/// The lines without their ends.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text).map(move |end| {
        let line = &text[start..end];
        start = end + 1;
        line
    })
}
