//! Packages whose signature or source is not checked.

use dflint_build::packages::{Flag, Invocation};
use dflint_parser::InstructionName;

use crate::run_view::{Argument, Call};
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct UntrustedPackages;

/// A flag, with the beginning of the value where it is the value that does it.
type DistrustingFlag = (&'static str, &'static str);

/// The flags of each group of managers.
const FLAGS: &[(&[&str], &[DistrustingFlag])] = &[
    (
        &["apt"],
        &[
            ("--allow-unauthenticated", ""),
            ("--force-yes", ""),
            ("--allow-insecure-repositories", ""),
            ("-o", "apt::get::allowunauthenticated=true"),
            ("-o", "apt::get::allowunauthenticated=1"),
            ("-o", "acquire::allowinsecurerepositories=true"),
            ("-o", "acquire::allowinsecurerepositories=1"),
            ("-o", "acquire::https::verify-peer=false"),
            ("-o", "acquire::https::verify-host=false"),
            ("--option", "apt::get::allowunauthenticated="),
        ],
    ),
    (&["apk"], &[("--allow-untrusted", "")]),
    (
        &["dnf4", "dnf5", "yum", "microdnf", "tdnf"],
        &[
            ("--nogpgcheck", ""),
            ("--no-gpgchecks", ""),
            ("--setopt", "gpgcheck=0"),
            ("--setopt", "gpgcheck=false"),
            ("--setopt", "sslverify=0"),
            ("--setopt", "sslverify=false"),
        ],
    ),
    (
        &["zypper"],
        &[("--no-gpg-checks", ""), ("--allow-unsigned-rpm", "")],
    ),
    (&["pip", "pip-tools", "pipenv"], &[("--trusted-host", "")]),
    (
        &["uv"],
        &[("--allow-insecure-host", ""), ("--trusted-host", "")],
    ),
];

impl Rule for UntrustedPackages {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        for call in run.invocations(cx) {
            let Some(flag) = untrusting(call) else {
                continue;
            };
            let what = match call.manager.name {
                "pip" | "pip-tools" | "pipenv" | "uv" => {
                    "packages from a server that proves nothing"
                }
                _ => "packages that nobody signed",
            };
            run.report(
                cx,
                findings,
                flag.word.span(),
                format!(
                    "`{}` installs {what}: install the key or certificate it takes and drop the flag",
                    flag.name,
                ),
            )
            .withhold("the key or certificate is not known");
        }
        for call in run.calls_of(&["rpm"]) {
            let Some(flag) = unsigned_rpm(&call) else {
                continue;
            };
            run.report(
                cx,
                findings,
                flag.word.span(),
                format!(
                    "`{}` installs packages that nobody signed: import the key with `rpm --import` \
                     and drop the flag",
                    flag.text,
                ),
            )
            .withhold("the key or certificate is not known");
        }
        for call in run.calls_of(&["echo", "printf"]) {
            let Some(line) = call.args.iter().find(|arg| trusts_source(&arg.text)) else {
                continue;
            };
            run.report(
                cx,
                findings,
                line.word.span(),
                "`trusted=yes` makes apt install packages that nobody signed: name the source's key \
                 with `signed-by` instead",
            )
            .withhold("the key or certificate is not known");
        }
    }
}

/// The flag with which `rpm` installs packages without a look at who made them.
fn unsigned_rpm<'c, 's>(call: &'c Call<'s>) -> Option<&'c Argument<'s>> {
    let installs = call.has_flag(&["i", "U", "F", "install", "upgrade", "freshen"]);
    let asks = call.has_flag(&["q", "query", "V", "verify", "import"]);
    if !installs || asks {
        return None;
    }
    call.arg(&["--nosignature", "--nodigest", "--nogpg"])
}

/// Whether the text is a line of apt's sources whose options wave everything through:
/// `deb [arch=amd64 trusted=yes] https://…`.
fn trusts_source(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let rest = line.strip_prefix("deb-src").or(line.strip_prefix("deb"));
        let options = rest.and_then(|rest| rest.trim_start().strip_prefix('['));
        let options = options.and_then(|options| options.split_once(']'));
        options.is_some_and(|(options, _)| {
            let mut options = options.split_ascii_whitespace();
            options.any(|option| option.eq_ignore_ascii_case("trusted=yes"))
        })
    })
}

fn untrusting<'c, 's>(call: &'c Invocation<'s>) -> Option<&'c Flag<'s>> {
    let flags = FLAGS
        .iter()
        .filter(|(managers, _)| managers.contains(&call.manager.name));
    let flags: Vec<&(&str, &str)> = flags.flat_map(|(_, flags)| flags.iter()).collect();
    call.flags.iter().find(|flag| {
        let value = flag
            .value
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        flags
            .iter()
            .any(|(name, start)| flag.name == *name && value.starts_with(start))
    })
}
