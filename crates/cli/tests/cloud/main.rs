//! The program and a server that speaks S3: inputs and outputs by URL, and what goes wrong on the way.
//!
//! The server is moto's, on loopback, started and stopped by each test: `pip install -r
//! crates/cli/tests/cloud/requirements.txt`. `ROWMILL_PYTHON` names the Python that has it, and the readers
//! that directories by value are read back with.
//!
//! ```sh
//! cargo test -p rowmill-cli --features cloud --test cloud
//! ```

#[allow(dead_code)]
#[path = "../cli/api.rs"]
mod api;
#[allow(dead_code)]
#[path = "../cli/program.rs"]
mod program;

mod cutter;
mod exports;
mod files;
#[cfg(unix)]
mod killed;
mod library;
#[cfg(target_os = "linux")]
mod partitions;
mod reading;
mod server;
mod writing;
