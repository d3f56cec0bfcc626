//! Exports: what is asked for, what is repeated, and how they are waited for.

#[path = "../fake_mews/mod.rs"]
mod fake_mews;

mod polling;
mod requests;
mod retries;
