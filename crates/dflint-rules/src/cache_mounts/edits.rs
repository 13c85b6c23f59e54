//! Edits to a RUN: mounts put in front of its command, words taken out of it.

use dflint_build::packages::Owner;
use dflint_fix::Edit;
use dflint_knowledge::package_manager::Sharing;
use dflint_parser::{Dockerfile, Instruction, Mount, Span};
use dflint_shell::{Script, TextRange, Word};

/// What the repair of a RUN changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    /// Changes of mounts that are there.
    pub(super) mount_edits: Vec<Edit>,
    pub(super) edits: Vec<Edit>,
    /// Texts that are taken out of the command.
    pub(super) removed: Vec<String>,
    /// Texts that are put into it.
    pub(super) added: Vec<String>,
    /// Mounts that are missing, as flag words.
    pub(super) mounts: Vec<String>,
    /// Why a person must look at it; `None` while it is safe.
    pub(super) risk: Option<&'static str>,
}

impl Changes {
    pub(super) fn extend(&mut self, other: Changes) {
        self.mount_edits.extend(other.mount_edits);
        self.edits.extend(other.edits);
        self.removed.extend(other.removed);
        self.added.extend(other.added);
        for mount in other.mounts {
            if !self.mounts.contains(&mount) {
                self.mounts.push(mount);
            }
        }
        self.risk = self.risk.or(other.risk);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.mount_edits.is_empty() && self.edits.is_empty() && self.mounts.is_empty()
    }

    /// All edits in the order in which those at the same place apply: what is appended to a mount
    /// comes before the mounts behind it, and they come before the command.
    pub(super) fn into_edits(self, file: &Dockerfile<'_>, run: &Instruction<'_>) -> Vec<Edit> {
        let mut edits = self.mount_edits;
        edits.extend(insert_mounts(file, run, &self.mounts));
        edits.extend(self.edits);
        edits
    }
}

/// The flag word of a cache mount.
pub(super) fn mount_flag(target: &str, sharing: Sharing, owner: Owner) -> String {
    let mut flag = format!("--mount=type=cache,target={target}");
    if sharing == Sharing::Locked {
        flag.push_str(",sharing=locked");
    }
    if !owner.is_root() {
        flag.push_str(&format!(",uid={},gid={}", owner.uid, owner.gid));
    }
    flag
}

/// Puts the mounts one a line behind the flags that are there, or in front of the command.
pub(crate) fn insert_mounts(
    file: &Dockerfile<'_>,
    run: &Instruction<'_>,
    mounts: &[String],
) -> Option<Edit> {
    if mounts.is_empty() {
        return None;
    }
    let between = format!(" {}\n{}", file.directives.escape, indent(file, run));
    if let Some(last) = run.flags.last() {
        let text: String = mounts
            .iter()
            .map(|mount| format!("{between}{mount}"))
            .collect();
        return Some(Edit::insert(last.word.span().end, text));
    }
    let joined = mounts.join(&between);
    let is_heredoc = !run.heredocs.is_empty();
    let behind = if is_heredoc { " " } else { between.as_str() };
    Some(Edit::insert(run.rest.span().start, joined + behind))
}

/// How the lines of this RUN, or else of the file's next continued one, are indented.
fn indent<'s>(file: &Dockerfile<'s>, run: &Instruction<'s>) -> &'s str {
    const DEFAULT: &str = "    ";
    if !run.heredocs.is_empty() {
        return DEFAULT;
    }
    let mut lines = run.span.text(file.source).lines().skip(1);
    let own = lines.find(|line| {
        let content = line.trim_start();
        !content.is_empty() && !content.starts_with('#')
    });
    let indent = own.map(|line| {
        let width = line.len() - line.trim_start().len();
        line.get(..width).unwrap_or_default()
    });
    indent
        .filter(|indent| !indent.is_empty())
        .unwrap_or(DEFAULT)
}

/// A change of a mount that is there.
#[derive(Debug, Clone, Default)]
pub(super) struct MountChange {
    pub(super) target: Option<String>,
    pub(super) locked: bool,
    pub(super) owner: Option<Owner>,
}

/// Changes fields of a mount that is there, or appends them; `None` where it is quoted.
pub(super) fn change_mount(
    file: &Dockerfile<'_>,
    mount: &Mount<'_>,
    change: &MountChange,
) -> Option<Vec<Edit>> {
    let flag = mount.flag.span();
    if flag.text(file.source).contains(['"', '\'', '\n']) {
        return None;
    }
    let mut edits = Vec::new();
    let mut appended = String::new();
    let mut set = |keys: &[&str], value: &str| {
        let written = mount
            .fields
            .iter()
            .rev()
            .find(|field| keys.contains(&field.key.as_str()))
            .and_then(|field| field.value.as_ref());
        match written {
            Some(written) => edits.push(Edit::replace(written.span(), value)),
            None => {
                let key = keys.first().copied().unwrap_or_default();
                appended.push_str(&format!(",{key}={value}"));
            }
        }
    };
    if let Some(target) = &change.target {
        set(&["target", "dst", "destination"], target);
    }
    if change.locked {
        set(&["sharing"], "locked");
    }
    if let Some(owner) = change.owner {
        set(&["uid"], &owner.uid.to_string());
        set(&["gid"], &owner.gid.to_string());
    }
    if !appended.is_empty() {
        edits.push(Edit::insert(flag.end, appended));
    }
    Some(edits)
}

/// The script of a RUN with the file it stands in.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    pub(super) script: &'s Script<'s>,
    pub(super) file: &'s str,
    pub(super) escape: char,
}

impl Source<'_> {
    /// The edit that takes `word` out; `words` are all of its command's, in order. `None` where it
    /// is the first, or not in one piece.
    pub(super) fn delete_word(&self, word: Word<'_>, words: &[Word<'_>]) -> Option<Edit> {
        let at = words
            .iter()
            .position(|other| other.range() == word.range())?;
        let before = words.get(at.checked_sub(1)?)?.span();
        let after = words.get(at + 1).map(|next| next.span());
        let own = self.span(word.range())?;
        if self.script.is_exec() {
            // From behind the quote that closes the word before to behind its own.
            let gone = Span::new(before.end + 1, own.end + 1);
            let is_quoted = gone.text(self.file).ends_with('"')
                && gone.text(self.file).trim_start().starts_with(',');
            return is_quoted.then(|| Edit::delete(gone));
        }
        if self.is_blank(Span::new(before.end, own.start)) {
            return Some(Edit::delete(Span::new(before.end, own.end)));
        }
        let behind = after.filter(|after| self.is_blank(Span::new(own.end, after.start)));
        let end = behind.map_or(own.end, |after| after.start);
        Some(Edit::delete(Span::new(own.start, end)))
    }

    /// The edit that puts `text` in the place of `word`.
    pub(super) fn replace_word(&self, word: Word<'_>, text: &str) -> Option<Edit> {
        Some(Edit::replace(self.span(word.range())?, text))
    }

    /// The edit that puts `words` behind `word`.
    pub(super) fn add_behind(&self, word: Word<'_>, words: &str) -> Option<Edit> {
        let own = self.span(word.range())?;
        if !self.script.is_exec() {
            return Some(Edit::insert(own.end, format!(" {words}")));
        }
        let text: String = words
            .split(' ')
            .map(|word| format!(", \"{word}\""))
            .collect();
        Some(Edit::insert(own.end + 1, text))
    }

    /// The one run of the file that `range` stands on.
    pub(super) fn span(&self, range: TextRange) -> Option<Span> {
        let mut spans = self.script.source_ranges(range);
        let only = spans.next()?;
        spans.next().is_none().then_some(only)
    }

    /// Whether nothing but white space and continuations stands in `span`.
    pub(super) fn is_blank(&self, span: Span) -> bool {
        let is_blank = |letter: char| letter.is_ascii_whitespace() || letter == self.escape;
        span.text(self.file).chars().all(is_blank)
    }
}
