//! For people: the source with the places marked, the fix as a small diff, one summary line.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Level};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Config};
use dflint_knowledge::Severity;
use dflint_linter::Finding;
use dflint_parser::Span;

use crate::batches::each_in_order;
use crate::cut_line::CutLine;
use crate::display::{Excerpt, excerpt, harmless, is_long};
use crate::model::{FileReport, Lines, Report};
use crate::preview::{self, OtherFiles};
use crate::summary;

/// How the text is dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HumanOptions {
    /// With ANSI colours.
    pub color: bool,
    /// Without the summary line.
    pub quiet: bool,
}

/// Writes every finding with its source, then the summary line. Errors are not among it: people
/// read them on standard error.
pub(crate) fn write(report: &Report, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let others = OtherFiles::of(report);
    let text = |file: &FileReport| file_text(file, options, &others);
    each_in_order(&report.files, text, |text| out.write_all(&text))?;
    match summary::line(report) {
        Some(line) if !options.quiet => writeln!(out, "{line}"),
        _ => Ok(()),
    }
}

/// The findings of a file.
fn file_text(
    file: &FileReport,
    options: HumanOptions,
    others: &OtherFiles<'_>,
) -> io::Result<Vec<u8>> {
    let page = Page {
        name: harmless(&file.path).into_owned(),
        text: &harmless(&file.source),
        lines: Lines::new(&file.source),
    };
    // A byte order mark takes no place on a screen.
    let shown = page.text.get(page.lines.mark() as usize..);
    let whole = SimpleFile::new(page.name.as_str(), shown.unwrap_or_default());
    let mut out = Vec::new();
    for finding in &file.findings {
        let mut buffer = buffer(options.color);
        page.write_finding(&whole, finding, &mut buffer)?;
        // Codespan ends with an empty line; the fix belongs to what stands above it.
        out.extend_from_slice(buffer.as_slice().trim_ascii_end());
        out.push(b'\n');
        if let Some(fix) = &finding.fix {
            let mut buffer = self::buffer(options.color);
            preview::write(fix, &file.source, &page.lines, others, &mut buffer)?;
            out.extend_from_slice(buffer.as_slice());
        }
        out.push(b'\n');
    }
    Ok(out)
}

fn buffer(color: bool) -> Buffer {
    if color {
        Buffer::ansi()
    } else {
        Buffer::no_color()
    }
}

/// A file as it is shown.
struct Page<'a> {
    name: String,
    text: &'a str,
    lines: Lines<'a>,
}

impl Page<'_> {
    fn write_finding(
        &self,
        whole: &SimpleFile<&str, &str>,
        finding: &Finding,
        buffer: &mut Buffer,
    ) -> io::Result<()> {
        let config = Config::default();
        let written = match self.excerpt(finding) {
            None => {
                let diagnostic = diagnostic(finding, &self.labels(finding));
                term::emit_to_write_style(buffer, &config, whole, &diagnostic)
            }
            Some(cut) => {
                let shown = CutLine {
                    name: &self.name,
                    text: &cut.text,
                    place: self.lines.position(finding.span.start),
                };
                let labels = [(cut.marked, None)];
                term::emit_to_write_style(buffer, &config, &shown, &diagnostic(finding, &labels))
            }
        };
        written.map_err(io::Error::other)
    }

    /// The finding's line cut to what can be shown, where a line it touches is too long.
    fn excerpt(&self, finding: &Finding) -> Option<Excerpt> {
        let related = finding.related.iter().map(|(span, _)| *span);
        let mut spans = std::iter::once(finding.span).chain(related);
        let touches_long = spans.any(|span| {
            let mut touched = self.lines.touched(span);
            touched.any(|line| is_long(line.text(self.text)))
        });
        if !touches_long {
            return None;
        }
        let line = self.lines.whole(Span::empty(finding.span.start));
        let line = Span::new(line.start.max(self.lines.mark()), line.end);
        let text = line.text(self.text).trim_end();
        let end = finding.span.end.min(line.start + text.len() as u32);
        let marked = Span::new(
            finding.span.start.saturating_sub(line.start),
            end.saturating_sub(line.start),
        );
        Some(excerpt(text, marked).unwrap_or(Excerpt {
            text: text.to_owned(),
            marked,
        }))
    }

    /// The places of a finding in what is shown, the one to look at first.
    fn labels<'f>(&self, finding: &'f Finding) -> Vec<(Span, Option<&'f str>)> {
        let mark = self.lines.mark();
        let shown = |span: Span| {
            Span::new(
                span.start.saturating_sub(mark),
                span.end.saturating_sub(mark),
            )
        };
        let related = finding.related.iter();
        std::iter::once((shown(finding.span), None))
            .chain(related.map(|(span, label)| (shown(*span), Some(label.as_str()))))
            .collect()
    }
}

fn diagnostic(finding: &Finding, labels: &[(Span, Option<&str>)]) -> Diagnostic<()> {
    let labels = labels.iter().enumerate().map(|(index, (span, label))| {
        let mark = if index == 0 {
            Label::primary((), span.range())
        } else {
            Label::secondary((), span.range())
        };
        match label {
            Some(label) => mark.with_message(harmless(label)),
            None => mark,
        }
    });
    let level = match finding.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
        Severity::Style => Level::Help,
    };
    let withheld = finding
        .withheld
        .as_ref()
        .map(|reason| format!("no fix: {}", harmless(reason)));
    Diagnostic::new(level)
        .with_code(code(finding))
        .with_message(harmless(&finding.message))
        .with_labels(labels.collect())
        .with_notes(withheld.into_iter().collect())
}

/// The rule's name and, so that people who know other tools recognise it, its first code.
fn code(finding: &Finding) -> String {
    match finding.codes.first() {
        Some(code) => format!("{} {code}", finding.rule.name),
        None => finding.rule.name.to_owned(),
    }
}
