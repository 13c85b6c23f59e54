//! The commands of each `RUN` with the calls of package managers among them, read once a file.

mod project;

use std::cell::OnceCell;
use std::collections::HashMap;

use dflint_build::packages::{Invocation, Places, Site, UnknownProject, invocation, places};
use dflint_build::{Action, Base, Model, StageId, State, Step};
use dflint_shell::{Script, SimpleCommand};

use crate::Context;
use project::ContextProject;
pub(crate) use project::CopiedFolders;

/// A command of a `RUN`.
pub(crate) struct RunCommand<'m> {
    pub(crate) command: SimpleCommand<'m>,
    /// The call of a package manager that it is.
    pub(crate) call: Option<Invocation<'m>>,
    /// Whether it is part of a script that another user runs (`su app -c '…'`).
    pub(crate) is_another_users: bool,
    /// Where the caches of the call are, once somebody asked.
    places: OnceCell<Places>,
}

impl RunCommand<'_> {
    /// Each cache that the call uses, and where it is; `site` is that of its step.
    pub(crate) fn places(&self, site: &Site<'_>) -> &Places {
        self.places.get_or_init(|| {
            let call = self.call.as_ref();
            call.map(|call| places(call, site)).unwrap_or_default()
        })
    }
}

/// The commands of every `RUN` of a file, by the address of the step.
#[derive(Default)]
pub(crate) struct RunCommands<'m> {
    by_step: OnceCell<HashMap<*const (), Vec<RunCommand<'m>>>>,
}

impl<'m> Context<'m, '_> {
    /// The commands of a `RUN` and of the scripts in it, in source order; none for other steps.
    pub(crate) fn run_commands(self, step: &Step<'_>) -> &'m [RunCommand<'m>] {
        let by_step = self.facts.run_commands.by_step.get_or_init(|| read(self));
        by_step.get(&address(step)).map_or(&[], Vec::as_slice)
    }

    /// The calls of package managers in a `RUN`, in source order; none for other steps.
    pub(crate) fn package_calls(
        self,
        step: &Step<'_>,
    ) -> impl DoubleEndedIterator<Item = &'m Invocation<'m>> + Clone + use<'m> {
        let commands = self.run_commands(step).iter();
        commands.filter_map(|it| it.call.as_ref())
    }
}

/// The directory that `command` runs in, where it is known.
pub(crate) fn directory(state: &State, command: SimpleCommand<'_>) -> Option<String> {
    state.site(&UnknownProject).directory(command).ok()
}

/// What tells steps and scripts apart.
pub(crate) fn address<T>(of: &T) -> *const () {
    std::ptr::from_ref(of).cast()
}

/// Reads every `RUN`, stage by stage: which of the managers that share a name a command calls is
/// told by the files that were copied before.
fn read<'m>(cx: Context<'m, '_>) -> HashMap<*const (), Vec<RunCommand<'m>>> {
    let model: &'m Model<'_> = cx.model;
    let mut found = HashMap::new();
    let mut ends: HashMap<StageId, CopiedFolders> = HashMap::new();
    for stage in model.stages() {
        let mut copied = match stage.base {
            Base::Stage(base) => ends.get(&base).cloned().unwrap_or_default(),
            _ => CopiedFolders::default(),
        };
        for step in &stage.steps {
            match &step.action {
                Action::Copy(copy) => copied.note(copy, cx.build_context),
                Action::Run(_) => {
                    let project = ContextProject {
                        context: cx.build_context,
                        copied: &copied,
                    };
                    let site = step.state.site(&project);
                    let commands = step.script().map(|script| commands(script, &site));
                    found.insert(address(step), commands.unwrap_or_default());
                }
                _ => {}
            }
        }
        ends.insert(stage.id, copied);
    }
    found
}

/// Commands that run a script as another user. (Those that run a command are taken off as
/// wrappers.)
const SWITCH_USER: [&str; 4] = ["su", "runuser", "sudo", "doas"];

fn commands<'m>(script: &'m Script<'_>, site: &Site<'_>) -> Vec<RunCommand<'m>> {
    let mut found: Vec<RunCommand<'m>> = Vec::new();
    let mut others: Vec<*const ()> = Vec::new();
    for command in script.commands() {
        let is_another_users = others.contains(&address(command.script()));
        let switches = command.wrappers().changes_user
            || command
                .name()
                .is_some_and(|name| SWITCH_USER.contains(&name));
        if let Some(nested) = command.nested().filter(|_| switches || is_another_users) {
            others.push(address(nested));
        }
        found.push(RunCommand {
            command,
            call: invocation(command, site),
            is_another_users,
            places: OnceCell::new(),
        });
    }
    found
}
