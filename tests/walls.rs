//! The walls between the crates, checked where they could be broken: in sources, manifests and the
//! tree of dependencies. `docs/architecture.md` says what each is good for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a source file at most: what is longer holds more than one idea.
const LONGEST: usize = 500;

/// Where `unsafe` may stand.
const UNSAFE: [&str; 3] = [
    "crates/scan/src/arch/",
    "crates/json/src/walk/dispatch.rs",
    "crates/json/src/column/buffer.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `folder` (from the root), with its path from the root and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root()).expect("below the root");
                let text = fs::read_to_string(&path).expect("reads");
                found.push((name.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found
}

/// Requires that no code of `krate` mentions one of `words`, nor its manifest where it names
/// dependencies. Comments may.
fn never_mentions(krate: &str, words: &[&str]) {
    let manifest = format!("crates/{krate}/Cargo.toml");
    let text = fs::read_to_string(root().join(&manifest)).expect("a manifest");
    let needed = text.split("[dependencies]").nth(1).unwrap_or_default();
    let needed = needed.split("\n[").next().unwrap_or_default().to_owned();
    let mut texts = sources(&format!("crates/{krate}/src"));
    assert!(!texts.is_empty());
    texts.push((manifest, needed));
    for (name, text) in texts {
        for (n, line) in text.lines().enumerate() {
            let comment = if name.ends_with(".rs") { "//" } else { "#" };
            let line = line.split(comment).next().unwrap_or_default().to_lowercase();
            for word in words {
                assert!(!line.contains(word), "{name}, line {}: {word}", n + 1);
            }
        }
    }
}

#[test]
fn scan_knows_bytes_alone() {
    never_mentions("scan", &["arrow", "tokio", "std::io", "std::fs", "std::net"]);
}

#[test]
fn the_decoder_does_no_io() {
    let words = ["tokio", "reqwest", "http", "std::fs", "std::net", "std::io"];
    never_mentions("json", &words);
}

#[test]
fn the_client_knows_no_columns() {
    never_mentions("mews", &["arrow", "parquet", "recordbatch"]);
}

#[test]
fn the_oracle_shares_no_code_with_what_it_checks() {
    never_mentions("testkit", &["rowmill_json", "rowmill-json", "rowmill_scan", "rowmill-scan"]);
}

#[test]
fn unsafe_code_stays_in_its_corner() {
    let heads = [
        "crates/rowmill/src/lib.rs",
        "crates/mews/src/lib.rs",
        "crates/testkit/src/lib.rs",
        "crates/cli/src/main.rs",
    ];
    for head in heads {
        let text = fs::read_to_string(root().join(head)).expect("reads");
        assert!(text.contains("#![forbid(unsafe_code)]"), "{head}");
    }
    for (name, text) in sources("crates") {
        if UNSAFE.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        for (n, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let blocks = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait"];
            let open = blocks.iter().any(|block| code.contains(block) && !code.contains('"'));
            assert!(!open, "{name}, line {}: unsafe code", n + 1);
        }
    }
}

#[test]
fn files_can_be_read_at_one_sitting() {
    for folder in ["crates", "tests", "examples", "benches", "fuzz/checks", "fuzz/fuzz_targets"] {
        for (name, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= LONGEST, "{name} has {lines} lines");
        }
    }
}

/// The names of all packages that `arguments` of `cargo tree` lead to.
fn tree(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn nobody_compiles_what_they_do_not_use() {
    let network = ["tokio", "reqwest", "hyper", "rustls", "rowmill-mews"];
    let lean = tree(&["--package", "rowmill", "--no-default-features"]);
    let decoder = tree(&["--package", "rowmill-json"]);
    for name in network {
        assert!(!lean.iter().any(|package| package == name), "files alone need {name}");
        assert!(!decoder.iter().any(|package| package == name), "the decoder needs {name}");
    }
    assert!(!decoder.iter().any(|package| package == "parquet"));
    let streams = tree(&["--package", "rowmill", "--no-default-features", "--features", "async"]);
    assert!(!streams.iter().any(|package| package == "reqwest"), "streams need an HTTP client");
    let program = tree(&["--package", "rowmill-cli"]);
    assert!(!program.iter().any(|package| package == "object_store"), "URLs were not asked for");
    let client = tree(&["--package", "rowmill-mews"]);
    assert!(!client.iter().any(|package| package.starts_with("arrow")), "the client needs Arrow");
}
