//! The server's time: the wall clock at its start, carried on by Tokio's clock, so that a test
//! with paused time can let links expire at once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

pub(super) struct Clock {
    start: Instant,
    wall: DateTime<Utc>,
}

impl Clock {
    pub(super) fn start() -> Clock {
        Clock { start: Instant::now(), wall: Utc::now() }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        later(self.wall, self.start.elapsed())
    }
}

/// `moment` and `by` together, the end of time if that is nearer.
pub(super) fn later(moment: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    moment.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
