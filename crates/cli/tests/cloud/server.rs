//! A server that speaks S3, for as long as a test runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::program::Rowmill;

/// The bucket that every test has for itself.
pub(crate) const BUCKET: &str = "lake";

/// The key that must never show.
pub(crate) const SECRET: &str = "hush-hush";

/// The server wants a signature for some requests, and looks at none.
const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/\
                      aws4_request, SignedHeaders=host, Signature=test\r\n";

/// The Python that has the server.
pub(crate) fn python() -> String {
    std::env::var("ROWMILL_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// A server with one empty bucket. It ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let python = python();
        let mut child = Command::new(&python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{python}: {error}"));
        let mut told = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut said = String::new();
        let address = loop {
            let Some(Ok(line)) = told.next() else {
                let _ = child.wait();
                panic!(
                    "no moto in {python}, which requirements.txt beside this file names: {said}"
                );
            };
            if let Some((_, address)) = line.split_once("Running on http://") {
                break address.trim().to_owned();
            }
            said.push_str(&line);
        };
        // It tells each request, and must not wait for somebody to read it.
        thread::spawn(move || told.for_each(drop));
        let server = Self { child, address };
        assert_eq!(server.ask("PUT", "", &[]).0, 200, "a bucket");
        server
    }

    /// Lets a run of the program meet this server, by itself or behind `address`.
    pub(crate) fn serve(&self, run: Rowmill, address: &str) -> Rowmill {
        run.env("AWS_ENDPOINT", &format!("http://{address}"))
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "somebody")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        assert_eq!(self.ask("PUT", &encoded(key), bytes).0, 200, "{key}");
    }

    pub(crate) fn get(&self, key: &str) -> Vec<u8> {
        let (status, bytes) = self.ask("GET", &encoded(key), &[]);
        assert_eq!(status, 200, "{key}");
        bytes
    }

    /// The keys of all objects that begin like this, in order.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let what = format!("?list-type=2&prefix={}", encoded(prefix));
        let (status, text) = self.ask("GET", &what, &[]);
        assert_eq!(status, 200);
        tagged(&text, "Key")
    }

    /// The keys of uploads that were neither completed nor aborted.
    pub(crate) fn uploads(&self) -> Vec<String> {
        let (status, text) = self.ask("GET", "?uploads", &[]);
        assert_eq!(status, 200);
        tagged(&text, "Key")
    }

    /// One request about the bucket: the status and the body of the answer.
    fn ask(&self, method: &str, what: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let separator = if what.starts_with('?') { "" } else { "/" };
        let head = format!(
            "{method} /{BUCKET}{separator}{what} HTTP/1.0\r\nHost: {}\r\n{SIGNED}\
             x-amz-acl: public-read\r\nContent-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).expect("sends");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        let body = answer.split_off(end);
        let head = String::from_utf8_lossy(&answer);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A key as URLs have it.
fn encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let bytes = key.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// The texts of all elements of this name.
fn tagged(xml: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(xml);
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let elements = text.split(&open).skip(1);
    let texts = elements.filter_map(|rest| Some(rest.split_once(&close)?.0.replace("&amp;", "&")));
    texts.collect()
}
