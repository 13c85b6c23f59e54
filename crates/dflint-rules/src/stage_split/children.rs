//! Programs that start other programs, which the final stage may lack.

use super::{Brought, Ground};

/// Refuses a program whose source starts others.
///
/// # Errors
/// The file that does.
pub(super) fn starts_none(ground: &Ground, brought: &[Brought]) -> Result<(), String> {
    let words = ground.call.language.starts_programs;
    let Some(context) = ground.cx.build_context.filter(|_| !words.is_empty()) else {
        return Ok(());
    };
    for file in brought {
        let is_test = file.context.contains("_test.") || file.context.contains("/test/");
        if is_test || !ground.call.language.is_source(&file.context) {
            continue;
        }
        let text = context.read(&file.context);
        let starts = |text: &str| words.iter().any(|word| text.contains(word));
        if text.is_some_and(|text| starts(&text)) {
            return Err(format!(
                "`{}` starts other programs, which the image of the program may lack",
                file.context
            ));
        }
    }
    Ok(())
}
