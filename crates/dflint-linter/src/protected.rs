//! Places that no fix may edit.

use dflint_build::Model;
use dflint_fix::{Fix, Target};
use dflint_parser::{Command, Heredoc, Instruction, InstructionName, Span};

use crate::windows::windows_stages;

/// A place that no fix may edit, and why.
#[derive(Debug, Clone, Copy)]
struct Protected {
    span: Span,
    /// The instruction around it, which a fix may take away as a whole; `None` where it may not.
    owner: Option<Span>,
    why: &'static str,
}

/// The places of a file that no fix may edit: stages on Windows, and heredocs that are not shell
/// scripts.
#[derive(Debug)]
pub(crate) struct ProtectedPlaces {
    /// In file order, not overlapping.
    places: Vec<Protected>,
}

impl ProtectedPlaces {
    pub(crate) fn of(model: &Model<'_>) -> Self {
        let instructions = &model.file().instructions;
        let mut places = Vec::new();
        let mut from = 0;
        for (stage, is_windows) in model.stages().iter().zip(windows_stages(model)) {
            let until = instructions
                .iter()
                .skip(stage.from_index + 1)
                .position(|instruction| instruction.name == Some(InstructionName::From))
                .map_or(instructions.len(), |count| stage.from_index + 1 + count);
            let own = instructions.get(from..until).unwrap_or_default();
            from = until;
            if !is_windows {
                places.extend(own.iter().flat_map(data_places));
            } else if let Some(last) = own.last() {
                places.push(Protected {
                    span: stage.instruction.span.to(last.span),
                    owner: None,
                    why: "the stage runs on Windows",
                });
            }
        }
        Self { places }
    }

    /// Why `fix` must not be made; `None` where it edits no protected place.
    pub(crate) fn refuse(&self, fix: &Fix) -> Option<&'static str> {
        let edits = fix
            .edits
            .iter()
            .filter(|edit| edit.target == Target::Dockerfile);
        edits.map(|edit| edit.span).find_map(|edit| {
            let from = self
                .places
                .partition_point(|place| place.span.end < edit.start);
            let near = self
                .places
                .iter()
                .skip(from)
                .take_while(|place| place.span.start <= edit.end);
            near.filter(|place| touches(edit, place.span) && !place.goes_whole(edit))
                .map(|place| place.why)
                .next()
        })
    }
}

impl Protected {
    fn goes_whole(&self, edit: Span) -> bool {
        self.owner.is_some_and(|owner| edit.contains(owner))
    }
}

/// The heredocs of an instruction that are data.
fn data_places(instruction: &Instruction<'_>) -> impl Iterator<Item = Protected> {
    let owner = Some(instruction.span);
    data_heredocs(instruction).map(move |heredoc| Protected {
        span: heredoc.body.span(),
        owner,
        why: "the heredoc is not a shell script",
    })
}

/// Whether `edit` changes what stands in `place`. Text that is inserted at its very end is inside
/// too: a heredoc's body ends where its terminator begins.
fn touches(edit: Span, place: Span) -> bool {
    if edit.is_empty() {
        return place.start <= edit.start && edit.start <= place.end;
    }
    edit.start < place.end && place.start < edit.end
}

/// The heredocs of an instruction (or of the one under `ONBUILD`) whose bodies are not scripts
/// for a shell.
fn data_heredocs<'i>(instruction: &'i Instruction<'_>) -> impl Iterator<Item = &'i Heredoc<'i>> {
    let inner = match &instruction.command {
        Command::Onbuild(inner) => inner,
        _ => instruction,
    };
    let script = matches!(&inner.command, Command::Run(run) if run.script_heredoc);
    let heredocs = instruction.heredocs.iter();
    heredocs.filter(move |heredoc| !script || is_for_another_interpreter(heredoc.body.as_str()))
}

/// Whether the script begins with the name of an interpreter that is no shell.
fn is_for_another_interpreter(script: &str) -> bool {
    let Some(line) = script
        .strip_prefix("#!")
        .and_then(|rest| rest.lines().next())
    else {
        return false;
    };
    let mut words = line
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word));
    let interpreter = match words.next() {
        Some("env") => words.find(|word| !word.starts_with('-') && !word.contains('=')),
        other => other,
    };
    !matches!(
        interpreter,
        Some("sh" | "bash" | "dash" | "ash" | "ksh" | "zsh")
    )
}

#[cfg(test)]
mod tests {
    use dflint_build::{Keeps, ModelOptions};
    use dflint_fix::{Edit, Safety};

    use super::*;

    /// Why a deletion of `part` of `text` would be refused.
    fn refusal(text: &str, part: &str) -> Option<&'static str> {
        let file = dflint_parser::parse(text);
        let model = Model::new(&file, &ModelOptions::default());
        let start = text.find(part).unwrap() as u32;
        let fix = Fix {
            title: String::new(),
            safety: Safety::Unsafe,
            keeps: Keeps::Nothing,
            edits: vec![Edit::delete(Span::new(start, start + part.len() as u32))],
        };
        ProtectedPlaces::of(&model).refuse(&fix)
    }

    #[test]
    fn stages_on_windows_are_protected() {
        for from in [
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022",
            "FROM --platform=windows/amd64 example/app",
            "FROM golang:1.25-nanoserver",
            "FROM example/$X-windowsservercore",
            "FROM python:3.13-windowsservercore AS win\nFROM win",
        ] {
            let text = format!("FROM alpine:3.22\nRUN a\n{from}\nRUN b\nFROM debian:13\nRUN c\n");
            assert_eq!(
                refusal(&text, "RUN b"),
                Some("the stage runs on Windows"),
                "{from}"
            );
            assert_eq!(refusal(&text, "RUN a"), None, "{from}");
            assert_eq!(refusal(&text, "RUN c"), None, "{from}");
        }
    }

    #[test]
    fn backticks_mean_windows_where_the_base_may_be_either() {
        for (from, may_be_windows) in [
            ("FROM example/app", true),
            ("FROM $BASE", true),
            ("FROM golang:1.25", true),
            ("FROM python:3.13 AS a\nFROM a", true),
            ("FROM golang:1.25-bookworm", false),
            ("FROM python:3.13-slim", false),
            ("FROM alpine:3.22", false),
            ("FROM debian:13 AS a\nFROM a", false),
            ("FROM --platform=linux/amd64 example/app", false),
            ("FROM --platform=windows/amd64 debian:13", true),
        ] {
            let text = format!("# escape=`\n{from}\nRUN b\n");
            let is_refused = refusal(&text, "RUN b").is_some();
            assert_eq!(is_refused, may_be_windows, "{from}");
        }
    }

    #[test]
    fn only_heredocs_that_are_shell_scripts_may_be_edited() {
        let cases = [
            ("RUN <<E\nbody\nE\n", true),
            ("RUN <<E\n#!/bin/bash -e\nbody\nE\n", true),
            ("RUN <<E\n#!/usr/bin/env -S bash -e\nbody\nE\n", true),
            ("RUN <<E\n#!/usr/bin/python3\nbody\nE\n", false),
            ("RUN <<E\n#!/usr/bin/env perl\nbody\nE\n", false),
            ("RUN cat <<E >/x\nbody\nE\n", false),
            ("COPY <<E /x\nbody\nE\n", false),
            ("ONBUILD RUN <<E\n#!python\nbody\nE\n", false),
            ("ONBUILD RUN <<E\nbody\nE\n", true),
        ];
        for (instruction, may) in cases {
            let text = format!("FROM alpine:3.22\n{instruction}");
            assert_eq!(refusal(&text, "body").is_none(), may, "{instruction}");
            assert_eq!(refusal(&text, instruction), None, "{instruction}");
        }
    }
}
