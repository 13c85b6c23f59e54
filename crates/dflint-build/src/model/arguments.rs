//! The arguments in front of the first `FROM`, and those that BuildKit sets itself.

use dflint_parser::{Command, Dockerfile, Instruction};

use super::build::Builder;
use super::from::{from_clause, stage_name};
use super::{Arguments, ModelOptions};
use crate::env::{Env, Lookup, Variables};
use crate::value::Value;

/// The arguments that `FROM` may read.
#[derive(Debug, Clone, Default)]
pub struct GlobalArgs {
    /// Those that BuildKit sets, in its order. (They are the same in nearly every file, so they
    /// are kept apart from the environment, which is dear to fill.)
    predefined: Vec<(&'static str, Value)>,
    /// The `ARG`s in front of the first `FROM` that have a value.
    declared: Env,
}

impl GlobalArgs {
    /// The value of the argument called `name`, where it has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.declared.get(name).or_else(|| {
            let mut predefined = self.predefined.iter();
            let (_, value) = predefined.find(|(known, _)| *known == name)?;
            Some(value)
        })
    }

    /// The names of those that have a value, each in the order in which it first got one.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let predefined = self.predefined.iter().map(|(name, _)| *name);
        let mut names: Vec<&str> = predefined.collect();
        let own = self.declared.in_introduction_order().into_iter();
        let is_new = |name: &&str| self.predefined.iter().all(|(known, _)| known != name);
        names.extend(own.map(|variable| &*variable.name).filter(is_new));
        names
    }
}

impl Variables for GlobalArgs {
    fn lookup(&self, name: &str) -> Lookup<'_> {
        self.get(name).map_or(Lookup::Unset, Lookup::Set)
    }
}

/// The arguments in front of the first `FROM` as if no build argument were given but those that
/// take the place of predefined ones; `None` where a default does not expand.
pub(super) fn default_args(file: &Dockerfile<'_>, options: &ModelOptions) -> Option<GlobalArgs> {
    let defaults = ModelOptions {
        build_args: Vec::new(),
        arguments: Arguments::Defaults,
        ..options.clone()
    };
    let mut builder = Builder::new(file, &defaults);
    builder.global_args(options);
    builder.errors.is_empty().then_some(builder.global_args)
}

impl Builder<'_, '_> {
    /// The predefined arguments, as `given` changes them, then the `ARG`s in front of the first
    /// `FROM`.
    pub(super) fn global_args(&mut self, given: &ModelOptions) {
        let last_name = self.file.instructions.iter().rev().find_map(from_clause);
        let last_name = last_name.and_then(|(_, from)| stage_name(from));
        let target = self.options.named_target().or(last_name.as_deref());
        let predefined = predefined_args(self.options, target).into_iter();
        let given_or = |(name, value)| {
            let value = match (given.build_arg(name), self.options.arguments) {
                (Some(given), _) => given.into(),
                (None, Arguments::Unknown) => symbol(name),
                (None, _) => value,
            };
            (name, value)
        };
        self.global_args.predefined = predefined.map(given_or).collect();
        for instruction in &self.file.instructions {
            match &instruction.command {
                Command::From(_) => break,
                Command::Arg(definitions) => {
                    for definition in definitions {
                        self.global_arg(instruction, definition);
                    }
                }
                _ => {}
            }
        }
    }

    fn global_arg(
        &mut self,
        instruction: &Instruction<'_>,
        definition: &dflint_parser::ArgDefinition<'_>,
    ) {
        let name = definition.key.as_str();
        if let Some(given) = self.options.build_arg(name) {
            self.global_args.declared.set(name, given.into());
            return;
        }
        let Some(default) = &definition.value else {
            if self.options.arguments == Arguments::DefaultsOrUnknown
                && self.global_args.get(name).is_none()
                || self.options.arguments == Arguments::Unknown
            {
                self.global_args.declared.set(name, symbol(name));
            }
            return;
        };
        match self.expander.word(default.as_str(), &self.global_args) {
            Ok(_) if self.options.arguments == Arguments::Unknown => {
                self.global_args.declared.set(name, symbol(name));
            }
            Ok(expansion) => self.global_args.declared.set(name, expansion.value),
            Err(error) => self.refuse(error, default.span(), instruction.start_line, None),
        }
    }
}

/// What stands for an argument that may have any value.
pub(super) fn symbol(name: &str) -> Value {
    Value::unresolved(format!("${{{name}}}"))
}

/// The arguments that BuildKit sets itself, in its order.
fn predefined_args(options: &ModelOptions, target: Option<&str>) -> [(&'static str, Value); 11] {
    let (build, target_platform) = (&options.build_platform, &options.target_platform);
    let target = target.filter(|name| !name.is_empty()).unwrap_or("default");
    [
        ("BUILDPLATFORM", build.to_string().into()),
        ("BUILDOS", build.os.as_str().into()),
        ("BUILDOSVERSION", build.os_version.as_str().into()),
        ("BUILDARCH", build.architecture.as_str().into()),
        ("BUILDVARIANT", build.variant.as_str().into()),
        ("TARGETPLATFORM", target_platform.to_string().into()),
        ("TARGETOS", target_platform.os.as_str().into()),
        (
            "TARGETOSVERSION",
            target_platform.os_version.as_str().into(),
        ),
        ("TARGETARCH", target_platform.architecture.as_str().into()),
        ("TARGETVARIANT", target_platform.variant.as_str().into()),
        ("TARGETSTAGE", target.into()),
    ]
}
