//! Being asked to stop: the first signal ends the run cleanly, the second one at once.

use std::io;

use tokio::sync::oneshot;

use crate::exit::Failure;

/// A request to stop from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, Ctrl-C
    Interrupt,
    /// SIGTERM
    Terminate,
}

impl Signal {
    /// 128 and the number of the signal, as shells report it.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }

    /// What the run that was stopped ends with.
    pub(crate) fn failure(self) -> Failure {
        let word = match self {
            Signal::Interrupt => "interrupted",
            Signal::Terminate => "terminated",
        };
        Failure::new(self.exit_code(), word)
    }
}

/// Starts to listen and hands out the first signal. Needs a runtime with a thread of its own:
/// a second signal must be heard while the first one is still being obeyed.
pub(crate) fn listen() -> io::Result<oneshot::Receiver<Signal>> {
    let (sender, first) = oneshot::channel();
    let mut listener = Listener::new()?;
    tokio::spawn(async move {
        // Nobody waits any more when the run is over; then the process is about to end anyway.
        let _ = sender.send(listener.next().await);
        std::process::exit(i32::from(listener.next().await.exit_code()));
    });
    Ok(first)
}

/// Runs a job until it ends or a signal comes; then the job is dropped, which undoes what it has
/// begun.
pub(crate) async fn or_stopped<T>(
    stop: oneshot::Receiver<Signal>,
    job: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        outcome = job => outcome,
        signal = received(stop) => Err(signal.failure()),
    }
}

/// Waits for the signal, for ever where none comes.
pub(crate) async fn received(stop: oneshot::Receiver<Signal>) -> Signal {
    match stop.await {
        Ok(signal) => signal,
        Err(_) => std::future::pending().await,
    }
}

/// A file would become larger than the limit that is set for the process; the same number wherever
/// Linux and macOS run on x86 and ARM.
#[cfg(unix)]
const SIGXFSZ: i32 = 25;

#[cfg(unix)]
struct Listener {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Listener {
    fn new() -> io::Result<Listener> {
        use tokio::signal::unix::{SignalKind, signal};
        // Listened to, so that it does not end the process: the write that went too far tells.
        drop(signal(SignalKind::from_raw(SIGXFSZ))?);
        Ok(Listener {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(windows)]
struct Listener {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Listener {
    fn new() -> io::Result<Listener> {
        Ok(Listener { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn next(&mut self) -> Signal {
        self.interrupt.recv().await;
        Signal::Interrupt
    }
}
