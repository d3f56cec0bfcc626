//! Proofs of version 1: one source, which is there as a whole.

use serde::Deserialize;

use super::{Proof, ProofSource, SourceCounts};
use crate::report::Leniencies;

pub(super) const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Old {
    source: String,
    #[serde(default)]
    source_bytes: u64,
    entity: Option<String>,
    export: Option<String>,
    #[serde(default)]
    layout: String,
    bytes: u64,
    lines: u64,
    rows: u64,
    quarantined: u64,
    blank: u64,
    leniencies: Leniencies,
}

/// The same in the form of today; the version tells that it was not written so.
pub(super) fn read(text: &str) -> Option<Proof> {
    let old: Old = serde_json::from_str(text).ok()?;
    let whole = SourceCounts {
        fingerprint: None,
        source_bytes: old.source_bytes,
        bytes: old.bytes,
        lines: old.lines,
        rows: old.rows,
        quarantined: old.quarantined,
        blank: old.blank,
        superseded: None,
        leniencies: old.leniencies,
    };
    let source = ProofSource { name: old.source, before: 0, rows: old.rows, whole: Some(whole) };
    Some(Proof {
        version: VERSION,
        entity: old.entity,
        export: old.export,
        layout: old.layout,
        partition: Vec::new(),
        rows: old.rows,
        sources: vec![source],
    })
}
