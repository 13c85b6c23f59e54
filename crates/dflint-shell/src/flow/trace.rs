//! One walk over the tree in the order of execution. Where branches meet, what differs between
//! them is unknown afterwards.

use super::{Directory, Flow, FlowFacts, Start, UNKNOWN_AT};
use crate::command::{CommandId, CommandNode, RedirectNode, RedirectTarget};
use crate::effective::is_assignment;
use crate::tree::{CompoundKind, Item, List, Node, OperatorKind, Pipeline};
use crate::word::{Part, WordNode};

/// Follows the execution of `body` and gives what is known at each command.
pub(crate) fn trace(
    text: &str,
    commands: &[CommandNode<'_>],
    body: &List,
    start: Start,
) -> FlowFacts {
    let mut walk = Walk {
        text,
        commands,
        facts: FlowFacts {
            flows: vec![Flow::default(); commands.len()],
            ..FlowFacts::default()
        },
    };
    let directory = start.directory.unwrap_or(Directory::Unchanged);
    let mut state = State {
        certain: start.always_runs,
        left: false,
        errexit: start.errexit,
        pipefail: start.pipefail,
        directory: walk.facts.add_directory(directory),
        exports: None,
    };
    for (name, value) in start.exports {
        state.exports = walk.facts.export(state.exports, &name, value);
    }
    let fatal = Fatal {
        by_status: start.must_succeed,
        by_errexit: start.must_succeed,
    };
    walk.list(body, state, fatal);
    walk.facts
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// Whether a command here runs whenever the script succeeds.
    certain: bool,
    /// Whether an `exit` may have ended the script with success.
    left: bool,
    errexit: bool,
    pipefail: bool,
    directory: u32,
    exports: Option<u32>,
}

impl State {
    fn uncertain(self) -> Self {
        Self {
            certain: false,
            ..self
        }
    }

    /// The state where one way leaves `self` as it is and another ends in `end`.
    fn or(self, end: State) -> State {
        State {
            certain: self.certain,
            left: self.left || end.left,
            errexit: self.errexit && end.errexit,
            pipefail: self.pipefail && end.pipefail,
            directory: if self.directory == end.directory {
                self.directory
            } else {
                UNKNOWN_AT
            },
            exports: end.exports,
        }
    }
}

/// How a failure here becomes the script's failure.
#[derive(Debug, Clone, Copy)]
struct Fatal {
    /// By being the status of the whole.
    by_status: bool,
    /// By `set -e`, which tests, `!` and all but the last of `&&` are exempt from.
    by_errexit: bool,
}

impl Fatal {
    const NEVER: Fatal = Fatal {
        by_status: false,
        by_errexit: false,
    };

    fn decides(self, errexit: bool) -> bool {
        self.by_status || (self.by_errexit && errexit)
    }
}

struct Walk<'w, 'a> {
    text: &'w str,
    commands: &'w [CommandNode<'a>],
    facts: FlowFacts,
}

impl Walk<'_, '_> {
    fn list(&mut self, list: &List, mut state: State, fatal: Fatal) -> State {
        let mut rest = list.items.as_slice();
        while !rest.is_empty() {
            let len = rest
                .iter()
                .position(|item| !joins_next(item))
                .map_or(rest.len(), |last| last + 1);
            let (chain, behind) = rest.split_at(len);
            state = self.and_or(chain, state, fatal, behind.is_empty());
            rest = behind;
        }
        state
    }

    /// Pipelines joined by `&&` and `||`.
    fn and_or(&mut self, chain: &[Item], state: State, fatal: Fatal, is_last: bool) -> State {
        let last_operator = chain.last().and_then(operator_of);
        if last_operator == Some(OperatorKind::Background) {
            for item in chain {
                self.pipeline(&item.pipeline, state, Fatal::NEVER);
            }
            return state;
        }
        let decides_status = is_last && fatal.by_status;
        // Behind the last `||` nothing can undo a failure.
        let undone_until = chain
            .iter()
            .rposition(|item| operator_of(item) == Some(OperatorKind::Or))
            .map_or(0, |index| index + 1);
        let mut inner = state;
        let mut directory = None;
        let mut only_on_failure = false;
        for (index, item) in chain.iter().enumerate() {
            let is_end = index + 1 == chain.len();
            let own = Fatal {
                by_status: index >= undone_until && decides_status,
                by_errexit: is_end && fatal.by_errexit,
            };
            let after = self.pipeline(&item.pipeline, inner, own);
            inner = if only_on_failure {
                inner.or(after)
            } else {
                after
            };
            directory.get_or_insert(inner.directory);
            only_on_failure = operator_of(item) == Some(OperatorKind::Or);
            // What follows runs for sure only where a failure here ends the script.
            inner.certain &= !inner.left && index >= undone_until && decides_status;
        }
        if !decides_status && directory != Some(inner.directory) {
            inner.directory = UNKNOWN_AT;
        }
        State {
            certain: state.certain && !inner.left,
            ..inner
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, state: State, fatal: Fatal) -> State {
        let fatal = if pipeline.negated {
            Fatal::NEVER
        } else {
            fatal
        };
        if let [node] = pipeline.nodes.as_slice() {
            return self.node(node, state, fatal);
        }
        for (index, node) in pipeline.nodes.iter().enumerate() {
            let decides = index + 1 == pipeline.nodes.len() || state.pipefail;
            // Each runs in a shell of its own: nothing of it is left behind.
            self.node(node, state, if decides { fatal } else { Fatal::NEVER });
        }
        state
    }

    fn node(&mut self, node: &Node, state: State, fatal: Fatal) -> State {
        match node {
            Node::Simple(id) => self.simple(*id, state, fatal),
            Node::Compound(compound) => {
                self.words(&compound.words, state);
                self.redirects(&compound.redirects, state);
                self.compound(&compound.kind, state, fatal)
            }
        }
    }

    fn compound(&mut self, kind: &CompoundKind, state: State, fatal: Fatal) -> State {
        match kind {
            CompoundKind::Subshell(list) => {
                self.list(list, state, fatal);
                state
            }
            CompoundKind::Group(list) => self.list(list, state, fatal),
            CompoundKind::If {
                branches,
                otherwise,
            } => {
                let mut after = state;
                let mut test = state;
                for branch in branches {
                    test = self.list(&branch.condition, test, Fatal::NEVER);
                    test.certain = false;
                    after = after.or(self.list(&branch.body, test, fatal));
                }
                match otherwise {
                    Some(list) => after.or(self.list(list, test, fatal)),
                    None => after,
                }
            }
            CompoundKind::Loop {
                condition, body, ..
            } => {
                let tested = self.list(condition, state, Fatal::NEVER);
                state.or(self.list(body, tested.uncertain(), fatal))
            }
            CompoundKind::Case(arms) => arms.iter().fold(state, |after, arm| {
                after.or(self.list(&arm.body, state.uncertain(), fatal))
            }),
            CompoundKind::Function { body: list, .. } | CompoundKind::Other(list) => {
                self.list(list, state.uncertain(), Fatal::NEVER);
                state
            }
            CompoundKind::Test => state,
        }
    }

    fn simple(&mut self, id: CommandId, state: State, fatal: Fatal) -> State {
        let Some(command) = self.commands.get(id.0 as usize) else {
            return state;
        };
        if let Some(flow) = self.facts.flows.get_mut(id.0 as usize) {
            *flow = Flow {
                always_runs: state.certain,
                must_succeed: fatal.decides(state.errexit),
                errexit: state.errexit,
                pipefail: state.pipefail,
                directory: state.directory,
                exports: state.exports,
            };
        }
        for assignment in &command.assignments {
            self.words(&assignment.elements, state);
            self.words(assignment.value.as_slice(), state);
        }
        self.words(&command.words, state);
        self.redirects(&command.redirects, state);
        self.effects(command, state)
    }

    fn words(&mut self, words: &[WordNode], state: State) {
        for word in words {
            self.parts(&word.parts, state);
        }
    }

    fn parts(&mut self, parts: &[Part], state: State) {
        for part in parts {
            let (list, inner) = part.inner();
            if let Some(list) = list {
                self.list(list, state, Fatal::NEVER);
            }
            self.parts(inner, state);
        }
    }

    fn redirects(&mut self, redirects: &[RedirectNode], state: State) {
        for redirect in redirects {
            match &redirect.target {
                RedirectTarget::Word(word) => self.parts(&word.parts, state),
                RedirectTarget::HereDocument { expansions, .. } => {
                    self.parts(&expansions.parts, state);
                }
            }
        }
    }

    /// What a command leaves behind in its shell.
    fn effects(&mut self, command: &CommandNode<'_>, mut state: State) -> State {
        let words: Vec<Option<&str>> = command
            .words
            .iter()
            .map(|word| word.literal(self.text))
            .collect();
        let Some(name) = words.first() else {
            for assignment in &command.assignments {
                // Whether it reaches other programs depends on the environment.
                state.exports = self.facts.export(state.exports, &assignment.name, None);
            }
            return state;
        };
        match name.unwrap_or_default() {
            "set" => set_options(&words, &mut state),
            "cd" => state.directory = self.change_directory(command, state.directory),
            "pushd" | "popd" => state.directory = UNKNOWN_AT,
            "export" | "unset" | "declare" | "typeset" | "readonly" | "local" => {
                self.exports(command, *name == Some("export"), &mut state);
            }
            "exit" | "return" => {
                state.left |= words
                    .get(1)
                    .copied()
                    .flatten()
                    .is_none_or(|status| status.trim_start_matches('0').is_empty());
            }
            "exec" => state.left |= words.len() > 1,
            _ => {}
        }
        state
    }

    fn exports(&mut self, command: &CommandNode<'_>, exports: bool, state: &mut State) {
        for word in command.words.iter().skip(1) {
            let raw = word.range.of(self.text);
            let (name, value) = match word.literal(self.text) {
                Some(literal) if is_assignment(literal) => {
                    literal.split_once('=').unwrap_or((literal, ""))
                }
                Some(literal) => (literal, ""),
                None => raw.split_once('=').unwrap_or((raw, "")),
            };
            let is_known =
                exports && state.certain && word.literal(self.text).is_some_and(is_assignment);
            let value = is_known.then(|| value.into());
            state.exports = self.facts.export(state.exports, name, value);
        }
    }

    fn change_directory(&mut self, command: &CommandNode<'_>, from: u32) -> u32 {
        let mut operands = command
            .words
            .iter()
            .skip(1)
            .filter(|word| !matches!(word.literal(self.text), Some("-P" | "-L" | "-e" | "--")));
        let to = match (operands.next(), operands.next()) {
            (None, _) => "~".to_owned(),
            (Some(word), None) if word.literal(self.text) != Some("-") && word.is_one_path() => {
                word.render(self.text)
            }
            _ => return UNKNOWN_AT,
        };
        let directory = match self.facts.directory(from) {
            _ if to.starts_with(['/', '~']) => Directory::Changed(to),
            Directory::Unchanged => Directory::Changed(to),
            // A variable may hold an absolute path.
            Directory::Changed(base) if !to.starts_with('$') => {
                Directory::Changed(format!("{}/{to}", base.trim_end_matches('/')))
            }
            Directory::Changed(_) | Directory::Unknown => Directory::Unknown,
        };
        self.facts.add_directory(directory)
    }
}

fn operator_of(item: &Item) -> Option<OperatorKind> {
    item.operator.map(|operator| operator.kind)
}

/// Whether the item belongs to one chain with the next.
fn joins_next(item: &Item) -> bool {
    matches!(
        operator_of(item),
        Some(OperatorKind::And | OperatorKind::Or)
    )
}

/// `set -e`, `set +e`, `set -o pipefail`, `set -euxo pipefail`.
fn set_options(words: &[Option<&str>], state: &mut State) {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let Some(word) = word else {
            return;
        };
        let on = word.starts_with('-');
        let Some(letters) = word
            .strip_prefix(['-', '+'])
            .filter(|letters| *letters != "-")
        else {
            return;
        };
        if letters.contains('e') {
            state.errexit = on && (state.certain || state.errexit);
        }
        if letters.contains('o') {
            match words.next() {
                Some(Some("pipefail")) => state.pipefail = on,
                Some(Some("errexit")) => state.errexit = on,
                _ => {}
            }
        }
    }
}
