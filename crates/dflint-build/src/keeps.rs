//! What a fix promises to keep, and how two builds are compared under that promise.

/// What a fix promises about the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeps {
    /// Build operations and image configuration are equal.
    Everything,
    /// Equal but for cache mounts and these tokens of shell commands.
    Commands {
        /// Tokens or command texts the fix takes out (they come from a package manager's table).
        removed: Vec<String>,
        /// Tokens or command texts the fix puts in.
        added: Vec<String>,
    },
    /// The same files at the same image paths (`ADD` to `COPY`, a trailing `/`).
    Copies,
    /// Steps may change places: each RUN, with the same text, environment, directory and user,
    /// still sees the same content in what it reads, and the stage ends with the same files from
    /// the same context files.
    Order {
        /// The context paths that the moved steps read (path relative to the context).
        reads: Vec<String>,
    },
    /// Build operations and image configuration are equal, and all comments but these stay.
    Comments {
        /// The comments that go or change, each from its `#` on.
        removed: Vec<String>,
    },
    /// Nothing (unsafe fixes only).
    Nothing,
}

/// Why two builds are not equal under a promise; for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Difference {
    /// What differs, in a sentence fragment naming the stage and step.
    pub what: String,
}
