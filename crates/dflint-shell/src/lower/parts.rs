//! Words and what they are made of.

use shuck_ast as ast;

use super::Lowering;
use crate::command::Place;
use crate::decode::{Quoting, decode};
use crate::range::TextRange;
use crate::tree::Construct;
use crate::word::{Part, Value, WordNode, push_decoded};

impl Lowering<'_, '_> {
    pub(super) fn word(&mut self, word: &ast::Word, place: Place) -> WordNode {
        let range = self.range(word.span);
        let range = self.without_continuation(range);
        self.word_with_head(
            range,
            TextRange::new(range.start, range.start),
            &word.parts,
            place,
        )
    }

    /// A span can end with the continuation behind the word.
    fn without_continuation(&self, mut range: TextRange) -> TextRange {
        while let Some(shorter) = range.of(self.text).strip_suffix("\\\n") {
            range.end = range.start + shorter.len() as u32;
        }
        range
    }

    /// A word of `range` that begins with the plain text `head` (`NAME=`).
    pub(super) fn word_with_head(
        &mut self,
        range: TextRange,
        head: TextRange,
        parts: &[ast::WordPartNode],
        place: Place,
    ) -> WordNode {
        if is_plain(range.of(self.text)) {
            return WordNode {
                range,
                ..WordNode::default()
            };
        }
        let mut made = Vec::with_capacity(parts.len() + 1);
        if !head.is_empty() {
            made.push(Part::Text {
                range: head,
                quoting: Quoting::Unquoted,
            });
        }
        self.parts(parts, false, place, &mut made);
        self.check_cover(range, &made);
        self.word_of(range, made)
    }

    /// A word that is known only at run time, holding the parts of `elements`.
    pub(super) fn dynamic_word(&mut self, range: TextRange, elements: Vec<WordNode>) -> WordNode {
        let operand = elements.into_iter().flat_map(|word| word.parts).collect();
        WordNode {
            range,
            value: Value::Dynamic,
            parts: vec![Part::Computed { range, operand }],
            glob: false,
            brace: false,
        }
    }

    fn word_of(&mut self, range: TextRange, parts: Vec<Part>) -> WordNode {
        let mut word = WordNode {
            range,
            ..WordNode::default()
        };
        let mut value = Some(String::new());
        for part in &parts {
            let Part::Text { range, quoting } = part else {
                value = None;
                continue;
            };
            let raw = range.of(self.text);
            let piece = decode(raw, *quoting, |_, _| {});
            word.glob |= piece.glob;
            word.brace |= piece.brace;
            self.check(!piece.suspect);
            if let Some(value) = &mut value {
                push_decoded(raw, *quoting, value);
            }
        }
        word.value = value.map_or(Value::Dynamic, |value| Value::Static(value.into()));
        word.parts = parts;
        word
    }

    /// The parts must cover the word but for quotes and continuations.
    fn check_cover(&mut self, range: TextRange, parts: &[Part]) {
        let mut at = range.start;
        for part in parts {
            let own = part.range();
            self.check_gap(at, own.start);
            at = own.end;
        }
        self.check_gap(at, range.end);
    }

    fn check_gap(&mut self, from: u32, to: u32) {
        let gap = self.text.get(from as usize..to as usize);
        let quotes = |text: &str| {
            text.bytes()
                .all(|byte| matches!(byte, b'"' | b'\'' | b'$' | b'\\' | b'\n'))
        };
        self.check(gap.is_some_and(quotes));
    }

    fn parts(
        &mut self,
        parts: &[ast::WordPartNode],
        quoted: bool,
        place: Place,
        made: &mut Vec<Part>,
    ) {
        for part in parts {
            self.part(&part.kind, part.span, quoted, place, made);
        }
    }

    fn part(
        &mut self,
        part: &ast::WordPart,
        span: ast::Span,
        quoted: bool,
        place: Place,
        made: &mut Vec<Part>,
    ) {
        let range = self.range(span);
        let made_part = match part {
            ast::WordPart::Literal(_) => Part::Text {
                range,
                quoting: if quoted {
                    Quoting::Double
                } else {
                    Quoting::Unquoted
                },
            },
            ast::WordPart::SingleQuoted { dollar, .. } => self.single_quoted(range, *dollar),
            ast::WordPart::DoubleQuoted { parts, .. } => {
                if parts.is_empty() {
                    let inside =
                        TextRange::new(range.end.saturating_sub(1), range.end.saturating_sub(1));
                    made.push(Part::Text {
                        range: inside,
                        quoting: Quoting::Double,
                    });
                }
                return self.parts(parts, true, place, made);
            }
            ast::WordPart::Variable(name) => Part::Parameter {
                name: name.as_str().into(),
                range,
                quoted,
                plain: true,
                operand: Vec::new(),
            },
            ast::WordPart::Parameter(parameter) => self.parameter(parameter, range, quoted, place),
            ast::WordPart::CommandSubstitution { body, .. }
            | ast::WordPart::ProcessSubstitution { body, .. } => Part::Command {
                body: self.list(body, place.within(Construct::Substitution)),
                range,
                quoted,
            },
            ast::WordPart::ArithmeticExpansion {
                expression_word_ast,
                ..
            } => self.computed(range, [&**expression_word_ast], quoted, place),
            ast::WordPart::ParameterExpansion {
                reference,
                operand_word_ast,
                ..
            }
            | ast::WordPart::IndirectExpansion {
                reference,
                operand_word_ast,
                ..
            } => {
                let operand = self.operand(operand_word_ast.as_deref(), quoted, place);
                parameter_of(reference, range, quoted, operand)
            }
            ast::WordPart::Substring { reference, .. }
            | ast::WordPart::ArraySlice { reference, .. }
            | ast::WordPart::Length(reference)
            | ast::WordPart::ArrayAccess(reference)
            | ast::WordPart::ArrayLength(reference)
            | ast::WordPart::ArrayIndices(reference)
            | ast::WordPart::Transformation { reference, .. } => {
                parameter_of(reference, range, quoted, Vec::new())
            }
            ast::WordPart::PrefixMatch { .. } => Part::Computed {
                range,
                operand: Vec::new(),
            },
            ast::WordPart::ZshQualifiedGlob(_) => {
                self.sound = false;
                Part::Computed {
                    range,
                    operand: Vec::new(),
                }
            }
        };
        made.push(made_part);
    }

    fn single_quoted(&mut self, range: TextRange, dollar: bool) -> Part {
        let open = if dollar { 2 } else { 1 };
        let is_quoted = range.len() > open
            && range
                .of(self.text)
                .starts_with(if dollar { "$'" } else { "'" })
            && range.of(self.text).ends_with('\'');
        self.check(is_quoted);
        Part::Text {
            range: if is_quoted {
                TextRange::new(range.start + open, range.end - 1)
            } else {
                range
            },
            quoting: if dollar {
                Quoting::AnsiC
            } else {
                Quoting::Single
            },
        }
    }

    fn parameter(
        &mut self,
        parameter: &ast::ParameterExpansion,
        range: TextRange,
        quoted: bool,
        place: Place,
    ) -> Part {
        let Some(bourne) = parameter.bourne() else {
            self.sound = false;
            return Part::Computed {
                range,
                operand: Vec::new(),
            };
        };
        let mut operand = self.operand(bourne.operand_word_ast(), quoted, place);
        operand.extend(self.operand(bourne.offset_word_ast(), quoted, place));
        operand.extend(self.operand(bourne.length_word_ast(), quoted, place));
        match bourne {
            ast::BourneParameterExpansion::Access { reference } => {
                let plain = reference.subscript.is_none();
                Part::Parameter {
                    name: reference.name.as_str().into(),
                    range,
                    quoted,
                    plain,
                    operand,
                }
            }
            ast::BourneParameterExpansion::Length { reference }
            | ast::BourneParameterExpansion::Indices { reference }
            | ast::BourneParameterExpansion::Indirect { reference, .. }
            | ast::BourneParameterExpansion::Slice { reference, .. }
            | ast::BourneParameterExpansion::Operation { reference, .. }
            | ast::BourneParameterExpansion::Transformation { reference, .. } => {
                parameter_of(reference, range, quoted, operand)
            }
            ast::BourneParameterExpansion::PrefixMatch { .. } => Part::Computed { range, operand },
        }
    }

    fn operand(&mut self, word: Option<&ast::Word>, quoted: bool, place: Place) -> Vec<Part> {
        let mut made = Vec::new();
        if let Some(word) = word {
            self.parts(&word.parts, quoted, place, &mut made);
        }
        made
    }

    fn computed<'w>(
        &mut self,
        range: TextRange,
        words: impl IntoIterator<Item = &'w ast::Word>,
        quoted: bool,
        place: Place,
    ) -> Part {
        let mut operand = Vec::new();
        for word in words {
            self.parts(&word.parts, quoted, place, &mut operand);
        }
        Part::Computed { range, operand }
    }

    /// The expansions in the body of a heredoc.
    pub(super) fn heredoc_expansions(&mut self, body: &ast::HeredocBody, place: Place) -> WordNode {
        let range = self.range(body.span);
        let mut parts = Vec::new();
        for part in &body.parts {
            let own = self.range(part.span);
            match &part.kind {
                ast::HeredocBodyPart::Literal(_) => {}
                ast::HeredocBodyPart::Variable(name) => parts.push(Part::Parameter {
                    name: name.as_str().into(),
                    range: own,
                    quoted: true,
                    plain: true,
                    operand: Vec::new(),
                }),
                ast::HeredocBodyPart::CommandSubstitution { body, .. } => {
                    let body = self.list(body, place.within(Construct::Substitution));
                    parts.push(Part::Command {
                        body,
                        range: own,
                        quoted: true,
                    });
                }
                ast::HeredocBodyPart::ArithmeticExpansion {
                    expression_word_ast,
                    ..
                } => parts.push(self.computed(own, [&**expression_word_ast], true, place)),
                ast::HeredocBodyPart::Parameter(parameter) => {
                    parts.push(self.parameter(parameter, own, true, place));
                }
            }
        }
        WordNode {
            range,
            value: Value::Dynamic,
            parts,
            glob: false,
            brace: false,
        }
    }
}

fn parameter_of(
    reference: &ast::VarRef,
    range: TextRange,
    quoted: bool,
    operand: Vec<Part>,
) -> Part {
    Part::Parameter {
        name: reference.name.as_str().into(),
        range,
        quoted,
        plain: false,
        operand,
    }
}

/// Whether `word` stands for itself: nothing in it is special to the shell.
fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| {
            !matches!(
                byte,
                b'"' | b'\''
                    | b'\\'
                    | b'$'
                    | b'`'
                    | b'*'
                    | b'?'
                    | b'['
                    | b'{'
                    | b'<'
                    | b'>'
                    | b'('
                    | b')'
                    | b'\n'
            )
        })
}
