//! The program and servers of stores: inputs and outputs by URL, and what goes wrong on the way.
//!
//! All is shown with moto, which speaks S3, and what every store must do with servers of the other two as
//! well: `gcs.py` here for `gs://`, and Azurite for `az://`. They listen on loopback, and each test
//! starts and stops its own. `ROWMILL_PYTHON` names a Python that has what requirements.txt beside this file
//! lists: moto, and the readers that directories by value are read back with. `ROWMILL_AZURITE` names the
//! `azurite-blob` of `npm install azurite`; without it the tests of `az://` say that they are left out.
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
mod keeper;
#[cfg(unix)]
mod killed;
mod library;
#[cfg(target_os = "linux")]
mod partitions;
mod reading;
mod server;
mod writing;
