//! Without threads frames are decoded as they come.

use bytes::Bytes;
use rowmill_json::{Column, Decoder, Layout, Options};

fn layout() -> Layout {
    Layout::new([Column::int64("n")]).expect("a sound layout")
}

#[test]
fn a_batch_comes_as_soon_as_it_has_its_lines() {
    let mut options = Options::default();
    options.batch_rows = 3;
    let mut decoder = Decoder::with(layout(), options);
    let rows = |decoder: &mut Decoder, text: &'static str| -> Vec<usize> {
        decoder.push(text.into());
        let batch = || decoder.next_batch().expect("good rows");
        std::iter::from_fn(batch).map(|batch| batch.num_rows()).collect()
    };
    assert_eq!(rows(&mut decoder, "{}\n{}\n{"), [0; 0]);
    assert_eq!(rows(&mut decoder, "}\n{}\n"), [3]);
    assert_eq!(rows(&mut decoder, "{}\n{}\n{}\n{}\n{}\n"), [3, 3]);
    decoder.finish();
    assert!(decoder.next_batch().expect("the end").is_none());
    assert_eq!(decoder.report().expect("all was well").rows, 9);
}

#[test]
fn a_chunk_is_free_once_its_lines_are_read() {
    let mut decoder = Decoder::new(layout());
    let text = "{\"n\":1}\n".repeat(100);
    let mut chunk = Bytes::from(text.into_bytes());
    for _ in 0..50 {
        decoder.push(chunk.clone());
        while decoder.next_batch().expect("good rows").is_some() {}
        // Nobody else holds it, so it can be filled anew.
        chunk = chunk.try_into_mut().expect("the decoder lets it go").freeze();
    }
}
