//! What BuildKit will do with a Dockerfile: stages, scopes, effective state and build operations.

mod keeps;

pub use keeps::{Difference, Keeps};
