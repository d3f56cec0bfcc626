//! The figures of a run, for programs and for people.

use std::time::Duration;

use serde::Serialize;

use super::clock::Spent;
use crate::args::StageName;
use crate::figures::{bytes, grouped};
use crate::table::table;

/// What one stage did.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) name: StageName,
    /// Of JSON Lines, after decompression.
    pub(super) bytes: u64,
    /// Lines where nothing is decoded.
    pub(super) rows: u64,
    /// All that the stage took, as an outside clock would see it; of `encode`, encoding alone.
    pub(super) spent: Spent,
    /// Of that, bringing the file into memory.
    pub(super) loading: Option<Spent>,
    /// Of that, the checksum.
    pub(super) summing: Option<Spent>,
    /// Beside that, what had to be done for it.
    pub(super) untimed: Option<Spent>,
    pub(super) checksum: Option<String>,
    pub(super) output_bytes: u64,
    /// Whether the file was loaded in more than one piece.
    pub(super) streamed: bool,
    /// The peak of the process when the stage had ended.
    pub(super) peak: Option<u64>,
}

impl Stage {
    pub(super) fn new(name: StageName) -> Self {
        Self {
            name,
            bytes: 0,
            rows: 0,
            spent: Spent::NOTHING,
            loading: None,
            summing: None,
            untimed: None,
            checksum: None,
            output_bytes: 0,
            streamed: false,
            peak: None,
        }
    }

    /// What is left of a stage without loading and the checksum, where it has such parts.
    fn net(&self) -> Option<Spent> {
        let net = self.spent - self.loading?;
        Some(self.summing.map_or(net, |summing| net - summing))
    }
}

/// What `--json` prints. A change that a reader would notice raises `version`.
#[derive(Serialize)]
pub(super) struct Document {
    stages: Vec<StageDocument>,
    peak_rss_bytes: Option<u64>,
    version: u32,
    threads: usize,
    files: usize,
    /// Of the process, from its start.
    process_cpu_s: Option<f64>,
}

#[derive(Serialize)]
struct StageDocument {
    name: StageName,
    bytes: u64,
    rows: u64,
    cpu_s: Option<f64>,
    wall_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
    #[serde(flatten)]
    parts: Option<Parts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    untimed_cpu_s: Option<f64>,
    #[serde(skip_serializing_if = "is_zero")]
    output_bytes: u64,
    /// Highest so far.
    peak_rss_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Parts {
    load_cpu_s: Option<f64>,
    load_wall_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum_cpu_s: Option<f64>,
    net_cpu_s: Option<f64>,
    net_wall_s: f64,
    streamed: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn seconds(time: Option<Duration>) -> Option<f64> {
    time.map(|time| time.as_secs_f64())
}

impl From<&Stage> for StageDocument {
    fn from(stage: &Stage) -> Self {
        let parts = stage.loading.zip(stage.net()).map(|(loading, net)| Parts {
            load_cpu_s: seconds(loading.cpu),
            load_wall_s: loading.wall.as_secs_f64(),
            checksum_cpu_s: stage.summing.and_then(|summing| seconds(summing.cpu)),
            net_cpu_s: seconds(net.cpu),
            net_wall_s: net.wall.as_secs_f64(),
            streamed: stage.streamed,
        });
        Self {
            name: stage.name,
            bytes: stage.bytes,
            rows: stage.rows,
            cpu_s: seconds(stage.spent.cpu),
            wall_s: stage.spent.wall.as_secs_f64(),
            checksum: stage.checksum.clone(),
            parts,
            untimed_cpu_s: stage.untimed.and_then(|untimed| seconds(untimed.cpu)),
            output_bytes: stage.output_bytes,
            peak_rss_bytes: stage.peak,
        }
    }
}

/// The figures of a run.
pub(super) struct Figures {
    /// In the order in which they are shown.
    pub(super) stages: Vec<Stage>,
    pub(super) threads: usize,
    pub(super) files: usize,
    pub(super) peak: Option<u64>,
    pub(super) process_cpu: Option<Duration>,
}

impl Figures {
    pub(super) fn document(&self) -> Document {
        Document {
            stages: self.stages.iter().map(StageDocument::from).collect(),
            peak_rss_bytes: self.peak,
            version: 1,
            threads: self.threads,
            files: self.files,
            process_cpu_s: seconds(self.process_cpu),
        }
    }

    pub(super) fn text(&self) -> String {
        let mut rows = Vec::new();
        for stage in &self.stages {
            let name = format!("{:?}", stage.name).to_lowercase();
            rows.push(row(&name, stage, stage.spent));
            let alone = format!("  {name} alone");
            if let (Some(loading), Some(net)) = (stage.loading, stage.net()) {
                rows.push(row("  loading", stage, loading));
                rows.push(row(&alone, stage, net));
            }
            if let Some(summing) = stage.summing {
                rows.push(row("  checksum", stage, summing));
            }
        }
        let mut text = table(["stage", "MB/s", "rows/s", "CPU s", "wall s"], &rows);
        if let Some(peak) = self.peak {
            text.push_str(&format!("\npeak memory {}", bytes(peak)));
            // The stages before have needed less.
            let of = |name| self.stages.iter().find(|stage| stage.name == name);
            if let (Some(_), Some(before)) = (of(StageName::Decode), of(StageName::Whole)) {
                let before = before.peak.unwrap_or_default();
                text.push_str(&format!(", {} without the buffer of decode", bytes(before)));
            }
        }
        if self.stages.iter().any(|stage| stage.streamed) {
            text.push_str("\nlarger than half of the memory: loaded and decoded in pieces");
        }
        let checksum = self.stages.iter().find_map(|stage| stage.checksum.as_deref());
        if let Some(checksum) = checksum {
            text.push_str(&format!("\nchecksum {checksum}"));
        }
        text
    }
}

/// A line of the table. Speed is by the time on the wall.
fn row(name: &str, stage: &Stage, spent: Spent) -> [String; 5] {
    let wall = spent.wall.as_secs_f64();
    let speed = |amount: f64| {
        // What took no time to speak of has no speed.
        if wall < 1e-6 { "-".to_owned() } else { grouped((amount / wall).round() as u64) }
    };
    let cpu = spent.cpu.map_or_else(|| "-".to_owned(), |cpu| format!("{:.3}", cpu.as_secs_f64()));
    [
        name.to_owned(),
        speed(stage.bytes as f64 / 1e6),
        speed(stage.rows as f64),
        cpu,
        format!("{wall:.3}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(cpu: u64, wall: u64) -> Spent {
        Spent { cpu: Some(Duration::from_millis(cpu)), wall: Duration::from_millis(wall) }
    }

    fn figures() -> Figures {
        let mut decode = Stage::new(StageName::Decode);
        (decode.bytes, decode.rows) = (300_000_000, 180_000);
        (decode.spent, decode.loading) = (spent(1500, 1000), Some(spent(300, 400)));
        (decode.summing, decode.checksum) = (Some(spent(100, 100)), Some("0f".into()));
        let peak = Some(400_000_000);
        Figures { stages: vec![decode], threads: 2, files: 1, peak, process_cpu: None }
    }

    #[test]
    fn the_table_tells_parts_apart() {
        let expected = "\
stage           MB/s   rows/s  CPU s  wall s
decode           300  180,000  1.500   1.000
  loading        750  450,000  0.300   0.400
  decode alone   600  360,000  1.100   0.500
  checksum     3,000  1,800,000 0.100 0.100
";
        let text = figures().text();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let (lines, rest) = text.split_once("\n\n").expect("a blank line");
        assert_eq!(words(lines), words(expected));
        assert_eq!(rest, "peak memory 400 MB\nchecksum 0f");
    }

    #[test]
    fn the_document_begins_with_what_readers_rely_on() {
        let text = serde_json::to_string(&figures().document()).expect("a document");
        let begin = r#"{"stages":[{"name":"decode","bytes":300000000,"rows":180000,"cpu_s":1.5,"wall_s":1.0,"checksum":"0f","#;
        assert!(text.starts_with(begin), "{text}");
        assert!(text.contains(r#"}],"peak_rss_bytes":400000000,"#), "{text}");
    }
}
