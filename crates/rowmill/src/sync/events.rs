//! Events of a run on their way to who reads them, without ever holding up the run.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use futures::Stream;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::event::SyncEvent;

/// Events that wait for their reader.
const WAITING: usize = 1024;

/// What happens in a run, as a stream; made by [`SyncRun::events`](crate::SyncRun::events).
///
/// It may be read at leisure or not at all: the run does not wait for it. 1,024 events are kept; those
/// after them are dropped until there is room again, and [`SyncEvent::Missed`] stands in their place.
/// It ends with the run.
#[must_use = "streams do nothing unless polled"]
pub struct SyncEvents {
    receiver: Receiver<SyncEvent>,
    missed: Arc<AtomicU64>,
}

impl Stream for SyncEvents {
    type Item = SyncEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<SyncEvent>> {
        Poll::Ready(match ready!(self.receiver.poll_recv(context)) {
            Some(event) => Some(event),
            None => match self.missed.swap(0, Ordering::AcqRel) {
                0 => None,
                events => Some(SyncEvent::Missed { events }),
            },
        })
    }
}

impl fmt::Debug for SyncEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncEvents").finish_non_exhaustive()
    }
}

/// The end of the run.
pub(super) struct Teller {
    sender: Sender<SyncEvent>,
    /// Events since the last one that there was room for.
    missed: Arc<AtomicU64>,
}

pub(super) fn events() -> (Teller, SyncEvents) {
    let (sender, receiver) = channel(WAITING);
    let missed = Arc::<AtomicU64>::default();
    (Teller { sender, missed: Arc::clone(&missed) }, SyncEvents { receiver, missed })
}

impl Teller {
    pub(super) fn tell(&self, event: &SyncEvent) {
        let missed = self.missed.load(Ordering::Acquire);
        // First what was missed before it.
        let before = (missed > 0).then_some(SyncEvent::Missed { events: missed });
        for event in before.into_iter().chain([event.clone()]) {
            match self.sender.try_send(event) {
                Ok(()) => self.missed.store(0, Ordering::Release),
                Err(TrySendError::Full(_)) => {
                    self.missed.fetch_add(1, Ordering::AcqRel);
                    return;
                }
                // Nobody reads any more.
                Err(TrySendError::Closed(_)) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt, StreamExt};

    #[test]
    fn the_run_does_not_wait_and_what_is_missed_is_told() {
        let (teller, mut events) = events();
        let event = |lines| SyncEvent::JournalDamaged { lines };
        (0..WAITING + 3).for_each(|lines| teller.tell(&event(lines)));
        for lines in 0..2 {
            assert_eq!(events.next().now_or_never(), Some(Some(event(lines))));
        }
        teller.tell(&event(7));
        teller.tell(&event(8));
        drop(teller);
        let rest: Vec<SyncEvent> = events.collect().now_or_never().expect("it ends");
        let missed = |events| SyncEvent::Missed { events };
        assert_eq!(rest[rest.len() - 3..], [missed(3), event(7), missed(1)]);
    }
}
