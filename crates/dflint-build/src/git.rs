//! Git repositories as sources of `ADD`, as BuildKit's `dfgitutil` reads them.

/// Why the address of a Git repository is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// `?key=` without a value, twice, or unknown.
    #[error("the query `{0}` is not one that BuildKit takes")]
    Query(String),
    /// Two of them name different revisions or directories.
    #[error("the address names two different values for `{0}`")]
    Conflict(&'static str),
    /// The fragment after `##` is not `key=value,…`.
    #[error("the fragment `{0}` is not one that BuildKit takes")]
    Fragment(String),
}

/// A Git repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitSource {
    /// The address, without fragment and query.
    pub remote: String,
    /// `host/path`, as it names the source in BuildKit's operations.
    pub host_and_path: String,
    /// Whether it is reached through SSH.
    pub ssh: bool,
    /// Commit, tag or branch; empty where not given.
    pub reference: String,
    /// Directory inside; empty where not given.
    pub subdir: String,
    /// Commit it must be; empty where not given.
    pub checksum: String,
    /// Whether `.git` stays.
    pub keep_git_dir: Option<bool>,
    /// Whether submodules are fetched.
    pub submodules: Option<bool>,
}
