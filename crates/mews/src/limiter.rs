//! Never more than so many calls in any stretch of so much time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

const NOTICEABLE: Duration = Duration::from_millis(1);

/// A sliding-window limiter.
///
/// Mews allows 200 calls per access token in 30 seconds, counted in a sliding window, and blocks
/// repeat offenders; other programs may share the token, so the default budget lies below that.
#[derive(Debug)]
pub(crate) struct Limiter {
    calls: usize,
    window: Duration,
    /// When the last calls were let through, oldest first; never more than `calls` entries.
    recent: Mutex<VecDeque<Instant>>,
}

impl Limiter {
    pub(crate) fn new(calls: usize, window: Duration) -> Limiter {
        Limiter { calls: calls.max(1), window, recent: Mutex::new(VecDeque::new()) }
    }

    /// Waits until one more call fits. Callers are served in the order in which they came; one
    /// that stops waiting takes nothing away from the others. Gives the time that was waited, zero if
    /// there was room at once.
    pub(crate) async fn pass(&self) -> Duration {
        let asked = Instant::now();
        // Held while waiting: the lock is fair, so it is the queue.
        let mut recent = self.recent.lock().await;
        if recent.len() >= self.calls
            && let Some(&oldest) = recent.front()
        {
            sleep_until(oldest + self.window).await;
            recent.pop_front();
        }
        let now = Instant::now();
        recent.push_back(now);
        // Shorter is the lock, not the rate.
        Some(now - asked).filter(|waited| *waited >= NOTICEABLE).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
