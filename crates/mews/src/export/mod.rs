//! An export from the request to its files; each state is a type.

mod pending;
mod ready;
mod request;
mod rules;
mod waiting;

pub use pending::PendingExport;
pub use ready::ReadyExport;
pub use request::ExportRequest;
pub use waiting::Waiting;
