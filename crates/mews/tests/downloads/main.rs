//! Downloads: the right bytes in order, or an error, whatever the file host does.

#[path = "../fake_mews/mod.rs"]
mod fake_mews;

mod links;
mod one_file;
mod parallel;
