//! Names of archives.

/// The endings of what `ADD` unpacks, and of what hadolint takes for it.
const ENDINGS: [&str; 15] = [
    ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz",
    ".tpz", ".txz", ".xz",
];

/// The endings of other files that are archives inside, which `ADD` unpacks as well.
const UNPACKED: [&str; 8] = [
    ".tar.zst", ".tzst", ".zst", ".gem", ".crate", ".apk", ".ova", ".box",
];

/// Whether `ADD` may unpack a file of this name, which it decides by what is in the file.
pub(crate) fn may_unpack(name: &str) -> bool {
    is_archive(name) || UNPACKED.iter().any(|ending| name.ends_with(ending))
}

/// Whether the name is that of an archive, as hadolint sees it.
pub(crate) fn is_archive(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
