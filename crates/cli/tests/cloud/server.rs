//! A server of a store, for as long as a test runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::program::Rowmill;

/// The bucket that every test has for itself.
pub(crate) const BUCKET: &str = "lake";

/// The key that must never show, and as Azure has it.
pub(crate) const SECRET: &str = "hush-hush";
pub(crate) const SECRET_BASE64: &str = "aHVzaC1odXNo";

/// The server wants a signature for some requests, and looks at none.
const S3_HEADERS: &str = "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/\
                          aws4_request, SignedHeaders=host, Signature=test\r\n\
                          x-amz-acl: public-read\r\n";

/// The account that Azurite has by itself; here it has the key of the tests.
const AZURE_ACCOUNT: &str = "devstoreaccount1";

/// What a request for anything in that account says for the rest of the century, signed with that key:
/// <https://learn.microsoft.com/rest/api/storageservices/create-account-sas>.
const AZURE_SIGNED: &str = "sv=2021-08-06&ss=b&srt=sco&sp=rwdlac&se=2099-01-01T00%3A00%3A00Z\
                            &sig=%2B3GSIQ0umpFxttf%2FoiRjBJW4k2L3MHFmydevwmrJR6w%3D";

/// A kind of store, by what it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// Played by moto.
    S3,
    /// Played by `gcs.py` beside this file.
    Google,
    /// Played by Azurite.
    Azure,
}

/// One test for each store of functions that take one.
macro_rules! for_every_store {
    ($($test:ident)*) => {$(
        mod $test {
            use crate::server::Store;

            #[test]
            fn s3() {
                super::$test(Store::S3);
            }

            #[test]
            fn google() {
                super::$test(Store::Google);
            }

            #[test]
            fn azure() {
                super::$test(Store::Azure);
            }
        }
    )*};
}
pub(crate) use for_every_store;

/// The Python that has the servers.
pub(crate) fn python() -> String {
    std::env::var("ROWMILL_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

impl Store {
    /// What starts a server; `None` where there is no Azurite.
    fn command(self) -> Option<Command> {
        let program = match self {
            Self::Azure => std::env::var("ROWMILL_AZURITE").ok()?,
            Self::S3 | Self::Google => python(),
        };
        let mut command = Command::new(program);
        match self {
            Self::S3 => command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]),
            Self::Google => command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cloud/gcs.py")),
            Self::Azure => command
                .args(["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", "0"])
                .args(["--disableTelemetry", "--silent"])
                .env("AZURITE_ACCOUNTS", format!("{AZURE_ACCOUNT}:{SECRET_BASE64}")),
        };
        Some(command)
    }

    /// The settings that make the program speak to the server at `address`.
    fn settings(self, address: &str) -> Vec<(&'static str, String)> {
        let url = format!("http://{address}");
        match self {
            Self::S3 => vec![
                ("AWS_ENDPOINT", url),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
                ("AWS_ACCESS_KEY_ID", "somebody".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ],
            Self::Google => {
                let account = serde_json::json!({
                    "gcs_base_url": url, "disable_oauth": true,
                    "client_email": "", "private_key": SECRET, "private_key_id": "",
                });
                vec![
                    ("GOOGLE_SERVICE_ACCOUNT_KEY", account.to_string()),
                    ("GOOGLE_ALLOW_HTTP", "true".to_owned()),
                ]
            }
            Self::Azure => vec![
                ("AZURE_STORAGE_USE_EMULATOR", "true".to_owned()),
                ("AZURITE_BLOB_STORAGE_URL", url),
                ("AZURE_STORAGE_ACCOUNT_KEY", SECRET_BASE64.to_owned()),
            ],
        }
    }
}

/// A server with one empty bucket. It ends with this value.
pub(crate) struct Server {
    store: Store,
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Server {
    /// One that speaks S3.
    pub(crate) fn start() -> Self {
        Self::of(Store::S3).expect("it is always there")
    }

    /// One of this store; `None`, and a line that says so, where its program was not installed.
    pub(crate) fn of(store: Store) -> Option<Self> {
        let Some(mut command) = store.command() else {
            // Past what the test is asked for, which shows nothing of a test that passes.
            let line = "left out: no server for az://; ROWMILL_AZURITE names an azurite-blob\n";
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        };
        let mut child = command
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let told: Box<dyn Read + Send> = match store {
            Store::Azure => Box::new(stdout.expect("piped")),
            Store::S3 | Store::Google => Box::new(stderr.expect("piped")),
        };
        let mut told = BufReader::new(told).lines();
        let mut said = String::new();
        let address = loop {
            let Some(Ok(line)) = told.next() else {
                let _ = child.wait();
                panic!("no server by {command:?}; see requirements.txt beside this file: {said}");
            };
            let on = line.contains("Running on ") || line.contains("successfully listens on ");
            match line.split_once("http://") {
                Some((_, address)) if on => break address.trim().to_owned(),
                _ => said.push_str(&line),
            }
        };
        // It tells each request, and must not wait for somebody to read it.
        thread::spawn(move || told.for_each(drop));
        let server = Self { store, child, address };
        let query = if store == Store::Azure { "restype=container" } else { "" };
        assert!(matches!(server.ask("PUT", "", query, &[]).0, 200 | 201), "a bucket");
        Some(server)
    }

    /// The URL of a key in the bucket.
    pub(crate) fn url(&self, key: &str) -> String {
        let scheme = match self.store {
            Store::S3 => "s3",
            Store::Google => "gs",
            Store::Azure => "az",
        };
        format!("{scheme}://{BUCKET}/{key}")
    }

    /// Lets a run of the program meet this server, by itself or behind `address`.
    pub(crate) fn serve(&self, run: Rowmill, address: &str) -> Rowmill {
        let settings = self.store.settings(address).into_iter();
        settings.fold(run, |run, (name, value)| run.env(name, &value))
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        assert!(matches!(self.ask("PUT", key, "", bytes).0, 200 | 201), "{key}");
    }

    pub(crate) fn get(&self, key: &str) -> Vec<u8> {
        let (status, bytes) = self.ask("GET", key, "", &[]);
        assert_eq!(status, 200, "{key}");
        bytes
    }

    /// The keys of all objects that begin like this, in order.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let prefix = encoded(prefix);
        if self.store == Store::Azure {
            return self.list("Name", &format!("restype=container&comp=list&prefix={prefix}"));
        }
        self.list("Key", &format!("list-type=2&prefix={prefix}"))
    }

    /// The keys of uploads that were neither completed nor aborted. Azure has none: there it is the names
    /// for which pieces were sent, but no object was made.
    pub(crate) fn uploads(&self) -> Vec<String> {
        if self.store != Store::Azure {
            return self.list("Key", "uploads");
        }
        let what = "restype=container&comp=list&include=uncommittedblobs";
        let (there, mut begun) = (self.keys(""), self.list("Name", what));
        begun.retain(|key| !there.contains(key));
        begun
    }

    /// No upload is left. In Azure nobody can give one up, and what was sent goes after a week.
    #[track_caller]
    pub(crate) fn has_no_upload(&self) {
        if self.store != Store::Azure {
            assert_eq!(self.uploads(), [""; 0]);
        }
    }

    /// The texts of all elements of this name, on all pages of a list.
    fn list(&self, element: &str, query: &str) -> Vec<String> {
        let (mut texts, mut page) = (Vec::new(), String::new());
        loop {
            let (status, answer) = self.ask("GET", "", &format!("{query}{page}"), &[]);
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
            texts.extend(tagged(&answer, element));
            match tagged(&answer, "NextContinuationToken").pop() {
                Some(next) => page = format!("&continuation-token={}", encoded(&next)),
                None => return texts,
            }
        }
    }

    /// One request about the bucket, or a key in it: the status and the body of the answer.
    fn ask(&self, method: &str, key: &str, query: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let (account, signed, headers) = match self.store {
            Store::S3 => (String::new(), "", S3_HEADERS),
            Store::Google => (String::new(), "", ""),
            Store::Azure => {
                (format!("/{AZURE_ACCOUNT}"), AZURE_SIGNED, "x-ms-blob-type: BlockBlob\r\n")
            }
        };
        let slash = if key.is_empty() { "" } else { "/" };
        let head = format!(
            "{method} {account}/{BUCKET}{slash}{}?{query}&{signed} HTTP/1.0\r\nHost: {}\r\n{headers}\
             Content-Length: {}\r\n\r\n",
            encoded(key),
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
