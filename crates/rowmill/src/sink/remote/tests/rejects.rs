//! Rows set aside that go to a store: they show with the rest of the output, or not at all.

use rowmill_json::{Limit, OnBadRow};

use super::*;

/// A run that sets rows aside.
struct Aside {
    case: Case,
    /// The output, where it is not that of the case.
    output: Option<PathBuf>,
    /// Where the rows go, if that is said.
    rejects: Option<String>,
    /// What they are called in the store.
    name: &'static str,
}

impl Aside {
    /// Into a store, with what else goes there.
    fn into(output: &'static str, name: &'static str) -> Self {
        Self { case: Case::new(output, &[]), output: None, rejects: None, name }
    }

    /// Into this place on the disk.
    fn on_disk(output: &str) -> Self {
        let mut aside = Self::into("", "apart/bad.jsonl");
        aside.rejects = Some(format!("memory:///{}/apart/bad.jsonl", aside.case.name));
        aside.output = Some(aside.case.folder.path().join(output));
        aside
    }

    fn write(&mut self, sources: &[(&str, &str)]) {
        self.case.sources.clear();
        for (name, text) in sources {
            let path = self.case.folder.path().join(name);
            fs::write(&path, text).expect("writes");
            self.case.sources.push(path);
        }
    }

    fn run(&self) -> Result<Report> {
        let keep = OnBadRow::Quarantine { at_most: Limit::None };
        let mut convert = self.case.convert().on_bad_row(keep).redact(true);
        if let Some(rejects) = &self.rejects {
            convert = convert.rejects(rejects);
        }
        match &self.output {
            Some(path) => convert.run(&self.case.sources, path),
            None => convert.run(&self.case.sources, self.case.url()),
        }
    }

    /// The sources and lines of the rows set aside; none where nothing shows.
    fn shown(&self) -> Option<Vec<(String, u64)>> {
        let bytes = self.case.objects().remove(self.name)?;
        let text = String::from_utf8(bytes).expect("text");
        let line = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let file = Path::new(value["file"].as_str().expect("a file")).to_owned();
            let file = file.file_name().expect("a name").to_string_lossy().into_owned();
            (file, value["line"].as_u64().expect("a number"))
        };
        Some(text.lines().map(line).collect())
    }
}

fn lines(of: &[(&str, u64)]) -> Option<Vec<(String, u64)>> {
    Some(of.iter().map(|(file, line)| ((*file).to_owned(), *line)).collect())
}

const SOURCES: [(&str, &str); 2] = [("a", "{\"n\":1}\n{}\n{\"n\":2}\n"), ("b", "[]\n{\"n\":3}\n")];

/// One of each way to go.
fn ways() -> Vec<Aside> {
    let mut elsewhere = Aside::into("lake/", "apart/bad.jsonl");
    elsewhere.rejects = Some(format!("memory:///{}/apart/bad.jsonl", elsewhere.case.name));
    let mut ways = vec![
        Aside::into("lake/", "lake/_rowmill/rejects.jsonl"),
        elsewhere,
        Aside::on_disk("lake/"),
    ];
    ways.iter_mut().for_each(|way| way.write(&SOURCES));
    for mut single in
        [Aside::into("one.parquet", "one.parquet.rejects.jsonl"), Aside::on_disk("one.parquet")]
    {
        single.write(&SOURCES[..1]);
        ways.push(single);
    }
    ways
}

#[test]
fn they_show_with_what_was_committed_whatever_step_fails() {
    for way in 0..ways().len() {
        for plan in [Plan::Once as fn(u64) -> Plan, Plan::From] {
            let mut ended = false;
            for step in 1..STEPS {
                let aside = ways().swap_remove(way);
                let expected = match aside.case.sources.len() {
                    1 => lines(&[("a", 2)]),
                    _ => lines(&[("a", 2), ("b", 1)]),
                };
                let what = format!("way {way}, step {step}");
                let (outcome, failed) = during(plan(step), || aside.run());
                if !failed {
                    outcome.expect("nothing failed");
                    assert_eq!(aside.shown(), expected, "{what}");
                    ended = true;
                    break;
                }
                let shown = aside.shown();
                assert!(shown.is_none() || shown == expected, "{what}: {shown:?}");
                if outcome.is_ok() {
                    assert_eq!(shown, expected, "{what}");
                }
                let report = aside.run().unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(report.quarantined, aside.case.sources.len() as u64, "{what}");
                assert!(report.rejects.is_some(), "{what}");
                assert_eq!(aside.shown(), expected, "{what}");
            }
            assert!(ended, "every step was tried");
        }
    }
}

#[test]
fn a_directory_gathers_those_of_all_runs() {
    let mut aside = Aside::into("lake/", "lake/_rowmill/rejects.jsonl");
    aside.write(&SOURCES);
    aside.run().expect("converts");
    aside.write(&[("c", "1\n2\n")]);
    aside.run().expect("converts");
    let all = lines(&[("a", 2), ("b", 1), ("c", 1), ("c", 2)]);
    assert_eq!(aside.shown(), all);
    // Done again, nothing changes, and the report still tells where they are.
    assert!(aside.run().expect("is there").rejects.is_some());
    assert_eq!(aside.shown(), all);
    // Lines about what is replaced go, others stay.
    aside.case.overwrite = true;
    aside.write(&[("a", "{\"n\":1}\n"), ("b", "{}\n{}\n")]);
    aside.run().expect("replaces");
    assert_eq!(aside.shown(), lines(&[("c", 1), ("c", 2), ("b", 1), ("b", 2)]));
    aside.write(&[("a", "{\"n\":1}\n"), ("b", "{\"n\":1}\n")]);
    aside.run().expect("replaces");
    assert_eq!(aside.shown(), lines(&[("c", 1), ("c", 2)]));
    aside.write(&[("c", "{\"n\":1}\n")]);
    aside.run().expect("replaces");
    assert_eq!(aside.shown(), None);
}

#[test]
fn what_is_there_is_replaced_on_request_alone() {
    for mut aside in ways().into_iter().skip(1) {
        aside.run().expect("converts");
        let (shown, url) = (aside.shown(), aside.case.url());
        // Another output, and the same place for what is set aside.
        aside.rejects.get_or_insert(format!("{url}.rejects.jsonl"));
        let other = aside.case.folder.path().join("other.parquet");
        aside.output = Some(other.clone());
        aside.write(&[("c", "{\"n\":1}\n{\"n\":2}\n{}\n")]);
        let error = aside.run().expect_err("is there");
        assert!(error.to_string().contains("exists already"), "{error}");
        assert!(aside.shown() == shown && !other.exists());
        aside.case.overwrite = true;
        aside.run().expect("replaces");
        assert_eq!(aside.shown(), lines(&[("c", 3)]));
        // Nothing is left where no row is bad.
        aside.write(&[("c", "{\"n\":1}\n")]);
        aside.run().expect("replaces");
        assert_eq!(aside.shown(), None);
    }
}

#[test]
fn of_two_runs_at_a_time_one_sets_rows_aside() {
    let mut aside = Aside::into("lake/", "lake/_rowmill/rejects.jsonl");
    aside.write(&SOURCES);
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let (convert, sources) = (aside.case.convert().on_bad_row(keep), aside.case.sources.clone());
    let (url, once) = (aside.case.url(), Once::new());
    let meanwhile = move |_| {
        once.call_once(|| drop(convert.run(&sources, &url).expect("comes through")));
    };
    let slow = Source::reader("slow", &b"{}\n{\"n\":9}\n"[..]);
    let run = aside.case.convert().on_bad_row(keep).progress(Arc::new(meanwhile));
    let error = run.run(slow, aside.case.url()).expect_err("the second");
    assert!(error.to_string().contains("another run has committed"), "{error}");
    assert_eq!(aside.shown(), lines(&[("a", 2), ("b", 1)]));
}

#[test]
fn they_are_no_part_and_go_to_a_place_that_can_be_written() {
    let mut aside = Aside::into("one.parquet", "one.parquet");
    aside.write(&SOURCES[..1]);
    aside.rejects = Some(aside.case.url());
    let error = aside.run().expect_err("the output");
    assert!(error.to_string().contains("is the output"), "{error}");
    for (url, words) in
        [("http://127.0.0.1:1/bad.jsonl", "can only be read"), ("s3://bucket", "names no object")]
    {
        aside.rejects = Some(url.to_owned());
        let error = aside.run().expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(aside.case.objects().len(), 0);
}

#[test]
fn what_another_run_has_set_aside_meanwhile_is_not_replaced() {
    let mut aside = Aside::on_disk("one.parquet");
    aside.write(&SOURCES[..1]);
    let (url, one) = (aside.rejects.clone().expect("a URL"), aside.output.clone().expect("a path"));
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let convert = aside.case.convert().on_bad_row(keep).rejects(url);
    let (other, sources, once) = (convert.clone(), aside.case.sources.clone(), Once::new());
    let place = one.with_file_name("other.parquet");
    let meanwhile = move |_| {
        once.call_once(|| drop(other.run(&sources, &place).expect("comes through")));
    };
    let slow = Source::reader("slow", &b"{}\n{\"n\":9}\n"[..]);
    let error = convert.progress(Arc::new(meanwhile)).run(slow, &one).expect_err("is there");
    assert!(error.to_string().contains("exists already"), "{error}");
    assert!(!one.exists() && aside.shown() == lines(&[("a", 2)]));
}

/// On this machine, beside an output in a store: what lay there is replaced with the commit or stays.
#[test]
fn a_file_on_the_disk_is_the_old_one_or_the_new_one() {
    for plan in [Plan::Once as fn(u64) -> Plan, Plan::From] {
        let mut ended = false;
        for step in 1..STEPS {
            let mut aside = Aside::into("lake/", "none");
            aside.write(&SOURCES);
            aside.case.overwrite = true;
            let place = aside.case.folder.path().join("bad.jsonl");
            aside.rejects = Some(place.display().to_string());
            fs::write(&place, "what was there\n").expect("written");
            let (outcome, failed) = during(plan(step), || aside.run());
            let text = fs::read_to_string(&place).expect("never gone");
            if outcome.is_ok() {
                assert_eq!(text.lines().count(), 2, "step {step}");
            } else {
                assert!(text == "what was there\n" || text.lines().count() == 2, "{text}");
            }
            aside.run().expect("nothing fails");
            let text = fs::read_to_string(&place).expect("there");
            assert_eq!(text.lines().count(), 2, "step {step}");
            let folder = fs::read_dir(aside.case.folder.path()).expect("reads");
            assert_eq!(folder.count(), 3, "step {step}: the sources and the file");
            if !failed {
                ended = true;
                break;
            }
        }
        assert!(ended, "every step was tried");
    }
}

#[test]
fn a_run_that_comes_too_late_puts_back_what_was_there() {
    let mut aside = Aside::into("lake/", "none");
    aside.write(&SOURCES);
    let place = aside.case.folder.path().join("bad.jsonl");
    fs::write(&place, "what was there\n").expect("written");
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let (convert, sources) = (aside.case.convert().on_bad_row(keep), aside.case.sources.clone());
    let (url, once) = (aside.case.url(), Once::new());
    // When all has been read, and the part is begun.
    let meanwhile = move |progress: crate::Progress| {
        if progress.finished {
            once.call_once(|| drop(convert.run(&sources, &url).expect("comes through")));
        }
    };
    let slow = Source::reader("slow", &b"{}\n{\"n\":9}\n"[..]);
    let run = aside.case.convert().on_bad_row(keep).rejects(&place).overwrite(true);
    let error = run.progress(Arc::new(meanwhile)).run(slow, aside.case.url()).expect_err("late");
    assert!(error.to_string().contains("another run has committed"), "{error}");
    assert_eq!(fs::read_to_string(&place).expect("there"), "what was there\n");
}
