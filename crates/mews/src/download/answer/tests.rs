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

fn then(head: &Head, asked: Option<(u64, &str)>) -> Option<Then> {
    judge(head, asked, 20).err().map(|setback| setback.then)
}

const ASKED: Option<(u64, &str)> = Some((10, "\"v1\""));

#[test]
fn only_the_exact_rest_of_the_same_version_is_spliced() {
    assert_eq!(judge(&part("bytes 10-19/20", "\"v1\""), ASKED, 20).unwrap(), Body::Rest);
    // A shorter part is legal: the rest is asked for again.
    assert_eq!(judge(&part("bytes 10-14/20", "\"v1\""), ASKED, 20).unwrap(), Body::Rest);
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
        assert_eq!(then(&part(range, tag), ASKED), Some(Then::Whole), "{range} {tag}");
    }
    let untagged = Head { tag: None, ..part("bytes 10-19/20", "") };
    assert_eq!(then(&untagged, ASKED), Some(Then::Whole));
    let two_lengths = Head { length: Some(9), ..part("bytes 10-19/20", "\"v1\"") };
    assert_eq!(then(&two_lengths, ASKED), Some(Then::Whole));
}

#[test]
fn a_part_that_was_not_asked_for_is_an_error() {
    assert_eq!(then(&part("bytes 0-19/20", "\"v1\""), None), Some(Then::End));
    assert_eq!(then(&head(416), None), Some(Then::End));
    assert_eq!(then(&head(416), ASKED), Some(Then::Whole));
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
    assert_eq!(then(&Head { encoding: Some("gzip".into()), ..head(200) }, None), Some(Then::End));
}

#[test]
fn announced_lengths_must_be_right() {
    assert_eq!(judge(&head(200), None, 20).unwrap(), Body::Whole);
    assert_eq!(judge(&Head { length: Some(20), ..head(200) }, ASKED, 20).unwrap(), Body::Whole);
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
