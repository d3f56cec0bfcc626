//! Repeatable corpora, a demo export server and a slow reference decoder.
//!
//! * [`corpus`] makes rows shaped like the exported entities, a pure function of kind, seed and
//!   row number, fast enough to be made while they are served and never stored.
//! * `server` (feature `server`, on by default) speaks the two export operations and serves the files behind signed links that
//!   expire, so that a job can be tried against it without an account or a network.
//! * `reference` (feature `reference`) is the slow, obvious decoder that fast ones are compared
//!   with.
//!
//! This crate shares no code with the decoder or the client it helps to test: an oracle that
//! did would repeat their mistakes.
#![forbid(unsafe_code)]

pub mod corpus;
#[cfg(feature = "reference")]
pub mod reference;
#[cfg(feature = "server")]
pub mod server;
