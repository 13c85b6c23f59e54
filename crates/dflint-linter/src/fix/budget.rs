//! How much checking a file may cost.

/// Bytes of Dockerfile that may be read again to check the fixes of one file: enough for any file
/// of a project, little enough to end within seconds on a hostile one.
const BYTES: usize = 256 << 20;

/// What is said of a fix that was not checked for want of budget.
pub(super) const TOO_LARGE: &str = "the file is too large to check what each of its fixes does";

/// What is left to be spent on checks. It is counted in bytes, not in time, so that a file always
/// comes out the same.
#[derive(Debug)]
pub(super) struct Budget {
    left: Option<usize>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: Some(BYTES) }
    }

    pub(super) fn spend(&mut self, bytes: usize) {
        self.left = self.left.and_then(|left| left.checked_sub(bytes));
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.is_none()
    }
}
