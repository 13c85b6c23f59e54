//! The words that an expansion falls into (`ProcessWords`).

use crate::value::{Value, ValueBuilder};

/// Collects the words of a result.
#[derive(Default)]
pub(super) struct Words {
    done: Vec<Value>,
    word: ValueBuilder,
}

impl Words {
    pub(super) fn push_or_split(&mut self, ch: char) {
        if ch.is_whitespace() {
            self.end_word();
        } else {
            self.word.push(ch);
        }
    }

    pub(super) fn push(&mut self, ch: char) {
        self.word.push(ch);
    }

    /// Adds what a variable expanded to, which splits at white space.
    pub(super) fn split(&mut self, piece: &Value) {
        if piece.is_known() {
            piece.as_str().chars().for_each(|ch| self.push_or_split(ch));
        } else {
            self.join(piece);
        }
    }

    /// Adds what stood between quotes, which does not split.
    pub(super) fn join(&mut self, piece: &Value) {
        self.word.push_value(piece);
    }

    /// Drops the word being read. BuildKit collects all words in one buffer and empties it for
    /// each operand, so that what stands in front of `${name:-operand}` in its word is lost.
    pub(super) fn forget_if(&mut self, operand_was_read: bool) {
        if operand_was_read {
            self.word = ValueBuilder::default();
        }
    }

    fn end_word(&mut self) {
        if self.word.len() > 0 {
            self.done.push(std::mem::take(&mut self.word).finish());
        }
    }

    pub(super) fn finish(mut self) -> Vec<Value> {
        self.end_word();
        self.done
    }
}
