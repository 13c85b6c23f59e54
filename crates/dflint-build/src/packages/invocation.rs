//! A command as a call of a package manager.

use dflint_knowledge::package_manager::{
    Action, PackageManager, Subcommand, is_launcher, manager_of_module, managers_in_code,
    managers_of_command, may_call_manager, shortcut,
};
use dflint_shell::{SimpleCommand, Word};

use super::caches::holds;
use super::site::Site;
use super::variant::choose;

/// A call of a package manager.
#[derive(Debug, Clone)]
pub struct Invocation<'s> {
    /// Which manager.
    pub manager: &'static PackageManager,
    /// Whether it is certainly this one of those that share the command's name.
    pub is_certain: bool,
    /// The command.
    pub command: SimpleCommand<'s>,
    /// The name it is called by, without directory: `pip3` for `python3 -m pip` too is `pip`.
    pub name: String,
    /// The subcommand's entry in the table.
    pub subcommand: &'static Subcommand,
    /// The words of the subcommand, in order; fewer than the entry has for a shortcut.
    pub subcommand_words: Vec<Word<'s>>,
    /// The flags, in front of the subcommand and behind it, in order.
    pub flags: Vec<Flag<'s>>,
    /// What is neither flag nor subcommand: packages, files, directories.
    pub operands: Vec<Word<'s>>,
    /// Whether it must find everything in place, without downloading.
    pub is_offline: bool,
}

/// A flag of a call.
#[derive(Debug, Clone)]
pub struct Flag<'s> {
    /// Its word.
    pub word: Word<'s>,
    /// The name with its dashes, without a value.
    pub name: String,
    /// The value behind `=` or in the next word, variables as `${NAME}`.
    pub value: Option<String>,
    /// The next word, where that is the value.
    pub value_word: Option<Word<'s>>,
}

impl Invocation<'_> {
    /// What it does.
    #[must_use]
    pub fn action(&self) -> Action {
        self.subcommand.action
    }

    /// Whether it downloads or builds, so that a cache is of use.
    #[must_use]
    pub fn fills_caches(&self) -> bool {
        !matches!(
            self.action(),
            Action::Remove | Action::Clean | Action::Configure
        )
    }

    /// Whether it puts packages into the image.
    #[must_use]
    pub fn installs(&self) -> bool {
        matches!(self.action(), Action::Install | Action::Upgrade)
    }

    /// The last flag of that name.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag<'_>> {
        self.flags.iter().rev().find(|flag| flag.name == name)
    }

    /// Whether it works for everybody on the system, whatever project is there: `npm install -g`,
    /// `yarn global add`.
    #[must_use]
    pub fn is_global(&self) -> bool {
        let mut words = self.subcommand_words.iter();
        let mut flags = self.flags.iter().map(|flag| flag.name.as_str());
        words.any(|word| word.literal() == Some("global"))
            || flags
                .any(|name| matches!(name, "-g" | "--global" | "--location" | "--location=global"))
    }

    /// Whether it puts into its cache what no registry has, so that it cannot be downloaded again.
    #[must_use]
    pub fn publishes(&self) -> bool {
        let words = self.subcommand_words.iter().chain(&self.operands);
        words.filter_map(|word| word.literal()).any(|word| {
            let goal = word.rsplit(':').next().unwrap_or(word);
            self.manager.publishes.contains(&goal)
        })
    }
}

/// The call of a package manager that `command` is; `None` where it is none, or where a word that
/// is not static decides which.
#[must_use]
pub fn invocation<'s>(command: SimpleCommand<'s>, site: &Site<'_>) -> Option<Invocation<'s>> {
    let name = command.name()?;
    let called = called(name, command)?;
    let rest = command.effective_words().skip(called.taken);
    let begins = |manager: &PackageManager, subcommand: &str| {
        let (_, plain) = classify(manager, rest.clone());
        let mut given = plain.iter().map(|word| word.literal());
        let mut words = subcommand.split_ascii_whitespace();
        words.all(|word| given.next() == Some(Some(word)))
    };
    let (manager, is_certain) = choose(&called.candidates, &called.name, site, begins)?;
    let (flags, plain) = classify(manager, rest.clone());
    let mut known: Vec<&str> = called.implied.split_ascii_whitespace().collect();
    let implied = known.len();
    for word in &plain {
        let Some(literal) = word.literal() else {
            // What follows cannot be told from a subcommand.
            if known.is_empty() {
                return None;
            }
            break;
        };
        known.push(literal);
    }
    let (subcommand, count) = manager.subcommand(&known)?;
    let own = count.saturating_sub(implied).min(plain.len());
    let (subcommand_words, operands) = plain.split_at(own);
    let is_offline = is_offline(manager, &flags, operands)
        || manager
            .offline_env
            .iter()
            .any(|condition| holds(condition, command, site) == Some(true));
    Some(Invocation {
        manager,
        is_certain,
        command,
        name: called.name,
        subcommand,
        subcommand_words: subcommand_words.to_vec(),
        flags,
        operands: operands.to_vec(),
        is_offline,
    })
}

/// Whether a flag says so, or a word such as `/p:NoRestore=true`.
fn is_offline(manager: &PackageManager, flags: &[Flag<'_>], operands: &[Word<'_>]) -> bool {
    let offline = manager.offline_flags;
    let says = |word: &str| offline.contains(&word);
    flags
        .iter()
        .any(|flag| says(&flag.name) || says(&flag.word.render()))
        || operands.iter().any(|word| {
            let word = word.literal();
            word.is_some_and(|word| word.contains('=') && says(word))
        })
}

/// What a command's first words call.
struct Called {
    candidates: Vec<&'static PackageManager>,
    name: String,
    /// How many words name it.
    taken: usize,
    /// The subcommand that a shortcut stands for.
    implied: &'static str,
}

fn called(name: &str, command: SimpleCommand<'_>) -> Option<Called> {
    if is_python(name) {
        return called_by_python(command);
    }
    if !may_call_manager(name) {
        return None;
    }
    let direct = called_directly(name, 1).or_else(|| called_in_code(name, command));
    if direct.is_some() || !is_launcher(name) {
        return direct;
    }
    // `corepack yarn install`, `corepack yarn@4 install`
    let next = command.args().next()?.literal()?;
    let next = next.split('@').next().unwrap_or(next);
    let mut launched = called_directly(next, 2)?;
    launched
        .candidates
        .retain(|manager| manager.launchers.contains(&name));
    (!launched.candidates.is_empty()).then_some(launched)
}

fn called_directly(name: &str, taken: usize) -> Option<Called> {
    let (candidates, implied) = match shortcut(name) {
        Some((manager, implied)) => (vec![manager], implied),
        None => (managers_of_command(name).collect(), ""),
    };
    (!candidates.is_empty()).then(|| Called {
        candidates,
        name: name.to_owned(),
        taken,
        implied,
    })
}

/// `Rscript -e 'renv::restore()'`: a function that the code of an interpreter calls.
fn called_in_code(name: &str, command: SimpleCommand<'_>) -> Option<Called> {
    let mut managers = managers_in_code(name).peekable();
    managers.peek()?;
    let mut words = command.effective_words();
    let at = words.position(|word| word.literal() == Some("-e"))? + 1;
    let code = words.next()?.literal()?;
    managers.find_map(|manager| {
        let mut subcommands = manager.subcommands.iter();
        let function = subcommands.find(|it| calls(code, it.words))?;
        Some(Called {
            candidates: vec![manager],
            name: name.to_owned(),
            taken: at + 1,
            implied: function.words,
        })
    })
}

/// Whether `code` calls `function`.
fn calls(code: &str, function: &str) -> bool {
    let mut pieces = code.split(function);
    let is_word_before =
        |before: &str| before.ends_with(|it: char| it.is_alphanumeric() || it == '_');
    let mut before = pieces.next().unwrap_or_default();
    pieces.any(|after| {
        let is_call = after.trim_start().starts_with('(') && !is_word_before(before);
        before = after;
        is_call
    })
}

/// `python`, `python3`, `python3.11`, `pypy3`.
fn is_python(name: &str) -> bool {
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    matches!(stem, "python" | "pypy")
}

/// `python -m pip …`, with options such as `-u` in front of `-m`.
fn called_by_python(command: SimpleCommand<'_>) -> Option<Called> {
    let mut words = command.effective_words().enumerate().skip(1);
    loop {
        match words.next()?.1.literal()? {
            "-m" => break,
            "-W" | "-X" => {
                words.next();
            }
            option if option.starts_with('-') => {}
            _ => return None,
        }
    }
    let (at, module) = words.next()?;
    let module = module.literal()?;
    let manager = manager_of_module(module)?;
    Some(Called {
        candidates: vec![manager],
        name: module.to_owned(),
        taken: at + 1,
        implied: "",
    })
}

/// `pacman -Syu`: a subcommand that is written as an option.
fn is_option_like_subcommand(manager: &PackageManager, word: &str) -> bool {
    manager
        .subcommand(&[word])
        .is_some_and(|(subcommand, _)| subcommand.words.starts_with('-'))
}

/// The flags with their values, and all other words.
fn classify<'s>(
    manager: &PackageManager,
    mut words: impl Iterator<Item = Word<'s>>,
) -> (Vec<Flag<'s>>, Vec<Word<'s>>) {
    let takes_value = |name: &str| {
        manager.global_options.contains(&name) || manager.value_options.contains(&name)
    };
    let mut flags = Vec::new();
    let mut plain = Vec::new();
    while let Some(word) = words.next() {
        if manager.runs_command && !plain.is_empty() {
            plain.push(word);
            continue;
        }
        let text = word.render();
        if text == "--" {
            plain.extend(words);
            break;
        }
        // `cargo +nightly build`: a toolchain, not a subcommand.
        if text.starts_with('+') && plain.is_empty() {
            continue;
        }
        let is_subcommand = plain.is_empty() && is_option_like_subcommand(manager, &text);
        if !text.starts_with('-') || text == "-" || is_subcommand {
            plain.push(word);
            continue;
        }
        let (name, mut value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text, None),
        };
        let value_word = if value.is_none() && takes_value(&name) {
            words.next()
        } else {
            None
        };
        value = value.or_else(|| value_word.map(Word::render));
        flags.push(Flag {
            word,
            name,
            value,
            value_word,
        });
    }
    (flags, plain)
}
