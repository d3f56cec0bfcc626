//! What must hold of the decoder for every input, and where inputs come from.
//!
//! These modules are included by path: by the fuzz targets, by `tests/seeds.rs`, which replays the
//! seeds without a fuzzer, and by `tests/properties`. So a rule is written once and everything that
//! makes inputs is held to it.

// Each of the three takes its part.
#![allow(dead_code)]

pub(crate) mod alone;
pub(crate) mod decode;
pub(crate) mod draw;
pub(crate) mod drift;
pub(crate) mod fail;
pub(crate) mod grammar;
pub(crate) mod layouts;
pub(crate) mod members;
pub(crate) mod messages;
pub(crate) mod mutate;
pub(crate) mod numbers;
pub(crate) mod oracle;
pub(crate) mod paths;
pub(crate) mod rows;
pub(crate) mod run;
pub(crate) mod scalars;
pub(crate) mod shapes;
pub(crate) mod strings;
pub(crate) mod targets;
pub(crate) mod times;
pub(crate) mod values;
