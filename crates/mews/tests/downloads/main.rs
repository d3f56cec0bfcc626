//! Downloads: the right bytes in order, or an error, and what is told of it.

#[path = "../fake_mews/mod.rs"]
mod fake_mews;

mod links;
mod one_file;
mod parallel;
mod slow;
mod watching;
