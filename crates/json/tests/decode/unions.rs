//! Tagged unions: the tag and the value side by side.

use super::{everywhere, quarantine, rows};
use rowmill_json::{Column, Layout, Options, Unknown};

fn layout(unknown: Unknown) -> Layout {
    let arms = [
        Column::record("Person", [Column::string("Name"), Column::int32("Age")]),
        Column::record("Firm", [Column::category("Code")]),
        Column::int64("Number"),
    ];
    Layout::with([Column::int32("n"), Column::union("who", "Kind", "Value", arms)], unknown)
        .unwrap()
}

#[track_caller]
fn who(line: &str) -> String {
    let outcome = everywhere(&layout(Unknown::Ignore), Options::default(), line.as_bytes());
    outcome.end.unwrap();
    rows(&outcome.batches)[0][1].clone()
}

#[test]
fn arms_in_either_order() {
    let person = r#"("Person",("A",3),null,null,null)"#;
    assert_eq!(who(r#"{"who":{"Kind":"Person","Value":{"Name":"A","Age":3}}}"#), person);
    assert_eq!(who(r#"{"who":{"Value":{"Age":3,"Name":"A"},"Kind":"Person"}}"#), person);
    assert_eq!(
        who(r#"{"who": { "Kind" : "Per\u0073on" , "V\u0061lue" : {"Name":"A","Age":3} } }"#),
        person
    );
    assert_eq!(
        who(r#"{"who":{"Kind":"Firm","Value":{"Code":"X"}}}"#),
        r#"("Firm",null,("X"),null,null)"#
    );
    assert_eq!(who(r#"{"who":{"Kind":"Number","Value":7}}"#), r#"("Number",null,null,7,null)"#);
}

#[test]
fn what_is_missing_is_null() {
    assert_eq!(who(r#"{"n":1}"#), "null");
    assert_eq!(who(r#"{"who":null}"#), "null");
    assert_eq!(who(r#"{"who":{}}"#), "(null,null,null,null,null)");
    assert_eq!(who(r#"{"who":{"Kind":"Person"}}"#), r#"("Person",null,null,null,null)"#);
    assert_eq!(
        who(r#"{"who":{"Kind":"Person","Value":null}}"#),
        r#"("Person",null,null,null,null)"#
    );
    assert_eq!(
        who(r#"{"who":{"Value":null,"Kind":"Person"}}"#),
        r#"("Person",null,null,null,null)"#
    );
}

#[test]
fn unknown_arms_are_kept_as_they_are_written() {
    let other = r#"("New",null,null,null,"{\"a\": [1.0, null]}")"#;
    assert_eq!(who(r#"{"who":{"Kind":"New","Value":{"a": [1.0, null]}}}"#), other);
    assert_eq!(who(r#"{"who":{"Value":{"a": [1.0, null]},"Kind":"New"}}"#), other);
    assert_eq!(who(r#"{"who":{"Kind":null,"Value":"x"}}"#), r#"(null,null,null,null,"\"x\"")"#);
    assert_eq!(who(r#"{"who":{"Value":5}}"#), r#"(null,null,null,null,"5")"#);
    assert_eq!(who(r#"{"who":{"Kind":"New","Value":null}}"#), r#"("New",null,null,null,null)"#);
}

#[test]
fn bad_ones_leave_nothing_behind() {
    let input = r#"{"n":1,"who":{"Kind":"Person","Value":{"Name":"a","Age":1}}}
{"n":2,"who":{"Kind":"Person","Value":{"Name":"b","Age":"x"}}}
{"n":3,"who":{"Value":{"Name":"c","Age":"x"},"Kind":"Person"}}
{"n":4,"who":{"Kind":"Person","Kind":"Firm"}}
{"n":5,"who":{"Value":1,"Value":2}}
{"n":6,"who":{"Kind":5}}
{"n":7,"who":[]}
{"n":8,"who":{"Kind":"Firm","Value":{"Code":"q"}} x}
{"n":9,"who":{"Value":{"Name":},"Kind":"Other"}}
{"n":10,"who":{"Kind":"Firm","Value":{"Code":"z"}}}
"#;
    let outcome = everywhere(&layout(Unknown::Ignore), quarantine(), input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [["1", r#"("Person",("a",1),null,null,null)"#], ["10", r#"("Firm",null,("z"),null,null)"#],]
    );
    let seen: Vec<_> = outcome
        .rejects
        .iter()
        .map(|r| (r.error().code(), r.error().place().unwrap().column.clone().unwrap_or_default()))
        .collect();
    let expected = [
        ("type", "who.Person.Age"),
        ("type", "who.Person.Age"),
        ("duplicate_key", "who.Kind"),
        ("duplicate_key", "who.Value"),
        ("type", "who.Kind"),
        ("type", "who"),
        ("syntax", ""),
        ("syntax", "who"),
    ];
    assert_eq!(seen, expected.map(|(code, path)| (code, path.to_owned())));
}

#[test]
fn other_keys_are_unknown_ones() {
    let line = r#"{"who":{"Extra":1,"Kind":"Person","Value":{"Name":"a","More":[2]}}}"#;
    let outcome = everywhere(&layout(Unknown::Rescue), Options::default(), line.as_bytes());
    let left = r#""{\"who\":{\"Extra\":1,\"Value\":{\"More\":[2]}}}""#;
    assert_eq!(rows(&outcome.batches)[0][2], left);
    let paths: Vec<_> = outcome.drift.keys.iter().map(|key| key.path()).collect();
    assert_eq!(paths, ["who.Extra", "who.Person.More"]);
    let outcome = everywhere(&layout(Unknown::Error), quarantine(), line.as_bytes());
    let place = outcome.rejects[0].error().place().unwrap();
    assert_eq!((place.column.as_deref(), place.offset), (Some("who.Extra"), 8));
}

#[test]
fn new_tags_are_reported() {
    let arms = [Column::int32("Number")];
    let who = Column::union("who", "Kind", "Value", arms).known_values(["Number", "Nobody"]);
    assert_eq!(who.values(), ["Number", "Nobody"]);
    let layout = Layout::new([Column::int32("n"), who]).unwrap();
    let input = r#"{"n":1,"who":{"Kind":"Nobody","Value":null}}
{"n":2,"who":{"Kind":"Number","Value":3}}
{"n":3,"who":{"Value":"x","Kind":"New"}}
{"n":4,"who":{"Kind":"New"}}
{"n":"x","who":{"Kind":"Never"}}
"#;
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    let new: Vec<_> = outcome
        .drift
        .values
        .iter()
        .map(|new| (new.column.as_str(), new.value.as_str(), new.count, new.first_line))
        .collect();
    assert_eq!(new, [("who.Kind", "New", 2, 3)]);
}
