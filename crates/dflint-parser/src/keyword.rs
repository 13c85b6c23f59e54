//! The instruction names and the words that spell them.

use crate::ast::InstructionName;
use crate::lowercase::lowercase_char;

impl InstructionName {
    /// All names, in alphabetical order.
    pub const ALL: [InstructionName; 18] = [
        Self::Add,
        Self::Arg,
        Self::Cmd,
        Self::Copy,
        Self::Entrypoint,
        Self::Env,
        Self::Expose,
        Self::From,
        Self::Healthcheck,
        Self::Label,
        Self::Maintainer,
        Self::Onbuild,
        Self::Run,
        Self::Shell,
        Self::Stopsignal,
        Self::User,
        Self::Volume,
        Self::Workdir,
    ];

    /// The name in capitals, as it is usually written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Arg => "ARG",
            Self::Cmd => "CMD",
            Self::Copy => "COPY",
            Self::Entrypoint => "ENTRYPOINT",
            Self::Env => "ENV",
            Self::Expose => "EXPOSE",
            Self::From => "FROM",
            Self::Healthcheck => "HEALTHCHECK",
            Self::Label => "LABEL",
            Self::Maintainer => "MAINTAINER",
            Self::Onbuild => "ONBUILD",
            Self::Run => "RUN",
            Self::Shell => "SHELL",
            Self::Stopsignal => "STOPSIGNAL",
            Self::User => "USER",
            Self::Volume => "VOLUME",
            Self::Workdir => "WORKDIR",
        }
    }

    /// The name that `word` spells, in any case, as BuildKit reads it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        // No name is longer, and only a folded character takes up to three bytes.
        const LONGEST: usize = "HEALTHCHECK".len() * 3;
        if word.len() > LONGEST {
            return None;
        }
        let names = Self::ALL.iter().copied();
        if word.is_ascii() {
            return names
                .clone()
                .find(|name| name.as_str().eq_ignore_ascii_case(word));
        }
        let spelled = |name: &Self| {
            (word.chars().map(lowercase_char)).eq(name.as_str().chars().map(lowercase_char))
        };
        names.clone().find(spelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for (word, name) in [
            ("RUN", Some(InstructionName::Run)),
            ("HealthCheck", Some(InstructionName::Healthcheck)),
            ("WOR\u{212a}DIR", Some(InstructionName::Workdir)),
            ("ONBU\u{130}LD", Some(InstructionName::Onbuild)),
            ("R\u{feff}UN", None),
            ("RUNN", None),
            ("", None),
        ] {
            assert_eq!(InstructionName::from_word(word), name, "{word}");
        }
    }
}
