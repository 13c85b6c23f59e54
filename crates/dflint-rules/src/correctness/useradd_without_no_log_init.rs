//! `useradd` with a large user ID.

use dflint_fix::Safety;
use dflint_parser::InstructionName;
use dflint_shell::Word;

use crate::run_view::{Call, Said};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct UseraddWithoutNoLogInit;

/// From this user ID on the two log files are worth a finding: at 292 bytes a user, 100,000 users
/// are 29 MB.
const LARGE: u32 = 100_000;

impl Rule for UseraddWithoutNoLogInit {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        let mut said = Said::default();
        for call in run.calls_of(&["useradd"]) {
            if call.has_flag(&["l", "no-log-init"]) {
                continue;
            }
            let Some(uid) = large_uid(&call, cx.dialect) else {
                continue;
            };
            if !said.admits(cx.dialect, &["DL3046"]) {
                continue;
            }
            run.report(
                cx,
                findings,
                uid.span(),
                "with so large a user ID `useradd` writes log files of many megabytes into the image, \
                 add `--no-log-init`",
            )
            .fix_or_withhold(run.add_flag(call.command, call.name_word, "-l", Safety::Unsafe));
        }
    }
}

/// The word that gives the user a large ID.
fn large_uid<'s>(call: &Call<'s>, dialect: Dialect) -> Option<Word<'s>> {
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let (word, value) = match arg.text.strip_prefix("--uid=") {
            Some(value) => (arg.word, value),
            None if is_uid_flag(&arg.text) => {
                let value = args.next()?;
                (value.word, &*value.text)
            }
            None => continue,
        };
        if dialect == Dialect::Hadolint {
            // It counts characters, and knows the short flag only.
            return (!arg.text.starts_with("--") && value.chars().count() > 5).then_some(word);
        }
        let uid: u32 = word.literal().and(value.parse().ok())?;
        return (uid >= LARGE).then_some(word);
    }
    None
}

/// Whether it is `--uid` or a group of short flags with `u` at its end (`-mu`).
fn is_uid_flag(text: &str) -> bool {
    let group = text
        .strip_prefix('-')
        .filter(|group| !group.starts_with('-'));
    text == "--uid" || group.is_some_and(|group| group.ends_with('u'))
}
