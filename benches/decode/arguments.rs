//! What the command line and the environment ask for.

use std::path::PathBuf;

/// Bytes of a data set in MB, 10^6 bytes.
const SIZE: &str = "ROWMILL_BENCH_MB";

/// What to run.
pub(crate) struct Arguments {
    /// Words of which a data set must have one in its name; none means all.
    words: Vec<String>,
    pub(crate) rounds: usize,
    /// Bytes of a data set.
    pub(crate) bytes: usize,
    /// Where to write the times as JSON.
    pub(crate) json: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let megabytes: usize = match std::env::var(SIZE) {
            Ok(text) => text.parse().map_err(|_| format!("{SIZE}={text} is no number"))?,
            Err(_) => 50,
        };
        let bytes = megabytes.max(1) * 1_000_000;
        let mut arguments = Self { words: Vec::new(), rounds: 5, bytes, json: None };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                // What `cargo bench` adds.
                "--bench" => {}
                "--rounds" => {
                    let rounds = value()?.parse().ok().filter(|&rounds: &usize| rounds > 0);
                    arguments.rounds = rounds.ok_or("--rounds takes a number above 0")?;
                }
                "--json" => arguments.json = Some(value()?.into()),
                option if option.starts_with('-') => return Err(format!("unknown: {option}")),
                _ => arguments.words.push(word),
            }
        }
        Ok(arguments)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }
}
