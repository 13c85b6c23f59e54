//! Where Dockerfiles, their configuration and their build contexts are found on disk.

pub mod builds;
pub mod config;
pub mod context;
pub mod directories;
pub mod discovery;
pub mod exclude;
pub mod names;
pub mod paths;
pub mod project;
mod shellchecks;
pub mod source;
pub mod write;
