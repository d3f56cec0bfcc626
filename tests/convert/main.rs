//! Files in, Parquet out: what is written, where, and what is left when it fails.

mod again;
mod bad_rows;
mod checksums;
mod columns;
mod drift;
mod inferred;
mod inputs;
mod lineage;
mod outputs;
mod parquet_files;
mod partitions;
mod parts;
mod redact;
mod table;
