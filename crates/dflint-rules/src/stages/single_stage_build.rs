//! A program that is compiled in the stage that runs it.

use dflint_build::packages::Invocation;
use dflint_build::{Action, Origin, Stage, Step};
use dflint_knowledge::package_manager::Action as PackageAction;
use dflint_shell::SimpleCommand;

use crate::package_calls::{call, calls};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct SingleStageBuild;

impl Rule for SingleStageBuild {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let [stage] = cx.model.stages() else {
            return;
        };
        let own_steps = stage.steps.iter().skip(stage.first_own_step);
        if !is_service(stage) || !brings_source(stage) || removes_packages(cx, stage) {
            return;
        }
        for step in own_steps {
            let commands = step
                .script()
                .into_iter()
                .flat_map(|script| script.commands());
            let builds = commands.filter_map(|it| Some((it, toolchain(step, it)?)));
            // The last one makes what the image is for.
            if let Some((command, toolchain)) = builds.last() {
                findings.report(command.span(), message(toolchain));
                return;
            }
        }
    }
}

/// What a compiler leaves, and what is needed to run it.
struct Toolchain {
    /// The package manager or build tool, by its name in the tables or its command.
    tool: &'static str,
    /// The subcommands, or for scripts and goals the words, that build.
    builds: &'static [&'static str],
    /// What stays in the image for nothing.
    leaves: &'static str,
    /// The base of the second stage.
    runtime: &'static str,
    /// The `COPY` of the second stage.
    copy: &'static str,
}

const TOOLCHAINS: &[Toolchain] = &[
    Toolchain {
        tool: "go",
        builds: &["build", "install"],
        leaves: "the Go toolchain",
        runtime: "gcr.io/distroless/static",
        copy: "COPY --from=build /app /app",
    },
    Toolchain {
        tool: "cargo",
        builds: &["build", "b", "install"],
        leaves: "the Rust toolchain and everything in `target`",
        runtime: "debian:bookworm-slim",
        copy: "COPY --from=build /src/target/release/app /usr/local/bin/",
    },
    Toolchain {
        tool: "maven",
        builds: &["package", "install", "verify"],
        leaves: "Maven, the JDK and the local repository",
        runtime: "eclipse-temurin:21-jre",
        copy: "COPY --from=build /src/target/app.jar /app.jar",
    },
    Toolchain {
        tool: "gradle",
        builds: &["build", "assemble", "bootJar", "shadowJar", "installDist"],
        leaves: "Gradle, the JDK and its caches",
        runtime: "eclipse-temurin:21-jre",
        copy: "COPY --from=build /src/build/libs/app.jar /app.jar",
    },
    Toolchain {
        tool: "dotnet",
        builds: &["publish", "build"],
        leaves: "the .NET SDK",
        runtime: "mcr.microsoft.com/dotnet/aspnet",
        copy: "COPY --from=build /out /app",
    },
    Toolchain {
        tool: "make",
        builds: &[],
        leaves: "the compiler and its object files",
        runtime: "debian:bookworm-slim",
        copy: "COPY --from=build /usr/local/ /usr/local/",
    },
    Toolchain {
        tool: "cmake",
        builds: &["--build"],
        leaves: "the compiler and its object files",
        runtime: "debian:bookworm-slim",
        copy: "COPY --from=build /usr/local/ /usr/local/",
    },
];

/// Whether the image runs something that the file says, unlike the image of a tool or a shell.
fn is_service(stage: &Stage) -> bool {
    let image = stage.end.image();
    image.cmd.is_some() || image.entrypoint.is_some()
}

/// Whether files of the build context are copied, so that it is the project that is built.
fn brings_source(stage: &Stage) -> bool {
    stage
        .steps
        .iter()
        .any(|step| matches!(&step.action, Action::Copy(copy) if copy.from == Origin::Context))
}

/// Whether packages are removed again, as tools are that were needed for a moment.
fn removes_packages(cx: &Context, stage: &Stage) -> bool {
    let mut calls = stage
        .steps
        .iter()
        .flat_map(|step| calls(step, cx.build_context));
    calls.any(|call| call.action() == PackageAction::Remove)
}

/// The toolchain that `command` builds with.
fn toolchain(step: &Step, command: SimpleCommand) -> Option<&'static Toolchain> {
    let called = call(&step.state, command, None);
    let name = match &called {
        Some(call) => call.manager.name,
        None => command.name()?,
    };
    let toolchain = TOOLCHAINS.iter().find(|toolchain| toolchain.tool == name)?;
    let builds = toolchain.builds.is_empty()
        || words(called.as_ref(), command).any(|word| toolchain.builds.contains(&word));
    builds.then_some(toolchain)
}

/// The subcommand and what follows it, flags left out.
fn words<'s>(
    call: Option<&Invocation<'s>>,
    command: SimpleCommand<'s>,
) -> impl Iterator<Item = &'s str> {
    let subcommand = call.map(|call| call.subcommand.words);
    subcommand
        .into_iter()
        .chain(command.args().filter_map(|word| word.literal()))
}

fn message(toolchain: &Toolchain) -> String {
    format!(
        "the image keeps {}, which only the build needs: build in a stage of its own \
         (`FROM … AS build`), then `FROM {}` and `{}`",
        toolchain.leaves, toolchain.runtime, toolchain.copy,
    )
}
