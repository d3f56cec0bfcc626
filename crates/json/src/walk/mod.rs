//! The way through a line that is written as usual: keys in the order of the line before, values in
//! the form of their serialiser.
//!
//! ```text
//!   {"Id":"0f51…","State":"Confirmed","Count":3}
//!   ^^^^^^      ^^^^^^^^^           ^^^^^^^^^ ^ ^
//!   opening     glue of State       glue of   | glue of the end
//!         value of Id    value of State       value of Count
//! ```
//!
//! At each place one thing is expected. The bytes there are compared with it whole; what differs
//! goes the general way, which knows everything the rules allow. So what is expected decides how
//! fast a line is read, and never what is read.

#[allow(unsafe_code)]
mod dispatch;
mod keys;
mod list;
mod object;
mod rest;
mod rows;
mod value;

pub(crate) use dispatch::{Chosen, Stamped};
pub(crate) use rows::{Rows, Stop};
