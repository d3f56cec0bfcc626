//! Lines that are no rows, samples, several inputs, and inputs without a layout.

use super::{infer, inferred, show};
use rowmill_json::Options;
use rowmill_json::infer::Inference;

#[test]
fn bad_lines_are_skipped_and_counted() {
    let input = "\u{feff}{\"a\":1}\n\n{\"a\":\"x\"\n{\"a\":1,\"a\":2}\n[1]\nnull\n{\"a\":01}\n \r\n{\"a\":2} \r\n{\"b\":\"\\ud800\"}\n{\"a\":3}";
    let inferred = inferred(input);
    assert_eq!((inferred.rows(), inferred.bad_rows(), inferred.blank_lines()), (3, 6, 2));
    assert_eq!(show::layout(inferred.layout()), "a:int64!");
    assert!(inferred.is_whole());
}

#[test]
fn a_line_that_is_cut_short() {
    let input = "{\"a\":1}\n{\"a\":tr";
    let inferred = inferred(input);
    assert_eq!((inferred.rows(), inferred.bad_rows()), (1, 1));
}

#[test]
fn nothing_to_infer_from() {
    for (input, words) in [
        ("", &["one good row", "none"][..]),
        ("\n \n", &["one good row", "none"]),
        ("a,b\n1,2\n", &["line 1", "2 bad lines", "not valid JSON"]),
        ("\n[1]\n", &["line 2", "1 bad line", "object", "array"]),
        ("[1] x\n", &["line 1, byte 4", "not valid JSON"]),
        ("{}\n{}\n", &["one key"]),
    ] {
        let error = infer(input.as_bytes()).expect_err(input);
        assert_eq!(error.code(), "no_layout");
        for word in words {
            assert!(error.to_string().contains(word), "{error}");
        }
    }
    // The kind of what was found, never the value.
    let error = infer(b"{\"a\":\"secret\"").expect_err("cut short");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_line_above_the_limit_ends_it() {
    let mut options = Options::default();
    options.max_line_bytes = 20;
    let input = b"{\"a\":1}\n{\"a\":\"0123456789012345678901\"}\n{\"a\":2}\n";
    let mut told = Vec::new();
    for chunk in [1, 7, 19, 25, input.len()] {
        for threads in [1, 3] {
            options.threads = threads;
            let mut inference = Inference::with(options.clone());
            input.chunks(chunk).for_each(|chunk| inference.push(chunk.to_vec().into()));
            let error = inference.finish().expect_err("too long");
            assert_eq!(error.code(), "line_length");
            let place = error.place().expect("a place");
            assert_eq!((place.line, place.offset), (2, 8));
            told.push(error.to_string());
        }
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_sample_requires_nothing() {
    let input = b"{\"a\":1,\"b\":1}\nbad\n{\"a\":2,\"b\":2}\n{\"a\":2.5}\n";
    for chunk in 1..=input.len() {
        let mut options = Options::default();
        options.threads = 4;
        options.frame_bytes = 10;
        let mut inference = Inference::sample(options, 2);
        for chunk in input.chunks(chunk) {
            inference.push(chunk.to_vec().into());
        }
        assert!(!inference.wants_more());
        let inferred = inference.finish().expect("a layout");
        assert!(!inferred.is_whole());
        assert_eq!((inferred.rows(), inferred.bad_rows()), (2, 1));
        assert_eq!(show::layout(inferred.layout()), "a:int64,b:int64");
    }
    // Fewer rows than asked for are all of them.
    let mut inference = Inference::sample(Options::default(), 9);
    inference.push(input.to_vec().into());
    assert!(inference.wants_more());
    let inferred = inference.finish().expect("a layout");
    assert!(inferred.is_whole());
    assert_eq!(show::layout(inferred.layout()), "a:decimal(2,1)!,b:int64");
}

#[test]
fn decimals_of_a_sample_have_room() {
    for (seen, expected) in [
        ("0.5", "decimal(38,7)"),
        ("1.0", "decimal(38,6)"),
        ("99999999999999999999", "decimal(38,0)"),
        // As much room before the point as after it.
        ("12345678901234567890123456789.01", "decimal(38,5)"),
        ("1234567890123456789012345678901234567.8", "decimal(38,1)"),
        ("7", "int64"),
    ] {
        let mut inference = Inference::sample(Options::default(), 1);
        inference.push(format!("{{\"n\":{seen}}}\n{{\"n\":1}}\n").into());
        let inferred = inference.finish().expect("a layout");
        assert_eq!(show::layout(inferred.layout()), format!("n:{expected}"));
    }
}

#[test]
fn what_is_stopped_is_a_sample_of_whole_lines() {
    let mut inference = Inference::new();
    inference.push(b"{\"a\":1}\n{\"a\":2}\n{\"a\":\"cut".to_vec().into());
    let inferred = inference.stop().expect("a layout");
    assert_eq!((inferred.rows(), inferred.bad_rows()), (2, 0));
    assert_eq!(show::layout(inferred.layout()), "a:int64");
    assert!(!inferred.is_whole());
    let mut inference = Inference::new();
    inference.push(b"{\"a\":\"cut".to_vec().into());
    assert_eq!(inference.stop().expect_err("no whole line").code(), "no_layout");
}

#[test]
fn several_inputs_have_one_layout() {
    for threads in [1, 2] {
        let mut options = Options::default();
        options.threads = threads;
        let mut inference = Inference::with(options);
        inference.push(b"\xEF\xBB\xBF{\"a\":1}\n{\"b\":1}".to_vec().into());
        inference.next_input().expect("short lines");
        inference.push(b"\xEF\xBB\xBF{\"c\":1.5,\"a\":1}".to_vec().into());
        let inferred = inference.finish().expect("a layout");
        assert_eq!((inferred.rows(), inferred.bad_rows()), (3, 0));
        assert_eq!(show::layout(inferred.layout()), "a:int64,b:int64,c:decimal(2,1)");
    }
}
