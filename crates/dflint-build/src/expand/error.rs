//! What BuildKit refuses in a word.

/// Why a word cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// A quote is never closed.
    #[error("a {0} quote is never closed")]
    UnclosedQuote(&'static str),
    /// `${` without its `}`.
    #[error("`${{` is never closed by `}}`")]
    MissingBrace,
    /// `${v/pattern}` without the second slash.
    #[error("`${{name/pattern/replacement}}` lacks its second `/`")]
    MissingSlash,
    /// `${}`, `${:x}` and the like.
    #[error("`${{` is not followed by a variable name")]
    BadSubstitution,
    /// A modifier that BuildKit does not have.
    #[error("{}", unsupported(.0))]
    UnsupportedModifier(String),
    /// `${x:?message}` of a variable that is unset or empty.
    #[error("{name}: {message}")]
    Required {
        /// The variable.
        name: String,
        /// What the word says, or that it may not be unset or empty.
        message: String,
    },
    /// A pattern with an escape that means nothing.
    #[error("the pattern `{pattern}` holds the escape `\\{escape}`, which means nothing")]
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// What follows the backslash.
        escape: char,
    },
}

/// What is said of a modifier that BuildKit does not have.
fn unsupported(modifier: &str) -> String {
    // What BuildKit reads behind the end of the word.
    if modifier.ends_with(char::REPLACEMENT_CHARACTER) {
        return "`${` is never closed by `}`".to_owned();
    }
    let known = "`:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`";
    format!("BuildKit does not know the modifier `{modifier}` in a substitution: it has {known}")
}
