//! Links that carry their own permission: a signature over file and end of validity.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::clock::later;

/// Signs links with a key of its own, new with every server.
pub(super) struct Signer {
    /// Keys of the standard library's keyed hash, drawn by the operating system. Not a
    /// cryptographic signature, and none is needed: it shall tell a changed link from a true one.
    keys: [RandomState; 2],
    life: Duration,
    issued: AtomicU64,
    /// Links with a serial number below this one count as expired.
    revoked_below: AtomicU64,
}

/// What a link is good for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Valid,
    Expired,
    Forged,
}

impl Signer {
    pub(super) fn new(life: Duration) -> Signer {
        Signer {
            keys: [RandomState::new(), RandomState::new()],
            life,
            issued: AtomicU64::new(0),
            revoked_below: AtomicU64::new(0),
        }
    }

    /// The query string of a new link to `name`. No two are the same.
    pub(super) fn sign(&self, name: &str, now: DateTime<Utc>) -> String {
        let serial = self.issued.fetch_add(1, Ordering::Relaxed);
        let end = later(now, self.life).timestamp_millis();
        format!("sig={}&exp={end}", self.signature(name, end, serial))
    }

    pub(super) fn expire_all(&self) {
        self.revoked_below.store(self.issued.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(super) fn check(&self, name: &str, query: &str, now: DateTime<Utc>) -> Verdict {
        let member =
            |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        let end = member("exp").and_then(|end| end.parse::<i64>().ok());
        let (Some(signature), Some(end)) = (member("sig"), end) else {
            return Verdict::Forged;
        };
        let serial = signature.get(..16).and_then(|serial| u64::from_str_radix(serial, 16).ok());
        let Some(serial) = serial.filter(|&s| self.signature(name, end, s) == signature) else {
            return Verdict::Forged;
        };
        let revoked = serial < self.revoked_below.load(Ordering::Relaxed);
        if revoked || now.timestamp_millis() >= end { Verdict::Expired } else { Verdict::Valid }
    }

    fn signature(&self, name: &str, end: i64, serial: u64) -> String {
        let [left, right] = self.keys.each_ref().map(|key| key.hash_one((name, end, serial)));
        format!("{serial:016x}{left:016x}{right:016x}")
    }
}
