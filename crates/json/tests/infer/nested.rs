//! Lists, structs and maps.

use std::fmt::Write;

use super::{check, inferred, of, rows, show};

#[test]
fn lists() {
    check(&["[1,2]", "[]", "[3.5]"], "list<decimal(2,1)!>!", &[]);
    check(&["[1,null]"], "list<int64>!", &[]);
    check(&["[]"], "list<json>!", &["v: OnlyEmptyLists"]);
    check(&["[null]"], "list<json>!", &["v[]: OnlyNull"]);
    check(&["[[\"a\"],[]]"], "list<list<string!>!>!", &[]);
    check(&["[1,\"a\"]"], "list<json!>!", &["v[]: MixedKinds"]);
    check(&["[{\"a\":1},{\"b\":2}]"], "list<struct<a:int64,b:int64>!>!", &[]);
}

#[test]
fn structs() {
    check(&["{\"a\":{\"b\":true}}", "null"], "struct<a:struct<b:boolean!>!>", &[]);
    check(&["{\"a\":1}", "{}"], "struct<a:int64>!", &[]);
    check(&["{}"], "json!", &["v: OnlyEmptyObjects"]);
    check(&["{\"\":1,\"a\":2}"], "json!", &["v: EmptyKey"]);
    check(&["{\"a\":1}", "1"], "json!", &["v: MixedKinds"]);
    check(
        &["{\"a\":{}}", "{\"a\":{\"b\":[]}}"],
        "struct<a:struct<b:list<json>>!>!",
        &["v.a.b: OnlyEmptyLists"],
    );
}

#[test]
fn columns_come_as_keys_first_appear() {
    let input = "{\"b\":1,\"n\":{\"y\":1}}\n{\"a\":1,\"b\":2,\"n\":{\"x\":1,\"y\":2}}\n{\"c\":1}\n";
    let names = "b:int64,n:struct<y:int64!,x:int64>,a:int64,c:int64";
    assert_eq!(show::layout(inferred(input).layout()), names);
}

#[test]
fn names_are_what_keys_stand_for() {
    let input =
        "{\"\\u0049d\":1,\"a\\\"b\":2,\"\u{e9}\":3}\n{\"Id\":1,\"a\\u0022b\":2,\"\\u00e9\":3}\n";
    assert_eq!(show::layout(inferred(input).layout()), "Id:int64!,a\"b:int64!,\u{e9}:int64!");
}

/// An object with these keys, each with the value that `value` gives.
fn object(keys: impl IntoIterator<Item = usize>, value: impl Fn(usize) -> String) -> String {
    let members = keys.into_iter().map(|key| format!("\"k{key}\":{}", value(key)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn keys_that_are_data() {
    let sparse = |share: usize, value: fn(usize) -> String| {
        let rows: Vec<String> =
            (0..40).map(|row| object((0..share).map(|n| (row * 7 + n) % 40), value)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        of(&rows)
    };
    let number = |key: usize| format!("{key}.5");
    let (kind, notes) = sparse(4, number);
    assert_eq!((kind.as_str(), notes), ("map<decimal(3,1)!>!", vec!["v: SparseKeys".into()]));
    // One in eight is not sparse.
    assert!(sparse(5, number).0.starts_with("struct<"));
    // Values of several kinds are fields.
    let mixed = |key: usize| if key == 3 { "true".into() } else { "1".into() };
    assert!(sparse(4, mixed).0.starts_with("struct<"));
    let nested = |key: usize| format!("{{\"n{}\":[{key}]}}", key % 2);
    assert_eq!(sparse(1, nested).0, "map<struct<n0:list<int64!>,n1:list<int64!>>!>!");
}

#[test]
fn too_many_keys_are_a_map() {
    let whole = |_| "1".to_owned();
    assert!(of(&[&object(0..256, whole)]).0.starts_with("struct<"));
    let (kind, notes) = of(&[&object(0..257, whole)]);
    assert_eq!((kind.as_str(), notes), ("map<int64!>!", vec!["v: ManyKeys".into()]));
    let rows = [
        object(0..200, whole),
        object(100..300, |_| "null".into()),
        object(0..1, |_| "2.5".into()),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(of(&rows).0, "map<decimal(2,1)>!");
    // Of several kinds too.
    let kinds = |key: usize| if key == 3 { "true".into() } else { "1".into() };
    assert_eq!(of(&[&object(0..300, kinds)]).0, "map<json!>!");
}

#[test]
fn many_columns() {
    let row = |count| object(0..count, |_| "1".into());
    assert_eq!(inferred(&row(4096)).layout().columns().len(), 4096);
    let error = super::infer(row(4097).as_bytes()).expect_err("too many");
    assert_eq!(error.code(), "no_layout");
    assert!(error.to_string().contains("4096"), "{error}");
}

#[test]
fn an_empty_key_of_a_row_is_not_read() {
    let inferred = inferred("{\"\":1,\"a\":2}\n");
    assert_eq!(show::layout(inferred.layout()), "a:int64!");
    let notes: Vec<_> =
        inferred.notes().map(|(seen, note)| format!("{}: {note:?}", seen.path)).collect();
    assert_eq!(notes, [": UnreadKey"]);
    assert_eq!(super::infer(b"{\"\":1}\n").expect_err("no column").code(), "no_layout");
}

#[test]
fn depth() {
    for (open, close, step) in [("[", "]", "[]"), ("{\"x\":", "}", ".x")] {
        let value = |levels| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        let (kind, notes) = of(&[&value(31)]);
        assert!(kind.contains("int64"), "{kind}");
        assert_eq!(notes, [""; 0]);
        let (kind, notes) = of(&[&value(32), &value(200)]);
        assert!(kind.contains("json"), "{kind}");
        assert_eq!(notes, [format!("v{}: TooDeep", step.repeat(31))]);
    }
    // A key that stands twice is one at every depth.
    let deep = format!("{}{{\"a\":1,\"a\":2}}{}", "[".repeat(50), "]".repeat(50));
    let found = super::infer(rows(&[&deep, "1"]).as_bytes()).expect("a layout");
    assert_eq!((found.rows(), found.bad_rows()), (1, 1));
}

/// More places than are kept: the lowest levels are JSON.
#[test]
fn too_many_places() {
    let leaf = object(0..100, |_| "1".into());
    let row = object(0..90, |_| object(0..90, |_| leaf.clone()));
    let mut input = String::new();
    writeln!(input, "{{\"v\":{row},\"w\":{{\"x\":1}}}}").expect("text");
    let inferred = inferred(&input);
    let kind = show::layout(inferred.layout());
    assert!(kind.ends_with("k89:json!>!>!,w:struct<x:int64!>!"), "{}", kind.len());
    assert_eq!(inferred.notes().count(), 90 * 90);
}
