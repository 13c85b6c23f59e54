//! Packages whose signature or source is not checked.

use dflint_build::packages::{Flag, Invocation};
use dflint_parser::InstructionName;

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
        for call in run.invocations() {
            let Some(flag) = untrusting(&call) else {
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
    }
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
