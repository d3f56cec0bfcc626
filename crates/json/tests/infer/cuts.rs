//! Neither the cutting of chunks nor the number of threads changes what comes out.

use super::infer;
use rowmill_json::infer::Inference;
use rowmill_json::{Options, Simd};
use rowmill_testkit::corpus::{Corpus, Kind};

const INPUT: &str = "\u{feff}{\"Id\":\"0f515589-99b4-423d-b83a-b237009f0509\",\"Value\":93.46,\"Tags\":[\"a\",\"b\"]}\n\
    {\"Id\":\"0f515589-99b4-423d-b83a-b237009f0510\",\"Value\":-1e3,\"Tags\":[],\"On\":\"2024-02-29\"}\r\n\
    \n\
    {\"Id\":null,\"Value\":1,\"Value\":2}\n\
    {\"On\":\"\",\"Price\":{\"Net\":1.10,\"Tax\":[{\"Code\":\"\\u0041\",\"Rate\":0.2}]}}\n\
    broken\n\
    {\"Price\":{\"Gross\":18446744073709551615},\"On\":\"2024-03-01T00:00:00+01:00\",\"X\":true}\n\
    {\"X\":[1]}";

fn cut(input: &[u8], chunk: usize, threads: usize, frame_bytes: usize) -> String {
    let mut options = Options::default();
    (options.threads, options.frame_bytes) = (threads, frame_bytes);
    // All instruction sets see the same.
    let mut told = Simd::available().into_iter().map(|simd| {
        options.simd = simd;
        let mut inference = Inference::with(options.clone());
        for chunk in input.chunks(chunk) {
            inference.push(chunk.to_vec().into());
        }
        format!("{:?}", inference.finish().expect("a layout"))
    });
    let first = told.next().expect("at least the portable one");
    assert!(told.all(|other| other == first));
    first
}

#[test]
fn every_cut_and_every_number_of_threads() {
    let whole = format!("{:?}", infer(INPUT.as_bytes()).expect("a layout"));
    for chunk in 1..=INPUT.len() {
        assert_eq!(cut(INPUT.as_bytes(), chunk, 1, 4 << 20), whole, "chunks of {chunk}");
    }
    for threads in 1..=4 {
        for frame_bytes in [1, 50, 200] {
            for chunk in [1, 13, 100, INPUT.len()] {
                assert_eq!(cut(INPUT.as_bytes(), chunk, threads, frame_bytes), whole);
            }
        }
    }
}

#[test]
fn generated_rows() {
    for kind in Kind::ENTITIES.into_iter().chain([Kind::Event]) {
        let corpus = Corpus::new(kind, 7, 400);
        let mut input = Vec::new();
        for index in 0..corpus.block_count() {
            corpus.write_block(index, &mut input);
        }
        let whole = format!("{:?}", infer(&input).expect("a layout"));
        for threads in 1..=4 {
            assert_eq!(cut(&input, 5000, threads, 20_000), whole, "{threads} threads");
        }
    }
}
