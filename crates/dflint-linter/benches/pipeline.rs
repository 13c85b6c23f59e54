//! How long the steps from source to findings and fixed source take: `cargo bench -p
//! dflint-linter`. The Dockerfiles are those of `testdata/projects`, or those below the directory
//! that `DFLINT_BENCH_FILES` names.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark that cannot read its files has nothing to measure"
)]

use std::fs;
use std::path::{Path, PathBuf};

use dflint_build::{Build, Model, ModelOptions};
use dflint_fix::Safety;
use dflint_linter::{Preset, Selection, Settings, Source, fix, lint};
use divan::Bencher;
use divan::counter::BytesCount;
use walkdir::WalkDir;

fn main() {
    divan::main();
}

/// The Dockerfiles that are measured.
fn sources() -> Vec<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/projects");
    let root = std::env::var_os("DFLINT_BENCH_FILES").map_or(own, PathBuf::from);
    let files = WalkDir::new(&root).sort_by_file_name().into_iter();
    let files = files.map(Result::unwrap).filter(|file| {
        let name = file.file_name().to_string_lossy().to_lowercase();
        let is_named = name.contains("dockerfile") && !name.ends_with(".dockerignore");
        file.file_type().is_file() && is_named
    });
    let sources: Vec<String> = files
        .map(|file| String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned())
        .collect();
    assert!(
        !sources.is_empty(),
        "no Dockerfile below {}",
        root.display()
    );
    sources
}

fn settings(preset: Preset) -> Settings {
    let selection = Selection {
        preset,
        ..Selection::default()
    };
    Settings::new(&selection).unwrap()
}

/// Measures what `work` takes for all files, with the bytes of Dockerfile a second.
fn measure(bencher: Bencher<'_, '_>, sources: &[String], work: impl Fn(&str) + Sync) {
    let bytes: usize = sources.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for source in sources {
            work(source);
        }
    });
}

/// Source to syntax tree.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    measure(bencher, &sources(), |source| {
        divan::black_box(dflint_parser::parse(divan::black_box(source)));
    });
}

/// Source to build operations, the syntax tree and the model on the way.
#[divan::bench]
fn lower(bencher: Bencher<'_, '_>) {
    let options = ModelOptions::default();
    measure(bencher, &sources(), |source| {
        let file = dflint_parser::parse(divan::black_box(source));
        let model = Model::new(&file, &options);
        divan::black_box(Build::new(&model));
    });
}

/// Source to findings.
#[divan::bench(args = [Preset::Buildkit, Preset::Recommended, Preset::Hadolint, Preset::All])]
fn linting(bencher: Bencher<'_, '_>, preset: Preset) {
    let settings = settings(preset);
    measure(bencher, &sources(), |source| {
        let source = Source::read(divan::black_box(source).as_bytes()).unwrap();
        divan::black_box(lint(&source, &settings, None));
    });
}

/// Source to fixed source, every fix held to its promise.
#[divan::bench(args = [Safety::Safe, Safety::Unsafe])]
fn fixing(bencher: Bencher<'_, '_>, level: Safety) {
    let settings = settings(Preset::Recommended);
    measure(bencher, &sources(), |source| {
        let source = Source::read(divan::black_box(source).as_bytes()).unwrap();
        divan::black_box(fix(&source, &settings, None, level));
    });
}
