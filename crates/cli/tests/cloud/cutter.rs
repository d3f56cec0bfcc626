//! A bad line to a server: it breaks connections in the middle of answers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes connections on to a server.
pub(crate) struct Cutter {
    /// Host and port to connect to.
    pub(crate) address: String,
    line: Arc<Line>,
}

struct Line {
    server: String,
    /// Bytes that a connection answers until it is cut.
    after: usize,
    /// Cuts that are left.
    cuts: AtomicUsize,
    /// All that was sent to the server.
    asked: Mutex<Vec<u8>>,
}

impl Cutter {
    /// A line to `server` that breaks so often, each time after so many bytes of answers.
    pub(crate) fn new(server: &str, cuts: usize, after: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let line =
            Line { server: server.to_owned(), after, cuts: cuts.into(), asked: Mutex::default() };
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

    /// Cuts that were not made.
    pub(crate) fn left(&self) -> usize {
        self.line.cuts.load(Ordering::SeqCst)
    }

    /// All that was sent to the server, in small letters.
    pub(crate) fn asked(&self) -> String {
        let asked = self.line.asked.lock().expect("whole");
        String::from_utf8_lossy(&asked).to_lowercase()
    }
}

impl Line {
    fn pass(self: Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(&self.server) else { return };
        let (Ok(mut from_client), Ok(mut to_server)) = (client.try_clone(), server.try_clone())
        else {
            return;
        };
        let line = Arc::clone(&self);
        thread::spawn(move || {
            let mut bytes = [0; 64 << 10];
            while let Ok(n @ 1..) = from_client.read(&mut bytes) {
                line.asked.lock().expect("whole").extend_from_slice(&bytes[..n]);
                if to_server.write_all(&bytes[..n]).is_err() {
                    break;
                }
            }
            let _ = to_server.shutdown(Shutdown::Write);
        });
        let (mut server, mut client) = (server, client);
        let (mut bytes, mut answered) = ([0; 16 << 10], 0);
        while let Ok(n @ 1..) = server.read(&mut bytes) {
            answered += n;
            let cut = |left: usize| left.checked_sub(1);
            if answered > self.after
                && self.cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, cut).is_ok()
            {
                break;
            }
            if client.write_all(&bytes[..n]).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    }
}
