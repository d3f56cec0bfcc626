//! The program as its user meets it: arguments in, files, output and exit code out.

mod api;
mod bench;
mod convert;
#[cfg(feature = "demo")]
mod demo;
#[cfg(target_os = "linux")]
mod disk;
mod export;
mod inferred;
mod memory;
mod parquet_file;
mod partitions;
mod program;
mod schema;
#[cfg(unix)]
mod stop;
mod sync;
mod told;
