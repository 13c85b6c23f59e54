//! The arguments in front of the first `FROM`, and those that BuildKit sets itself.

use dflint_parser::{Command, Dockerfile, Instruction};

use super::build::Builder;
use super::from::{from_clause, stage_name};
use super::{Arguments, ModelOptions};
use crate::env::Env;
use crate::value::Value;

/// The arguments in front of the first `FROM` as if no build argument were given but those that
/// take the place of predefined ones; `None` where a default does not expand.
pub(super) fn default_args(file: &Dockerfile<'_>, options: &ModelOptions) -> Option<Env> {
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
        let target = self.options.target.clone().or(last_name);
        for (name, value) in predefined_args(self.options, target.as_deref()) {
            let given = given.build_arg(name).map(Value::from);
            let value = match (given, self.options.arguments) {
                (Some(given), _) => given,
                (None, Arguments::Unknown) => symbol(name),
                (None, _) => value.into(),
            };
            self.global_args.set(name, value);
        }
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
            self.global_args.set(name, given.into());
            return;
        }
        let Some(default) = &definition.value else {
            if self.options.arguments == Arguments::DefaultsOrUnknown
                && self.global_args.get(name).is_none()
                || self.options.arguments == Arguments::Unknown
            {
                self.global_args.set(name, symbol(name));
            }
            return;
        };
        match self.expander.word(default.as_str(), &self.global_args) {
            Ok(_) if self.options.arguments == Arguments::Unknown => {
                self.global_args.set(name, symbol(name));
            }
            Ok(expansion) => self.global_args.set(name, expansion.value),
            Err(error) => self.refuse(error, default.span(), instruction.start_line, None),
        }
    }
}

/// What stands for an argument that may have any value.
pub(super) fn symbol(name: &str) -> Value {
    Value::unresolved(format!("${{{name}}}"))
}

/// The arguments that BuildKit sets itself, in its order.
fn predefined_args(options: &ModelOptions, target: Option<&str>) -> [(&'static str, String); 11] {
    let (build, target_platform) = (&options.build_platform, &options.target_platform);
    let target = target.filter(|name| !name.is_empty()).unwrap_or("default");
    [
        ("BUILDPLATFORM", build.to_string()),
        ("BUILDOS", build.os.clone()),
        ("BUILDOSVERSION", build.os_version.clone()),
        ("BUILDARCH", build.architecture.clone()),
        ("BUILDVARIANT", build.variant.clone()),
        ("TARGETPLATFORM", target_platform.to_string()),
        ("TARGETOS", target_platform.os.clone()),
        ("TARGETOSVERSION", target_platform.os_version.clone()),
        ("TARGETARCH", target_platform.architecture.clone()),
        ("TARGETVARIANT", target_platform.variant.clone()),
        ("TARGETSTAGE", target.to_owned()),
    ]
}
