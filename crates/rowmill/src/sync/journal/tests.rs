//! What a journal remembers, also of a run that was killed in the middle of a line.

use super::*;
use crate::sync::window::Window;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn work(entity: &str, ids: &[&str], export: Option<&str>) -> Work {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    Work {
        subject: Subject::new(entity, &ids, &[]),
        filter: Filter::default(),
        asked: at("2026-01-01T00:00:00.123456789Z"),
        asked_there: None,
        export: export.map(str::to_owned),
    }
}

/// The same request before its answer.
fn request(work: &Work) -> Work {
    Work { export: None, ..work.clone() }
}

#[test]
fn what_was_asked_for_is_known_to_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/journal.jsonl");
    let (bill, other, payment) = (
        work("Bill", &[], Some("a")),
        work("Bill", &["e"], Some("b")),
        work("Payment", &[], Some("c")),
    );
    let mut journal = Journal::open(path.clone()).expect("opens");
    assert!(!path.exists(), "nothing was written");
    for one in [&bill, &other, &payment] {
        journal.record(Event::Asked, &request(one)).expect("written");
        journal.record(Event::Added, one).expect("written");
    }
    journal.record(Event::Committed, &payment).expect("written");
    drop(journal);

    let mut journal = Journal::open(path.clone()).expect("opens");
    assert_eq!(journal.damaged(), 0);
    assert_eq!(journal.open_exports(&bill.subject), std::slice::from_ref(&bill));
    assert_eq!(journal.open_exports(&payment.subject), []);
    assert_eq!(journal.open_elsewhere(&bill.subject), Some("b"));
    assert_eq!(journal.open_elsewhere(&payment.subject), None);
    assert_eq!(journal.find("A"), Some(&bill));
    assert_eq!(journal.committed(&payment.subject, &payment.filter), Some("c"));
    assert_eq!(journal.committed(&bill.subject, &bill.filter), None);
    assert_eq!(journal.unanswered("Bill"), None);

    journal.record(Event::Ended, &bill).expect("written");
    assert_eq!(journal.open_exports(&bill.subject), []);
    let text = fs::read_to_string(&path).expect("reads");
    assert_eq!(text.lines().count(), 8);
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["version"], 1);
    }
}

#[test]
fn a_request_without_an_answer_stays_a_question() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let bill = work("Bill", &[], None);
    let mut journal = Journal::open(path.clone()).expect("opens");
    journal.record(Event::Asked, &bill).expect("written");
    drop(journal);
    let mut journal = Journal::open(path.clone()).expect("opens");
    assert_eq!(journal.unanswered("Bill"), Some(bill.asked));
    assert_eq!(journal.unanswered("Payment"), None);

    // A later request that is refused says nothing of it; one that is accepted does.
    let later = Work { asked: at("2026-01-02T00:00:00Z"), ..bill.clone() };
    journal.record(Event::Asked, &later).expect("written");
    journal.record(Event::Refused, &later).expect("written");
    assert_eq!(journal.unanswered("Bill"), Some(bill.asked));
    let added = Work { export: Some("a".into()), ..later.clone() };
    journal.record(Event::Asked, &later).expect("written");
    journal.record(Event::Added, &added).expect("written");
    drop(journal);
    let journal = Journal::open(path).expect("opens");
    assert_eq!(journal.unanswered("Bill"), None);
    assert_eq!(journal.open_exports(&bill.subject), [added]);
}

/// The file is cut behind every byte of its last line: all that was written before is known, and
/// what is written next is no part of the torn line.
#[test]
fn a_torn_last_line_harms_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let (first, mut second) = (work("Bill", &[], Some("a")), work("Bill", &["e"], Some("b")));
    let window = Window { from: at("2025-01-01T00:00:00Z"), until: at("2025-02-01T00:00:00Z") };
    second.filter.updated = Some(window);
    let mut journal = Journal::open(path.clone()).expect("opens");
    journal.record(Event::Added, &first).expect("written");
    let whole_lines = fs::metadata(&path).expect("there").len() as usize;
    journal.record(Event::Added, &second).expect("written");
    drop(journal);
    let bytes = fs::read(&path).expect("reads");
    for cut in whole_lines..=bytes.len() {
        fs::write(&path, &bytes[..cut]).expect("written");
        let mut journal = Journal::open(path.clone()).expect("opens");
        let open = journal.open_exports(&first.subject);
        assert_eq!(open, std::slice::from_ref(&first), "cut at {cut}");
        // Whole but for its line break, the line counts.
        let whole = cut + 1 >= bytes.len();
        assert_eq!(journal.open_exports(&second.subject).len(), usize::from(whole), "cut at {cut}");
        assert_eq!(journal.damaged(), usize::from(!whole && cut > whole_lines), "cut at {cut}");
        journal.record(Event::Committed, &first).expect("written");
        drop(journal);
        let journal = Journal::open(path.clone()).expect("opens");
        assert_eq!(journal.open_exports(&first.subject), [], "cut at {cut}");
        assert_eq!(journal.committed(&first.subject, &first.filter), Some("a"));
        assert_eq!(journal.open_exports(&second.subject).len(), usize::from(whole), "cut at {cut}");
    }
}

#[test]
fn one_run_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let bill = work("Bill", &[], None);
    let mut first = Journal::open(path.clone()).expect("opens");
    let mut second = Journal::open(path.clone()).expect("opens");
    first.record(Event::Asked, &bill).expect("written");
    // The one that has seen no journal makes none where there is one now.
    for error in [
        second.record(Event::Asked, &bill).expect_err("taken"),
        Journal::open(path.clone()).map(drop).expect_err("taken"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Output);
        assert!(error.to_string().contains("another run"), "{error}");
    }
    drop(first);
    assert_eq!(Journal::open(path).expect("free").unanswered("Bill"), Some(bill.asked));
}

#[test]
fn lines_of_another_version_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    fs::write(&path, "{\"version\":2,\"event\":\"paused\"}\n").expect("written");
    let error = Journal::open(path).map(drop).expect_err("another version");
    assert_eq!(error.kind(), ErrorKind::Input);
}

/// Put aside or not, every line is known to the next run, and none is written by two at a time.
#[cfg(feature = "cloud")]
#[test]
fn in_a_store_many_lines_are_put_aside() {
    use crate::cloud::Place;
    use crate::sink::faults::{Plan, during};

    let folder = PathBuf::from("memory:///journal-in-a-store/deep");
    let path = folder.join("journal.jsonl");
    let place = Place::new(&folder, &crate::Cancel::new()).expect("a store");
    let size = || place.look("journal.jsonl").expect("looks").map_or(0, |seen| seen.bytes);
    let id = |n: usize| format!("export-{n}");
    let exports: Vec<Work> = (0..4_000).map(|n| work("Bill", &[], Some(&id(n)))).collect();
    let mut journal = Journal::open(path.clone()).expect("opens");
    assert_eq!(place.names("").expect("lists").len(), 0, "nothing was written");
    let (mut largest, mut failures) = (0, [0, 0]);
    for (n, export) in exports.iter().enumerate() {
        // Whatever step fails, the line is written when it is told to be. Before a long journal is
        // written, its lines are put aside.
        if n % 300 == 7 || size() > 255 << 10 {
            let step = 1 + n as u64 % 2;
            let (outcome, failed) =
                during(Plan::From(step), || journal.record(Event::Added, export));
            assert_eq!(outcome.is_err(), failed);
            journal = Journal::open(path.clone()).expect("opens");
            if !failed {
                continue;
            }
            failures[n % 2] += 1;
        }
        journal.record(Event::Added, export).expect("written");
        largest = largest.max(size());
    }
    let names = place.names("").expect("lists");
    assert!(names.len() > 2 && largest < 300 << 10, "{largest} bytes in {names:?}");
    assert!(failures[0] > 0 && failures[1] > 0, "{failures:?}");
    journal.check().expect("nobody else");
    let mut second = Journal::open(path.clone()).expect("opens");
    assert_eq!(second.open_exports(&exports[0].subject), exports);
    second.record(Event::Committed, &exports[1]).expect("written");
    let error = journal.record(Event::Ended, &exports[2]).expect_err("overtaken");
    assert!(error.to_string().contains("another run has written here"), "{error}");
    let third = Journal::open(path.clone()).expect("opens");
    assert_eq!(third.open_exports(&exports[0].subject).len(), exports.len() - 1);
    // Lines that are missing are not taken for none.
    let aside = names.iter().find(|name| *name != "journal.jsonl").expect("put aside");
    place.remove(aside).expect("removed");
    let error = Journal::open(path).map(drop).expect_err("lines are missing");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains(aside.as_str()), "{error}");
}

/// Two lines may say that the same export was accepted: where a server has answered with one id twice, or
/// a journal was joined of two.
#[test]
fn an_id_stands_for_one_export() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let first = work("Bill", &[], Some("a"));
    let again =
        Work { asked: at("2026-02-01T00:00:00Z"), export: Some("A".into()), ..first.clone() };
    let read = |events: &[(Event, &Work)]| {
        let mut journal = Journal::open(path.clone()).expect("opens");
        for (event, work) in events {
            journal.record(*event, work).expect("written");
        }
        drop(journal);
        let journal = Journal::open(path.clone()).expect("opens");
        fs::remove_file(&path).expect("removed");
        journal
    };
    let journal = read(&[(Event::Added, &first), (Event::Added, &again)]);
    assert_eq!(journal.open_exports(&first.subject), std::slice::from_ref(&first));
    assert_eq!(journal.find("a"), Some(&first), "what was asked for first");
    assert!(journal.is_open("A"));
    for event in [Event::Committed, Event::Ended] {
        for events in [
            [(Event::Added, &first), (Event::Added, &again), (event, &first)],
            [(Event::Added, &first), (event, &again), (Event::Added, &first)],
        ] {
            let journal = read(&events);
            assert_eq!(journal.open_exports(&first.subject), []);
            assert!(!journal.is_open("a"));
            let over: Vec<&str> = journal.over(&first.subject, &first.filter).collect();
            assert_eq!(over, ["a"]);
        }
    }
    // What is in the output stays there.
    let events = [(Event::Added, &first), (Event::Committed, &first), (Event::Ended, &again)];
    assert_eq!(read(&events).committed(&first.subject, &first.filter), Some("a"));
}
