//! Memory of batches: used again when nobody holds it, left alone while somebody does.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use rowmill_json::{Column, Decoder, Layout, Options};

/// A decoder with many batches of one size to give.
fn decoder() -> Decoder {
    let layout = Layout::new([
        Column::int64("n"),
        Column::string("text"),
        Column::list("list", Column::category("word")),
    ])
    .unwrap();
    let line =
        |n: usize| format!("{{\"n\":{n},\"text\":\"text {n:05}\",\"list\":[\"a\",\"b\"]}}\n");
    let mut options = Options::default();
    options.batch_rows = 100;
    let mut decoder = Decoder::with(layout, options);
    decoder.push((0..5_000).map(line).collect::<String>().into());
    decoder.finish();
    decoder
}

/// Where the buffers of a batch lie, those of children included.
fn places(batch: &RecordBatch) -> Vec<usize> {
    let mut data: Vec<_> = batch.columns().iter().map(|column| column.to_data()).collect();
    let mut places = Vec::new();
    while let Some(next) = data.pop() {
        places.extend(next.buffers().iter().map(|buffer| buffer.as_ptr() as usize));
        data.extend(next.child_data().iter().cloned());
    }
    places
}

#[test]
fn a_dropped_batch_makes_room_for_the_next() {
    let mut decoder = decoder();
    let (mut batches, mut all) = (0, HashSet::new());
    while let Some(batch) = decoder.next_batch().unwrap() {
        all.extend(places(&batch));
        batches += 1;
    }
    assert_eq!(batches, 50);
    // Seven buffers in each: not new ones every time, though a few while columns find their size.
    assert!(all.len() < 7 * 5, "{} places for {batches} batches", all.len());
}

#[test]
fn a_kept_batch_stays_as_it_is() {
    let mut decoder = decoder();
    let (mut kept, mut all, mut buffers) = (Vec::new(), HashSet::new(), 0);
    while let Some(batch) = decoder.next_batch().unwrap() {
        let places = places(&batch);
        buffers += places.len();
        all.extend(places);
        kept.push(batch);
    }
    assert_eq!(all.len(), buffers, "no two batches share memory");
    let mut again = self::decoder();
    for batch in kept {
        assert_eq!(Some(batch), again.next_batch().unwrap());
    }
}
