//! A line to a server that keeps one request, or the answer to it, until a test says what becomes of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// Far beyond what any run here takes; only a hang gets there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether a request puts the record of a place there; and whether it makes an object of an upload.
pub(crate) const RECORD: fn(&str) -> bool =
    |line| line.starts_with("PUT ") && line.contains("commit");
pub(crate) const OBJECT: fn(&str) -> bool = |line| {
    line.starts_with("POST ") && line.contains("uploadId=") || line.contains("comp=blocklist")
};

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The server does not see the request.
    Request,
    /// The server has done it, and nobody hears of that.
    Answer,
}

/// Passes connections on to a server, but for one request.
pub(crate) struct Keeper {
    /// Host and port to connect to.
    pub(crate) address: String,
    line: Arc<Line>,
}

struct Line {
    server: String,
    what: What,
    /// Whether this is the first line of the request.
    wanted: fn(&str) -> bool,
    /// Whether the request has come.
    met: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Kept,
    Released,
    Cut,
    /// The server has answered, with this first line.
    Answered(String),
}

impl Keeper {
    /// A line to `server` that keeps the first request whose first line is `wanted`, or the answer to it.
    pub(crate) fn new(server: &str, what: What, wanted: fn(&str) -> bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (state, changed) = (Mutex::new(State::Waiting), Condvar::new());
        let met = AtomicBool::new(false);
        let line = Line { server: server.to_owned(), what, wanted, met, state, changed };
        let line = Arc::new(line);
        let passed = Arc::clone(&line);
        // It ends with the process, like the threads of its connections.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let line = Arc::clone(&passed);
                thread::spawn(move || line.pass(client));
            }
        });
        Self { address, line }
    }

    /// Waits until it has what it is to keep.
    #[track_caller]
    pub(crate) fn wait(&self) {
        assert_eq!(self.line.after(&State::Waiting), State::Kept, "it never came");
    }

    /// Lets the request go on, and gives the first line of the answer to it.
    #[track_caller]
    pub(crate) fn release(&self) -> String {
        self.line.set(State::Released);
        match self.line.after(&State::Released) {
            State::Answered(line) => line,
            state => panic!("{state:?}"),
        }
    }

    /// Breaks its connection.
    pub(crate) fn cut(&self) {
        self.line.set(State::Cut);
    }
}

impl Line {
    fn set(&self, state: State) {
        *self.state.lock().expect("whole") = state;
        self.changed.notify_all();
    }

    /// The state that comes after this one; the same one if that takes too long.
    fn after(&self, state: &State) -> State {
        let now = self.state.lock().expect("whole");
        self.changed.wait_timeout_while(now, PATIENCE, |now| now == state).expect("whole").0.clone()
    }

    /// Waits for a test; whether it goes on.
    fn keep(&self) -> bool {
        self.set(State::Kept);
        self.after(&State::Kept) == State::Released
    }

    /// Each request begins with a read of its own: clients wait for an answer before the next one.
    fn pass(self: Arc<Self>, mut client: TcpStream) {
        let Ok(mut server) = TcpStream::connect(&self.server) else { return };
        let (Ok(from_server), Ok(to_client)) = (server.try_clone(), client.try_clone()) else {
            return;
        };
        let mine = Arc::new(AtomicBool::new(false));
        let (line, its) = (Arc::clone(&self), Arc::clone(&mine));
        thread::spawn(move || line.answer(from_server, to_client, &its));
        let mut bytes = [0; 64 << 10];
        while let Ok(n @ 1..) = client.read(&mut bytes) {
            if (self.wanted)(&first_line(&bytes[..n])) && !self.met.swap(true, Ordering::SeqCst) {
                if self.what == What::Request && !self.keep() {
                    break;
                }
                mine.store(true, Ordering::SeqCst);
            }
            if server.write_all(&bytes[..n]).is_err() {
                break;
            }
        }
        for stream in [client, server] {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// The other way. The answer to the request comes after `mine` is set.
    fn answer(&self, mut server: TcpStream, mut client: TcpStream, mine: &AtomicBool) {
        let mut bytes = [0; 64 << 10];
        while let Ok(n @ 1..) = server.read(&mut bytes) {
            if mine.swap(false, Ordering::SeqCst) {
                if self.what == What::Answer && !self.keep() {
                    break;
                }
                self.set(State::Answered(first_line(&bytes[..n])));
            }
            if client.write_all(&bytes[..n]).is_err() {
                break;
            }
        }
        for stream in [client, server] {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn first_line(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(&line[..line.len().min(2_000)]).into_owned()
}
