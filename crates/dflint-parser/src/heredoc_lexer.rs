//! The shell-like lexer that finds heredocs in a logical line.
//!
//! BuildKit lexes the whole line with its word expander, no variable set, and takes the words that
//! look like `<<NAME`. What the expander refuses (an odd quote, `${x,,}`) therefore has no
//! heredoc at all. Written from `frontend/dockerfile/shell/lex.go`.

use std::ops::Range;

/// How deep `${a:-${b:-…}}` may nest; deeper ones count as refused.
const MAX_DEPTH: usize = 100;

/// What the lexer keeps of the text.
#[derive(Clone, Copy)]
pub(crate) struct Keep {
    /// Quote characters stay in the words.
    pub(crate) quotes: bool,
    /// Escape characters stay in the words.
    pub(crate) escapes: bool,
}

/// A word, and the bytes of the line it was read from.
#[derive(Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
}

/// The expander refuses the line.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused;

/// The words of `line`.
pub(crate) fn split_words(line: &str, keep: Keep) -> Result<Vec<Word>, Refused> {
    // Go's scanner ignores a byte order mark in front.
    let text = line.strip_prefix('\u{feff}').unwrap_or(line);
    let mut lexer = Lexer {
        text,
        at: 0,
        keep_quotes: keep.quotes,
        keep_escapes: keep.escapes,
        depth: 0,
        operands: 0,
    };
    lexer.words()
}

/// The words read so far and the one being read.
#[derive(Default)]
struct Words {
    done: Vec<Word>,
    text: String,
    range: Range<usize>,
}

impl Words {
    fn push(&mut self, piece: &str, range: Range<usize>) {
        if self.text.is_empty() {
            self.range = range.clone();
        }
        self.text.push_str(piece);
        self.range.end = range.end;
    }

    /// Appends `piece`, but ends the word where it has white space.
    fn push_splitting(&mut self, piece: &str, range: Range<usize>) {
        let mut buffer = [0; 4];
        for c in piece.chars() {
            if c.is_whitespace() {
                self.end_word();
            } else {
                self.push(c.encode_utf8(&mut buffer), range.clone());
            }
        }
    }

    /// Drops the word being read. BuildKit collects all words in one buffer and empties it for
    /// each operand, so that what stands in front of `${name:-operand}` in its word is lost.
    fn forget_if(&mut self, operand_was_read: bool) {
        if operand_was_read {
            self.text.clear();
        }
    }

    fn end_word(&mut self) {
        if self.text.is_empty() {
            return;
        }
        self.done.push(Word {
            text: std::mem::take(&mut self.text),
            range: self.range.clone(),
        });
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    keep_quotes: bool,
    keep_escapes: bool,
    depth: usize,
    /// How many operands of `${name:-operand}` and the like were read.
    operands: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn words(&mut self) -> Result<Vec<Word>, Refused> {
        let mut words = Words::default();
        let mut piece = String::new();
        while let Some(c) = self.peek() {
            let start = self.at;
            let operands = self.operands;
            piece.clear();
            match c {
                '$' => {
                    self.dollar(&mut piece)?;
                    words.forget_if(self.operands > operands);
                    words.push_splitting(&piece, start..self.at);
                    continue;
                }
                '\'' => self.single_quoted(&mut piece)?,
                '"' => {
                    self.double_quoted(&mut piece)?;
                    words.forget_if(self.operands > operands);
                }
                '<' => self.possible_heredoc(&mut piece),
                '\\' => self.escaped(&mut piece),
                _ => {
                    self.at += c.len_utf8();
                    piece.push(c);
                    words.push_splitting(&piece, start..self.at);
                    continue;
                }
            }
            words.push(&piece, start..self.at);
        }
        words.end_word();
        Ok(words.done)
    }

    fn escaped(&mut self, out: &mut String) {
        self.next();
        if self.keep_escapes {
            out.push('\\');
        }
        out.extend(self.next());
    }

    fn single_quoted(&mut self, out: &mut String) -> Result<(), Refused> {
        self.next();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.find('\'').ok_or(Refused)?;
        let content = rest.get(..len).unwrap_or_default();
        let quote = if self.keep_quotes { "'" } else { "" };
        for piece in [quote, content, quote] {
            out.push_str(piece);
        }
        self.at += len + 1;
        Ok(())
    }

    fn double_quoted(&mut self, out: &mut String) -> Result<(), Refused> {
        self.next();
        if self.keep_quotes {
            out.push('"');
        }
        loop {
            match self.peek().ok_or(Refused)? {
                '"' => {
                    self.next();
                    if self.keep_quotes {
                        out.push('"');
                    }
                    return Ok(());
                }
                '$' => self.dollar(out)?,
                '\\' => self.escaped_in_double_quotes(out),
                c => {
                    self.next();
                    out.push(c);
                }
            }
        }
    }

    /// Only `"`, `$` and the escape itself can be escaped here. Before any other character the
    /// escape stays, and is doubled where escapes are kept.
    fn escaped_in_double_quotes(&mut self, out: &mut String) {
        self.next();
        if self.keep_escapes {
            out.push('\\');
        }
        match self.peek() {
            None => {}
            Some(c @ ('"' | '$' | '\\')) => {
                self.next();
                out.push(c);
            }
            Some(_) => out.push('\\'),
        }
    }

    /// Keeps the space between `<<` and the name in the word.
    fn possible_heredoc(&mut self, out: &mut String) {
        self.next();
        out.push('<');
        if self.peek() != Some('<') {
            return;
        }
        self.next();
        out.push('<');
        while let Some(space @ ('\t' | '\r' | ' ')) = self.peek() {
            self.next();
            out.push(space);
        }
    }

    fn dollar(&mut self, out: &mut String) -> Result<(), Refused> {
        self.next();
        out.push('$');
        if self.peek() != Some('{') {
            self.name(out);
            return Ok(());
        }
        self.next();
        out.push('{');
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            return Err(Refused);
        }
        self.name(out);
        match self.next().ok_or(Refused)? {
            '}' => {
                out.push('}');
                Ok(())
            }
            ':' => {
                out.push(':');
                match self.next().ok_or(Refused)? {
                    '#' | '%' => Err(Refused),
                    modifier => self.operand(modifier, false, out),
                }
            }
            modifier @ ('+' | '-' | '?') => self.operand(modifier, false, out),
            modifier @ ('#' | '%') => self.operand(modifier, true, out),
            '/' => self.replacement(out),
            _ => Err(Refused),
        }
    }

    fn operand(&mut self, modifier: char, escapes: bool, out: &mut String) -> Result<(), Refused> {
        out.push(modifier);
        self.until('}', escapes, out)
    }

    /// `${name/pattern/with}`, `${name//pattern/with}`: the second slash of `//` is not kept.
    fn replacement(&mut self, out: &mut String) -> Result<(), Refused> {
        out.push('/');
        if self.peek() == Some('/') {
            self.next();
        }
        self.until('/', true, out)?;
        self.until('}', true, out)
    }

    /// Reads up to and with the unescaped `stop`.
    fn until(&mut self, stop: char, escapes: bool, out: &mut String) -> Result<(), Refused> {
        if self.depth == MAX_DEPTH {
            return Err(Refused);
        }
        let outer = std::mem::replace(&mut self.keep_escapes, escapes);
        self.operands += 1;
        self.depth += 1;
        let read = self.read_until(stop, out);
        self.depth -= 1;
        self.keep_escapes = outer;
        read
    }

    fn read_until(&mut self, stop: char, out: &mut String) -> Result<(), Refused> {
        loop {
            match self.peek().ok_or(Refused)? {
                c if c == stop => {
                    self.next();
                    out.push(stop);
                    return Ok(());
                }
                '$' => self.dollar(out)?,
                '\'' => self.single_quoted(out)?,
                '"' => self.double_quoted(out)?,
                '<' => self.possible_heredoc(out),
                '\\' => self.escaped(out),
                c => {
                    self.next();
                    out.push(c);
                }
            }
        }
    }

    /// A variable name: letters, digits and `_`; digits alone after a leading digit; or one
    /// special parameter.
    fn name(&mut self, out: &mut String) {
        let Some(first) = self.peek() else {
            return;
        };
        if matches!(first, '@' | '*' | '#' | '?' | '-' | '$' | '!') {
            self.next();
            out.push(first);
            return;
        }
        let only_digits = first.is_numeric();
        while let Some(c) = self.peek() {
            let belongs = c.is_numeric() || (!only_digits && (c.is_alphabetic() || c == '_'));
            if !belongs {
                return;
            }
            self.next();
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Keep = Keep {
        quotes: true,
        escapes: true,
    };
    const NONE: Keep = Keep {
        quotes: false,
        escapes: false,
    };

    fn words(line: &str, keep: Keep) -> Option<Vec<String>> {
        let words = split_words(line, keep).ok()?;
        Some(words.into_iter().map(|word| word.text).collect())
    }

    #[test]
    fn words_are_split_outside_of_quotes() {
        for (line, expected) in [
            ("RUN cat <<EOF", vec!["RUN", "cat", "<<EOF"]),
            ("RUN cat << EOF x", vec!["RUN", "cat", "<< EOF", "x"]),
            ("RUN <<-\"A B\" c", vec!["RUN", "<<-\"A B\"", "c"]),
            (r"a\ b \<<c", vec![r"a\ b", r"\<<c"]),
            (r#""a\"b" "c\d""#, vec![r#""a\"b""#, r#""c\\d""#]),
            (
                "$X ${Y:-a b} ${Z//a/b}",
                vec!["$X", "${Y:-a", "b}", "${Z/a/b}"],
            ),
            (
                r#"<<A${X:-b} <<B"${Y/a/c}d"e <<C${Z}"#,
                vec!["${X:-b}", r#""${Y/a/c}d"e"#, "<<C${Z}"],
            ),
            ("$ $(ls) $$ ${1}", vec!["$", "$(ls)", "$$", "${1}"]),
            ("a\u{a0}b", vec!["a", "b"]),
            ("", vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(words(line, ALL), Some(expected), "{line}");
        }
    }

    #[test]
    fn quotes_and_escapes_can_be_dropped() {
        for (line, expected) in [
            (r#"a'b c'"d e"\f"#, vec!["ab cd ef"]),
            (r#""""#, vec![]),
            (r#""a\b""#, vec![r"a\b"]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(words(line, NONE), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_the_expander_refuses_has_no_words() {
        for line in [
            "don't", "\"a", "${", "${}", "${:x}", "${x", "${x,,}", "${x^}", "${!x}", "${#x}",
            "${x:-a", "${x/a}", "${x:#a}", "${x:",
        ] {
            assert_eq!(words(line, ALL), None, "{line}");
        }
        assert_eq!(words(&"${a:-".repeat(100_000), ALL), None);
    }

    #[test]
    fn words_know_where_they_stand() {
        let words = split_words("RUN a << 'E F'x", ALL).unwrap();
        assert_eq!(words[2].range, 6..15);
    }
}
