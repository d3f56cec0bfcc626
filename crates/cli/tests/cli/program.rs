//! Starting the built program and seeing what came of it, in bounded time.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Far beyond what any run here takes; only a hang gets there.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run that ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Asserts the exit code and gives the error output for a closer look.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        &self.stderr
    }

    /// Asserts a failed run: its exit code, and these words in the last thing it said.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, words: &[&str]) {
        let stderr = self.ended(code);
        let last = stderr.lines().rfind(|line| line.starts_with("rowmill: "));
        let last = last.unwrap_or_else(|| panic!("no message: {stderr}"));
        for word in words {
            assert!(last.contains(word), "{word:?} is missing in: {last}");
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// One run being put together: arguments, environment, folder and standard input.
pub(crate) struct Rowmill {
    command: Command,
    stdin: Vec<u8>,
}

/// The program with these arguments, and no credentials in its environment.
pub(crate) fn rowmill<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> Rowmill {
    bare(Command::new(env!("CARGO_BIN_EXE_rowmill")), args)
}

/// The same, started by a line of shell that ends with `exec "$@"`.
pub(crate) fn through_shell<A: AsRef<std::ffi::OsStr>>(
    line: &str,
    args: impl IntoIterator<Item = A>,
) -> Rowmill {
    let mut command = Command::new("sh");
    command.args(["-c", line, "sh", env!("CARGO_BIN_EXE_rowmill")]);
    bare(command, args)
}

fn bare<A: AsRef<std::ffi::OsStr>>(
    mut command: Command,
    args: impl IntoIterator<Item = A>,
) -> Rowmill {
    command.args(args);
    for name in ["MEWS_CLIENT_TOKEN", "MEWS_ACCESS_TOKEN", "MEWS_CLIENT"] {
        command.env_remove(name);
    }
    Rowmill { command, stdin: Vec::new() }
}

impl Rowmill {
    pub(crate) fn folder(mut self, folder: &Path) -> Rowmill {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Rowmill {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Rowmill {
        self.stdin = bytes.into();
        self
    }

    /// Runs to the end.
    #[track_caller]
    pub(crate) fn run(mut self) -> Outcome {
        let stdin = std::mem::take(&mut self.stdin);
        let mut running = self.start();
        if let Some(mut pipe) = running.child.stdin.take() {
            // The program may end without reading everything.
            thread::spawn(move || pipe.write_all(&stdin));
        }
        running.end()
    }

    /// Starts and leaves standard input open.
    #[track_caller]
    pub(crate) fn start(mut self) -> Running {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = collect(child.stdout.take().expect("piped"));
        let stderr = collect(child.stderr.take().expect("piped"));
        Running { child, stdout, stderr }
    }
}

/// A run that has not ended.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

impl Running {
    /// Waits for the end; a run that hangs is killed and fails the test.
    #[track_caller]
    pub(crate) fn end(mut self) -> Outcome {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                break status;
            }
            if Instant::now() > deadline {
                self.child.kill().expect("the child can be killed");
                panic!("the program hangs; it said: {:?}", self.stderr.join());
            }
            thread::sleep(Duration::from_millis(5));
        };
        Outcome {
            code: status.code().expect("the program ended by itself"),
            stdout: self.stdout.join().expect("readable"),
            stderr: self.stderr.join().expect("readable"),
        }
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("the pipe is readable");
        String::from_utf8(bytes).expect("output is text")
    })
}

/// Every file below a folder, as sorted paths relative to it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                found.push(path.strip_prefix(root).expect("below the root").to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}
