//! Object stores: places named by URLs, and what reading and writing there takes.
//!
//! The clients are those of the `object_store` crate, which want a runtime; the line itself does
//! not. So this module has a small [runtime] of its own, and everything that leaves it blocks.
//!
//! What a store says about a failure may hold signatures, keys and whole requests. None of it
//! passes: [`refusal`] tells failures in words of its own.

mod address;
mod body;
mod faults;
mod file;
mod listing;
mod object;
mod place;
mod refusal;
mod runtime;
mod store;
mod upload;

pub(crate) use address::Address;
pub(crate) use body::Body;
pub(crate) use file::{File, FromStart};
pub(crate) use listing::list;
pub(crate) use object::Object;
pub(crate) use place::{If, Place, Seen, Version, Whole};
#[cfg(test)]
pub(crate) use store::memory;
pub(crate) use upload::{Upload, Uploaded, held, piece};
