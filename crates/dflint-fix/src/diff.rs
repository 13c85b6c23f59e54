//! Changes as unified diffs, in the form that `patch -p1` and `git apply` read.

use std::fmt::Write as _;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// The change from `before` to `after` of the file `path` (with `/`, relative to where the patch
/// is applied); empty where nothing changes. Line ends are part of the lines: those of a CRLF
/// file appear as `\r\n`.
#[must_use]
pub fn unified_diff(path: &str, before: &str, after: &str) -> String {
    let old = format!("a/{path}");
    let new = format!("b/{path}");
    diff(&old, before, &new, after)
}

/// The creation of the file `path` with `content`.
#[must_use]
pub fn new_file_diff(path: &str, content: &str) -> String {
    let new = format!("b/{path}");
    diff("/dev/null", "", &new, content)
}

fn diff(old_name: &str, before: &str, new_name: &str, after: &str) -> String {
    // Lines are divided at \n alone, as patch and git do: `similar` would divide at a lone \r too.
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut text = String::new();
    for hunk in group_diff_ops(ops, CONTEXT) {
        if text.is_empty() {
            let _ = write!(
                text,
                "--- {}\n+++ {}\n",
                file_name(old_name),
                file_name(new_name)
            );
        }
        write_hunk(&mut text, &hunk, &old, &new);
    }
    text
}

fn write_hunk(text: &mut String, ops: &[DiffOp], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
        return;
    };
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    let _ = writeln!(text, "@@ -{} +{} @@", lines(&old_range), lines(&new_range));
    for op in ops {
        if op.tag() == DiffTag::Equal {
            write_lines(text, ' ', old, op.old_range());
            continue;
        }
        write_lines(text, '-', old, op.old_range());
        write_lines(text, '+', new, op.new_range());
    }
}

/// A hunk's range: first line from 1 and how many; an empty one names the line before it.
fn lines(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}

fn write_lines(text: &mut String, sign: char, lines: &[&str], range: Range<usize>) {
    for line in lines.get(range).unwrap_or_default() {
        text.push(sign);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The name as git writes it: in C quotes where it holds a character that would end or hide it,
/// with a tab after it where it holds a space, so that `patch` does not end it there.
fn file_name(name: &str) -> String {
    if name
        .chars()
        .any(|c| c.is_control() || c == '"' || c == '\\')
    {
        let mut quoted = String::from("\"");
        for c in name.chars() {
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\n' => quoted.push_str("\\n"),
                '\t' => quoted.push_str("\\t"),
                c if c.is_control() => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(quoted, "\\{byte:03o}");
                    }
                }
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        return quoted;
    }
    let tab = if name.contains(' ') { "\t" } else { "" };
    format!("{name}{tab}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_three_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let expected = "--- a/x/Dockerfile\n+++ b/x/Dockerfile\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(unified_diff("x/Dockerfile", before, after), expected);
    }

    #[test]
    fn equal_files_have_no_diff() {
        assert_eq!(unified_diff("Dockerfile", "FROM a\n", "FROM a\n"), "");
    }

    #[test]
    fn a_missing_last_line_end_is_said() {
        let expected = "--- a/D\n+++ b/D\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n";
        assert_eq!(unified_diff("D", "a", "b"), expected);
        let expected = "--- a/D\n+++ b/D\n@@ -1 +1 @@\n-a\r\n\\ No newline at end of file\n+a\n";
        assert_eq!(unified_diff("D", "a\r", "a\n"), expected);
    }

    #[test]
    fn carriage_returns_stay_in_the_lines() {
        let expected = "--- a/D\n+++ b/D\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n";
        assert_eq!(unified_diff("D", "a\r\nb\r\n", "a\r\nc\r\n"), expected);
        assert_eq!(
            unified_diff("D", "a\rb\nc\n", "a\rb\nd\n"),
            "--- a/D\n+++ b/D\n@@ -1,2 +1,2 @@\n a\rb\n-c\n+d\n"
        );
    }

    #[test]
    fn a_new_file_comes_from_nowhere() {
        let expected = "--- /dev/null\n+++ b/.dockerignore\n@@ -0,0 +1,2 @@\n+.git\n+.env\n";
        assert_eq!(new_file_diff(".dockerignore", ".git\n.env\n"), expected);
    }

    #[test]
    fn names_are_written_as_git_does() {
        assert_eq!(file_name("a/b c"), "a/b c\t");
        assert_eq!(file_name("a/\"b\"\n"), "\"a/\\\"b\\\"\\n\"");
        assert_eq!(file_name("a/é"), "a/é");
    }
}
