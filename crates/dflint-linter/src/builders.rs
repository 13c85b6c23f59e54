//! Fixes that only BuildKit understands, where the project builds with something else.
//!
//! `docs/builders.md` has the table for people.

use dflint_build::{Builder, OtherBuilder, ProjectFacts};
use dflint_fix::{Fix, Keeps, Patch, Safety, Target};
use dflint_knowledge::Category;
use dflint_parser::{Command, Dockerfile, Instruction, Mount, MountKind};

use crate::finding::Finding;

/// What BuildKit reads and some other builder does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Feature {
    CacheMount,
    PrivateCacheMount,
    BindMount,
    SecretMount,
    OtherMount,
    Heredoc,
    /// `--link`, `--parents`, `--exclude`.
    CopyFlag,
}

impl Feature {
    const ALL: [Self; 7] = [
        Self::CacheMount,
        Self::PrivateCacheMount,
        Self::BindMount,
        Self::SecretMount,
        Self::OtherMount,
        Self::Heredoc,
        Self::CopyFlag,
    ];

    fn is_mount(self) -> bool {
        !matches!(self, Self::Heredoc | Self::CopyFlag)
    }
}

/// What another builder does to a fix.
enum Verdict {
    Fine,
    /// Only newer versions understand it: a person decides.
    Unsure,
    Refused(&'static str),
}

/// Takes away, or leaves to a person, the fixes that another builder of the project does not
/// understand. Without facts about the project nothing changes.
pub(crate) fn gate_builders(
    findings: &mut [Finding],
    source: &str,
    project: Option<&dyn ProjectFacts>,
) {
    let Some(project) = project else { return };
    for finding in findings {
        let Some(fix) = &mut finding.fix else {
            continue;
        };
        let needs_mount = finding.rule.category == Category::Cache && relies_on_mount(fix);
        if !needs_mount && !may_add_features(fix) {
            continue;
        }
        let builders = project.other_builders();
        if builders.is_empty() {
            return;
        }
        let added = added_features(source, fix);
        match judge(builders, &added, needs_mount) {
            Ok(Verdict::Unsure) => fix.safety = fix.safety.max(Safety::Unsafe),
            Ok(_) => {}
            Err(reason) => {
                finding.fix = None;
                finding.withheld = Some(reason);
            }
        }
    }
}

fn judge(
    builders: &[OtherBuilder],
    added: &[Feature],
    needs_mount: bool,
) -> Result<Verdict, String> {
    let mut unsure = false;
    for other in builders {
        if needs_mount && other.builder == Builder::Kaniko {
            return Err(refusal(other, KANIKO_KEEPS_CACHES));
        }
        for feature in added {
            match verdict(other.builder, *feature) {
                Verdict::Fine => {}
                Verdict::Unsure => unsure = true,
                Verdict::Refused(why) => return Err(refusal(other, why)),
            }
        }
    }
    Ok(if unsure {
        Verdict::Unsure
    } else {
        Verdict::Fine
    })
}

fn refusal(other: &OtherBuilder, why: &str) -> String {
    format!("`{}` builds with {}, {why}", other.place, other.builder)
}

const KANIKO_KEEPS_CACHES: &str =
    "which ignores cache mounts: what is cached would stay in the image";

fn verdict(builder: Builder, feature: Feature) -> Verdict {
    match (builder, feature) {
        (Builder::Legacy, feature) if feature.is_mount() => {
            Verdict::Refused("which refuses `RUN --mount`")
        }
        (Builder::Legacy, _) => Verdict::Refused("which does not know this syntax"),
        (Builder::Kaniko, Feature::CacheMount | Feature::PrivateCacheMount) => {
            Verdict::Refused(KANIKO_KEEPS_CACHES)
        }
        (Builder::Kaniko, Feature::CopyFlag) => Verdict::Fine,
        (Builder::Kaniko, feature) if feature.is_mount() => {
            Verdict::Refused("which ignores mounts: what is mounted would be missing")
        }
        (Builder::Kaniko, _) => Verdict::Refused("which does not know this syntax"),
        (Builder::Buildah, Feature::CacheMount) => Verdict::Fine,
        (Builder::Buildah, Feature::PrivateCacheMount) => {
            Verdict::Refused("which refuses `sharing=private`")
        }
        (Builder::Buildah, Feature::BindMount) => Verdict::Refused(
            "older versions of which do not run the step again when bound files change",
        ),
        (Builder::Buildah, Feature::SecretMount | Feature::OtherMount) => {
            Verdict::Refused("older versions of which do not know this mount")
        }
        (Builder::Buildah, Feature::Heredoc | Feature::CopyFlag) => Verdict::Unsure,
    }
}

/// Whether the fix takes flags or clean-ups out of a command because a mount makes them
/// pointless.
fn relies_on_mount(fix: &Fix) -> bool {
    matches!(&fix.keeps, Keeps::Commands { removed, .. } if !removed.is_empty())
}

/// Whether the fix's text may hold such syntax; told by its letters, so that most fixes need no
/// second look.
fn may_add_features(fix: &Fix) -> bool {
    const SIGNS: [&str; 5] = ["--mount", "<<", "--link", "--parents", "--exclude"];
    fix.edits
        .iter()
        .filter(|edit| edit.target == Target::Dockerfile)
        .any(|edit| SIGNS.iter().any(|sign| edit.text.contains(sign)))
}

/// What the file with the fix uses more often than without.
fn added_features(source: &str, fix: &Fix) -> Vec<Feature> {
    let mut patch = Patch::new(source);
    if patch.add(fix).is_err() {
        return Vec::new();
    }
    let after = patch.apply();
    let before = features(&dflint_parser::parse(source));
    let after = features(&dflint_parser::parse(&after));
    let count = |list: &[Feature], wanted: Feature| list.iter().filter(|it| **it == wanted).count();
    Feature::ALL
        .into_iter()
        .filter(|feature| count(&after, *feature) > count(&before, *feature))
        .collect()
}

/// What the file uses, each as often as it does.
fn features(file: &Dockerfile<'_>) -> Vec<Feature> {
    let mut found = Vec::new();
    for outer in &file.instructions {
        let instruction: &Instruction<'_> = match &outer.command {
            Command::Onbuild(inner) => inner,
            _ => outer,
        };
        found.extend(instruction.heredocs.iter().map(|_| Feature::Heredoc));
        match &instruction.command {
            Command::Run(run) => found.extend(run.mounts.iter().map(feature_of)),
            Command::Copy(_) | Command::Add(_) => {
                let flags = instruction.flags.iter();
                let special = flags
                    .filter(|flag| matches!(flag.name.as_str(), "link" | "parents" | "exclude"));
                found.extend(special.map(|_| Feature::CopyFlag));
            }
            _ => {}
        }
    }
    found
}

fn feature_of(mount: &Mount<'_>) -> Feature {
    match mount.kind {
        MountKind::Cache => {
            let is_private = mount.fields.iter().any(|field| {
                let value = field.value.as_ref().map(|value| value.as_str());
                field.key == "sharing" && value == Some("private")
            });
            match is_private {
                true => Feature::PrivateCacheMount,
                false => Feature::CacheMount,
            }
        }
        MountKind::Bind => Feature::BindMount,
        MountKind::Secret => Feature::SecretMount,
        _ => Feature::OtherMount,
    }
}

#[cfg(test)]
mod tests {
    use dflint_build::{OutsideTarget, Place};
    use dflint_fix::Edit;
    use dflint_knowledge::{Severity, pages};
    use dflint_parser::Span;

    use super::*;

    struct Facts(Vec<OtherBuilder>);

    impl ProjectFacts for Facts {
        fn is_complete(&self) -> bool {
            true
        }

        fn targets(&self) -> &[OutsideTarget] {
            &[]
        }

        fn other_builders(&self) -> &[OtherBuilder] {
            &self.0
        }
    }

    const FILE: &str = "FROM alpine\nRUN --mount=type=cache,target=/a true\nCOPY a /\n";

    /// What becomes of a safe fix that inserts `text` at `at` under `builder`: its safety, or the
    /// reason why it is withheld.
    fn gated(builder: Builder, at: &str, text: &str, keeps: Keeps) -> Result<Safety, String> {
        let place = FILE.find(at).unwrap() as u32;
        let mut findings = [Finding {
            rule: &pages::MISSING_CACHE_MOUNT,
            codes: Vec::new(),
            severity: Severity::Warning,
            span: Span::empty(0),
            message: String::new(),
            related: Vec::new(),
            fix: Some(Fix {
                title: String::new(),
                safety: Safety::Safe,
                keeps,
                edits: vec![Edit::insert(place, text)],
            }),
            withheld: None,
        }];
        let facts = Facts(vec![OtherBuilder {
            builder,
            place: Place {
                path: "ci.yml".to_owned(),
                line: 3,
            },
        }]);
        gate_builders(&mut findings, FILE, Some(&facts));
        let [finding] = findings;
        match finding.fix {
            Some(fix) => Ok(fix.safety),
            None => Err(finding.withheld.unwrap_or_default()),
        }
    }

    #[test]
    fn each_builder_refuses_what_it_does_not_understand() {
        use Builder::{Buildah, Kaniko, Legacy};
        let cache = "--mount=type=cache,target=/b ";
        for (builder, at, text, refused) in [
            (Legacy, "true", cache, true),
            (Kaniko, "true", cache, true),
            (Buildah, "true", cache, false),
            (
                Buildah,
                "true",
                "--mount=type=cache,target=/b,sharing=private ",
                true,
            ),
            (
                Buildah,
                "true",
                "--mount=type=bind,source=a,target=/b ",
                true,
            ),
            (Buildah, "true", "--mount=type=secret,id=a,env=A ", true),
            (Kaniko, "true", "--mount=type=secret,id=a,env=A ", true),
            (Kaniko, "a /", "--link ", false),
            (Legacy, "a /", "--link ", true),
            // Nothing that only BuildKit knows.
            (Kaniko, "true", "echo --mount && ", false),
        ] {
            let found = gated(builder, at, text, Keeps::Everything);
            assert_eq!(found.is_err(), refused, "{builder} {text}: {found:?}");
        }
    }

    #[test]
    fn newer_syntax_is_left_to_a_person_and_the_place_is_told() {
        let found = gated(Builder::Buildah, "a /", "--link ", Keeps::Everything);
        assert_eq!(found, Ok(Safety::Unsafe));
        let keeps = Keeps::Commands {
            removed: vec!["--no-cache".to_owned()],
            added: Vec::new(),
        };
        let reason = gated(Builder::Kaniko, "true", "x", keeps).unwrap_err();
        assert!(
            reason.starts_with("`ci.yml:3` builds with kaniko"),
            "{reason}"
        );
    }
}
