//! Every rule page keeps its word: bad examples fire where they say, good ones are silent, fixed
//! ones are what the fixer makes.

use std::collections::{BTreeMap, BTreeSet};

use dflint_build::{MemoryContext, NoOtherFiles};
use dflint_fix::Safety;
use dflint_knowledge::{Block, BlockKind, Finder, Fixability, RulePage, pages};
use dflint_linter::{FixReport, Preset, Selection, Settings, Source, Surroundings, fix, lint};
use dflint_rules::{CachePolicy, LabelFormat, RuleOptions};

#[test]
fn every_page_keeps_its_word() {
    let failures: Vec<String> = pages::ALL.iter().flat_map(|page| failures(page)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// What a page says that is not so.
fn failures(page: &'static RulePage) -> Vec<String> {
    if page.found_by == Finder::Program {
        // Its examples run where the program is called.
        return Vec::new();
    }
    let mut failures = Vec::new();
    for (at, block) in page.blocks.iter().enumerate() {
        let example = Example { page, block };
        let result = match block.kind {
            BlockKind::Bad => example.is_bad().and_then(|()| example.is_left_alone(at)),
            BlockKind::Good => example.is_good(),
            BlockKind::Fixed => example.is_fixed(at),
            BlockKind::ContextFile | BlockKind::CreatedFile | BlockKind::Prose => Ok(()),
        };
        if let Err(message) = result {
            let (category, name, line) = (page.category.as_str(), page.name, block.page_line);
            failures.push(format!("rules/{category}/{name}.md:{line}: {message}"));
        }
    }
    failures
}

/// A Dockerfile of a page with what belongs to it.
#[derive(Clone, Copy)]
struct Example {
    page: &'static RulePage,
    block: &'static Block,
}

impl Example {
    fn is_bad(self) -> Result<(), String> {
        let lines: BTreeSet<u32> = self.findings()?.into_keys().collect();
        let expected: BTreeSet<u32> = self.block.lines.iter().copied().collect();
        if lines == expected {
            return Ok(());
        }
        Err(format!(
            "findings should start at lines {expected:?}, but do at {lines:?}"
        ))
    }

    fn is_good(self) -> Result<(), String> {
        let findings = self.findings()?;
        if findings.is_empty() {
            return Ok(());
        }
        Err(format!(
            "there should be no finding, but there are {findings:?}"
        ))
    }

    /// A bad block that no fixed block follows has no safe fix.
    fn is_left_alone(self, at: usize) -> Result<(), String> {
        let mut followers = self.page.blocks.iter().skip(at + 1);
        let mut fixed = followers
            .by_ref()
            .take_while(|block| !matches!(block.kind, BlockKind::Bad | BlockKind::Good))
            .filter(|block| block.kind == BlockKind::Fixed);
        if fixed.any(|block| self.safety_of(block) == Safety::Safe) {
            return Ok(());
        }
        let made = self.fix(Safety::Safe)?;
        if made.source == self.block.text && made.context_changes.is_empty() {
            return Ok(());
        }
        Err(format!(
            "a safe fix makes of it what no block says:\n{}",
            made.source
        ))
    }

    /// The block is what the fixer makes of the bad one before it.
    fn is_fixed(self, at: usize) -> Result<(), String> {
        let bad = self
            .page
            .blocks
            .iter()
            .take(at)
            .rfind(|block| block.kind == BlockKind::Bad);
        let bad = bad.ok_or("no bad block stands before it")?;
        let made = Example { block: bad, ..self }.fix(self.safety_of(self.block))?;
        if made.source != self.block.text {
            return Err(format!(
                "{}the fixer makes of it:\n{}",
                withheld(&made),
                made.source
            ));
        }
        let created: BTreeMap<String, String> = self
            .page
            .blocks
            .iter()
            .skip(at + 1)
            .take_while(|block| {
                !matches!(
                    block.kind,
                    BlockKind::Bad | BlockKind::Good | BlockKind::Fixed
                )
            })
            .filter(|block| block.kind == BlockKind::CreatedFile)
            .filter_map(|block| Some((block.path?.to_owned(), block.text.to_owned())))
            .collect();
        let changes = made.context_changes.into_iter();
        let written: BTreeMap<String, String> =
            changes.map(|(path, change)| (path, change.after)).collect();
        if written == created {
            return Ok(());
        }
        Err(format!("the fixer writes other files: {written:?}"))
    }

    /// How far fixes must be trusted to make this fixed block.
    fn safety_of(self, fixed: &Block) -> Safety {
        match fixed.attribute("unsafe") {
            Some("true") => Safety::Unsafe,
            _ if self.page.fix == Fixability::Unsafe => Safety::Unsafe,
            _ => Safety::Safe,
        }
    }

    /// The rule's findings: message by the line they start on.
    fn findings(self) -> Result<BTreeMap<u32, String>, String> {
        let source = self.source()?;
        let context = self.context();
        let report = lint(&source, &self.settings()?, around(context.as_ref()));
        let lines = dflint_parser::parse(source.text()).lines;
        let own = report
            .findings
            .into_iter()
            .filter(|finding| finding.rule == self.page);
        Ok(own
            .map(|finding| (lines.line(finding.span.start), finding.message))
            .collect())
    }

    fn fix(self, safety: Safety) -> Result<FixReport, String> {
        let context = self.context();
        let around = around(context.as_ref());
        Ok(fix(&self.source()?, &self.settings()?, around, safety))
    }

    fn source(self) -> Result<Source<'static>, String> {
        Source::read(self.block.text.as_bytes()).map_err(|error| error.to_string())
    }

    /// The context files of the example; none, no context.
    fn context(self) -> Option<MemoryContext> {
        let files: Vec<(&str, &str)> = self
            .page
            .blocks
            .iter()
            .filter(|block| {
                block.kind == BlockKind::ContextFile && block.example == self.block.example
            })
            .filter_map(|block| Some((block.path?, block.text)))
            .collect();
        (!files.is_empty()).then(|| MemoryContext::new(files))
    }

    fn settings(self) -> Result<Settings, String> {
        let preset = self
            .block
            .attribute("preset")
            .unwrap_or(Preset::Recommended.as_str());
        let preset = Preset::ALL
            .into_iter()
            .find(|known| known.as_str() == preset);
        let name = self.block.attribute("select").unwrap_or(self.page.name);
        let selection = Selection {
            preset: preset.ok_or("the block names an unknown preset")?,
            select: vec![name.to_owned()],
            ..Selection::default()
        };
        let mut settings = Settings::new(&selection).map_err(|error| error.to_string())?;
        for (key, value) in self.block.attributes {
            if let Some(option) = key.strip_prefix("option.") {
                set(&mut settings.options, option, value)?;
            }
        }
        Ok(settings)
    }
}

/// The example's context; no other file of its project builds anything.
fn around(context: Option<&MemoryContext>) -> Surroundings<'_> {
    Surroundings {
        context: context.map(|context| context as _),
        project: Some(&NoOtherFiles),
    }
}

fn withheld(report: &FixReport) -> String {
    let reasons = report
        .remaining
        .findings
        .iter()
        .filter_map(|finding| finding.withheld.as_deref());
    reasons
        .map(|reason| format!("withheld: {reason}; "))
        .collect()
}

/// Sets an option of the rules as a page spells it.
fn set(options: &mut RuleOptions, option: &str, value: &str) -> Result<(), String> {
    match (option, value) {
        ("cache-policy", "mount") => options.cache_policy = CachePolicy::Mount,
        ("cache-policy", "cleanup") => options.cache_policy = CachePolicy::Cleanup,
        ("strict-labels", "true") => options.strict_labels = true,
        ("trusted-registries", list) => {
            options.trusted_registries = list.split(',').map(str::to_owned).collect();
        }
        ("label-schema", list) => {
            for entry in list.split(',') {
                let (label, format) = entry.split_once(':').unwrap_or((entry, "text"));
                let format = label_format(format).ok_or(format!("no label is a `{format}`"))?;
                options.label_schema.insert(label.to_owned(), format);
            }
        }
        _ => {
            return Err(format!(
                "`option.{option}={value}` is not an option of the rules"
            ));
        }
    }
    Ok(())
}

fn label_format(name: &str) -> Option<LabelFormat> {
    Some(match name {
        "text" => LabelFormat::Text,
        "url" => LabelFormat::Url,
        "rfc3339" => LabelFormat::Rfc3339,
        "spdx" => LabelFormat::Spdx,
        "hash" => LabelFormat::Hash,
        "semver" => LabelFormat::SemVer,
        "email" => LabelFormat::Email,
        _ => return None,
    })
}
