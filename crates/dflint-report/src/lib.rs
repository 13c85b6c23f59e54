//! Findings for people and machines, one file per output format.

mod batches;
mod checkstyle;
mod cut_line;
mod display;
mod fingerprint;
mod format;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod model;
mod names;
mod preview;
mod rdjson;
mod redact;
mod sarif;
mod summary;
mod xml;

pub use display::harmless;
pub use format::{Format, write};
pub use human::HumanOptions;
pub use json::schema as json_schema;
pub use model::{FileError, FileReport, Report, Summary};
