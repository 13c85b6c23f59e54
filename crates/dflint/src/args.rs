//! The command line as it is written.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use dflint_knowledge::pages;
use dflint_linter::Preset;
use dflint_project::config::FailOn;
use dflint_report::Format;

use crate::check::is_stdin;

const EXAMPLES: &str = "\
Examples:
  dflint                                 lint every Dockerfile below this directory
  dflint --diff                          show what --fix would change
  dflint --fix                           repair what can be repaired safely
  dflint --fix --unsafe-fixes api/       repair more; review the changes
  dflint --select DL3008,cache           lint with some rules only
  dflint --output-format sarif -q        write SARIF for code scanning
  dflint --fix - < Dockerfile            repair standard input to standard output
  dflint explain copy-before-install     say what a rule means

Exit status: 0 without findings, 1 with findings at or above --fail-on (with --diff: when
something would change), 2 when the command line, a configuration or a file could not be used.";

/// Lints Dockerfiles and repairs them without breaking the build.
#[derive(Debug, Parser)]
#[command(
    name = "dflint",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) check: CheckArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lint Dockerfiles (what dflint does without a command)
    #[command(after_help = EXAMPLES)]
    Check(Box<CheckArgs>),
    /// Say what a rule means, with examples
    Explain {
        /// A rule's name, or a code such as DL3008
        #[arg(value_parser = RuleName, hide_possible_values = true)]
        rule: String,
    },
    /// List all rules
    Rules {
        /// How the list is written
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        output_format: ListFormat,
    },
    /// Write the dflint.toml that says what a .hadolint.yaml says
    Migrate(MigrateArgs),
    /// Write a completion script to standard output
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// hadolint's configuration [default: the nearest .hadolint.yaml]
    pub(crate) file: Option<PathBuf>,
    /// Where to write; a file that is there stays as it is [default: dflint.toml beside hadolint's]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write to standard output instead
    #[arg(long, conflicts_with = "output")]
    pub(crate) stdout: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Check")]
pub(crate) struct CheckArgs {
    /// Files and directories; `-` is standard input
    #[arg(default_value = ".", help_heading = None)]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) fix: FixArgs,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) files: FileArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl CheckArgs {
    /// Whether an editor pipes a buffer through and takes what comes back.
    pub(crate) fn is_filter(&self) -> bool {
        let writes = self.fix.fix && !self.fix.diff;
        writes && self.paths.iter().any(|path| is_stdin(path))
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub(crate) struct FixArgs {
    /// Repair what can be repaired without changing the image
    #[arg(long)]
    pub(crate) fix: bool,
    /// Take fixes into account that may change the image
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,
    /// Print what --fix would change; without --fix, change nothing
    #[arg(long)]
    pub(crate) diff: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArgs {
    /// The rules to start from
    #[arg(long, value_name = "PRESET", value_parser = one_of(Preset::ALL, Preset::as_str))]
    pub(crate) preset: Option<Preset>,
    /// Rules that take the place of the preset's: names, codes, categories or ALL
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub(crate) select: Vec<String>,
    /// Rules to add
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub(crate) extend_select: Vec<String>,
    /// Rules to leave out
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub(crate) ignore: Vec<String>,
    /// Have ShellCheck read the scripts of RUN
    #[arg(long)]
    pub(crate) shellcheck: bool,
    /// Read this configuration file, for all files
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration files
    #[arg(long, conflicts_with = "config")]
    pub(crate) isolated: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(crate) struct FileArgs {
    /// The build context of all Dockerfiles
    #[arg(long, value_name = "DIR")]
    pub(crate) context: Option<PathBuf>,
    /// The value of a build argument, as for `docker build`
    #[arg(long, value_name = "NAME=VALUE", value_parser = build_arg)]
    pub(crate) build_arg: Vec<(String, String)>,
    /// The stage that is built [default: the last one]
    #[arg(long, value_name = "STAGE")]
    pub(crate) target: Option<String>,
    /// The name to use for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin_filename: Option<PathBuf>,
    /// Leave out files and directories that match, as in a .gitignore
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// Leave out excluded files even when they are named
    #[arg(long)]
    pub(crate) force_exclude: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// How findings are written
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "human",
        value_parser = one_of(Format::ALL, Format::name)
    )]
    pub(crate) output_format: Format,
    /// Write findings to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// Count findings by rule instead of listing them (human or json)
    #[arg(long)]
    pub(crate) statistics: bool,
    /// Print the files that would be linted, and stop
    #[arg(long, conflicts_with = "show_settings")]
    pub(crate) show_files: bool,
    /// Print the settings that hold for each file, and stop
    #[arg(long)]
    pub(crate) show_settings: bool,
    /// The least severity that makes dflint exit with 1 [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(FailOn::ALL, FailOn::as_str))]
    pub(crate) fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Print findings and errors only
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Say which configuration and build context are used
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Human,
    Json,
}

/// Reads any text; completion scripts offer the names of all rules.
#[derive(Debug, Clone, Copy)]
struct RuleName;

impl TypedValueParser for RuleName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = pages::ALL.iter().map(|page| PossibleValue::new(page.name));
        Some(Box::new(names))
    }
}

/// Reads `NAME=VALUE`; `NAME` alone takes the value from the environment, as `docker build` does.
fn build_arg(written: &str) -> Result<(String, String), String> {
    let (name, value) = match written.split_once('=') {
        Some((name, value)) => (name, value.to_owned()),
        None => {
            let value = std::env::var(written);
            let missing = |_| format!("`{written}` has no value and is not in the environment");
            (written, value.map_err(missing)?)
        }
    };
    if name.is_empty() {
        return Err("the name is empty".to_owned());
    }
    Ok((name.to_owned(), value))
}

/// Reads one of `all` by its name.
fn one_of<T, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.map(name)).try_map(move |written| {
        let known = all.into_iter().find(|value| name(*value) == written);
        known.ok_or("is none of the possible values")
    })
}
