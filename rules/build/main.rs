//! Turns the rule pages and the tables into static data.
//!
//! Cargo runs this again when any file of the package changes.

mod base_images;
mod block;
mod leftovers;
mod literal;
mod package_managers;
mod page;
mod presets;
mod schema;
mod secrets;
mod stage_splits;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use literal::Literal;
use page::{Page, Place};
use schema::TableFile;

/// Folders of the package that hold no rule pages.
const OTHER_FOLDERS: [&str; 5] = ["build", "data", "src", "target", "tests"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut errors = Vec::new();
    let pages = read_pages(&root, &mut errors)?;
    fs::write(out.join("pages.rs"), render_pages(&pages))?;
    for (name, code) in read_tables(&root.join("data"), &mut errors) {
        fs::write(out.join(name), code)?;
    }
    for error in &errors {
        println!("cargo::error={error}");
    }
    Ok(())
}

/// The statics of the tables that can be read, with their file names. What is wrong goes to
/// `errors`.
fn read_tables(data: &Path, errors: &mut Vec<String>) -> Vec<(&'static str, String)> {
    let mut files = Vec::new();
    let mut keep = |name, result: Result<String, String>| match result {
        Ok(code) => files.push((name, code)),
        Err(error) => errors.push(error),
    };
    let read = |name: &str| {
        let path = data.join(name);
        let file = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        TableFile::parse(file, &text)
    };
    let managers = read("package-managers.toml").and_then(package_managers::render);
    let names = managers
        .as_ref()
        .map(|(names, _)| names.clone())
        .unwrap_or_default();
    keep("package_managers.rs", managers.map(|(_, code)| code));
    let base_images = read("base-images.toml").and_then(|table| base_images::render(table, &names));
    keep("base_images.rs", base_images);
    let secrets = read("secrets.toml").and_then(|table| secrets::render(table, &names));
    keep("secrets.rs", secrets);
    let splits = read("stage-splits.toml").and_then(stage_splits::render);
    keep("stage_splits.rs", splits);
    let leftovers = read("leftovers.toml").and_then(leftovers::render);
    keep("leftovers.rs", leftovers);
    keep("presets.rs", read("presets.toml").and_then(presets::render));
    files
}

/// Every page, sorted by name. What is wrong goes to `errors`.
fn read_pages(root: &Path, errors: &mut Vec<String>) -> Result<Vec<Page>, Box<dyn Error>> {
    let mut pages: Vec<Page> = Vec::new();
    for folder in sorted_entries(root)? {
        let category = file_name(&folder);
        if !folder.is_dir() || OTHER_FOLDERS.contains(&category) {
            continue;
        }
        if !page::CATEGORIES.iter().any(|(known, _)| *known == category) {
            errors.push(format!("{}: not a category", folder.display()));
            continue;
        }
        for file in sorted_entries(&folder)? {
            let Some(stem) = file_name(&file).strip_suffix(".md") else {
                errors.push(format!("{}:1: not a rule page", file.display()));
                continue;
            };
            let shown = file.display().to_string();
            let place = Place {
                file: &shown,
                category,
                stem,
            };
            match page::parse(place, &fs::read_to_string(&file)?) {
                Ok(page) if pages.iter().any(|known| known.name == page.name) => {
                    errors.push(format!(
                        "{shown}:2: another page has the name `{}`",
                        page.name
                    ));
                }
                Ok(page) => pages.push(page),
                Err(error) => errors.push(error.to_string()),
            }
        }
    }
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pages)
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn render_pages(pages: &[Page]) -> String {
    let mut out = String::new();
    for page in pages {
        let _ = writeln!(out, "/// The page of `{}`.", page.name);
        let _ = writeln!(
            out,
            "pub static {}: RulePage = {};",
            page.constant(),
            page.literal()
        );
    }
    let all: Vec<String> = pages
        .iter()
        .map(|page| format!("&{}", page.constant()))
        .collect();
    let _ = writeln!(out, "/// Every page, sorted by name.");
    let _ = writeln!(out, "pub static ALL: &[&RulePage] = &[{}];", all.join(", "));
    let mut codes: Vec<(&String, &Page)> = pages
        .iter()
        .flat_map(|page| page.codes.iter().map(move |code| (code, page)))
        .collect();
    codes.sort_by_key(|(code, page)| (*code, &page.name));
    let codes: Vec<String> = codes
        .iter()
        .map(|(code, page)| format!("({}, &{})", code.literal(), page.constant()))
        .collect();
    let _ = writeln!(
        out,
        "pub(crate) static BY_CODE: &[(&str, &RulePage)] = &[{}];",
        codes.join(", ")
    );
    out
}
