use super::*;

/// Two sources in three parts: the second part holds rows of both.
fn manifest() -> Manifest {
    let source = |name: &str, lines, rows, quarantined, blank| ManifestSource {
        name: name.to_owned(),
        bytes: 10 * lines,
        etag: None,
        lines,
        rows,
        quarantined,
        blank,
        superseded: 0,
    };
    let part = |path: &str, holds: &[(usize, u64)]| ManifestPart {
        path: path.to_owned(),
        rows: holds.iter().map(|(_, rows)| rows).sum(),
        holds: holds.iter().map(|&(source, rows)| Held { source, rows }).collect(),
        ..ManifestPart::default()
    };
    Manifest {
        lines: 13,
        rows: 9,
        quarantined: 3,
        blank: 1,
        sources: vec![source("a", 6, 5, 0, 1), source("b", 7, 4, 3, 0)],
        parts: vec![part("a", &[(0, 3)]), part("a-0002", &[(0, 2), (1, 1)]), part("b", &[(1, 3)])],
        ..Manifest::new("j".to_owned())
    }
}

#[test]
fn it_holds_only_if_every_line_and_row_is_in_one_place() {
    assert!(manifest().holds());
    let changes: [fn(&mut Manifest); 12] = [
        |m| m.lines += 1,
        |m| m.rows -= 1,
        |m| m.quarantined += 1,
        |m| m.blank = 0,
        |m| m.superseded += 1,
        |m| m.sources[1].superseded += 1,
        |m| m.sources[1].rows += 1,
        |m| m.sources[0].lines = u64::MAX,
        |m| m.parts[0].rows += 1,
        |m| m.parts[1].holds[0].rows += 1,
        |m| m.parts[2].holds[0].source = 2,
        |m| drop(m.parts.pop()),
    ];
    for (n, change) in changes.iter().enumerate() {
        let mut manifest = manifest();
        change(&mut manifest);
        assert!(!manifest.holds(), "change {n}");
    }
}

#[test]
fn both_versions_are_read_and_no_other() {
    let text = serde_json::to_vec(&manifest()).expect("JSON");
    assert_eq!(Manifest::read(&text), Some(manifest()));
    let old = r#"{"version":1,"job":"j","entity":"A","export":null,"lines":3,"rows":2,
        "quarantined":1,"blank":0,"parts":[{"path":"A/a.parquet","rows":2,"bytes":700,
        "source":"a.jsonl","source_bytes":24,"lines":3,"quarantined":1,"blank":0}]}"#;
    let read = Manifest::read(old.as_bytes()).expect("version 1");
    assert!(read.holds());
    assert_eq!((read.version, read.sources[0].bytes, read.parts[0].bytes), (1, 24, 700));
    for text in [&b"{\"version\":3}"[..], b"{", b"", b"[]", b"{\"version\":2}"] {
        assert_eq!(Manifest::read(text), None);
    }
}
