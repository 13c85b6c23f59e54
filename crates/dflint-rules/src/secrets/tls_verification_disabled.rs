//! Programs told to accept any certificate, by a variable or a setting that stays.

use dflint_build::Action;
use dflint_parser::{Command, InstructionName, Span};

use crate::run_view::Call;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct TlsVerificationDisabled;

/// The variables that switch verification off, each with the values that do; none means that any
/// value does but an empty one.
const VARIABLES: &[(&str, &[&str])] = &[
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
    ("PYTHONHTTPSVERIFY", &["0"]),
    ("GIT_SSL_NO_VERIFY", &["1", "true", "yes", "on"]),
    ("NPM_CONFIG_STRICT_SSL", &["false", "0"]),
    ("YARN_STRICT_SSL", &["false"]),
    ("YARN_ENABLE_STRICT_SSL", &["false", "0"]),
    ("PIP_TRUSTED_HOST", &[]),
    ("UV_INSECURE_HOST", &[]),
    ("GOINSECURE", &[]),
    ("CONDA_SSL_VERIFY", &["false", "no", "0"]),
    ("COMPOSER_DISABLE_TLS", &["1", "true"]),
    ("HTTPLIB2_DISABLE_SSL", &["1", "true"]),
];

/// Settings: the command, then words that stand in it in this order.
const SETTINGS: &[(&str, &[&str])] = &[
    ("git", &["config", "http.sslverify", "false"]),
    ("git", &["config", "http.sslverify", "0"]),
    ("git", &["-c", "http.sslverify=false"]),
    ("npm", &["set", "strict-ssl", "false"]),
    ("npm", &["set", "strict-ssl=false"]),
    ("yarn", &["set", "strict-ssl", "false"]),
    ("yarn", &["set", "enablestrictssl", "false"]),
    ("pnpm", &["set", "strict-ssl", "false"]),
    ("conda", &["config", "ssl_verify", "false"]),
    ("conda", &["config", "ssl_verify", "no"]),
    ("pip", &["config", "set", "global.trusted-host"]),
    ("composer", &["config", "disable-tls", "true"]),
    ("composer", &["config", "secure-http", "false"]),
];

impl Rule for TlsVerificationDisabled {
    fn interests(&self) -> &'static [InstructionName] {
        &[
            InstructionName::Run,
            InstructionName::Env,
            InstructionName::Arg,
        ]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        for (span, what) in found(cx, site) {
            findings
                .report(
                    cx.anchor(site.instruction, span),
                    format!(
                        "`{what}` makes programs accept any certificate: install the authority's \
                         certificate instead",
                    ),
                )
                .withhold("whether the servers' certificates can be verified is not known");
        }
    }
}

fn found(cx: &Context, site: &Site) -> Vec<(Span, String)> {
    match &site.instruction.command {
        Command::Env(variables) => {
            let Some((_, step)) = cx.model.step_at(site.index) else {
                return Vec::new();
            };
            let Action::Env(assignments) = &step.action else {
                return Vec::new();
            };
            let pairs = variables.pairs.iter().zip(assignments);
            pairs
                .filter(|(_, set)| disables(set.key.as_str(), set.value.to_known()))
                .map(|(pair, set)| (pair.key.span(), set.key.to_string()))
                .collect()
        }
        Command::Arg(words) => words
            .iter()
            .filter(|word| {
                let value = word
                    .value
                    .as_ref()
                    .map(|value| value.as_str().trim_matches(['"', '\'']));
                disables(word.key.as_str(), value)
            })
            .map(|word| (word.key.span(), word.key.as_str().to_owned()))
            .collect(),
        Command::Run(_) => in_script(cx, site),
        _ => Vec::new(),
    }
}

fn in_script(cx: &Context, site: &Site) -> Vec<(Span, String)> {
    let Some(run) = cx.run_at(site) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for command in run.commands() {
        for set in command
            .assignments()
            .filter(|set| disables(set.name(), set.literal()))
        {
            found.push((set.span(), set.name().to_owned()));
        }
    }
    for call in run.calls_of(&[
        "export", "git", "npm", "yarn", "pnpm", "conda", "mamba", "pip", "pip3", "composer",
    ]) {
        if call.name == "export" {
            found.extend(exported(&call));
        } else if let Some(setting) = setting_of(&call) {
            found.push((call.command.span(), setting));
        }
    }
    found
}

fn exported(call: &Call) -> Vec<(Span, String)> {
    let pairs = call.args.iter().filter_map(|arg| {
        let (name, value) = arg.text.split_once('=')?;
        disables(name, Some(value)).then(|| (arg.word.span(), name.to_owned()))
    });
    pairs.collect()
}

fn disables(name: &str, value: Option<&str>) -> bool {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return false;
    };
    VARIABLES.iter().any(|(variable, values)| {
        variable.eq_ignore_ascii_case(name)
            && (values.is_empty() || values.iter().any(|off| off.eq_ignore_ascii_case(value)))
    })
}

fn setting_of(call: &Call) -> Option<String> {
    let command = match call.name {
        "mamba" => "conda",
        "pip3" => "pip",
        name => name,
    };
    let settings = SETTINGS.iter().filter(|(name, _)| *name == command);
    let words = settings.map(|(_, words)| words).find(|words| {
        let mut args = call.args.iter();
        words
            .iter()
            .all(|word| args.any(|arg| arg.text.eq_ignore_ascii_case(word)))
    })?;
    Some(format!("{command} {}", words.join(" ")))
}
