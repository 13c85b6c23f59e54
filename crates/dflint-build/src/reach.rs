//! How far BuildKit gets with a file before an error stops it.
//!
//! Its checks run on the way, so that a check sees only what comes before the first error. The
//! order is that of `toDispatchState` in `frontend/dockerfile/dockerfile2llb/convert.go`.

use dflint_parser::{Command, Dockerfile, Level, SyntaxError};

use crate::error::{ConversionError, ErrorKind};
use crate::model::Model;

/// A point of BuildKit's way through a file. Points are ordered as BuildKit meets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// The file is opened.
    Start,
    /// Physical lines are joined to logical ones.
    Lines,
    /// An instruction is looked at.
    Instruction {
        /// Position in `Dockerfile::instructions`.
        index: usize,
        /// Whether it was read to its end, and well.
        read: bool,
    },
    /// All instructions are read: names of stages and casing are looked at.
    Whole,
    /// A `FROM` is expanded.
    Base {
        /// Position of the stage.
        stage: usize,
        /// Whether it is the turn of `--platform`, which comes after the name of the image.
        platform: bool,
    },
    /// A step is converted.
    Step {
        /// Position of the stage.
        stage: usize,
        /// Position in `Stage::steps`.
        step: usize,
    },
}

/// Every instruction is read, and it turns out that a stage is missing.
const AFTER_INSTRUCTIONS: Point = Point::Instruction {
    index: usize::MAX,
    read: true,
};

/// Every base is known: names of bases are resolved, stages that name each other are looked up,
/// and `.dockerignore` is read.
const AFTER_BASES: Point = Point::Base {
    stage: usize::MAX,
    platform: true,
};

/// The last point that BuildKit reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reach(Option<Point>);

impl Reach {
    /// As if nothing stopped it.
    pub const EVERYTHING: Self = Self(None);

    /// As if it stopped before it looked at anything.
    pub const NOTHING: Self = Self(Some(Point::Start));

    /// How far it gets with this file.
    #[must_use]
    pub fn of(model: &Model<'_>) -> Self {
        let file = model.file();
        if let Some(error) = file.errors.first() {
            return Self(Some(point_of_syntax_error(file, error)));
        }
        let errors = model.errors().iter();
        let points = errors.filter_map(|error| {
            let point = point(model, error);
            is_met(model, error, point).then_some(point)
        });
        Self(points.min())
    }

    /// As if it also stopped before it converts the first step.
    #[must_use]
    pub fn before_steps(self) -> Self {
        let last = self.0.map_or(AFTER_BASES, |last| last.min(AFTER_BASES));
        Self(Some(last))
    }

    /// Whether BuildKit gets as far as `point`.
    #[must_use]
    pub fn covers(self, point: Point) -> bool {
        self.0.is_none_or(|last| point <= last)
    }

    /// Whether an error stops BuildKit at `point` itself.
    #[must_use]
    pub fn ends_at(self, point: Point) -> bool {
        self.0 == Some(point)
    }
}

fn point_of_syntax_error(file: &Dockerfile<'_>, error: &SyntaxError) -> Point {
    if error.level == Level::Parse {
        return Point::Start;
    }
    let refused = |it: &dflint_parser::Instruction<'_>| {
        it.start_line == error.line && !matches!(it.command, Command::Arg(_))
    };
    match file.instructions.iter().position(refused) {
        Some(index) => Point::Instruction { index, read: false },
        None => AFTER_INSTRUCTIONS,
    }
}

fn point(model: &Model<'_>, error: &ConversionError) -> Point {
    if is_in_copy_from(model.file(), error) {
        return AFTER_BASES;
    }
    match error.kind {
        ErrorKind::NoStages => return AFTER_INSTRUCTIONS,
        ErrorKind::BadReference { .. }
        | ErrorKind::UnknownTarget { .. }
        | ErrorKind::UnknownStageIndex(_)
        | ErrorKind::VariableInFrom
        | ErrorKind::CircularDependency(_) => return AFTER_BASES,
        _ => {}
    }
    let line = error.line;
    let begins_before = |stage: &&crate::model::Stage<'_>| stage.instruction.start_line <= line;
    let Some(stage) = model.stages().iter().take_while(begins_before).last() else {
        return Point::Whole;
    };
    if stage.instruction.start_line == line {
        let platform = stage.from.platform.as_ref();
        return Point::Base {
            stage: stage.id.0,
            platform: platform.is_some_and(|platform| platform.span().contains(error.span)),
        };
    }
    let at_line = |step: &crate::model::Step<'_>| step.instruction.start_line == line;
    Point::Step {
        stage: error.stage.unwrap_or(stage.id).0,
        step: stage.steps.iter().position(at_line).unwrap_or_default(),
    }
}

/// Whether BuildKit meets the error while it converts. It refuses a `RUN` without a command only
/// when everything is converted, and with a target it converts no step of a stage that the target
/// does not need.
fn is_met(model: &Model<'_>, error: &ConversionError, point: Point) -> bool {
    let has_target = model.options().named_target().is_some();
    match point {
        Point::Step { .. } if error.kind == ErrorKind::EmptyRun => false,
        Point::Step { stage, .. } if has_target => {
            let stage = model.stages().get(stage);
            stage.is_none_or(|stage| stage.reachable)
        }
        _ => true,
    }
}

/// Whether the error is in the value of `COPY --from`, which is looked up before any conversion.
fn is_in_copy_from(file: &Dockerfile<'_>, error: &ConversionError) -> bool {
    matches!(error.kind, ErrorKind::Expand(_))
        && file.instructions.iter().any(|it| match &it.command {
            Command::Copy(copy) => {
                let from = copy.from.as_ref();
                from.is_some_and(|from| from.span().contains(error.span))
            }
            _ => false,
        })
}
