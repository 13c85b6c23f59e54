//! The syntax tree: what BuildKit reads in a Dockerfile, each piece with its place in the file.

use std::borrow::Cow;
use std::ops::Range;

use crate::diagnostic::{EmptyContinuation, SyntaxError};
use crate::lines::LineIndex;
use crate::span::Span;
use crate::text::Text;

/// A parsed Dockerfile. Always whole: what could not be read is an instruction of kind
/// [`Command::Invalid`] with an entry in [`Dockerfile::errors`].
#[derive(Debug)]
pub struct Dockerfile<'a> {
    /// The file as it is, byte order mark included.
    pub source: &'a str,
    /// The parser directives at the top.
    pub directives: Directives<'a>,
    /// The instructions in file order, `ARG`s before the first `FROM` included.
    pub instructions: Vec<Instruction<'a>>,
    /// Every comment line that BuildKit reads as one, in file order (also those inside continued
    /// instructions; not those in heredoc bodies).
    pub comments: Vec<Comment<'a>>,
    /// Instructions continued over an empty line, in file order.
    pub empty_continuations: Vec<EmptyContinuation>,
    /// What BuildKit refuses, in the order in which it would meet it: the first is the error that
    /// a build ends with. Parse level comes before typed level.
    pub errors: Vec<SyntaxError>,
    /// Where the lines begin.
    pub lines: LineIndex,
}

/// The parser directives (`# syntax=`, `# escape=`, `# check=`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directives<'a> {
    /// The escape character in force: `\` or `` ` ``.
    pub escape: char,
    /// `# escape=` as the main parser honours it.
    pub escape_directive: Option<Directive<'a>>,
    /// The frontend that `# syntax=` names, as BuildKit's separate scan finds it.
    pub syntax: Option<Directive<'a>>,
    /// `# check=` as BuildKit's separate scan finds it.
    pub check: Option<Directive<'a>>,
    /// All directives consumed by the main parser, in file order (what comments they are not).
    pub consumed: Vec<Directive<'a>>,
}

/// One directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive<'a> {
    /// The name, lower case.
    pub name: String,
    /// The value as BuildKit uses it (`check` and `syntax` end at the first space).
    pub value: &'a str,
    /// The whole value as written (where the file is a JSON object, with its escapes).
    pub full: &'a str,
    /// Where `full` stands.
    pub value_span: Span,
    /// The whole line, without its end.
    pub span: Span,
    /// The line, counted from 1.
    pub line: u32,
}

/// A comment line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment<'a> {
    /// The text after `#`, trimmed. As in BuildKit an indented comment keeps its `#`, unless it
    /// stands inside an instruction; and what is left of the first character of the indentation
    /// where that takes more than one byte.
    pub text: Cow<'a, str>,
    /// From `#` to the end of the line, line end excluded.
    pub span: Span,
    /// The line, counted from 1.
    pub line: u32,
    /// Whether it stands between the lines of one continued instruction.
    pub inside_instruction: bool,
}

/// One instruction.
#[derive(Debug, Clone)]
pub struct Instruction<'a> {
    /// The instruction word as written.
    pub keyword: Text<'a>,
    /// Which instruction the word names; `None` for an unknown word.
    pub name: Option<InstructionName>,
    /// BuildKit's `original`: the whole logical line, continuations joined, comments dropped,
    /// heredoc bodies left out.
    pub logical: Text<'a>,
    /// From the first character that is not white space (the keyword, but for an escape alone on
    /// a line in front of it) to the end of the last line, heredoc bodies and terminators
    /// included, the last line end excluded. For an instruction under `ONBUILD`, its part of the
    /// outer one.
    pub span: Span,
    /// First line, counted from 1.
    pub start_line: u32,
    /// Last line, counted from 1, heredoc terminators included.
    pub end_line: u32,
    /// `--name[=value]` words in front of the arguments, in order.
    pub flags: Vec<Flag<'a>>,
    /// The logical text after the keyword and the flags, trimmed as BuildKit does.
    pub rest: Text<'a>,
    /// The arguments as BuildKit's parser splits them (`next` of its AST; for `ENV` and `LABEL`
    /// key, value, separator).
    pub args: Vec<Text<'a>>,
    /// Whether the arguments were written as a JSON array.
    pub json: bool,
    /// The heredocs that the line opens, in order; those of an `ONBUILD` stand both on it and on
    /// the instruction under it.
    pub heredocs: Vec<Heredoc<'a>>,
    /// The comments BuildKit attaches to it, as a range of [`Dockerfile::comments`].
    pub doc_comments: Range<usize>,
    /// What it says.
    pub command: Command<'a>,
}

impl<'a> Instruction<'a> {
    /// The body that `COPY` or `ADD` writes for the heredoc at `index`: that of the last heredoc
    /// of the same name, as BuildKit looks it up by name.
    #[must_use]
    pub fn copied_body(&self, index: usize) -> Option<&Text<'a>> {
        let name = &self.heredocs.get(index)?.name;
        let last = self
            .heredocs
            .iter()
            .rfind(|heredoc| heredoc.name == *name)?;
        Some(&last.body)
    }
}

/// The 18 instruction names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum InstructionName {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

/// `--name=value` or `--name` before the arguments.
#[derive(Debug, Clone)]
pub struct Flag<'a> {
    /// The name without dashes, as written.
    pub name: Text<'a>,
    /// The value after `=` with BuildKit's quote and escape removal; `None` without `=`.
    pub value: Option<Text<'a>>,
    /// The whole word as BuildKit hands it on (`--name=value`, quotes removed).
    pub word: Text<'a>,
}

/// A heredoc of `RUN`, `COPY` or `ADD`.
#[derive(Debug, Clone)]
pub struct Heredoc<'a> {
    /// The name without quotes.
    pub name: String,
    /// The word that opens it (`<<-"EOF"`).
    pub opener: Text<'a>,
    /// The body as in the file, terminator line excluded, last line end included, tabs kept.
    pub body: Text<'a>,
    /// The terminator line without its line end.
    pub terminator: Span,
    /// Whether variables in the body are expanded (the name carries no quote).
    pub expand: bool,
    /// Whether leading tabs are taken off (`<<-`).
    pub chomp: bool,
    /// The file descriptor in front of `<<`; 0 when absent.
    pub fd: u64,
}

/// What an instruction says, as BuildKit's typed level reads it.
#[derive(Debug, Clone)]
pub enum Command<'a> {
    /// `FROM`.
    From(FromClause<'a>),
    /// `ARG`, one entry a word.
    Arg(Vec<ArgDefinition<'a>>),
    /// `ENV`.
    Env(KeyValues<'a>),
    /// `LABEL`.
    Label(KeyValues<'a>),
    /// `RUN`.
    Run(Run<'a>),
    /// `CMD`.
    Cmd(CommandLine<'a>),
    /// `ENTRYPOINT`.
    Entrypoint(CommandLine<'a>),
    /// `COPY`.
    Copy(Transfer<'a>),
    /// `ADD`.
    Add(Transfer<'a>),
    /// `WORKDIR`: the path, unexpanded.
    Workdir(Text<'a>),
    /// `USER`: `user[:group]`, unexpanded.
    User(Text<'a>),
    /// `VOLUME`: the paths.
    Volume(Vec<Text<'a>>),
    /// `EXPOSE`: the port words in file order (BuildKit sorts them).
    Expose(Vec<Text<'a>>),
    /// `STOPSIGNAL`.
    Stopsignal(Text<'a>),
    /// `SHELL`: the words.
    Shell(Vec<Text<'a>>),
    /// `HEALTHCHECK`.
    Healthcheck(Healthcheck<'a>),
    /// `MAINTAINER`.
    Maintainer(Text<'a>),
    /// `ONBUILD`: the instruction that runs in stages based on the image.
    Onbuild(Box<Instruction<'a>>),
    /// An instruction that BuildKit refuses; see [`Dockerfile::errors`]. Under `ONBUILD` BuildKit
    /// refuses it only when a stage is based on the image, so there is no error then.
    Invalid,
}

/// `FROM [--platform=P] base [AS name]`.
#[derive(Debug, Clone)]
pub struct FromClause<'a> {
    /// The base as written, unexpanded.
    pub base: Text<'a>,
    /// `--platform`, unexpanded.
    pub platform: Option<Text<'a>>,
    /// The stage name as written; `None` without one.
    pub name: Option<Text<'a>>,
    /// The word between base and name (`AS` as written).
    pub as_keyword: Option<Text<'a>>,
}

/// One `ARG` word.
#[derive(Debug, Clone)]
pub struct ArgDefinition<'a> {
    /// The name.
    pub key: Text<'a>,
    /// The default, unexpanded, quotes kept; `None` without `=`.
    pub value: Option<Text<'a>>,
}

/// The pairs of `ENV` or `LABEL`.
#[derive(Debug, Clone)]
pub struct KeyValues<'a> {
    /// Key and value, both unexpanded with quotes kept.
    pub pairs: Vec<KeyValue<'a>>,
    /// Whether it is the legacy form `key value`.
    pub legacy: bool,
}

/// One `key=value`.
#[derive(Debug, Clone)]
pub struct KeyValue<'a> {
    /// The key.
    pub key: Text<'a>,
    /// The value.
    pub value: Text<'a>,
}

/// What a `RUN`, `CMD`, `ENTRYPOINT` or health check runs.
#[derive(Debug, Clone)]
pub enum CommandLine<'a> {
    /// Handed to the shell as it is (BuildKit never expands variables in it).
    Shell(Text<'a>),
    /// The words of a JSON array.
    Exec(Vec<Text<'a>>),
}

/// `RUN`.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// The command line. Where the whole of it is one heredoc, [`Run::script_heredoc`] says so.
    pub command: CommandLine<'a>,
    /// Whether the entire command is one heredoc whose body is the script.
    pub script_heredoc: bool,
    /// `--mount` flags in order.
    pub mounts: Vec<Mount<'a>>,
    /// `--network`.
    pub network: Option<Text<'a>>,
    /// `--security`.
    pub security: Option<Text<'a>>,
    /// `--device` flags.
    pub devices: Vec<Text<'a>>,
}

/// One `--mount`.
#[derive(Debug, Clone)]
pub struct Mount<'a> {
    /// The whole flag word.
    pub flag: Text<'a>,
    /// `type=`; bind when absent.
    pub kind: MountKind,
    /// The `key=value` fields in order, keys lower case, values unexpanded.
    pub fields: Vec<MountField<'a>>,
}

/// One field of a `--mount`.
#[derive(Debug, Clone)]
pub struct MountField<'a> {
    /// The key, lower case (`dst`, `destination` and `target` as written).
    pub key: String,
    /// The value; `None` for a bare key.
    pub value: Option<Text<'a>>,
    /// The whole field in the file.
    pub text: Text<'a>,
}

/// The type of a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum MountKind {
    Bind,
    Cache,
    Tmpfs,
    Secret,
    Ssh,
    /// A type that BuildKit refuses or that holds a variable.
    Unknown,
}

/// `COPY` or `ADD`.
#[derive(Debug, Clone)]
pub struct Transfer<'a> {
    /// The sources in order, heredocs included.
    pub sources: Vec<Source<'a>>,
    /// The destination, unexpanded.
    pub destination: Text<'a>,
    /// `--from` (COPY).
    pub from: Option<Text<'a>>,
    /// `--chown`.
    pub chown: Option<Text<'a>>,
    /// `--chmod`.
    pub chmod: Option<Text<'a>>,
    /// `--link`.
    pub link: bool,
    /// `--parents` (COPY).
    pub parents: bool,
    /// `--exclude` patterns.
    pub exclude: Vec<Text<'a>>,
    /// `--keep-git-dir` (ADD).
    pub keep_git_dir: Option<bool>,
    /// `--checksum` (ADD).
    pub checksum: Option<Text<'a>>,
    /// `--unpack` (ADD).
    pub unpack: Option<bool>,
}

/// One source of `COPY` or `ADD`.
#[derive(Debug, Clone)]
pub enum Source<'a> {
    /// A path, pattern or URL, unexpanded.
    Path(Text<'a>),
    /// A heredoc, as an index into [`Instruction::heredocs`]. Of several with the same name each
    /// writes the body of the last, see [`Instruction::copied_body`].
    Heredoc(usize),
    /// A word that reads as a heredoc but opens none (in JSON form, or in a line that BuildKit's
    /// lexer refuses): BuildKit writes an empty file.
    EmptyHeredoc {
        /// The word.
        word: Text<'a>,
        /// The name without quotes, which is the file's name.
        name: String,
        /// Whether the name carries no quote.
        expand: bool,
    },
}

/// `HEALTHCHECK`.
#[derive(Debug, Clone)]
pub struct Healthcheck<'a> {
    /// What is run.
    pub test: HealthTest<'a>,
    /// `--interval` and the other durations, in nanoseconds; `None` when absent.
    pub interval: Option<i64>,
    /// `--timeout` in nanoseconds.
    pub timeout: Option<i64>,
    /// `--start-period` in nanoseconds.
    pub start_period: Option<i64>,
    /// `--start-interval` in nanoseconds.
    pub start_interval: Option<i64>,
    /// `--retries`.
    pub retries: Option<i64>,
}

/// What a health check runs.
#[derive(Debug, Clone)]
pub enum HealthTest<'a> {
    /// `HEALTHCHECK NONE`.
    None,
    /// `HEALTHCHECK CMD …`.
    Cmd(CommandLine<'a>),
}
