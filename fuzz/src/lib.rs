//! What holds for every file, whatever its bytes. Each function panics where it does not.

#![forbid(unsafe_code)]

use dflint_build::{Arguments, Build, Keeps, Model, ModelOptions, Step, compare};
use dflint_fix::{Fix, Patch, Safety};
use dflint_linter::{Applied, Preset, Selection, Settings, Source, fix as fix_file};
use dflint_parser::{Dockerfile, Span, Text, parse};

/// A property of every file.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 4] = [
    ("parser", parser),
    ("shell", shell),
    ("model", model),
    ("fix", fix),
];

/// Instructions, comments and directives lie in the file in order, and hold all of it but white
/// space; every text is what stands at its place.
pub fn parser(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    let file = parse(&source);
    covers_everything(&file);
    for instruction in &file.instructions {
        assert_eq!(
            file.lines.line(instruction.span.start),
            instruction.start_line
        );
        assert_eq!(file.lines.line(instruction.span.end), instruction.end_line);
        let mut texts = vec![
            &instruction.keyword,
            &instruction.logical,
            &instruction.rest,
        ];
        texts.extend(&instruction.args);
        texts.extend(instruction.flags.iter().map(|flag| &flag.word));
        texts.extend(instruction.heredocs.iter().map(|heredoc| &heredoc.body));
        for text in texts {
            lies_within(text, &source, instruction.span);
        }
    }
    for error in &file.errors {
        assert!(source.get(error.span.range()).is_some(), "{error:?}");
    }
}

fn lies_within(text: &Text<'_>, source: &str, span: Span) {
    let mut end = span.start;
    for piece in text.source_ranges(0..text.len()) {
        assert!(
            source.get(piece.range()).is_some(),
            "{piece:?} cuts a character"
        );
        assert!(
            piece.start >= end && span.contains(piece),
            "{piece:?} in {span:?}"
        );
        end = piece.end;
    }
    if text.is_contiguous() {
        assert_eq!(text.span().text(source), text.as_str());
    }
}

fn covers_everything(file: &Dockerfile<'_>) {
    let mut spans: Vec<Span> = file.instructions.iter().map(|it| it.span).collect();
    spans.extend(file.directives.consumed.iter().map(|it| it.span));
    let outside = file.comments.iter().filter(|it| !it.inside_instruction);
    spans.extend(outside.map(|it| it.span));
    spans.sort_unstable();
    let mut end = 0;
    for span in spans {
        assert!(span.start >= end, "{span:?} overlaps");
        is_blank(Span::new(end, span.start).text(file.source));
        end = span.end;
    }
    is_blank(file.source.get(end as usize..).unwrap_or_default());
}

fn is_blank(gap: &str) {
    let left = gap.trim_start_matches('\u{feff}').trim();
    assert!(left.is_empty(), "{left:?} is lost");
}

/// Scripts are read under every shell that the file sets; words lie in the file.
pub fn shell(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for front in [
        "",
        "SHELL [\"/bin/bash\", \"-c\"]\n",
        "SHELL [\"powershell\"]\n",
    ] {
        let source = format!("FROM a\n{front}RUN {text}");
        let file = parse(&source);
        let model = Model::new(&file, &ModelOptions::default());
        for script in model.steps().filter_map(|(_, step)| Step::script(step)) {
            for command in script.commands() {
                for word in command.words() {
                    let span = word.span();
                    assert!(source.get(span.range()).is_some(), "{span:?}");
                }
            }
        }
    }
}

/// Every file becomes operations, under every view of build arguments, and a build equals itself.
pub fn model(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    let file = parse(&source);
    for arguments in [
        Arguments::Defaults,
        Arguments::DefaultsOrUnknown,
        Arguments::Unknown,
    ] {
        let options = ModelOptions {
            arguments,
            ..ModelOptions::default()
        };
        let model = Model::new(&file, &options);
        let again = Model::new(&file, &options);
        assert_eq!(model.errors(), again.errors());
        let build = Build::new(&model);
        assert_eq!(build.stages.len(), model.stages().len());
        if file.errors.is_empty() && model.errors().is_empty() {
            let compared = compare(&model, &again, &Keeps::Everything);
            assert!(
                compared.is_ok(),
                "a build differs from itself: {compared:?}"
            );
        }
    }
}

/// `text` with the edits of every round made, and nothing else.
fn edited(text: &str, applied: &[Applied]) -> String {
    let mut text = text.to_owned();
    for round in applied.chunk_by(|one, next| one.round == next.round) {
        let fixes: Vec<Fix> = round.iter().map(fix_of).collect();
        let mut patch = Patch::new(&text);
        for fix in &fixes {
            assert_eq!(patch.add(fix), Ok(()), "fixes of one round overlap");
        }
        text = patch.apply();
    }
    text
}

fn fix_of(applied: &Applied) -> Fix {
    Fix {
        title: applied.title.clone(),
        safety: applied.safety,
        keeps: Keeps::Everything,
        edits: applied.edits.clone(),
    }
}

/// A file that is fixed still parses, only the edits that are reported are made, and fixing it again changes nothing.
pub fn fix(bytes: &[u8]) {
    let Ok(source) = Source::read(bytes) else {
        return;
    };
    let selection = Selection {
        preset: Preset::All,
        ..Selection::default()
    };
    let Ok(settings) = Settings::new(&selection) else {
        return;
    };
    if !source.is_utf8() {
        // Its text is not what stands in the file, which is left alone.
        let report = fix_file(&source, &settings, None, Safety::Unsafe);
        assert_eq!(report.source, source.text());
        return;
    }
    for level in [Safety::Safe, Safety::Unsafe] {
        let report = fix_file(&source, &settings, None, level);
        let before = parse(source.text());
        let after = parse(&report.source);
        assert_eq!(before.errors.is_empty(), after.errors.is_empty());
        if !before.errors.is_empty() {
            assert_eq!(report.source, source.text());
        }
        assert_eq!(report.source, edited(source.text(), &report.applied));
        let Ok(fixed) = Source::read(report.source.as_bytes()) else {
            panic!("the fixed file cannot be read");
        };
        let again = fix_file(&fixed, &settings, None, level);
        assert_eq!(
            again.source, report.source,
            "{level:?} fixes do not come to rest"
        );
    }
}
