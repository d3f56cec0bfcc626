//! A small HTTP/1.1 server on this machine that answers as a test tells it to, faults included.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// All of it as text, to look for what must not be there.
    pub(crate) fn text(&self) -> String {
        format!("{self:?} {}", String::from_utf8_lossy(&self.body))
    }
}

/// What a server does with a request.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    length: Length,
    manner: Manner,
    /// Nothing is sent before so many answers are waiting here.
    gate: Option<Arc<Barrier>>,
}

#[derive(Clone, Copy, Debug)]
enum Length {
    /// `Content-Length` of the body.
    Right,
    /// No length: the body ends with the connection.
    None,
    /// `Content-Length` of this much, whatever the body is.
    Claimed(usize),
}

#[derive(Clone, Copy, Debug)]
enum Manner {
    Whole,
    /// The connection is closed after so many bytes of the body.
    Cut(usize),
    /// Nothing more comes after so many bytes of the body.
    Stall(usize),
    /// Pieces of so many bytes, with a pause after each.
    Drip(usize, Duration),
    /// The connection is closed without an answer.
    Lost,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Reply {
        let (headers, body) = (Vec::new(), Vec::new());
        let (length, manner) = (Length::Right, Manner::Whole);
        Reply { status, headers, body, length, manner, gate: None }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Reply {
        Reply::status(200).header("Content-Type", "application/json").body(value.to_string())
    }

    /// An error as the API words it.
    pub(crate) fn error(status: u16, message: &str) -> Reply {
        let body =
            serde_json::json!({ "Message": message, "RequestId": "body-id", "Details": null });
        Reply { status, ..Reply::json(&body) }
    }

    pub(crate) fn lost() -> Reply {
        Reply { manner: Manner::Lost, ..Reply::status(200) }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Reply {
        self.body = body.into();
        self
    }

    pub(crate) fn claiming(mut self, length: usize) -> Reply {
        self.length = Length::Claimed(length);
        self
    }

    pub(crate) fn without_length(mut self) -> Reply {
        self.length = Length::None;
        self
    }

    pub(crate) fn cut(mut self, after: usize) -> Reply {
        self.manner = Manner::Cut(after);
        self
    }

    pub(crate) fn stall(mut self, after: usize) -> Reply {
        self.manner = Manner::Stall(after);
        self
    }

    pub(crate) fn drip(mut self, piece: usize, pause: Duration) -> Reply {
        self.manner = Manner::Drip(piece, pause);
        self
    }
}

impl Reply {
    pub(crate) fn together(mut self, gate: &Arc<Barrier>) -> Reply {
        self.gate = Some(Arc::clone(gate));
        self
    }
}

/// Requests for files that are being answered: how many, and the most there ever were.
#[derive(Default)]
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// One such request. It counts until its last byte is about to be sent, since after that the
/// client is free to send another one.
struct Answering(Arc<Busy>);

impl Answering {
    fn begin(busy: &Arc<Busy>) -> Answering {
        let now = busy.now.fetch_add(1, Ordering::SeqCst) + 1;
        busy.most.fetch_max(now, Ordering::SeqCst);
        Answering(Arc::clone(busy))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server; it ends with this value.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    /// One more for each open connection.
    connections: Arc<()>,
    busy: Arc<Busy>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let handler: Arc<Handler> = Arc::new(handler);
        let log = Arc::clone(&requests);
        let connections = Arc::new(());
        let open = Arc::downgrade(&connections);
        let busy = Arc::<Busy>::default();
        let counted = Arc::clone(&busy);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (handler, log, open) = (Arc::clone(&handler), Arc::clone(&log), open.upgrade());
                let busy = Arc::clone(&counted);
                tokio::spawn(async move {
                    serve(stream, handler, log, busy).await;
                    drop(open);
                });
            }
        });
        Server { url, requests, connections, busy, task }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panicked while it held this").clone()
    }

    /// Connections that are open.
    pub(crate) fn open(&self) -> usize {
        Arc::strong_count(&self.connections) - 1
    }

    /// The most requests for files that were answered at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.busy.most.load(Ordering::SeqCst)
    }

    /// Requests whose path ends like this.
    pub(crate) fn calls(&self, path: &str) -> usize {
        let of =
            |request: &Request| request.target.split('?').next().is_some_and(|p| p.ends_with(path));
        self.requests().iter().filter(|request| of(request)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    handler: Arc<Handler>,
    log: Arc<Mutex<Vec<Request>>>,
    busy: Arc<Busy>,
) {
    // An answer goes out in two writes: the second one must not wait for the first one's receipt.
    stream.set_nodelay(true).expect("a socket");
    while let Some(request) = read(&mut stream).await {
        let answering = (request.method == "GET").then(|| Answering::begin(&busy));
        let reply = handler(&request);
        log.lock().expect("no test panicked while it held this").push(request);
        if let Some(gate) = &reply.gate {
            gate.wait().await;
        }
        if write(&mut stream, &reply, answering).await.is_none() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let mut body = bytes.split_off(head_end + 4);
    let mut request = Request { method, target, headers, body: Vec::new() };
    let length: usize =
        request.header("content-length").map_or(0, |text| text.parse().expect("a length"));
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    request.body = body;
    Some(request)
}

/// `None` when the connection is to be closed.
async fn write(stream: &mut TcpStream, reply: &Reply, answering: Option<Answering>) -> Option<()> {
    use std::fmt::Write;
    let mut head = format!("HTTP/1.1 {} Whatever\r\n", reply.status);
    for (name, value) in &reply.headers {
        write!(head, "{name}: {value}\r\n").ok()?;
    }
    let keep_alive = match reply.length {
        Length::Right if reply.status == 204 => true,
        Length::Right => {
            write!(head, "Content-Length: {}\r\n", reply.body.len()).ok()?;
            true
        }
        Length::Claimed(length) => {
            write!(head, "Content-Length: {length}\r\n").ok()?;
            false
        }
        Length::None => {
            head.push_str("Connection: close\r\n");
            false
        }
    };
    head.push_str("\r\n");
    let body = &reply.body;
    let mut bytes = Vec::new();
    match reply.manner {
        Manner::Lost => return None,
        Manner::Whole => {
            head.as_bytes().clone_into(&mut bytes);
            bytes.extend_from_slice(body);
            let (last, others) = bytes.split_last()?;
            stream.write_all(others).await.ok()?;
            drop(answering);
            stream.write_all(&[*last]).await.ok()?;
        }
        Manner::Cut(after) => {
            stream.write_all(head.as_bytes()).await.ok()?;
            drop(answering);
            stream.write_all(&body[..after.min(body.len())]).await.ok()?;
            stream.flush().await.ok()?;
            return None;
        }
        Manner::Stall(after) => {
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&body[..after.min(body.len())]).await.ok()?;
            // Until the other side gives up, or the test and its runtime end.
            let mut rest = [0; 64];
            while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {}
            return None;
        }
        Manner::Drip(piece, pause) => {
            stream.write_all(head.as_bytes()).await.ok()?;
            for part in body.chunks(piece.max(1)) {
                stream.write_all(part).await.ok()?;
                match pause.is_zero() {
                    true => tokio::task::yield_now().await,
                    false => tokio::time::sleep(pause).await,
                }
            }
        }
    }
    keep_alive.then_some(())
}
