//! What a fix would do, as a small diff below its finding.

use std::collections::HashMap;
use std::io::{self, Write};

use codespan_reporting::term::termcolor::{Buffer, Color, ColorSpec, WriteColor};
use dflint_fix::{Edit, Fix, Safety, Target};
use dflint_parser::Span;

use crate::display::{excerpt, harmless};
use crate::model::{Lines, Report};
use crate::names::safety_name;

/// How much of a line around a change is looked at, in bytes: far more than is shown.
const AROUND: usize = 4096;

/// The most lines of a fix that are shown; `--diff` shows it whole.
const MAX_LINES: usize = 16;

/// What fixes create or add to other files: many Dockerfiles may ask for the same, which is shown
/// once.
pub(crate) struct OtherFiles<'r> {
    /// By path and text the first edit that asks for it.
    first: HashMap<(&'r str, &'r str), &'r Edit>,
}

impl<'r> OtherFiles<'r> {
    pub(crate) fn of(report: &'r Report) -> Self {
        let mut first = HashMap::new();
        let findings = report.files.iter().flat_map(|file| &file.findings);
        for edit in findings.flat_map(|it| &it.fix).flat_map(|fix| &fix.edits) {
            if let Target::ContextFile(file) = &edit.target {
                let asked = (file.path.as_str(), edit.text.as_str());
                first.entry(asked).or_insert(edit);
            }
        }
        Self { first }
    }

    /// Whether no edit before this one asks for the same text in the file at `path`.
    fn is_first(&self, path: &str, edit: &Edit) -> bool {
        let first = self.first.get(&(path, edit.text.as_str()));
        first.is_none_or(|first| std::ptr::eq(*first, edit))
    }
}

/// Whole lines that a fix replaces, those that stay the same at either end left out.
struct Change<'a> {
    before: Vec<&'a str>,
    after: Vec<String>,
    /// Where the first of the lines begins to differ, in bytes.
    differs_at: u32,
}

/// Writes the title of `fix` and the lines it changes in `text`.
pub(crate) fn write(
    fix: &Fix,
    text: &str,
    lines: &Lines<'_>,
    others: &OtherFiles<'_>,
    buffer: &mut Buffer,
) -> io::Result<()> {
    let how = match fix.safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe-fixes",
        Safety::Manual => "by hand",
    };
    buffer.set_color(ColorSpec::new().set_fg(Some(Color::Cyan)))?;
    write!(buffer, "  =")?;
    buffer.reset()?;
    let safety = safety_name(fix.safety);
    writeln!(buffer, " fix ({safety}, {how}): {}", harmless(&fix.title))?;
    let mut rows = Rows { buffer, written: 0 };
    for edit in &fix.edits {
        if let Target::ContextFile(file) = &edit.target {
            let path = &file.path;
            let what = match file.before {
                None => format!("new file {path}"),
                Some(_) => format!("file {path}"),
            };
            if !others.is_first(path, edit) {
                rows.write(' ', &format!("{what}, as above"), 0)?;
                continue;
            }
            rows.write(' ', &what, 0)?;
            // The first line end may be that of the last line that is there.
            let lines = edit.text.lines();
            for line in lines.skip_while(|line| line.is_empty()) {
                rows.write('+', line, 0)?;
            }
        }
    }
    for change in changes(fix, text, lines) {
        for line in &change.before {
            rows.write('-', line, change.differs_at)?;
        }
        for line in &change.after {
            rows.write('+', line, change.differs_at)?;
        }
    }
    let hidden = rows.written.saturating_sub(MAX_LINES);
    if hidden > 0 {
        writeln!(buffer, "    … {hidden} more")?;
    }
    Ok(())
}

struct Rows<'b> {
    buffer: &'b mut Buffer,
    /// How many lines there were, those that were not shown included.
    written: usize,
}

impl Rows<'_> {
    fn write(&mut self, sign: char, line: &str, differs_at: u32) -> io::Result<()> {
        self.written += 1;
        if self.written > MAX_LINES {
            return Ok(());
        }
        let color = match sign {
            '-' => Some(Color::Red),
            '+' => Some(Color::Green),
            _ => None,
        };
        let line = harmless(line);
        let mark = Span::empty(differs_at.min(line.len() as u32));
        let cut = excerpt(&line, mark).map_or(line.into_owned(), |cut| cut.text);
        self.buffer.set_color(ColorSpec::new().set_fg(color))?;
        write!(self.buffer, "    {}", format!("{sign} {cut}").trim_end())?;
        self.buffer.reset()?;
        writeln!(self.buffer)
    }
}

/// The lines that the fix changes, edits on touching lines taken together.
fn changes<'a>(fix: &Fix, text: &'a str, lines: &Lines<'_>) -> Vec<Change<'a>> {
    let mut edits: Vec<&Edit> = fix
        .edits
        .iter()
        .filter(|edit| edit.target == Target::Dockerfile)
        .collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut groups: Vec<(Span, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        let touched = lines.whole(edit.span);
        match groups.last_mut() {
            Some((span, group)) if touched.start < span.end => {
                *span = span.to(touched);
                group.push(edit);
            }
            _ => groups.push((touched, vec![edit])),
        }
    }
    groups
        .iter()
        .map(|(touched, edits)| Change::new(text, around(text, *touched, edits), edits))
        .collect()
}

/// The part of the `touched` lines that stands near the edits: with thousands of fixes on one
/// line, taking all of it for each would take time by the square.
fn around(text: &str, touched: Span, edits: &[&Edit]) -> Span {
    let (Some(first), Some(last)) = (edits.first(), edits.iter().map(|it| it.span.end).max())
    else {
        return touched;
    };
    let from = (first.span.start as usize).saturating_sub(AROUND);
    let to = (last as usize).saturating_add(AROUND);
    Span::new(
        touched.start.max(text.floor_char_boundary(from) as u32),
        touched.end.min(text.ceil_char_boundary(to) as u32),
    )
}

impl<'a> Change<'a> {
    fn new(text: &'a str, touched: Span, edits: &[&Edit]) -> Self {
        let mut fixed = String::new();
        let mut at = touched.start;
        for edit in edits {
            fixed.push_str(Span::new(at, edit.span.start).text(text));
            fixed.push_str(&edit.text);
            at = at.max(edit.span.end);
        }
        fixed.push_str(Span::new(at, touched.end).text(text));
        let mut before: Vec<&str> = without_mark(touched.text(text)).lines().collect();
        let mut after: Vec<String> = without_mark(&fixed).lines().map(str::to_owned).collect();
        let same = before.iter().zip(&after).take_while(|(a, b)| *a == b);
        let same = same.count();
        before.drain(..same);
        after.drain(..same);
        while before
            .last()
            .is_some_and(|last| after.last().is_some_and(|other| last == other))
        {
            before.pop();
            after.pop();
        }
        let differs_at = match (before.first(), after.first()) {
            (Some(one), Some(other)) => common_prefix(one, other),
            _ => 0,
        };
        Self {
            before,
            after,
            differs_at,
        }
    }
}

/// `text` without a byte order mark, which takes no place on a screen.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// How many bytes both begin with, ending on a character's border.
fn common_prefix(one: &str, other: &str) -> u32 {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(a, b)| a == b);
    same.map(|(letter, _)| letter.len_utf8() as u32).sum()
}
