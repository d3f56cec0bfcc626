//! Views: the same text as copies, and no copies.

use arrow_array::cast::AsArray;
use bytes::Bytes;
use rowmill_json::{Column, Decoder, Layout};

use super::{quarantine, rows, run};

fn layout(text: fn(&'static str) -> Column) -> Layout {
    Layout::new([
        text("a"),
        Column::record("r", [text("b")]),
        Column::list("l", text("c")),
        Column::map("m", text("d")),
    ])
    .unwrap()
}

#[test]
fn the_same_text_as_copies() {
    let texts = [
        "",
        "x",
        "twelve bytes",
        "thirteen byte",
        "na\u{ef}ve caf\u{e9} in the \u{732b} \u{1F408} street",
        r#"an \"escape\" in a longer text"#,
        r"short\n",
        r"\ud83d\udc08",
        r"one half \ud83d only",
        "a control character \u{1}",
        "the quick brown fox jumps over the lazy dog, again and again and again",
    ];
    let mut input = String::new();
    for (n, text) in texts.iter().enumerate() {
        let other = texts[(n * 7 + 3) % texts.len()];
        input +=
            &format!("{{\"a\":\"{text}\",\"r\":{{\"b\":\"{other}\"}},\"l\":[\"{other}\",null]}}\n");
        input +=
            &format!("{{ \"m\":{{\"k\":\"{text}\"}}, \"l\":[\"{text}\",\"{other}\"]}}\n{{}}\n");
    }
    let mut options = quarantine();
    options.batch_rows = 7;
    let copies = run(&layout(Column::string), options.clone(), input.as_bytes(), usize::MAX);
    for chunk in [1, 2, 3, 17, 64, 65, 100, 1000, usize::MAX] {
        for threads in [1, 3] {
            options.threads = threads;
            let layout = layout(Column::string_view);
            let views = run(&layout, options.clone(), input.as_bytes(), chunk);
            assert_eq!(rows(&views.batches), rows(&copies.batches), "chunks of {chunk}");
            assert_eq!(views.rejects.len(), copies.rejects.len());
        }
    }
    assert!(copies.rejects.len() > 5 && rows(&copies.batches).len() > 20);
}

#[test]
fn the_buffer_of_a_view_is_the_chunk() {
    let line = |n: usize| format!("{{\"a\":\"text number {n}, which is a long one\",\"n\":{n}}}\n");
    let chunk: Bytes = (0..100).map(line).collect::<String>().into();
    let layout = Layout::new([Column::string_view("a"), Column::int64("n")]).unwrap();
    let mut decoder = Decoder::new(&layout);
    decoder.push(chunk.clone());
    decoder.finish();
    let batch = decoder.next_batch().unwrap().unwrap();
    let views = batch.column(0).as_string_view();
    assert_eq!(views.data_buffers().len(), 1, "one chunk, one buffer");
    assert_eq!(views.data_buffers()[0].as_ptr(), chunk.as_ptr());
    let memory = chunk.as_ptr_range();
    for text in views.iter().flatten() {
        // Every text, those of the last lines included, which are read from a copy.
        assert!(memory.contains(&text.as_ptr()));
    }
}
