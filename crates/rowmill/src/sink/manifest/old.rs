//! Manifests of version 1: a part for each source, with its counts.

use serde::Deserialize;

use super::{Held, Manifest, ManifestPart, ManifestSource};

pub(super) const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Old {
    job: String,
    entity: Option<String>,
    export: Option<String>,
    lines: u64,
    rows: u64,
    quarantined: u64,
    blank: u64,
    parts: Vec<OldPart>,
}

#[derive(Deserialize)]
struct OldPart {
    path: String,
    rows: u64,
    bytes: u64,
    source: String,
    source_bytes: u64,
    lines: u64,
    quarantined: u64,
    blank: u64,
}

/// The same in the form of today; the version tells that it was not written so.
pub(super) fn read(text: &[u8]) -> Option<Manifest> {
    let old: Old = serde_json::from_slice(text).ok()?;
    let sources = old.parts.iter().map(|part| ManifestSource {
        name: part.source.clone(),
        bytes: part.source_bytes,
        etag: None,
        lines: part.lines,
        rows: part.rows,
        quarantined: part.quarantined,
        blank: part.blank,
        superseded: 0,
    });
    let sources = sources.collect();
    let parts = old.parts.into_iter().enumerate().map(|(source, part)| ManifestPart {
        path: part.path,
        rows: part.rows,
        bytes: part.bytes,
        checksum: String::new(),
        holds: vec![Held { source, rows: part.rows }],
        partition: Vec::new(),
    });
    Some(Manifest {
        version: VERSION,
        job: old.job,
        entity: old.entity,
        export: old.export,
        lines: old.lines,
        rows: old.rows,
        quarantined: old.quarantined,
        blank: old.blank,
        superseded: 0,
        partitioned_by: Vec::new(),
        columns: None,
        sources,
        parts: parts.collect(),
    })
}
