//! `cargo xtask conformance`: how far dflint agrees with recorded answers of the real tools.
//!
//! A suite is one file here and one entry in [`suites`]. It compares dflint with one file of
//! recordings and says for each disagreeing case what differs; this module prints one line a
//! suite, writes the disagreements down and holds the floors.

mod buildkit_causes;
mod buildkit_checks;
mod buildkit_llb;
mod buildkit_mutants;
mod buildkit_parse;
mod buildkit_typed;
mod cache_fix_coverage;
mod fix_properties;
mod hadolint;
mod hadolint_shellcheck;
mod recordings;
mod suite;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, bail, ensure};

use recordings::Recordings;
use suite::{Outcome, Suite};

/// Every suite, in the order in which they run.
fn suites() -> Vec<Box<dyn Suite>> {
    vec![
        Box::new(buildkit_parse::BuildkitParse),
        Box::new(buildkit_mutants::BuildkitMutants),
        Box::new(buildkit_llb::BuildkitLlb),
        Box::new(buildkit_checks::BuildkitLint),
        Box::new(buildkit_checks::BuildkitChecks),
        Box::new(hadolint::HadolintCases),
        Box::new(hadolint::HadolintCorpus),
        Box::new(hadolint_shellcheck::HadolintShellcheck),
        Box::new(cache_fix_coverage::CacheFixCoverage),
        Box::new(fix_properties::FixProperties),
    ]
}

/// The command line of `cargo xtask conformance`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder that holds `corpus` and `conformance`.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Run only this suite (may be repeated).
    #[arg(long, value_name = "NAME")]
    suite: Vec<String>,
    /// Fail when a suite agrees on a smaller share than this, from 0 to 1 (may be repeated).
    #[arg(long, value_name = "SUITE=FRACTION")]
    min: Vec<Floor>,
    /// Where to write the disagreements.
    #[arg(long, value_name = "FILE", default_value = "target/conformance.txt")]
    report: PathBuf,
}

/// The least share of cases on which a suite must agree.
#[derive(Debug, Clone, PartialEq)]
struct Floor {
    suite: String,
    fraction: f64,
}

impl FromStr for Floor {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (suite, fraction) = text.split_once('=').context("expected SUITE=FRACTION")?;
        let fraction: f64 = fraction.parse().context("the fraction is not a number")?;
        ensure!(
            (0.0..=1.0).contains(&fraction),
            "the fraction is not between 0 and 1"
        );
        Ok(Self {
            suite: suite.to_owned(),
            fraction,
        })
    }
}

/// Runs the suites. The exit code is 1 when one falls below its floor.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let chosen = choose(suites(), arguments)?;
    let recordings = Recordings::new(&arguments.data);
    let mut report = String::new();
    let mut below = false;
    for suite in chosen {
        let name = suite.name();
        let outcome = suite
            .run(&recordings)
            .with_context(|| format!("suite {name}"))?;
        println!("{name}: {}/{}", outcome.agreed(), outcome.total);
        write_disagreements(&mut report, name, &outcome)?;
        for floor in arguments.min.iter().filter(|floor| floor.suite == name) {
            if outcome.fraction() < floor.fraction {
                below = true;
                println!("{name}: below its floor of {}", floor.fraction);
            }
        }
    }
    if let Some(folder) = arguments.report.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.report, report)
        .with_context(|| format!("cannot write {}", arguments.report.display()))?;
    println!("disagreements: {}", arguments.report.display());
    Ok(if below {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn choose(all: Vec<Box<dyn Suite>>, arguments: &Arguments) -> anyhow::Result<Vec<Box<dyn Suite>>> {
    let known: Vec<&str> = all.iter().map(|suite| suite.name()).collect();
    let named = arguments
        .suite
        .iter()
        .chain(arguments.min.iter().map(|floor| &floor.suite));
    for name in named {
        if !known.contains(&name.as_str()) {
            bail!("no suite is called {name}; there are {}", known.join(", "));
        }
    }
    if arguments.suite.is_empty() {
        return Ok(all);
    }
    let wanted = |suite: &dyn Suite| arguments.suite.iter().any(|name| name == suite.name());
    Ok(all
        .into_iter()
        .filter(|suite| wanted(suite.as_ref()))
        .collect())
}

fn write_disagreements(report: &mut String, suite: &str, outcome: &Outcome) -> std::fmt::Result {
    for disagreement in &outcome.disagreements {
        writeln!(report, "{suite}: {}", disagreement.case)?;
        for difference in &disagreement.differences {
            writeln!(report, "    {difference}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Floor;

    #[test]
    fn floors_are_read() {
        let floor: Floor = "buildkit-parse=0.99".parse().unwrap();
        assert_eq!(
            floor,
            Floor {
                suite: "buildkit-parse".to_owned(),
                fraction: 0.99
            }
        );
        assert!("buildkit-parse".parse::<Floor>().is_err());
        assert!("buildkit-parse=1.5".parse::<Floor>().is_err());
    }
}
