//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>), with what GitHub code scanning
//! asks for besides.

use std::io::{self, Write};

use dflint_fix::{ContextFile, Edit, Fix, Target};
use dflint_knowledge::{Category, RulePage, Severity};
use dflint_linter::Finding;
use dflint_parser::{Position, Span};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::fingerprint::Fingerprints;
use crate::model::{FileReport, Lines, Report};
use crate::names::{page_url, safety_name};

/// GitHub shows no more locations of one result.
const MAX_RELATED: usize = 1000;

/// A log with one run, its results made while they are written: all at once they would take many
/// times the memory of the findings.
#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: Value,
    column_kind: &'static str,
    results: Results<'a>,
}

struct Results<'a> {
    report: &'a Report,
    rules: &'a [&'static RulePage],
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let files = self.report.files.iter();
        serializer.collect_seq(files.flat_map(|file| results_of(file, self.rules)))
    }
}

/// Writes `report` as one run.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules_of(report);
    let errors: Vec<Value> = report.files.iter().flat_map(notifications).collect();
    let run = Run {
        tool: json!({"driver": {
            "name": "dflint",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().map(|rule| rule_of(rule)).collect::<Vec<_>>(),
        }}),
        invocations: json!([{
            "executionSuccessful": errors.is_empty(),
            "toolExecutionNotifications": errors,
        }]),
        column_kind: "unicodeCodePoints",
        results: Results {
            report,
            rules: &rules,
        },
    };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// The rules that found something, by name, so that an index into them is stable.
fn rules_of(report: &Report) -> Vec<&'static RulePage> {
    let mut rules: Vec<&RulePage> = report
        .files
        .iter()
        .flat_map(|file| file.findings.iter().map(|finding| finding.rule))
        .collect();
    rules.sort_by_key(|rule| rule.name);
    rules.dedup_by_key(|rule| rule.name);
    rules
}

/// How many tags GitHub takes a rule.
const MAX_TAGS: usize = 20;

fn rule_of(rule: &RulePage) -> Value {
    let mut tags = vec![rule.category.as_str()];
    // The category is one tag, and the word that marks security may be another.
    tags.extend(rule.codes.iter().take(MAX_TAGS - 2));
    let mut properties = json!({"precision": "high"});
    if rule.category == Category::Secrets {
        tags.insert(0, "security");
        properties["security-severity"] = security_severity(rule.severity).into();
    }
    // GitHub takes no more than 20.
    tags.truncate(20);
    properties["tags"] = tags.into();
    json!({
        "id": rule.name,
        "name": pascal_case(rule.name),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.markdown, "markdown": rule.markdown},
        "helpUri": page_url(rule),
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": properties,
    })
}

fn results_of<'a>(
    file: &'a FileReport,
    rules: &'a [&'static RulePage],
) -> impl Iterator<Item = Value> + 'a {
    let lines = Lines::new(&file.source);
    let mut fingerprints = Fingerprints::new(file);
    file.findings.iter().map(move |finding| {
        let fingerprint = fingerprints.next(finding, &lines);
        result_of(file, &lines, finding, &fingerprint, rules)
    })
}

fn result_of(
    file: &FileReport,
    lines: &Lines<'_>,
    finding: &Finding,
    fingerprint: &str,
    rules: &[&RulePage],
) -> Value {
    let rule = rules.binary_search_by_key(&finding.rule.name, |rule| rule.name);
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": rule.unwrap_or_default(),
        "level": level(finding.severity),
        "message": {"text": message_of(finding)},
        "locations": [location(file, lines, finding.span)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().take(MAX_RELATED).enumerate();
        result["relatedLocations"] = related
            .map(|(index, (span, label))| {
                let mut place = location(file, lines, *span);
                place["id"] = (index + 1).into();
                place["message"] = json!({"text": label});
                place
            })
            .collect();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([fix_of(file, lines, fix)]);
    }
    result
}

fn message_of(finding: &Finding) -> String {
    match &finding.withheld {
        Some(reason) => format!("{} (no fix: {reason})", finding.message),
        None => finding.message.clone(),
    }
}

/// A file that a fix creates is a change of an empty one; of one that it changes, too, only a place
/// in the build context is known.
fn fix_of(file: &FileReport, lines: &Lines<'_>, fix: &Fix) -> Value {
    let edits = fix.edits.iter();
    let in_place = edits.filter(|edit| edit.target == Target::Dockerfile);
    let replacements: Vec<Value> = in_place.map(|edit| replacement(lines, edit)).collect();
    let mut changes = Vec::new();
    if !replacements.is_empty() {
        changes.push(json!({
            "artifactLocation": artifact(&file.path),
            "replacements": replacements,
        }));
    }
    changes.extend(fix.edits.iter().filter_map(|edit| match &edit.target {
        Target::Dockerfile => None,
        Target::ContextFile(file) => Some(context_change(file, edit)),
    }));
    json!({
        "description": {"text": format!("{} ({})", fix.title, safety_name(fix.safety))},
        "artifactChanges": changes,
    })
}

/// The change of a file of the build context, the place of which in the repository the report does
/// not know.
fn context_change(file: &ContextFile, edit: &Edit) -> Value {
    let lines = Lines::new(file.before.as_deref().unwrap_or_default());
    json!({
        "artifactLocation": {"uri": percent_encoded(&file.path), "uriBaseId": "%BUILDCONTEXT%"},
        "replacements": [replacement(&lines, edit)],
    })
}

fn replacement(lines: &Lines<'_>, edit: &Edit) -> Value {
    json!({
        "deletedRegion": region(lines, edit.span),
        "insertedContent": {"text": edit.text},
    })
}

fn location(file: &FileReport, lines: &Lines<'_>, span: Span) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": artifact(&file.path),
        "region": region(lines, span),
    }})
}

fn artifact(path: &str) -> Value {
    json!({"uri": percent_encoded(path), "uriBaseId": "%SRCROOT%"})
}

fn region(lines: &Lines<'_>, span: Span) -> Value {
    between(lines.positions(span))
}

fn between((start, end): (Position, Position)) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn notifications(file: &FileReport) -> Vec<Value> {
    file.errors
        .iter()
        .map(|error| {
            let mut place = json!({"artifactLocation": artifact(&file.path)});
            if let Some(location) = error.location {
                place["region"] = between(location);
            }
            json!({
                "level": "error",
                "message": {"text": error.message},
                "locations": [{"physicalLocation": place}],
            })
        })
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "note",
    }
}

/// A number as text, as GitHub wants it; from 7.0 it is shown as high, from 4.0 as medium.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "8.0",
        Severity::Warning => "6.0",
        Severity::Info => "3.0",
        Severity::Style => "1.0",
    }
}

/// `copy-before-install` as `CopyBeforeInstall`.
fn pascal_case(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/`
/// is encoded.
fn percent_encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::{pascal_case, percent_encoded};

    #[test]
    fn names_and_paths_are_spelled_as_sarif_wants() {
        assert_eq!(pascal_case("copy-before-install"), "CopyBeforeInstall");
        assert_eq!(percent_encoded("a b/D#1.é"), "a%20b/D%231.%C3%A9");
    }
}
