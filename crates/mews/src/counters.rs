//! What a client has done so far, in numbers.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::event::Reason;

/// What a client and its clones have done so far, with all their exports and downloads; given by
/// [`Client::counters`](crate::Client::counters). The numbers only grow.
///
/// ```
/// # use rowmill_mews::{Client, Credentials, Platform, Reason};
/// let client = Client::new(Platform::Demo, Credentials::new("token", "token", "Sample 1.0"));
/// let counters = client.counters();
/// assert_eq!((counters.get_all_requests, counters.retries(Reason::Cut)), (0, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests to `exports/add`, repeated ones included.
    pub add_requests: u64,
    /// Requests to `exports/getAll`, repeated ones included.
    pub get_all_requests: u64,
    /// Requests to file hosts, repeated and redirected ones included.
    pub file_requests: u64,
    /// Files that were handed on to their end.
    pub files: u64,
    /// Bytes of the bodies of files that have arrived, those included that were read again.
    pub bytes: u64,
    /// Links of an export that were renewed, all of its files at once.
    pub renewals: u64,
    /// Requests that went on within a file after one that did not bring it to its end.
    pub resumed: u64,
    /// Files read again from their first byte to be compared with what was handed on.
    pub read_again: u64,
    /// Pauses before another request.
    pub waits: u64,
    /// The time of all of them.
    pub waited: Duration,
    /// Calls of the API that had to wait for the rate.
    pub throttled: u64,
    /// The time of all of them.
    pub throttled_for: Duration,
    retries: [u64; Reason::ALL.len()],
}

impl Counters {
    /// Requests of all kinds that were followed by another one for this reason.
    #[must_use]
    pub fn retries(&self, reason: Reason) -> u64 {
        self.retries[reason as usize]
    }

    /// A request is followed by another one, after a pause.
    pub(crate) fn retry(&mut self, reason: Reason, wait: Duration) {
        self.retries[reason as usize] += 1;
        if !wait.is_zero() {
            self.waits += 1;
            self.waited += wait;
        }
    }
}

/// Counters that are being counted.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counters>);

impl Tally {
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn counters(&self) -> Counters {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_number() {
        let mut counters = Counters::default();
        for (n, reason) in Reason::ALL.into_iter().enumerate() {
            (0..=n).for_each(|_| counters.retry(reason, Duration::ZERO));
        }
        let told = Reason::ALL.map(|reason| counters.retries(reason));
        assert_eq!(told, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!((counters.waits, counters.waited), (0, Duration::ZERO));
    }
}
