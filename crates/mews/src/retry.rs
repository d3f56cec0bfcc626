//! When to try again, and for how long.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use tokio::time::Instant;

/// The first wait when the server names none; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How persistent to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Requests in all, the first one included.
    pub(crate) attempts: u32,
    /// The longest wait that is chosen here; a server may ask for a longer one …
    pub(crate) max_backoff: Duration,
    /// … but for none longer than this.
    pub(crate) longest_asked: Duration,
    /// The time for all attempts and waits.
    pub(crate) deadline: Duration,
}

/// The attempts made for one piece of work.
#[derive(Debug)]
pub(crate) struct Attempts {
    patience: Patience,
    started: Instant,
    made: u32,
    /// Attempts since the last one that got on; what the bound and the waits go by.
    in_vain: u32,
    /// Time that somebody else took.
    not_counted: Duration,
}

impl Attempts {
    pub(crate) fn new(patience: Patience) -> Attempts {
        Attempts {
            patience,
            started: Instant::now(),
            made: 0,
            in_vain: 0,
            not_counted: Duration::ZERO,
        }
    }

    /// One more request is about to be sent.
    pub(crate) fn count(&mut self) {
        self.made += 1;
        self.in_vain += 1;
    }

    /// The work got on so far that the bound starts anew.
    pub(crate) fn got_on(&mut self) {
        self.in_vain = 0;
    }

    /// So much time was not spent on the work but waiting for whoever takes its result.
    pub(crate) fn do_not_count(&mut self, time: Duration) {
        self.not_counted += time;
    }

    /// True once the time for all attempts is used up.
    pub(crate) fn is_late(&self) -> bool {
        self.used() >= self.patience.deadline
    }

    /// Attempts since the last one that got on.
    pub(crate) fn in_vain(&self) -> u32 {
        self.in_vain
    }

    /// What is left of the time for all attempts.
    pub(crate) fn left(&self) -> Duration {
        self.patience.deadline.saturating_sub(self.used())
    }

    fn used(&self) -> Duration {
        self.elapsed().saturating_sub(self.not_counted)
    }

    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// How long to wait before the next request; `None` when patience is at its end.
    ///
    /// The wait is never shorter than the one `asked` for by the server. One that goes beyond the
    /// deadline, or beyond what a server may ask for, is not begun: the caller learns at once
    /// instead of after a useless wait.
    pub(crate) fn next_wait(&self, asked: Option<Duration>) -> Option<Duration> {
        if self.in_vain >= self.patience.attempts {
            return None;
        }
        let wait = match asked {
            Some(asked) if asked > self.patience.longest_asked => return None,
            Some(asked) => asked + jitter(Duration::ZERO, Duration::from_millis(100)),
            None => backoff(self.in_vain, self.patience.max_backoff),
        };
        let left = self.patience.deadline.checked_sub(self.used())?;
        (wait <= left).then_some(wait)
    }
}

/// The wait after so many attempts in vain: doubling, bounded, and spread over its upper half so
/// that clients that failed together do not come back together.
fn backoff(in_vain: u32, longest: Duration) -> Duration {
    let doublings = in_vain.saturating_sub(1).min(16);
    let full = FIRST_WAIT.saturating_mul(1 << doublings).min(longest);
    jitter(full / 2, full)
}

fn jitter(low: Duration, high: Duration) -> Duration {
    low + (high - low).mul_f64(fastrand::f64())
}

/// Reads a `Retry-After` header: seconds, or an HTTP date in any of its three forms.
///
/// A date is compared with `now`, which should be the `Date` of the same answer: then a wrong
/// clock on this machine does no harm. A date in the past means "at once".
pub(crate) fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Too many digits for a number is still a very long wait.
        return Some(Duration::from_secs(value.parse().unwrap_or(u32::MAX.into())));
    }
    let until = http_date(value)?;
    Some((until - now).to_std().unwrap_or(Duration::ZERO))
}

/// An HTTP date (RFC 9110, 5.6.7): the preferred form, then the two obsolete ones.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text)
        .map(|date| date.with_timezone(&Utc))
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%A, %d-%b-%y %T GMT").map(|t| t.and_utc())
        })
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%a %b %e %T %Y").map(|t| t.and_utc()))
        .ok()
}

#[cfg(test)]
mod tests;
