//! `cargo run --release -- TARGET SECONDS [SEED [FOLDER…]]`: damages the Dockerfiles of `testdata`,
//! and of the folders, and gives them to a target until the time is over. A file that breaks a
//! promise is written to `fuzz/artifacts`, and so is the slowest. It knows nothing of coverage, but
//! runs with any compiler.

#![forbid(unsafe_code)]

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use walkdir::WalkDir;

/// Pieces that mean something to BuildKit.
const PIECES: [&str; 36] = [
    "\n",
    "\r\n",
    "\\\n",
    " \\ \n",
    "\\\n\n",
    "\t",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "\"",
    "'",
    "\\",
    "`",
    "$",
    "${",
    "}",
    "${A:-",
    "${A//a/",
    "$(",
    "<<EOF",
    "<<-'E'",
    "EOF\n",
    "[\"",
    "\", \"",
    "\"]",
    "#",
    "# escape=`\n",
    "# check=skip=all\n",
    "ONBUILD ",
    "FROM ",
    "RUN ",
    "--mount=type=cache,target=",
    " && ",
    "; ",
    "| ",
    "é",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, seconds, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: bounded TARGET SECONDS [SEED [FOLDER…]]");
        return ExitCode::from(2);
    };
    let chosen = dflint_fuzz::TARGETS.iter().find(|(name, _)| name == target);
    let (Some((_, run)), Ok(seconds)) = (chosen, seconds.parse()) else {
        eprintln!("the targets are parser, shell, model and fix; the time is in seconds");
        return ExitCode::from(2);
    };
    let seed = rest.first().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let more = rest.iter().skip(1).map(PathBuf::from);
    let folders = std::iter::once(home.join("../testdata")).chain(more);
    let seeds = seeds(folders.collect());
    println!("{target}: {} Dockerfiles to damage", seeds.len());
    let artifacts = home.join("artifacts").join(target);
    let mut random = Random(seed);
    let begun = Instant::now();
    let (mut runs, mut slowest) = (0_u64, Duration::ZERO);
    let mut slow = Vec::new();
    while begun.elapsed() < Duration::from_secs(seconds) {
        let bytes = damaged(&seeds, &mut random);
        let start = Instant::now();
        if catch_unwind(|| run(&bytes)).is_err() {
            let path = artifacts.join(format!("bounded-{runs}"));
            keep(&path, &bytes);
            eprintln!("this file breaks a promise: {}", path.display());
            return ExitCode::FAILURE;
        }
        runs += 1;
        if start.elapsed() > slowest {
            slowest = start.elapsed();
            slow = bytes;
        }
    }
    println!(
        "{target}: {runs} files, the slowest in {slowest:?} ({} bytes)",
        slow.len()
    );
    keep(&artifacts.join("slowest"), &slow);
    ExitCode::SUCCESS
}

fn keep(path: &Path, bytes: &[u8]) {
    let folder = path.parent().unwrap_or(path);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    if let Err(error) = written {
        eprintln!("cannot write {}: {error}", path.display());
    }
}

/// The Dockerfiles under `folders`.
fn seeds(folders: Vec<PathBuf>) -> Vec<Vec<u8>> {
    let found = folders.into_iter().flat_map(WalkDir::new).flatten();
    let named = found.filter(|file| {
        let name = file.file_name().to_string_lossy();
        file.file_type().is_file() && name.contains("ockerfile")
    });
    let read = named.filter_map(|file| std::fs::read(file.path()).ok());
    let mut files: Vec<Vec<u8>> = read.collect();
    files.sort();
    files.push(b"FROM a\n".to_vec());
    files
}

fn damaged(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(seeds).clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(24)).min(bytes.len());
        match random.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, random.pick(&PIECES).bytes())),
            2 => drop(bytes.splice(at..end, random.pick(&PIECES).bytes())),
            3 => {
                let other = random.pick(seeds);
                let from = random.below(other.len() + 1);
                let to = (from + random.below(120)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => bytes.splice(at..at, [random.next() as u8]).for_each(drop),
        }
    }
    bytes
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 |= 1;
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, which is at least 1.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn pick<'s, T>(&mut self, all: &'s [T]) -> &'s T {
        &all[self.below(all.len())]
    }
}
