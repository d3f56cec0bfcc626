//! An export server for the program to talk to, in the test's own process.

use std::fs;
use std::path::{Path, PathBuf};

use rowmill_testkit::server::{Server, Setup};
use tokio::runtime::Runtime;

use crate::program::{Outcome, Rowmill, files, rowmill};

/// A running server and the runtime it lives in.
pub(crate) struct Api {
    pub(crate) server: Server,
    _runtime: Runtime,
}

impl Api {
    pub(crate) fn start(setup: Setup) -> Api {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let server = runtime.block_on(Server::start(setup)).expect("a free port");
        Api { server, _runtime: runtime }
    }

    /// `rowmill export` against this server, with its tokens and without long waits.
    pub(crate) fn export(&self, args: &str) -> Rowmill {
        let fixed = ["export", "--api", self.server.url(), "--allow-http"];
        let quick = ["--poll-interval", "20ms", "--max-backoff", "20ms"];
        rowmill(fixed.into_iter().chain(quick).chain(args.split_whitespace()))
            .env("MEWS_CLIENT_TOKEN", self.server.client_token())
            .env("MEWS_ACCESS_TOKEN", self.server.access_token())
    }

    /// Asserts that no secret is in what the program said.
    #[track_caller]
    pub(crate) fn discreet(&self, outcome: &Outcome) {
        for text in [&outcome.stdout, &outcome.stderr] {
            for secret in [self.server.client_token(), self.server.access_token(), "sig="] {
                assert!(!text.contains(secret), "a secret is in: {text}");
            }
        }
    }

    /// Asserts that no secret is in the files below a folder, nor in their names.
    #[track_caller]
    pub(crate) fn discreet_files(&self, folder: &Path) {
        for path in files(folder) {
            let bytes = fs::read(folder.join(&path)).expect("readable");
            let text = format!("{} {}", path.display(), String::from_utf8_lossy(&bytes));
            for secret in [self.server.client_token(), self.server.access_token(), "sig="] {
                assert!(!text.contains(secret), "a secret is in: {}", path.display());
            }
        }
    }

    /// Asserts that nothing is left below a folder, apart from a journal that keeps no secret.
    #[track_caller]
    pub(crate) fn left_alone(&self, folder: &Path) {
        self.discreet_files(folder);
        let mut left = files(folder);
        left.retain(|path| !path.ends_with("_rowmill/journal.jsonl"));
        assert_eq!(left, [] as [PathBuf; 0]);
    }
}
