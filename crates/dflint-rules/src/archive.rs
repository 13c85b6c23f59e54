//! What archives are called, and how they begin.

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

/// How compressed files begin that `ADD` looks into: gzip, bzip2, xz, zstd.
const COMPRESSED: [&[u8]; 4] = [b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];

/// Where the check sum of a tar's first header is.
const CHECK_SUM: std::ops::Range<usize> = 148..156;

/// How long a tar's header is.
const TAR_HEADER: usize = 512;

/// Whether `ADD` may unpack a file that begins so, whatever it is called.
pub(crate) fn begins_like_archive(head: &[u8]) -> bool {
    COMPRESSED.iter().any(|start| head.starts_with(start)) || is_tar_header(head)
}

/// Tars of old have no mark: what tells is the check sum, counted with blanks in its own place.
fn is_tar_header(head: &[u8]) -> bool {
    let (Some(header), Some(written)) = (head.get(..TAR_HEADER), head.get(CHECK_SUM)) else {
        return false;
    };
    let written = String::from_utf8_lossy(written);
    let written = written.trim_matches([' ', '\0']);
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| match CHECK_SUM.contains(&at) {
            true => u64::from(b' '),
            false => u64::from(*byte),
        })
        .sum();
    u64::from_str_radix(written, 8).is_ok_and(|written| written == sum)
}

#[cfg(test)]
mod tests {
    use super::begins_like_archive;

    #[test]
    fn archives_are_known_by_their_first_bytes() {
        assert!(begins_like_archive(b"\x1f\x8b\x08\0rest"));
        assert!(!begins_like_archive(b"PK\x03\x04"));
        assert!(!begins_like_archive(b""));
        assert!(!begins_like_archive(&[0; 512]));
        let mut header = [0; 512];
        header[0] = b'a';
        let sum = u32::from(b'a') + 8 * u32::from(b' ');
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(begins_like_archive(&header));
        header[1] = b'b';
        assert!(!begins_like_archive(&header));
    }
}
