//! `check=skip=…;error=…;experimental=…`: BuildKit's own settings in a Dockerfile.

/// Rules that a `skip` or `experimental` list names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Names<'a> {
    All,
    Listed(Vec<&'a str>),
}

impl<'a> Names<'a> {
    fn read(list: &'a str) -> Self {
        match list.trim() {
            "all" => Self::All,
            list => Self::Listed(list.split(',').map(str::trim).collect()),
        }
    }

    fn hold(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(names) => names.contains(&name),
        }
    }
}

/// What a `check` directive or comment asks for, read as `ParseLintOptions` of BuildKit's
/// `frontend/dockerfile/linter` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckOptions<'a> {
    skip: Names<'a>,
    experimental: Names<'a>,
    /// Whether warnings are errors.
    pub(crate) error: bool,
}

/// Why BuildKit refuses the options.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CheckError<'a> {
    #[error("`{0}` is not a check option, which are written key=value")]
    NoValue(&'a str),
    #[error("there is no check option `{0}`, only skip, error and experimental")]
    UnknownKey(&'a str),
    #[error("`error={0}` is neither true nor false")]
    NotBoolean(&'a str),
}

/// The one BuildKit check that runs only when asked for.
pub(crate) const EXPERIMENTAL: &str = "InvalidDefinitionDescription";

/// The checks that look at the file's settings only, never at an instruction's comments: they run
/// before or after BuildKit reads the single instruction.
const FILE_LEVEL: [&str; 6] = [
    "NoEmptyContinuation",
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "ReservedStageName",
    "InvalidBaseImagePlatform",
    "InvalidDefaultArgInFrom",
];

impl<'a> CheckOptions<'a> {
    /// Reads the value of a `check` directive, already cut at its first space.
    ///
    /// # Errors
    ///
    /// What makes BuildKit refuse the file.
    pub(crate) fn read(value: &'a str) -> Result<Self, CheckError<'a>> {
        let mut options = Self {
            skip: Names::Listed(Vec::new()),
            experimental: Names::Listed(Vec::new()),
            error: false,
        };
        let value = value.trim();
        if value.is_empty() {
            return Ok(options);
        }
        for option in value.splitn(3, ';') {
            let (key, value) = option.split_once('=').ok_or(CheckError::NoValue(option))?;
            match key.trim() {
                "skip" => options.skip = Names::read(value),
                "experimental" => options.experimental = Names::read(value),
                "error" => options.error = boolean(value.trim())?,
                key => return Err(CheckError::UnknownKey(key)),
            }
        }
        Ok(options)
    }

    /// Reads the first `check=…` among an instruction's comments (each from its `#` on). What
    /// BuildKit cannot read there, it ignores.
    pub(crate) fn in_comments(comments: impl Iterator<Item = &'a str>) -> Option<Self> {
        comments
            .filter_map(directive_value)
            .find_map(|value| Self::read(value).ok())
    }

    /// Whether the check `code` is left out by these options of the file.
    pub(crate) fn skips(&self, code: &str) -> bool {
        code != EXPERIMENTAL && self.skip.hold(code)
    }

    /// Whether the check `code` is left out by these options of a single instruction.
    pub(crate) fn skips_on_instruction(&self, code: &str) -> bool {
        !FILE_LEVEL.contains(&code) && self.skips(code)
    }

    /// Whether the experimental check is asked for.
    pub(crate) fn wants_experimental(&self) -> bool {
        self.experimental.hold(EXPERIMENTAL)
    }
}

/// The value of a `# check=value` comment, up to its first space.
fn directive_value(comment: &str) -> Option<&str> {
    let (key, value) = comment.trim_start_matches('#').split_once('=')?;
    let value = value.trim_start();
    let value = value.split_once(' ').map_or(value, |(value, _)| value);
    key.trim().eq_ignore_ascii_case("check").then_some(value)
}

/// Go's `strconv.ParseBool`.
fn boolean(value: &str) -> Result<bool, CheckError<'_>> {
    match value {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(CheckError::NotBoolean(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skip_lists_are_case_sensitive() {
        let options = CheckOptions::read("skip=StageNameCasing,FromAsCasing;error=true").unwrap();
        assert!(options.skips("StageNameCasing") && options.skips("FromAsCasing"));
        assert!(!options.skips("stagenamecasing") && !options.skips("UndefinedVar"));
        assert!(options.error);
    }

    #[test]
    fn experimental_checks_do_not_follow_skip() {
        let options = CheckOptions::read("skip=all;experimental=all").unwrap();
        assert!(options.skips("UndefinedVar") && !options.skips(EXPERIMENTAL));
        assert!(options.wants_experimental());
        let listed = CheckOptions::read("experimental=InvalidDefinitionDescription").unwrap();
        assert!(listed.wants_experimental() && !listed.skips("UndefinedVar"));
        assert!(!CheckOptions::read("skip=all").unwrap().wants_experimental());
    }

    #[test]
    fn what_buildkit_refuses_is_refused() {
        for (value, error) in [
            ("skip", CheckError::NoValue("skip")),
            ("skip=A;", CheckError::NoValue("")),
            ("skips=A", CheckError::UnknownKey("skips")),
            ("Skip=A", CheckError::UnknownKey("Skip")),
            ("error=yes", CheckError::NotBoolean("yes")),
            ("error=", CheckError::NotBoolean("")),
            // No more than three options: what follows the second `;` is one.
            (
                "skip=A;skip=B;error=true;skip=C",
                CheckError::NotBoolean("true;skip=C"),
            ),
        ] {
            assert_eq!(CheckOptions::read(value), Err(error), "{value}");
        }
        assert!(CheckOptions::read("").is_ok());
    }

    #[test]
    fn the_first_readable_comment_of_an_instruction_counts() {
        let comments = [
            "# note",
            "# check=nonsense",
            "# Check=skip=UndefinedVar why",
            "# check=skip=all",
        ];
        let options = CheckOptions::in_comments(comments.into_iter()).unwrap();
        assert!(options.skips_on_instruction("UndefinedVar"));
        assert!(!options.skips_on_instruction("LegacyKeyValueFormat"));
        let all = CheckOptions::in_comments(["# check=skip=all"].into_iter()).unwrap();
        assert!(!all.skips_on_instruction("NoEmptyContinuation"));
        assert_eq!(
            CheckOptions::in_comments(["# nothing here"].into_iter()),
            None
        );
    }
}
