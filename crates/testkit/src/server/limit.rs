//! At most so many requests within a sliding window.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

pub(super) struct Limit {
    most: usize,
    window: Duration,
    /// When the requests of the last window were let through.
    passed: VecDeque<Instant>,
}

impl Limit {
    pub(super) fn new(most: usize, window: Duration) -> Limit {
        Limit { most, window, passed: VecDeque::new() }
    }

    /// Lets a request through, or says how long to wait. Refused requests do not count.
    pub(super) fn pass(&mut self, now: Instant) -> Result<(), Duration> {
        while self.passed.front().is_some_and(|first| now - *first >= self.window) {
            self.passed.pop_front();
        }
        match self.passed.front() {
            Some(first) if self.passed.len() >= self.most => Err(self.window - (now - *first)),
            None if self.most == 0 => Err(self.window),
            _ => {
                self.passed.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Limit;

    #[test]
    fn the_window_slides() {
        let mut limit = Limit::new(2, Duration::from_secs(30));
        let start = Instant::now();
        let mut pass = |second| limit.pass(start + Duration::from_secs(second));
        assert_eq!(pass(0), Ok(()));
        assert_eq!(pass(10), Ok(()));
        assert_eq!(pass(10), Err(Duration::from_secs(20)));
        assert_eq!(pass(29), Err(Duration::from_secs(1)));
        assert_eq!(pass(30), Ok(()), "the first one is out of the window");
        assert_eq!(pass(30), Err(Duration::from_secs(10)));
        assert_eq!(pass(40), Ok(()));
    }
}
