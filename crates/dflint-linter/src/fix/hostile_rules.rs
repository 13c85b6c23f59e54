//! Rules with every kind of bad fix, for tests of the fix loop.

use dflint_build::Keeps;
use dflint_fix::{Edit, Fix, Safety};
use dflint_knowledge::{Category, Finder, Fixability, RulePage, Severity};
use dflint_parser::{Command, InstructionName, Span};
use dflint_rules::{Context, Findings, RegisteredRule, Rule, Site};

/// One of them, by its name.
pub(super) fn rule(name: &str) -> RegisteredRule {
    let mut rules = ALL.iter().copied();
    rules.find(|rule| rule.page.name == name).unwrap()
}

/// All of them.
pub(super) static ALL: &[RegisteredRule] = &[
    RegisteredRule {
        page: &page("breaks-syntax"),
        rule: &BreaksSyntax,
    },
    RegisteredRule {
        page: &page("writes-files"),
        rule: &WritesFiles,
    },
    RegisteredRule {
        page: &page("edits-data"),
        rule: &EditsData,
    },
    RegisteredRule {
        page: &page("grows"),
        rule: &Grows,
    },
    RegisteredRule {
        page: &page("lies"),
        rule: &Lies,
    },
    RegisteredRule {
        page: &page("lower-case"),
        rule: &LowerCase,
    },
    RegisteredRule {
        page: &page("outside"),
        rule: &Outside,
    },
    RegisteredRule {
        page: &page("overlaps"),
        rule: &Overlaps,
    },
    RegisteredRule {
        page: &page("promises-nothing"),
        rule: &PromisesNothing,
    },
    RegisteredRule {
        page: &page("swallows-comments"),
        rule: &SwallowsComments,
    },
    RegisteredRule {
        page: &page("turns-round"),
        rule: &TurnsRound,
    },
];

const fn page(name: &'static str) -> RulePage {
    RulePage {
        name,
        category: Category::Style,
        severity: Severity::Warning,
        default: true,
        fix: Fixability::Safe,
        found_by: Finder::Rule,
        codes: &[],
        summary: "",
        markdown: "",
        blocks: &[],
    }
}

fn fix(safety: Safety, keeps: Keeps, edits: Vec<Edit>) -> Fix {
    Fix {
        title: "Do harm".to_owned(),
        safety,
        keeps,
        edits,
    }
}

fn safe(edits: Vec<Edit>) -> Fix {
    fix(Safety::Safe, Keeps::Everything, edits)
}

/// Makes an unknown instruction of every RUN.
struct BreaksSyntax;

impl Rule for BreaksSyntax {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
        let span = site.instruction.keyword.span();
        findings
            .report(span, "")
            .fix(safe(vec![Edit::replace(span, "RUNS")]));
    }
}

/// Says that a change of a command keeps everything.
struct Lies;

impl Rule for Lies {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
        let end = site.instruction.logical.span().end;
        findings
            .report(site.instruction.span, "")
            .fix(safe(vec![Edit::insert(end, " --force")]));
    }
}

/// Takes comments away.
struct SwallowsComments;

impl Rule for SwallowsComments {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for comment in &cx.dockerfile.comments {
            findings.report(comment.span, "").fix(fix(
                Safety::Unsafe,
                Keeps::Nothing,
                vec![Edit::delete(comment.span)],
            ));
        }
    }
}

/// Offers two fixes for the same keyword: the instruction in lower case and in title case.
struct Overlaps;

impl Rule for Overlaps {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Env]
    }

    fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
        let keyword = site.instruction.keyword.span();
        if site.instruction.keyword.as_str() != "ENV" {
            return;
        }
        findings
            .report(keyword, "")
            .fix(safe(vec![Edit::replace(keyword, "env")]));
        findings
            .report(keyword, "")
            .fix(safe(vec![Edit::replace(keyword, "Env")]));
    }
}

/// Writes keywords in lower case: a harmless fix.
struct LowerCase;

impl Rule for LowerCase {
    fn interests(&self) -> &'static [InstructionName] {
        &[
            InstructionName::Workdir,
            InstructionName::User,
            InstructionName::Copy,
        ]
    }

    fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
        let keyword = &site.instruction.keyword;
        let lower = keyword.as_str().to_lowercase();
        if lower != keyword.as_str() {
            findings
                .report(keyword.span(), "")
                .fix(safe(vec![Edit::replace(keyword.span(), lower)]));
        }
    }
}

/// Calls a fix safe that promises nothing.
struct PromisesNothing;

impl Rule for PromisesNothing {
    fn check_file(&self, _: &Context, findings: &mut Findings) {
        findings.report(Span::empty(0), "").fix(fix(
            Safety::Safe,
            Keeps::Nothing,
            vec![Edit::insert(0, "# note\n")],
        ));
    }
}

/// Adds a label again and again.
struct Grows;

impl Rule for Grows {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let end = cx.dockerfile.source.len() as u32;
        findings.report(Span::empty(end), "").fix(fix(
            Safety::Unsafe,
            Keeps::Nothing,
            vec![Edit::insert(end, "\nLABEL more=\"\"\n")],
        ));
    }
}

/// Turns EXPOSE 80 into EXPOSE 81 and back.
struct TurnsRound;

impl Rule for TurnsRound {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Expose]
    }

    fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
        let Command::Expose(ports) = &site.instruction.command else {
            return;
        };
        for port in ports {
            let other = if port.as_str() == "80" { "81" } else { "80" };
            let edits = vec![Edit::replace(port.span(), other)];
            findings
                .report(port.span(), "")
                .fix(fix(Safety::Unsafe, Keeps::Nothing, edits));
        }
    }
}

/// Edits bytes that are not there.
struct Outside;

impl Rule for Outside {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let end = cx.dockerfile.source.len() as u32;
        let span = Span::new(end, end + 7);
        findings
            .report(Span::empty(0), "")
            .fix(safe(vec![Edit::delete(span)]));
    }
}

/// Edits the first byte of heredoc bodies.
struct EditsData;

impl Rule for EditsData {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for heredoc in cx
            .dockerfile
            .instructions
            .iter()
            .flat_map(|it| &it.heredocs)
        {
            let at = heredoc.body.span().start;
            let edits = vec![Edit::insert(at, ": \n")];
            findings
                .report(Span::empty(at), "")
                .fix(fix(Safety::Unsafe, Keeps::Nothing, edits));
        }
    }
}

/// Creates a file that is there already, and adds to one that holds something else.
struct WritesFiles;

impl Rule for WritesFiles {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let mut offer = |edit| {
            let offered = fix(Safety::Unsafe, Keeps::Nothing, vec![edit]);
            findings.report(Span::empty(0), "").fix(offered);
        };
        offer(Edit::create("taken", ""));
        offer(Edit::create("free", "text\n"));
        offer(Edit::append("other", "changed\n".into(), "more\n"));
        let log = cx.build_context.and_then(|context| context.read("log"));
        let log = log.filter(|log| log.len() < 8);
        if let Some(log) = log {
            offer(Edit::append("log", log, "line\n"));
        }
    }
}
