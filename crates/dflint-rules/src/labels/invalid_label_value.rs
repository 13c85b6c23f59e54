//! Labels whose value is not what the schema says.

use dflint_parser::InstructionName;

use crate::label::{key, labels, value};
use crate::spdx::is_current_id;
use crate::{Context, Dialect, Findings, LabelFormat, Rule, Site};

/// See the page.
pub(crate) struct InvalidLabelValue;

impl Rule for InvalidLabelValue {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Label]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        if site.onbuild && cx.dialect == Dialect::Hadolint {
            return;
        }
        for pair in labels(site.instruction) {
            let Some(format) = cx.options.label_schema.get(key(pair)) else {
                continue;
            };
            // hadolint judges a variable as the text that it is.
            let is_open = cx.dialect != Dialect::Hadolint && pair.value.as_str().contains('$');
            if is_open {
                continue;
            }
            let text = value(pair);
            // hadolint says of every value that it is empty, and then what is wrong with it.
            let is_empty = cx.dialect == Dialect::Hadolint && text.is_empty();
            let wrong = [
                (LabelFormat::Text, is_empty && *format != LabelFormat::Text),
                (*format, !admits(cx, *format, text)),
            ];
            for (format, _) in wrong.into_iter().filter(|(_, is_wrong)| *is_wrong) {
                let (codes, wanted) = meaning(format);
                findings
                    .report(
                        cx.anchor(site.instruction, pair.value.span()),
                        format!("the label `{}` must be {wanted}", key(pair)),
                    )
                    .answers_to(codes);
            }
        }
    }
}

/// hadolint wants one licence, and no expression.
fn admits(cx: &Context, format: LabelFormat, text: &str) -> bool {
    match format {
        LabelFormat::Spdx if cx.dialect == Dialect::Hadolint => is_current_id(text),
        _ => format.admits(text),
    }
}

/// hadolint's code for a value of the wrong format, and what the format is.
fn meaning(format: LabelFormat) -> (&'static [&'static str], &'static str) {
    match format {
        LabelFormat::Text => (&["DL3051"], "a text that is not empty"),
        LabelFormat::Url => (&["DL3052"], "a URL, such as `https://example.com`"),
        LabelFormat::Rfc3339 => (
            &["DL3053"],
            "a time as in RFC 3339, such as `2026-01-31T12:00:00Z`",
        ),
        LabelFormat::Spdx => (&["DL3054"], "a licence as SPDX names it, such as `MIT`"),
        LabelFormat::Hash => (&["DL3055"], "a commit, 7 or 40 hexadecimal digits"),
        LabelFormat::SemVer => (&["DL3056"], "a semantic version, such as `1.2.3`"),
        LabelFormat::Email => (&["DL3058"], "an e-mail address"),
    }
}
