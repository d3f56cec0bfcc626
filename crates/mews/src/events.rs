//! Events on their way to whoever listens, without ever holding up the work.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures::Stream;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::event::Event;

/// Events that wait for one listener.
const WAITING: usize = 1024;

/// What happens, as a stream of [`Event`]s from when it was asked for; made by
/// [`Client::events`](crate::Client::events), [`Waiting::events`](crate::Waiting::events) and
/// [`ReadyExport::events`](crate::ReadyExport::events).
///
/// It may be read at leisure or not at all: nothing waits for it. 1,024 events are kept; those after
/// them are dropped until there is room again, and [`Event::Missed`] stands in their place with their
/// number. Errors come from the futures and streams that do the work, and never only from here.
///
/// It ends when whatever it was asked from is gone, with all its clones and downloads.
///
/// ```no_run
/// # async fn run(export: rowmill_mews::ReadyExport) -> Result<(), rowmill_mews::Error> {
/// use futures::{StreamExt, TryStreamExt};
///
/// let mut events = export.events();
/// let work = async move {
///     for mut file in export.downloads() {
///         while let Some(chunk) = file.try_next().await? {
///             let _ = chunk;
///         }
///     }
///     Ok(()) // the export is dropped here, which ends its events
/// };
/// let watching = async move {
///     while let Some(event) = events.next().await {
///         eprintln!("{event}");
///     }
/// };
/// futures::future::join(work, watching).await.0
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Events {
    receiver: Receiver<Event>,
    missed: Arc<AtomicU64>,
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        Poll::Ready(match ready!(self.receiver.poll_recv(cx)) {
            Some(event) => Some(event),
            None => match self.missed.swap(0, Ordering::AcqRel) {
                0 => None,
                events => Some(Event::Missed { events }),
            },
        })
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// Those who are told.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<Vec<Listener>>);

struct Listener {
    sender: Sender<Event>,
    /// Events since the last one that there was room for.
    missed: Arc<AtomicU64>,
}

impl Listeners {
    /// One more, from now on.
    pub(crate) fn listen(&self) -> Events {
        let (sender, receiver) = channel(WAITING);
        let missed = Arc::<AtomicU64>::default();
        let listener = Listener { sender, missed: Arc::clone(&missed) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
        Events { receiver, missed }
    }

    /// Tells everybody, if there is anybody, and waits for nobody.
    pub(crate) fn tell(&self, event: &dyn Fn() -> Event) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !listeners.is_empty() {
            let event = event();
            listeners.retain(|listener| listener.hears(&event));
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}

impl Listener {
    /// False if nobody is there any more.
    fn hears(&self, event: &Event) -> bool {
        let missed = self.missed.load(Ordering::Acquire);
        // First what was missed before it.
        let before = (missed > 0).then_some(Event::Missed { events: missed });
        for event in before.into_iter().chain([event.clone()]) {
            match self.sender.try_send(event) {
                Ok(()) => self.missed.store(0, Ordering::Release),
                Err(TrySendError::Full(_)) => {
                    self.missed.fetch_add(1, Ordering::AcqRel);
                    return true;
                }
                Err(TrySendError::Closed(_)) => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt, StreamExt};

    fn event(renewal: u64) -> Event {
        Event::LinksRenewed { export: "e".into(), renewal }
    }

    #[test]
    fn nobody_is_waited_for_and_what_is_missed_is_told_in_its_place() {
        let listeners = Listeners::default();
        let mut slow = listeners.listen();
        drop(listeners.listen());
        let all = WAITING as u64 + 10;
        (0..all).for_each(|n| listeners.tell(&|| event(n)));
        let mut next = || slow.next().now_or_never().flatten();
        for n in 0..WAITING as u64 {
            assert_eq!(next(), Some(event(n)));
        }
        assert_eq!(next(), None, "the stream waits");
        listeners.tell(&|| event(all));
        assert_eq!((next(), next()), (Some(Event::Missed { events: 10 }), Some(event(all))));
        assert_eq!(listeners.0.lock().unwrap().len(), 1, "the one that was dropped is forgotten");

        (0..all).for_each(|n| listeners.tell(&|| event(n)));
        drop(listeners);
        let rest: Vec<Event> = slow.collect().now_or_never().expect("it ends");
        assert_eq!(rest.len(), WAITING + 1);
        assert_eq!(rest.last(), Some(&Event::Missed { events: 10 }));
    }
}
