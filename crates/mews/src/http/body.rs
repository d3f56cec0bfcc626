//! The body of a file host's answer, piece by piece and not too slowly.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use tokio::time::Instant;

use super::{Cause, Fault, Head, within};

/// Pieces up to this size are copied. The HTTP client cuts them out of buffers of 8 KiB or more,
/// which a piece of one byte would keep as a whole.
const SMALL: usize = 4 * 1024;

/// An answer of a file host whose body is still to be read.
pub(crate) struct Opened {
    pub(crate) head: Head,
    response: Response,
    returned: Option<Bytes>,
    pace: Pace,
}

impl Opened {
    pub(super) fn new(head: Head, response: Response, pace: Pace) -> Opened {
        Opened { head, response, returned: None, pace }
    }

    /// Makes these bytes the next ones.
    pub(crate) fn put_back(&mut self, bytes: Bytes) {
        self.returned = Some(bytes);
    }

    /// The next bytes of the body; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        if let Some(bytes) = self.returned.take() {
            return Ok(Some(bytes));
        }
        let asked = Instant::now();
        let chunk = within(self.pace.period, self.response.chunk()).await?;
        let Some(chunk) = chunk else { return Ok(None) };
        self.pace.count(asked.elapsed(), chunk.len())?;
        Ok(Some(if chunk.len() <= SMALL { Bytes::copy_from_slice(&chunk) } else { chunk }))
    }
}

/// How fast a body comes. Only the time in which somebody waits for it counts.
#[derive(Debug)]
pub(super) struct Pace {
    period: Duration,
    /// Bytes that must come in a period.
    least: u64,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(period: Duration, least: u64) -> Pace {
        Pace { period, least, waited: Duration::ZERO, bytes: 0 }
    }

    /// So many bytes have come after such a wait.
    fn count(&mut self, waited: Duration, bytes: usize) -> Result<(), Fault> {
        self.waited += waited;
        self.bytes += bytes as u64;
        if self.waited < self.period {
            return Ok(());
        }
        let Pace { period, least, waited, bytes } = *self;
        *self = Pace::new(period, least);
        if bytes >= least {
            return Ok(());
        }
        let text = format!("only {bytes} bytes arrived in {:.1} s", waited.as_secs_f64());
        Err(Fault::new(Cause::Timeout, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_too_slow_by_the_time_that_was_waited_for_it() {
        let second = Duration::from_secs(1);
        let mut pace = Pace::new(3 * second, 100);
        for bytes in [1, 1, 98, 0, 0, 100, 50, 49] {
            assert!(pace.count(second, bytes).is_ok());
        }
        let fault = pace.count(second, 0).unwrap_err();
        assert_eq!((fault.cause, &*fault.text), (Cause::Timeout, "only 99 bytes arrived in 3.0 s"));
        assert!(Pace::new(second, 0).count(second, 0).is_ok(), "only silence counts");
        // Bytes that were there already.
        assert!((0..1_000).all(|_| pace.count(Duration::ZERO, 1).is_ok()));
    }
}
