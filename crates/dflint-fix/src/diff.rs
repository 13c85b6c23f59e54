//! Changes as unified diffs, in the form that `patch -p1` and `git apply` read.

use std::fmt::Write as _;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// A text and how it is shown, which differs where something in it is not to be seen. Both have
/// the same lines.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'t> {
    /// The text.
    pub text: &'t str,
    /// What is printed in its place.
    pub shown: &'t str,
}

impl<'t> Shown<'t> {
    /// A text that may be seen as it is.
    #[must_use]
    pub fn whole(text: &'t str) -> Self {
        Self { text, shown: text }
    }
}

/// The change from `before` to `after` of the file `path` (with `/`, relative to where the patch
/// is applied); empty where nothing changes. Line ends are part of the lines: those of a CRLF
/// file appear as `\r\n`.
///
/// Around a change stand as many unchanged lines as are shown as they are, at most three, so that
/// a patch can be applied unless a changed line itself is not.
#[must_use]
pub fn unified_diff(path: &str, before: Shown<'_>, after: Shown<'_>) -> String {
    let old = format!("a/{path}");
    let new = format!("b/{path}");
    diff(&old, before, &new, after)
}

/// The creation of the file `path` with `content`.
#[must_use]
pub fn new_file_diff(path: &str, content: &str) -> String {
    let new = format!("b/{path}");
    diff("/dev/null", Shown::whole(""), &new, Shown::whole(content))
}

fn diff(old_name: &str, before: Shown<'_>, new_name: &str, after: Shown<'_>) -> String {
    // Lines are divided at \n alone, as patch and git do: `similar` would divide at a lone \r too.
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let ops = capture_diff_slices(Algorithm::Myers, &lines(before.text), &lines(after.text));
    let (old, new) = (lines(before.shown), lines(after.shown));
    let is_plain: Vec<bool> = lines(before.text)
        .iter()
        .zip(&old)
        .map(|(text, shown)| text == shown)
        .collect();
    let mut text = String::new();
    for hunk in hunks(&ops, &is_plain) {
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

/// The hunks with the most unchanged lines around them that are all shown as they are.
fn hunks(ops: &[DiffOp], is_plain: &[bool]) -> Vec<Vec<DiffOp>> {
    let shows_all = |hunks: &[Vec<DiffOp>]| {
        let kept = hunks
            .iter()
            .flatten()
            .filter(|op| op.tag() == DiffTag::Equal);
        kept.flat_map(DiffOp::old_range)
            .all(|line| is_plain.get(line).copied().unwrap_or(true))
    };
    let mut context = CONTEXT;
    loop {
        let hunks = group_diff_ops(ops.to_vec(), context);
        if context == 0 || shows_all(&hunks) {
            return hunks;
        }
        context -= 1;
    }
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

    fn plain(path: &str, before: &str, after: &str) -> String {
        unified_diff(path, Shown::whole(before), Shown::whole(after))
    }

    #[test]
    fn a_change_has_three_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let expected = "--- a/x/Dockerfile\n+++ b/x/Dockerfile\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(plain("x/Dockerfile", before, after), expected);
    }

    #[test]
    fn lines_that_are_not_shown_stay_out_of_the_context() {
        let before = Shown {
            text: "1\nsecret\n3\n4\n5\n6\n",
            shown: "1\n******\n3\n4\n5\n6\n",
        };
        let after = Shown {
            text: "1\nsecret\n3\nfour\n5\n6\n",
            shown: "1\n******\n3\nfour\n5\n6\n",
        };
        let expected = "--- a/D\n+++ b/D\n@@ -3,3 +3,3 @@\n 3\n-4\n+four\n 5\n";
        assert_eq!(unified_diff("D", before, after), expected);
        let removed = Shown {
            text: "1\n3\n4\n5\n6\n",
            shown: "1\n3\n4\n5\n6\n",
        };
        let expected = "--- a/D\n+++ b/D\n@@ -1,5 +1,4 @@\n 1\n-******\n 3\n 4\n 5\n";
        assert_eq!(unified_diff("D", before, removed), expected);
    }

    #[test]
    fn equal_files_have_no_diff() {
        assert_eq!(plain("Dockerfile", "FROM a\n", "FROM a\n"), "");
    }

    #[test]
    fn a_missing_last_line_end_is_said() {
        let expected = "--- a/D\n+++ b/D\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n";
        assert_eq!(plain("D", "a", "b"), expected);
        let expected = "--- a/D\n+++ b/D\n@@ -1 +1 @@\n-a\r\n\\ No newline at end of file\n+a\n";
        assert_eq!(plain("D", "a\r", "a\n"), expected);
    }

    #[test]
    fn carriage_returns_stay_in_the_lines() {
        let expected = "--- a/D\n+++ b/D\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n";
        assert_eq!(plain("D", "a\r\nb\r\n", "a\r\nc\r\n"), expected);
        assert_eq!(
            plain("D", "a\rb\nc\n", "a\rb\nd\n"),
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
