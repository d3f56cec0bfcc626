use super::*;

fn head(status: u16) -> Head {
    Head {
        status,
        date: None,
        retry_after: None,
        request_id: None,
        length: None,
        content_range: None,
        tag: None,
        encoding: None,
        location: None,
    }
}

fn part(range: &str, tag: &str) -> Head {
    Head { content_range: Some(range.into()), tag: Some(tag.into()), ..head(206) }
}

fn then(head: &Head, asked: Option<&Range>) -> Option<Then> {
    judge(head, asked, 20).err().map(|setback| setback.then)
}

fn range(first: u64, until: Option<u64>, tag: Option<&str>) -> Range {
    Range { first, until, tag: tag.map(Into::into) }
}

fn rest() -> Range {
    range(10, None, Some("\"v1\""))
}

#[test]
fn only_the_exact_rest_of_the_same_version_is_spliced() {
    assert_eq!(
        judge(&part("bytes 10-19/20", "\"v1\""), Some(&rest()), 20).unwrap(),
        Body::Part { until: 20 }
    );
    // A shorter part is legal: the rest is asked for again.
    assert_eq!(
        judge(&part("bytes 10-14/20", "\"v1\""), Some(&rest()), 20).unwrap(),
        Body::Part { until: 15 }
    );
    for (range, tag) in [
        ("bytes 10-19/20", "\"v2\""),
        ("bytes 10-19/20", "W/\"v1\""),
        ("bytes 9-19/20", "\"v1\""),
        ("bytes 11-19/20", "\"v1\""),
        ("bytes 10-20/21", "\"v1\""),
        ("bytes 10-20/20", "\"v1\""),
        ("bytes 10-9/20", "\"v1\""),
        ("bytes 10-19/*", "\"v1\""),
        ("bytes */20", "\"v1\""),
        ("lines 10-19/20", "\"v1\""),
        ("", "\"v1\""),
    ] {
        assert_eq!(then(&part(range, tag), Some(&rest())), Some(Then::Whole), "{range} {tag}");
    }
    let untagged = Head { tag: None, ..part("bytes 10-19/20", "") };
    assert_eq!(then(&untagged, Some(&rest())), Some(Then::Whole));
    let two_lengths = Head { length: Some(9), ..part("bytes 10-19/20", "\"v1\"") };
    assert_eq!(then(&two_lengths, Some(&rest())), Some(Then::Whole));
}

#[test]
fn no_more_than_was_asked_for_is_taken() {
    let asked = range(10, Some(15), Some("\"v1\""));
    let answer = |range: &str| judge(&part(range, "\"v1\""), Some(&asked), 20);
    assert_eq!(answer("bytes 10-14/20").unwrap(), Body::Part { until: 15 });
    assert_eq!(answer("bytes 10-12/20").unwrap(), Body::Part { until: 13 });
    for wrong in ["bytes 10-15/20", "bytes 10-19/20", "bytes 9-14/20", "bytes 10-14/21"] {
        assert_eq!(answer(wrong).unwrap_err().then, Then::Whole, "{wrong}");
    }
}

#[test]
fn the_first_part_must_say_which_version_it_is_of() {
    let asked = range(0, Some(10), None);
    let answer = |tag: &str| judge(&part("bytes 0-9/20", tag), Some(&asked), 20);
    assert_eq!(answer("\"any\"").unwrap(), Body::Part { until: 10 });
    for weak in ["W/\"any\"", "any", ""] {
        assert_eq!(answer(weak).unwrap_err().then, Then::Whole, "{weak}");
    }
}

#[test]
fn a_part_that_was_not_asked_for_is_an_error() {
    assert_eq!(then(&part("bytes 0-19/20", "\"v1\""), None), Some(Then::End));
    assert_eq!(then(&head(416), None), Some(Then::End));
    assert_eq!(then(&head(416), Some(&rest())), Some(Then::Whole));
}

#[test]
fn each_status_has_its_consequence() {
    for status in [401, 403, 404, 410] {
        assert_eq!(then(&head(status), None), Some(Then::Renew));
    }
    for status in [408, 429, 500, 503] {
        let busy = Head { retry_after: Some(Duration::from_secs(7)), ..head(status) };
        assert_eq!(then(&busy, None), Some(Then::Again(Some(Duration::from_secs(7)))));
    }
    for status in [202, 304, 400, 405] {
        assert_eq!(then(&head(status), None), Some(Then::End));
    }
    // It may be the range that is refused.
    assert_eq!(then(&head(400), Some(&rest())), Some(Then::Whole));
    assert_eq!(then(&Head { encoding: Some("gzip".into()), ..head(200) }, None), Some(Then::End));
}

#[test]
fn announced_lengths_must_be_right() {
    assert_eq!(judge(&head(200), None, 20).unwrap(), Body::Whole);
    assert_eq!(
        judge(&Head { length: Some(20), ..head(200) }, Some(&rest()), 20).unwrap(),
        Body::Whole
    );
    assert_eq!(then(&Head { length: Some(19), ..head(200) }, None), Some(Then::Renew));
    assert_eq!(then(&Head { length: Some(21), ..head(200) }, None), Some(Then::Renew));
}

#[test]
fn weak_tags_are_not_strong() {
    let tag = |text: &str| strong_tag(&Head { tag: Some(text.into()), ..head(200) });
    assert_eq!(tag("\"a\"").as_deref(), Some("\"a\""));
    assert_eq!(tag("W/\"a\""), None);
    assert_eq!(tag("a"), None);
    assert_eq!(tag("\"a\", \"b\""), None);
    assert_eq!(tag("\""), None);
}
