//! One look at the API for all exports that are waited for.

use futures::future::{Either, select};
use rowmill_mews::{Client, Error, PendingExport, ReadyExport, Waiting};
use tokio::sync::{mpsc, oneshot};

use std::collections::HashMap;
use std::pin::pin;

type Outcome = Result<ReadyExport, Error>;
type Order = (PendingExport, oneshot::Sender<Outcome>);

/// Where to hand in an export to wait for.
pub(super) struct Watch(mpsc::UnboundedSender<Order>);

/// What does the waiting, as long as it is polled.
pub(super) struct Watcher {
    client: Client,
    orders: mpsc::UnboundedReceiver<Order>,
}

pub(super) fn watch(client: &Client) -> (Watch, Watcher) {
    // Never more than one order for each entity.
    let (sender, orders) = mpsc::unbounded_channel();
    (Watch(sender), Watcher { client: client.clone(), orders })
}

impl Watch {
    /// The end of this export; `None` if nobody waits any more.
    pub(super) async fn ready(&self, export: PendingExport) -> Option<Outcome> {
        let (tell, told) = oneshot::channel();
        self.0.send((export, tell)).ok()?;
        told.await.ok()
    }
}

impl Watcher {
    /// Waits for whatever is handed in, until nothing can be any more.
    pub(super) async fn run(mut self) {
        let mut waiting = Waiting::new(&self.client);
        let mut listeners: HashMap<String, oneshot::Sender<Outcome>> = HashMap::new();
        loop {
            let order = if waiting.is_empty() {
                self.orders.recv().await
            } else {
                match select(pin!(self.orders.recv()), pin!(waiting.next())).await {
                    Either::Left((order, _)) => order,
                    Either::Right((ended, _)) => {
                        if let Some((id, outcome)) = ended
                            && let Some(listener) = listeners.remove(&id)
                        {
                            // Whoever has stopped listening does not want it.
                            let _ = listener.send(outcome);
                        }
                        continue;
                    }
                }
            };
            let Some((export, listener)) = order else { return };
            listeners.insert(export.id().to_owned(), listener);
            waiting.push(export);
        }
    }
}
