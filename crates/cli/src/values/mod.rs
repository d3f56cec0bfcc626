//! The small languages of the command line: each file reads one kind of value.
//!
//! A reader takes the text of one option and answers with the value or with a sentence that says
//! what would have been right; clap puts the option's name before it.

mod compression;
mod count;
mod duration;
mod interval;
mod limit;
mod lineage;
mod path;
mod size;

pub(crate) use compression::compression;
pub(crate) use count::count;
pub(crate) use duration::duration;
pub(crate) use interval::{Interval, instant, interval};
pub(crate) use limit::limit;
pub(crate) use lineage::lineage;
pub(crate) use path::{is_url, path, place, target};
pub(crate) use size::{line_size, size, some_size};
