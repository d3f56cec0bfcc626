//! Lines: ends, blanks, marks, truncation, limits, and what is counted.

use super::{quarantine, rows, run, whole};
use rowmill_json::{Column, Layout, Limit, OnBadRow, Options};

fn layout() -> Layout {
    Layout::new([Column::int64("n")]).unwrap()
}

#[track_caller]
fn values(input: &[u8]) -> Vec<String> {
    let outcome = whole(&layout(), input);
    outcome.end.unwrap();
    rows(&outcome.batches).into_iter().flatten().collect()
}

#[track_caller]
fn code(input: &[u8]) -> (&'static str, u64, u64) {
    let error = whole(&layout(), input).end.unwrap_err();
    let place = error.place().unwrap();
    (error.code(), place.line, place.offset)
}

#[test]
fn ends_and_blanks() {
    assert_eq!(values(b"{\"n\":1}\n{\"n\":2}\n"), ["1", "2"]);
    assert_eq!(values(b"{\"n\":1}\r\n\r\n \t\n{\"n\":2}"), ["1", "2"]);
    assert_eq!(values(b"\xEF\xBB\xBF{\"n\":1}\n{\"n\":2}"), ["1", "2"]);
    assert_eq!(values(b""), [""; 0]);
    assert_eq!(values(b"\n\n\n"), [""; 0]);
    assert_eq!(values(b"\xEF\xBB\xBF"), [""; 0]);
    let counts = whole(&layout(), b"{}\n\n \r\n{}").end.unwrap();
    assert_eq!((counts.lines, counts.rows, counts.blank), (4, 2, 2));
}

#[test]
fn what_is_no_row() {
    assert_eq!(code(b"{\"n\":1}\n[1]\n"), ("not_an_object", 2, 8));
    assert_eq!(code(b"null"), ("not_an_object", 1, 0));
    assert_eq!(code(b"\n\n 17\n"), ("not_an_object", 3, 3));
    assert_eq!(code(b"{}{}"), ("syntax", 1, 2));
    assert_eq!(code(b"{} x"), ("syntax", 1, 3));
    assert_eq!(code(b"{},"), ("syntax", 1, 2));
    assert_eq!(code(b"{\"n\":1,}"), ("syntax", 1, 7));
    assert_eq!(code(b"{\"n\":1}\0"), ("syntax", 1, 7));
    assert_eq!(code(b"\0"), ("syntax", 1, 0));
    assert_eq!(code(b"{}\n\xEF\xBB\xBF{}"), ("syntax", 2, 3));
    assert_eq!(code(b"{\"x\":\"\xFF\"}"), ("utf8", 1, 6));
    assert_eq!(code(b"{\"\xC3\x28\":1}"), ("utf8", 1, 2));
    assert_eq!(code(b"{\"x\":\"\xED\xA0\x80\"}"), ("utf8", 1, 6));
    assert_eq!(code(b"{n:1}"), ("syntax", 1, 1));
    assert_eq!(code(b"{'n':1}"), ("syntax", 1, 1));
    assert_eq!(code(b"{\"n\":1 \"m\":2}"), ("syntax", 1, 7));
}

#[test]
fn truncation_is_told_from_bad_grammar() {
    let line = br#"{"n":12,"s":"a\u0041b","l":[true,null,{"x":-1.5e3}]}"#;
    for cut in 1..line.len() {
        let mut input = b"{\"n\":1}\n".to_vec();
        input.extend_from_slice(&line[..cut]);
        let (code, place, _) = code(&input);
        assert_eq!((code, place), ("truncated", 2), "cut at {cut}");
        input.push(b'\n');
        assert_eq!(self::code(&input).0, "syntax", "cut at {cut}");
    }
    assert_eq!(values(line), ["12"]);
}

#[test]
fn rows_before_the_bad_one_come_first() {
    let outcome = whole(&layout(), b"{\"n\":1}\n{\"n\":2}\n{\"n\":\"x\"}\n{\"n\":4}\n");
    assert_eq!(rows(&outcome.batches), [["1"], ["2"]]);
    let error = outcome.end.unwrap_err();
    assert_eq!(error.excerpt(), Some(&b"{\"n\":\"x\"}"[..]));
    assert!(!format!("{error} {error:?}").contains("\"x\""), "values stay out of messages");
}

#[test]
fn limits_on_rejects() {
    let input = b"{\"n\":1}\n{\n{\"n\":2}\n[]\n\n{\"n\":3}\n7\n";
    let mut options = quarantine();
    options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::Rows(3) };
    let outcome = run(&layout(), options.clone(), input, 3);
    assert_eq!(outcome.end.unwrap().quarantined, 3);
    assert_eq!(outcome.rejects.len(), 3);
    options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::Rows(2) };
    let error = run(&layout(), options.clone(), input, 3).end.unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 7, byte 30: too many bad rows: expected at most 2, found one more \
         (a row must be one JSON object: expected object, found number, 1 byte)"
    );
    for (percent, holds) in [(50.0, true), (49.9, false), (100.0, true), (0.0, false)] {
        options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::Percent(percent) };
        assert_eq!(run(&layout(), options.clone(), input, 3).end.is_ok(), holds, "{percent}");
    }
}

/// No share may be lost to the rounding of a float: 0.57 * 10,000 is less than 5,700 in one.
#[test]
fn a_share_of_exactly_the_bound_is_within_it() {
    for (bad, percent) in [(57, 0.57), (69, 0.69), (1, 0.01), (114, 1.14), (2_801, 28.01)] {
        let input = |bad| "[]\n".repeat(bad) + &"{\"n\":1}\n".repeat(10_000 - bad);
        let mut options = quarantine();
        options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::Percent(percent) };
        let end = |bad| run(&layout(), options.clone(), input(bad).as_bytes(), usize::MAX).end;
        assert_eq!(end(bad).unwrap().quarantined, bad as u64, "{percent}");
        assert_eq!(end(bad + 1).unwrap_err().code(), "too_many_rejects", "{percent}");
    }
}

#[test]
fn long_lines_end_the_input_under_any_policy() {
    let mut options = quarantine();
    options.max_line_bytes = 20;
    let exact = b"{\"n\":1}\n{\"n\":12345678901234}\n";
    assert!(run(&layout(), options.clone(), exact, 1).end.is_ok());
    let above = b"{\"n\":1}\n{\"n\":123456789012345}\n{\"n\":2}\n";
    for chunk in [1, 5, 100] {
        let outcome = run(&layout(), options.clone(), above, chunk);
        assert_eq!(rows(&outcome.batches), [["1"]]);
        let error = outcome.end.unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2, byte 8: the line is too long: expected at most 20 bytes, found more"
        );
    }
}

#[test]
fn bytes_after_the_end_are_not_lost_silently() {
    let mut decoder = rowmill_json::Decoder::with(layout(), Options::default());
    decoder.push(b"{\"n\":1}"[..].into());
    decoder.finish();
    decoder.push(b"\n{\"n\":2}"[..].into());
    assert_eq!(decoder.next_batch().unwrap_err().code(), "after_finish");
}
