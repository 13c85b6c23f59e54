//! Pairs every rule page with its code and declares the modules.
//!
//! A page without code or code without a page stops the build. Cargo runs this again when any
//! file of the package or any page changes.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use dflint_knowledge::{Category, Finder, RulePage, pages};

/// Rule code by category and module name.
type Sources = BTreeMap<(&'static str, String), PathBuf>;

fn main() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("src");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let sources = find_sources(&source)?;
    let rules: Vec<&RulePage> = pages::ALL
        .iter()
        .copied()
        .filter(|page| page.found_by == Finder::Rule)
        .collect();
    for error in unpaired(&rules, &sources) {
        println!("cargo::error={error}");
    }
    fs::write(out.join("registry.rs"), render(&rules, &sources))?;
    Ok(())
}

/// `src/<category>/<rule_name>.rs`, or `src/<category>/<rule_name>/mod.rs` for a rule of several
/// files.
fn find_sources(source: &Path) -> Result<Sources, Box<dyn Error>> {
    let mut sources = Sources::new();
    for category in Category::ALL {
        let folder = source.join(category.as_str());
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let file = if path.is_dir() {
                path.join("mod.rs")
            } else {
                path.clone()
            };
            if let Some(module) = path.file_stem().and_then(|stem| stem.to_str()) {
                sources.insert((category.as_str(), module.to_owned()), file);
            }
        }
    }
    Ok(sources)
}

fn key(page: &RulePage) -> (&'static str, String) {
    (page.category.as_str(), page.name.replace('-', "_"))
}

fn unpaired(rules: &[&RulePage], sources: &Sources) -> Vec<String> {
    let paged: BTreeSet<_> = rules.iter().map(|page| key(page)).collect();
    let without_code =
        paged
            .iter()
            .filter(|key| !sources.contains_key(*key))
            .map(|(category, module)| {
                let name = module.replace('_', "-");
                format!("rules/{category}/{name}.md has no code: write src/{category}/{module}.rs")
            });
    let without_page = sources.iter().filter(|(key, _)| !paged.contains(*key)).map(
        |((category, module), path)| {
            let name = module.replace('_', "-");
            format!(
                "{} has no page: write rules/{category}/{name}.md",
                path.display()
            )
        },
    );
    without_code.chain(without_page).collect()
}

fn render(rules: &[&RulePage], sources: &Sources) -> String {
    let mut out = String::new();
    let mut entries = String::new();
    let paired = rules
        .iter()
        .filter_map(|page| Some((page, sources.get(&key(page))?)));
    for (page, path) in paired {
        let module = page.name.replace('-', "_");
        let _ = writeln!(
            out,
            "#[path = {:?}]\nmod {module};",
            path.display().to_string()
        );
        let _ = writeln!(
            entries,
            "    crate::RegisteredRule {{ page: &dflint_knowledge::pages::{}, rule: &{module}::{} }},",
            module.to_uppercase(),
            camel_case(page.name),
        );
    }
    let _ = writeln!(
        out,
        "/// Every rule, sorted by name.\npub static REGISTRY: &[crate::RegisteredRule] = &[\n{entries}];"
    );
    out
}

/// `missing-cache-mount` as `MissingCacheMount`.
fn camel_case(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}
