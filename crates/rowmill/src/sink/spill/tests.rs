use std::fs;
use std::io::Write;

use rowmill_json::{Column, Decoder, Layout};

use super::*;
use crate::error::ErrorKind;

fn layout() -> Layout {
    let layout = Layout::new([
        Column::uuid("id"),
        Column::category("enum"),
        Column::string("text"),
        Column::string_view("view"),
        Column::boolean("bool"),
        Column::decimal("decimal", 38, 10),
        Column::timestamp_us("instant"),
        Column::duration_parts("duration"),
        Column::list("list", Column::record("", [Column::category("a"), Column::boolean("b")])),
        Column::map("map", Column::list("", Column::int32(""))),
    ]);
    layout.expect("a sound layout")
}

fn batch(rows: usize) -> RecordBatch {
    let row = |n: usize| {
        if n.is_multiple_of(5) {
            return "{}\n".to_owned();
        }
        format!(
            r#"{{"id":"0f515589-99b4-423d-b83a-{n:012x}","enum":"e{}","text":"t{n}","view":"a view of {n}",
            "bool":{},"decimal":{n}.5,"instant":"2024-05-17T00:00:{:02}Z","duration":"P{n}D",
            "list":[{{"a":"x{}","b":true}},null,{{"b":false}}],"map":{{"k{n}":[{n},null]}}}}"#,
            n % 3,
            n.is_multiple_of(2),
            n % 60,
            n % 2
        )
        .replace('\n', "")
            + "\n"
    };
    let mut decoder = Decoder::new(layout());
    decoder.push((0..rows).map(row).collect::<String>().into());
    decoder.finish();
    decoder.next_batch().expect("rows").expect("a batch")
}

fn spill(folder: &tempfile::TempDir) -> Spill {
    Spill::new(folder.path().to_owned(), layout().schema().clone()).expect("opens")
}

#[test]
fn batches_come_back_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spill = spill(&folder);
    let whole = batch(300);
    // Slices begin anywhere in bytes of bits.
    let batches = [whole.clone(), whole.slice(3, 1), whole.slice(13, 200), batch(1)];
    let places: Vec<Place> =
        batches.iter().map(|batch| spill.write(batch).expect("writes")).collect();
    for n in [2, 0, 3, 1, 2] {
        assert_eq!(spill.read(places[n]).expect("reads"), batches[n]);
    }
    // What comes later goes behind it, wherever was read last.
    let place = spill.write(&batch(2)).expect("writes");
    assert_eq!(spill.read(place).expect("reads"), batch(2));
    assert_eq!(spill.read(places[0]).expect("reads"), whole);
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0, "it has no name");
}

#[test]
fn other_bytes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spill = spill(&folder);
    let place = spill.write(&batch(20)).expect("writes");
    let mut file = spill.file.try_clone().expect("a file");
    let mut good = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut good)).expect("reads");
    let mut put =
        |bytes: &[u8]| file.rewind().and_then(|()| file.write_all(bytes)).expect("writes");
    for at in [0, 16, 30, good.len() / 2, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        put(&bytes);
        let error = spill.read(place).expect_err("is damaged");
        assert_eq!(error.kind(), ErrorKind::Output);
    }
    put(&good);
    assert!(spill.read(place).is_ok());
    file.set_len(place.bytes - 1).expect("cuts");
    assert_eq!(spill.read(place).expect_err("is cut").kind(), ErrorKind::Output);
}
