//! A Dockerfile's bytes, read within bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most bytes that are taken for a Dockerfile: far more than any real one has, and little
/// enough for the memory and time that a hostile one takes.
pub const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The most lines that are taken for a Dockerfile, for the same reasons: short lines with a finding
/// each take more memory than their bytes tell.
pub const MAX_LINES: usize = 50_000;

/// Why a file cannot be linted.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("cannot read: {}", reason(.0))]
    Io(#[from] io::Error),
    /// The path names a directory.
    #[error("cannot read: is a directory")]
    Directory,
    /// The path names a pipe, a socket or a device.
    #[error("cannot read: is not a regular file (`-` reads standard input)")]
    NotAFile,
    /// Larger than [`MAX_BYTES`].
    #[error("too large: more than {} MB is no Dockerfile", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// More than [`MAX_LINES`].
    #[error("too large: more than {MAX_LINES} lines are no Dockerfile")]
    TooManyLines,
    /// Holds NUL bytes.
    #[error("is a binary file or UTF-16 text (it holds a NUL byte); Dockerfiles are UTF-8")]
    Binary,
}

/// The system's message without Rust's "(os error 2)", and without the path that a search puts
/// around it.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.source());
    let system = inner.and_then(|inner| inner.downcast_ref::<io::Error>());
    let text = system.unwrap_or(error).to_string();
    let message = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = message.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Reads the regular file at `path`, following symbolic links.
///
/// # Errors
///
/// What [`ReadError`] lists. Never reads more than [`MAX_BYTES`] and one byte.
pub fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(ReadError::Directory);
    }
    if !kind.is_file() {
        return Err(ReadError::NotAFile);
    }
    if kind.len() > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    // Room for one byte more shows at once that the file ends there.
    let room = usize::try_from(kind.len() + 1).unwrap_or_default();
    fill(Vec::with_capacity(room), File::open(path)?)
}

/// Reads to the end of `input`.
///
/// # Errors
///
/// What [`ReadError`] lists. Never reads more than [`MAX_BYTES`] and one byte.
pub fn read_from(input: impl Read) -> Result<Vec<u8>, ReadError> {
    fill(Vec::new(), input)
}

fn fill(mut bytes: Vec<u8>, input: impl Read) -> Result<Vec<u8>, ReadError> {
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    if memchr::memchr(0, &bytes).is_some() {
        return Err(ReadError::Binary);
    }
    if memchr::memchr_iter(b'\n', &bytes).count() > MAX_LINES {
        return Err(ReadError::TooManyLines);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, MAX_LINES, ReadError, read, read_from};

    #[test]
    fn bytes_come_as_they_are() {
        let bytes = b"FROM a\r\nRUN echo \xff\n".as_slice();
        assert_eq!(read_from(bytes).unwrap(), bytes);
    }

    #[test]
    fn binary_and_endless_input_is_refused() {
        let binary = read_from(b"FROM\0a".as_slice());
        assert!(matches!(binary, Err(ReadError::Binary)));
        let endless = read_from(std::io::repeat(b'#'));
        assert!(matches!(endless, Err(ReadError::TooLarge)));
        let lines = read_from("A\n".repeat(MAX_LINES).as_bytes());
        assert!(lines.is_ok());
        let lines = read_from("A\n".repeat(MAX_LINES + 1).as_bytes());
        let told = lines.unwrap_err().to_string();
        assert_eq!(told, "too large: more than 50000 lines are no Dockerfile");
        assert!(MAX_BYTES < u64::from(u32::MAX), "spans are 32 bits wide");
    }

    #[test]
    fn a_directory_is_refused() {
        let error = read(&std::env::temp_dir()).unwrap_err();
        assert_eq!(error.to_string(), "cannot read: is a directory");
    }
}
