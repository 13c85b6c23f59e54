//! Variables that nothing sets before they are used.

mod words;

use std::collections::HashSet;

use dflint_build::expand::Expander;
use dflint_build::{Action, Env, Lookup, Value, env::Variables};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Text};

use crate::lines::start_above;
use crate::suggestion::{MOST_OPTIONS, nearest};
use crate::variable::NamedVariables;
use crate::visit::Visit;
use crate::{Context, Dialect, Findings, Rule};
use words::expanded_words;

/// See the page.
pub(crate) struct UndefinedVariable;

impl Rule for UndefinedVariable {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let globals = global_names(cx);
        for visit in cx.visits() {
            let judge = Judge {
                cx,
                visit: &visit,
                globals: &globals,
            };
            if matches!(visit.step.instruction.command, Command::Arg(_)) {
                judge.arguments(findings);
                continue;
            }
            let env = visit.step.state.env();
            for word in expanded_words(visit.step.instruction) {
                if judge.is_behind_error(word.text) {
                    break;
                }
                word.with_expander(cx.model.expander(), |expander| {
                    judge.word(word.text, expander, env, &HashSet::new(), findings);
                });
            }
        }
    }
}

/// The arguments that are declared in front of the first `FROM`.
fn global_names<'m>(cx: &Context<'m, '_>) -> HashSet<&'m str> {
    let commands = cx.dockerfile.instructions.iter().map(|it| &it.command);
    let before = commands.take_while(|command| !matches!(command, Command::From(_)));
    let arguments = before.filter_map(|command| match command {
        Command::Arg(arguments) => Some(arguments),
        _ => None,
    });
    arguments
        .flatten()
        .map(|argument| argument.key.as_str())
        .collect()
}

/// Arguments that steer BuildKit and are never in the environment.
const NOT_IN_ENV: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

/// Arguments that BuildKit fills once a stage declares them.
const PLATFORM_ARGUMENTS: [&str; 8] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
];

/// Arguments that a build may be given without a declaration, and that a stage sees once it
/// declares them; in either case.
const PROXY_ARGUMENTS: [&str; 5] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "all_proxy",
];

/// Variables that programs know, or that shells set: they are spelt right, and only not set. Sorted.
const WELL_KNOWN: [&str; 22] = [
    "CC",
    "CFLAGS",
    "CLASSPATH",
    "CPATH",
    "CPPFLAGS",
    "CXX",
    "CXXFLAGS",
    "C_INCLUDE_PATH",
    "DISPLAY",
    "GOPATH",
    "HOSTNAME",
    "LANG",
    "LDFLAGS",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LIBRARY_PATH",
    "MANPATH",
    "NODE_PATH",
    "PKG_CONFIG_PATH",
    "PWD",
    "SHELL",
    "USER",
];

/// Below an image nobody knows, shorter names resemble too much to be called misspelt.
const SHORTEST_MISSPELT: usize = 5;

struct Judge<'j, 'm, 'a> {
    cx: &'j Context<'m, 'a>,
    visit: &'j Visit<'m, 'a>,
    globals: &'j HashSet<&'m str>,
}

/// A variable that is not set, in the word that uses it.
struct Use<'u, 'a> {
    word: &'u Text<'a>,
    variables: &'u NamedVariables<'u>,
    name: &'u str,
    suggestion: Option<String>,
    /// Whether an `ARG` of that name in this stage would give it a value.
    needs_arg: bool,
}

impl Judge<'_, '_, '_> {
    /// Whether BuildKit stops before it gets to this word.
    fn is_behind_error(&self, word: &Text) -> bool {
        let error = self.visit.error.filter(|error| error.stops_expansion());
        error.is_some_and(|error| error.span.end <= word.span().start)
    }

    /// `ARG`, whose words each see the ones before.
    fn arguments(&self, findings: &mut Findings) {
        let Command::Arg(definitions) = &self.visit.step.instruction.command else {
            return;
        };
        let values = match &self.visit.step.action {
            Action::Arg(values) => values.as_slice(),
            _ => &[],
        };
        let mut env = self.visit.step.state.env().clone();
        let mut declared: HashSet<&str> = HashSet::new();
        for (at, definition) in definitions.iter().enumerate() {
            let name = definition.key.as_str();
            // A build argument takes the place of the default, which is then not looked at.
            let default = definition.value.as_ref();
            let default = default.filter(|_| self.cx.model.options().build_arg(name).is_none());
            if let Some(default) = default {
                if self.is_behind_error(default) {
                    return;
                }
                self.word(default, self.cx.model.expander(), &env, &declared, findings);
            }
            declared.insert(name);
            let value = match values.get(at) {
                Some(argument) => argument.value.clone(),
                // The instruction is refused, but maybe for a later word.
                None => default.and_then(|default| self.expanded(default, &env)),
            };
            if let Some(value) = value {
                env.set(name, value);
            }
        }
    }

    fn expanded(&self, word: &Text, env: &Env) -> Option<Value> {
        let expanded = self.cx.model.expander().word(word.as_str(), env);
        expanded.ok().map(|expansion| expansion.value)
    }

    fn word(
        &self,
        word: &Text,
        expander: &Expander,
        env: &Env,
        declared: &HashSet<&str>,
        findings: &mut Findings,
    ) {
        let unset = expander.unset_names(word.as_str(), env);
        if unset.is_empty() {
            return;
        }
        let variables = NamedVariables::of(word);
        for name in unset {
            let is_declared = self.visit.step.state.has_arg(&name)
                || declared.contains(name.as_str())
                || NOT_IN_ENV.contains(&name.as_str());
            if is_declared {
                continue;
            }
            // Putting the names of a huge environment in order takes longer than it is worth.
            let names = match env.len() {
                0..=MOST_OPTIONS => env.in_update_order(),
                _ => Vec::new(),
            };
            let suggestion = nearest(&name, names.into_iter().map(|variable| &*variable.name))
                .filter(|_| {
                    let is_buildkit = self.cx.dialect == Dialect::Buildkit;
                    is_buildkit || WELL_KNOWN.binary_search(&name.as_str()).is_err()
                });
            let used = Use {
                word,
                variables: &variables,
                name: &name,
                suggestion: suggestion.map(str::to_owned),
                needs_arg: self.is_argument(&name, env),
            };
            if self.counts(&used, env) {
                self.report(&used, findings);
            }
        }
    }

    /// Whether an `ARG` in this stage would give the variable a value.
    fn is_argument(&self, name: &str, env: &Env) -> bool {
        let is_proxy = || PROXY_ARGUMENTS.contains(&name.to_lowercase().as_str());
        self.globals.contains(name)
            || PLATFORM_ARGUMENTS.contains(&name)
            || is_proxy() && matches!(env.lookup(name), Lookup::Unset)
    }

    /// Whether it is worth a report. BuildKit reports everything; below an image that may set
    /// anything, dflint wants a sign that the image does not.
    fn counts(&self, used: &Use, env: &Env) -> bool {
        if self.cx.dialect == Dialect::Buildkit {
            return true;
        }
        if used.variables.expects_unset(used.name) {
            return false;
        }
        let is_misspelt = used.suggestion.is_some() && used.name.len() >= SHORTEST_MISSPELT;
        match env.lookup(used.name) {
            Lookup::Unknown => used.needs_arg || is_misspelt,
            Lookup::Set(_) | Lookup::Unset => true,
        }
    }

    fn report(&self, used: &Use, findings: &mut Findings) {
        let Use { word, name, .. } = used;
        let place = used.variables.place(name);
        let span = place.map_or_else(|| word.span(), |place| word.span_of(place));
        let hint = match &used.suggestion {
            _ if used.needs_arg => format!(", repeat `ARG {name}` in this stage"),
            Some(suggestion) => format!(", did you mean `${suggestion}`?"),
            None => String::new(),
        };
        findings
            .report(
                self.visit.anchor(self.cx, span),
                format!("`${name}` is not set here and expands to nothing{hint}"),
            )
            .fix_or_withhold(self.fix(used));
    }

    fn fix(&self, used: &Use) -> Result<Fix, &'static str> {
        if self.visit.step.is_trigger {
            return Err("it is in a trigger of the stage below");
        }
        let (title, edit) = if used.needs_arg {
            let instruction = self.visit.step.instruction;
            let at = start_above(self.cx.dockerfile, instruction);
            let line = format!("ARG {}\n", used.name);
            (
                format!("Declare `ARG {}` in this stage", used.name),
                Edit::insert(at, line),
            )
        } else {
            let suggestion = used
                .suggestion
                .as_ref()
                .ok_or("nobody can know what it should be")?;
            let place = used.variables.place(used.name);
            let place = place.ok_or("the name is not in one piece")?;
            let span = used.word.span_of(place);
            (
                format!("Write `{suggestion}`"),
                Edit::replace(span, suggestion.clone()),
            )
        };
        Ok(Fix {
            title,
            safety: Safety::Unsafe,
            keeps: Keeps::Nothing,
            edits: vec![edit],
        })
    }
}
