//! What a run tells of itself while it is at work.

use std::pin::pin;

use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};

use super::event::SyncEvent;
use super::run::Run;

impl Run {
    /// Does the work, and tells meanwhile what the client tells.
    pub(super) async fn telling<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        if !self.is_watched() {
            return work.await;
        }
        let mut events = self.client.events();
        loop {
            match select(work.as_mut(), events.next()).await {
                Either::Left((outcome, _)) => {
                    while let Some(Some(event)) = events.next().now_or_never() {
                        self.tell_of(event);
                    }
                    return outcome;
                }
                Either::Right((Some(event), _)) => self.tell_of(event),
                // It has no end as long as there is a client.
                Either::Right((None, _)) => return work.await,
            }
        }
    }

    /// Tells what the client tells, unless the run tells more of the same.
    fn tell_of(&self, event: rowmill_mews::Event) {
        use rowmill_mews::Event::{Ready, Requested};
        if !matches!(event, Requested { .. } | Ready { .. }) {
            self.tell(|| SyncEvent::Client(event));
        }
    }

    fn is_watched(&self) -> bool {
        self.options.on_event.is_some() || self.options.teller.is_some()
    }

    pub(super) fn tell(&self, event: impl FnOnce() -> SyncEvent) {
        if !self.is_watched() {
            return;
        }
        let event = event();
        if let Some(callback) = &self.options.on_event {
            callback(&event);
        }
        if let Some(teller) = &self.options.teller {
            teller.tell(&event);
        }
    }
}
