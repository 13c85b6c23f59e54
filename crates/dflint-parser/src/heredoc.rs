//! Heredocs: which words open one, and where its body ends.

use memchr::memchr_iter;

use crate::ast::Heredoc;
use crate::heredoc_lexer::{Keep, Refused, split_words};
use crate::physical_lines::{PhysicalLine, PhysicalLines};
use crate::problem::Problem;
use crate::span::Span;
use crate::text::Text;

/// A word that opens a heredoc.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Opener<'a> {
    /// The word.
    pub(crate) word: Text<'a>,
    /// What follows `<<`, read.
    pub(crate) name: HeredocName,
}

/// `[fd]<<[-]NAME`, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeredocName {
    /// Without quotes.
    pub(crate) name: String,
    /// Whether no part of it is quoted.
    pub(crate) expand: bool,
    /// Whether it is written with `<<-`.
    pub(crate) chomp: bool,
    /// The number in front of `<<`, 0 without one.
    pub(crate) fd: u64,
}

/// The heredocs that the logical line `line` opens.
pub(crate) fn find_openers<'a>(line: &Text<'a>) -> Result<Vec<Opener<'a>>, Problem> {
    let text = line.as_str();
    if !may_hold_heredoc(text.as_bytes()) {
        return Ok(Vec::new());
    }
    let keep = Keep {
        quotes: true,
        escapes: true,
    };
    let Ok(words) = split_words(text, keep) else {
        return Ok(Vec::new());
    };
    let mut openers = Vec::new();
    for found in words {
        let word = line.slice(found.range);
        match read_name(&found.text) {
            Ok(Some(name)) => openers.push(Opener { word, name }),
            Ok(None) => {}
            Err(Refused) => {
                let message = format!("cannot read the heredoc name in `{}`", found.text);
                return Err(Problem::new(word.span(), message));
            }
        }
    }
    Ok(openers)
}

fn may_hold_heredoc(line: &[u8]) -> bool {
    memchr_iter(b'<', line).any(|at| line.get(at + 1) == Some(&b'<'))
}

/// Reads `word` as `[fd]<<[-]NAME`; `None` where it is something else, refused where the name
/// has an odd quote or the like.
pub(crate) fn read_name(word: &str) -> Result<Option<HeredocName>, Refused> {
    let Some((fd, rest)) = word.split_once('<') else {
        return Ok(None);
    };
    let Some(rest) = rest.strip_prefix('<') else {
        return Ok(None);
    };
    if !fd.bytes().all(|byte| byte.is_ascii_digit()) || rest.contains('<') {
        return Ok(None);
    }
    let unchomped = rest.strip_prefix('-');
    let chomp = unchomped.is_some();
    let quoted = unchomped
        .unwrap_or(rest)
        .trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if quoted.is_empty() {
        return Ok(None);
    }
    let words = split_words(
        quoted,
        Keep {
            quotes: false,
            escapes: false,
        },
    )?;
    let [plain] = words.as_slice() else {
        return Ok(None);
    };
    let words = split_words(
        quoted,
        Keep {
            quotes: true,
            escapes: false,
        },
    )?;
    let [raw] = words.as_slice() else {
        return Err(Refused);
    };
    Ok(Some(HeredocName {
        name: plain.text.clone(),
        expand: count_quotes(&plain.text) == count_quotes(&raw.text),
        chomp,
        fd: if fd.is_empty() {
            0
        } else {
            fd.parse().unwrap_or(u64::MAX)
        },
    }))
}

fn count_quotes(text: &str) -> usize {
    text.bytes()
        .filter(|byte| matches!(byte, b'\'' | b'"'))
        .count()
}

/// A heredoc whose end was looked for.
pub(crate) struct ReadHeredoc<'a> {
    /// With the body up to the terminator or, without one, to the end of the file.
    pub(crate) heredoc: Heredoc<'a>,
    /// The terminator line, or the last line of the file.
    pub(crate) last_line: Option<PhysicalLine<'a>>,
    /// Whether the terminator is there.
    pub(crate) terminated: bool,
    /// The number of the first line that would be the terminator but for its white space.
    pub(crate) nearly: Option<u32>,
    /// The first line that is too long for BuildKit, which reads no further.
    pub(crate) too_long: Option<PhysicalLine<'a>>,
}

/// Reads the body that `opener` opens; `start` is the byte at which it begins.
pub(crate) fn read_body<'a>(
    source: &'a str,
    opener: Opener<'a>,
    lines: &mut PhysicalLines<'_, 'a>,
    start: u32,
) -> ReadHeredoc<'a> {
    let HeredocName {
        name,
        expand,
        chomp,
        fd,
    } = opener.name;
    let mut last_line = None;
    let mut terminator = None;
    let mut too_long = None;
    let mut nearly = None;
    let mut end = start;
    for line in lines.by_ref() {
        last_line = Some(line);
        too_long = too_long.or(Some(line).filter(|line| line.too_long));
        let content = if chomp {
            line.content.trim_start_matches('\t')
        } else {
            line.content
        };
        if content == name {
            terminator = Some(line.content_span());
            break;
        }
        if nearly.is_none() && content.trim() == name {
            nearly = Some(line.number);
        }
        end = line.end;
    }
    let body = Text::contiguous(Span::new(start, end).text(source), start);
    ReadHeredoc {
        heredoc: Heredoc {
            name,
            opener: opener.word,
            body,
            terminator: terminator.unwrap_or(Span::empty(end)),
            expand,
            chomp,
            fd,
        },
        last_line,
        terminated: terminator.is_some(),
        nearly,
        too_long,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<(String, bool, bool, u64)> {
        let openers = find_openers(&Text::contiguous(line, 0)).unwrap();
        openers
            .into_iter()
            .map(|opener| opener.name)
            .map(|name| (name.name, name.expand, name.chomp, name.fd))
            .collect()
    }

    #[test]
    fn openers_are_found_as_buildkit_finds_them() {
        let plain = |name: &str| (name.to_owned(), true, false, 0);
        for (line, expected) in [
            ("RUN <<EOF", vec![plain("EOF")]),
            ("RUN << EOF", vec![plain("EOF")]),
            ("RUN <<-EOF", vec![("EOF".to_owned(), true, true, 0)]),
            ("RUN 3<<EOF", vec![("EOF".to_owned(), true, false, 3)]),
            ("RUN <<'EOF'", vec![("EOF".to_owned(), false, false, 0)]),
            ("RUN <<E\"O\"F", vec![("EOF".to_owned(), false, false, 0)]),
            (r"RUN <<\'EOF", vec![plain("'EOF")]),
            ("RUN <<\"A B\"", vec![("A B".to_owned(), false, false, 0)]),
            ("RUN <<EOF;", vec![plain("EOF;")]),
            ("RUN <<EOF>f", vec![plain("EOF>f")]),
            ("RUN <<$X", vec![plain("$X")]),
            ("RUN $(( 1 << 2 ))", vec![plain("2")]),
            ("RUN <<A cat <<B", vec![plain("A"), plain("B")]),
            ("RUN cat<<EOF", vec![]),
            ("RUN \"<<EOF\"", vec![]),
            (r"RUN \<<EOF", vec![]),
            ("RUN <<<EOF", vec![]),
            ("RUN $((1<<2))", vec![]),
            ("RUN <<\"\"", vec![]),
            ("RUN <<", vec![]),
            ("RUN don't <<EOF", vec![]),
            ("RUN ${x,,} <<EOF", vec![]),
            (r"RUN <<${x:-\'}", vec![]),
        ] {
            assert_eq!(names(line), expected, "{line}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_read_is_refused() {
        assert!(read_name("<<'x").is_err());
    }
}
