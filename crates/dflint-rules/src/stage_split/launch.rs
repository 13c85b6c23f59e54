//! What a container starts.

use dflint_build::{Action, Stage, Step};
use dflint_shell::Script;

use crate::place::resolve;

/// The program that a container starts, with its arguments.
pub(super) struct Launch<'m> {
    /// As written: a path, or a name that is looked up.
    pub(super) program: &'m str,
    /// In order; `None` for what is not known before the start.
    pub(super) arguments: Vec<Option<&'m str>>,
    /// The directory it starts in, absolute.
    pub(super) directory: &'m str,
}

impl<'m> Launch<'m> {
    /// What the image of `stage` starts.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub(super) fn of(stage: &'m Stage<'_>) -> Result<Self, String> {
        let last = |wanted: fn(&Action) -> bool| {
            let mut steps = stage.steps.iter().rev();
            steps.find(|step| wanted(&step.action))
        };
        let entrypoint = last(|action| matches!(action, Action::Entrypoint(_)));
        let command = last(|action| matches!(action, Action::Cmd(_)));
        let first = entrypoint
            .or(command)
            .and_then(Step::script)
            .ok_or("the image starts nothing of its own")?;
        let mut words = words(first)?;
        let takes_arguments = entrypoint.is_some() && first.is_exec();
        let more = command.filter(|_| takes_arguments).and_then(Step::script);
        if let Some(script) = more.filter(|script| script.is_exec()) {
            words.extend(self::words(script)?);
        }
        let mut words = words.into_iter();
        let program = words
            .next()
            .flatten()
            .ok_or("it is not known what the image starts")?;
        let directory = stage.end.workdir();
        Ok(Self {
            program,
            arguments: words.collect(),
            directory: directory
                .to_known()
                .ok_or("the directory that the program starts in is not known")?,
        })
    }

    /// The path of a word that names a file.
    pub(super) fn path(&self, word: &str) -> String {
        resolve(self.directory, word)
    }

    /// Whether it starts the program at `path`, as it is written there.
    pub(super) fn starts(&self, path: &str) -> bool {
        self.program.contains('/') && self.path(self.program) == path
    }

    /// Whether it starts a program called `name`, wherever that is found.
    pub(super) fn looks_up(&self, name: &str) -> bool {
        self.program == name
    }
}

/// The words of the only command of a script.
fn words<'m>(script: &'m Script<'_>) -> Result<Vec<Option<&'m str>>, String> {
    let mut commands = script.commands();
    let (Some(command), None) = (commands.next(), commands.next()) else {
        return Err("the image starts a script of several commands".to_owned());
    };
    if !script.is_certain() || command.wrappers().changes_user {
        return Err("it is not known what the image starts".to_owned());
    }
    let words = command.effective_words().map(|word| match word.is_glob() {
        // The pattern matches the same files where they stand at the same place.
        true => Some(word.raw()),
        false => word.literal(),
    });
    Ok(words.collect())
}
