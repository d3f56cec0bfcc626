//! The generator: repeatable, cut anywhere, and right about its own sums.

use rowmill_testkit::corpus::{BLOCK_ROWS, Corpus, CorpusFile, Kind, Options, Totals};
use serde_json::Value;

const KINDS: [Kind; 11] = {
    let e = Kind::ENTITIES;
    [e[0], e[1], e[2], e[3], e[4], e[5], e[6], e[7], e[8], e[9], Kind::Event]
};

fn whole(file: &CorpusFile) -> Vec<u8> {
    file.pieces().flatten().collect()
}

#[test]
fn blocks_are_repeatable_and_independent() {
    for kind in KINDS {
        let corpus = Corpus::new(kind, 42, 200);
        assert_eq!(corpus.block_count(), 4);
        let blocks: Vec<Vec<u8>> = (0..4).map(|i| corpus.block(i)).collect();
        assert!(corpus.block(4).is_empty());
        // Another number of rows, blocks in another order, another process' worth of state.
        let larger = Corpus::new(kind, 42, 10_000);
        for i in [2, 0, 1] {
            assert!(larger.block(i) == blocks[i as usize], "{kind} block {i}");
        }
        assert!(larger.block(3).starts_with(&blocks[3]), "{kind}: the last block is a part");
        assert!(Corpus::new(kind, 43, 200).block(0) != blocks[0], "{kind}: the seed matters");
        let lines = blocks.iter().flatten().filter(|&&byte| byte == b'\n').count();
        assert_eq!(lines, 200, "{kind}");
        assert!(whole(&corpus.file()) == blocks.concat());
    }
    assert_eq!(Corpus::new(Kind::Bill, 1, BLOCK_ROWS).block_count(), 1);
}

#[test]
fn files_together_are_the_corpus() {
    let corpus = Corpus::new(Kind::Customer, 3, 500);
    let all = whole(&corpus.file());
    assert_eq!(corpus.len_bytes(), all.len() as u64);
    for files in [1, 2, 3, 7, 499, 501] {
        let parts = corpus.split(files);
        assert_eq!(parts.len(), files);
        let joined: Vec<u8> = parts.iter().flat_map(whole).collect();
        assert!(joined == all, "{files} files");
        let mut totals = Totals::default();
        for part in &parts {
            assert_eq!(part.size(), whole(part).len() as u64);
            totals += part.totals();
        }
        assert_eq!(totals, corpus.totals());
    }
    assert!(corpus.split(0).is_empty());
    let none = Corpus::new(Kind::Customer, 3, 0).split(2);
    assert!(none.iter().all(|file| file.size() == 0 && whole(file).is_empty()));
}

#[test]
fn any_range_is_a_piece_of_the_whole() {
    let file = &Corpus::new(Kind::Reservation, 9, 330).split(2)[1];
    let all = whole(file);
    let size = file.size();
    let mut edges: Vec<u64> = vec![0, 1, size / 2, size - 1, size, size + 1, u64::MAX];
    // Around every piece's edge.
    let mut at = 0;
    for piece in file.pieces() {
        at += piece.len() as u64;
        edges.extend([at - 1, at, at + 1]);
    }
    edges.extend((0..60).map(|i| i * 7_919 % size));
    for &from in &edges {
        for &to in &edges {
            let part: Vec<u8> = file.range(from..to).flatten().collect();
            let end = to.min(size) as usize;
            assert!(part == all[(from as usize).min(end)..end], "{from}..{to}");
        }
    }
}

#[test]
fn rows_weigh_what_the_documentation_of_kinds_says() {
    for (kind, target) in
        [(Kind::Reservation, 1_640), (Kind::OrderItem, 1_730), (Kind::Customer, 1_360)]
    {
        let totals = Corpus::new(kind, 1, 4_000).totals();
        let mean = totals.bytes / totals.rows;
        assert!(mean.abs_diff(target) * 10 <= target, "{kind}: {mean}");
    }
}

#[test]
fn totals_are_what_a_parser_finds() {
    let ugly = Options {
        missing_keys: 0.5,
        shuffled_keys: true,
        spaced: true,
        crlf: true,
        long_fractions: 0.1,
        new_arms: 0.2,
        escaped: true,
        ..Options::default()
    };
    for kind in KINDS {
        for options in [Options::default(), ugly.clone()] {
            let corpus = Corpus::with(kind, 11, 700, options.clone());
            let lines = whole(&corpus.file());
            let found = recount(kind, &lines);
            assert_eq!(found, corpus.totals(), "{kind} {options:?}");
            assert!(lines.is_ascii() || !options.escaped);
            assert_eq!(lines.ends_with(b"\r\n"), options.crlf);
        }
    }
}

#[test]
fn ugliness_changes_the_form_only() {
    let rows = |options: Options| -> Vec<Value> {
        let lines = whole(&Corpus::with(Kind::Customer, 2, 300, options).file());
        let lines = String::from_utf8(lines).expect("the corpus is text");
        lines.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
    };
    let tidy = rows(Options::default());
    let form = Options { shuffled_keys: true, spaced: true, escaped: true, ..Options::default() };
    assert!(rows(form) == tidy);
    let sparse = rows(Options { missing_keys: 0.5, ..Options::default() });
    let mut missing = 0;
    for (sparse, tidy) in sparse.iter().zip(&tidy) {
        for (key, value) in tidy.as_object().expect("an object") {
            missing += usize::from(sparse.get(key).is_none());
            assert_eq!(sparse.get(key).unwrap_or(&Value::Null), value, "{key}");
        }
    }
    assert!(missing > 1_000);
}

#[test]
fn text_has_what_makes_text_hard() {
    let customers = Corpus::new(Kind::Customer, 1, 2_000);
    let text = String::from_utf8(whole(&customers.file())).expect("the corpus is text");
    for needle in ["\\n", "\\\"", "\\\\", "\\t", "🎉", "\\uD83C\\uDF89", "ü", "\\u00FC", "美咲"]
    {
        assert!(text.contains(needle), "{needle}");
    }
    let seven = |options| {
        let lines = whole(&Corpus::with(Kind::Reservation, 1, 2_000, options).file());
        let lines = String::from_utf8(lines).expect("the corpus is text");
        let fraction = |part: &str| Some(part.split_once("Z\"")?.0.split_once('.')?.1.to_owned());
        let fractions: Vec<String> = lines.split("Utc\":\"").filter_map(fraction).collect();
        let beyond = fractions.iter().filter(|f| f.len() == 7 && !f.ends_with('0')).count();
        (fractions.iter().filter(|f| f.len() == 7).count(), beyond)
    };
    let (fine, beyond) = seven(Options::default());
    assert!(fine > 20 && beyond == 0, "{fine} {beyond}");
    let (_, beyond) = seven(Options { long_fractions: 0.2, ..Options::default() });
    assert!(beyond > 1_000, "{beyond}");
}

/// The totals again, by another road: a JSON parser, numbers through their text.
fn recount(kind: Kind, lines: &[u8]) -> Totals {
    let mut totals = Totals::default();
    totals.bytes = lines.len() as u64;
    let mut states = std::collections::BTreeMap::new();
    let (mut first, mut last) = (None::<i64>, None::<i64>);
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        let row: Value = serde_json::from_slice(line).expect("every row is JSON");
        totals.rows += 1;
        let id = if kind == Kind::Event { &row["id"] } else { &row["Id"] };
        let id = id.as_str().expect("an id").replace('-', "");
        totals.id_xor ^= u128::from_str_radix(&id, 16).expect("an id is hexadecimal");
        if let Some(path) = kind.money_path() {
            let value = path.split('.').fold(&row, |value, key| &value[key]);
            if let Some(number) = value.as_number() {
                totals.money += scaled(&number.to_string());
            }
        }
        if let Some(path) = kind.units_path() {
            totals.units += row[path].as_i64().expect("an integer");
        }
        totals.nulls += u64::from(row[kind.nulls_path()].is_null());
        if let Some(path) = kind.state_path() {
            *states.entry(row[path].as_str().expect("a state").to_owned()).or_insert(0) += 1;
        }
        if let Some(updated) = row["UpdatedUtc"].as_str() {
            let moment = chrono::DateTime::parse_from_rfc3339(updated).expect("an instant");
            let micros = moment.timestamp_micros();
            first = Some(first.map_or(micros, |first| first.min(micros)));
            last = Some(last.map_or(micros, |last| last.max(micros)));
        }
    }
    (totals.first_updated, totals.last_updated) = (first, last);
    totals.states = states.into_iter().map(|(state, rows)| (&*state.leak(), rows)).collect();
    totals
}

/// A short decimal in units of 10^-10.
fn scaled(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<10}");
    digits.parse().expect("digits")
}

/// What the unions of some rows look like: how many have all their arms, leave some out, have the
/// value before the tag, and have an arm that nobody knows.
fn unions(kind: Kind, options: Options) -> [usize; 4] {
    fn look(value: &Value, found: &mut [usize; 4]) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| look(item, found)),
            Value::Object(members) => {
                if let Some(tag) = members.get("Discriminator").and_then(Value::as_str) {
                    let beside = members.len() - 1;
                    let whole = beside == 1 && members.contains_key("Value") || beside > 1;
                    found[0] += if whole { 1 } else { 0 };
                    found[1] += if whole { 0 } else { 1 };
                    found[3] += if tag == "ArmOfTomorrow" { 1 } else { 0 };
                    let value = members.get(tag).or_else(|| members.get("Value"));
                    assert!(value.is_some(), "{tag} has no value");
                }
                members.values().for_each(|member| look(member, found));
            }
            _ => {}
        }
    }
    let lines = String::from_utf8(whole(&Corpus::with(kind, 5, 500, options).file()));
    let mut found = [0; 4];
    for line in lines.expect("the corpus is text").lines() {
        look(&serde_json::from_str(line).expect("a row"), &mut found);
        found[2] += line.matches("\"Value\":null,\"Discriminator\"").count();
        found[2] += line.matches("\"},\"Discriminator\"").count();
    }
    found
}

#[test]
fn unions_of_both_forms() {
    let [whole, sparse, early, new] = unions(Kind::Bill, Options::default());
    assert!(whole > 700 && sparse > 200 && early > 20 && new == 0);
    let [whole, sparse, _, new] = unions(Kind::Payment, Options::default());
    assert!(whole > 200 && sparse > 50 && new == 0);
    for kind in [Kind::Bill, Kind::Payment, Kind::OrderItem] {
        let options = Options { new_arms: 0.2, ..Options::default() };
        let [whole, sparse, _, new] = unions(kind, options);
        let all = whole + sparse;
        assert!(new * 10 > all && new * 3 < all, "{kind}: {new} of {all}");
    }
}
