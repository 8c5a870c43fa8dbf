//! Takes off the words that announce an answer within its box: `\\boxed{\\text{Answer: } 23}`.

use crate::scan;

/// Words that announce what follows their colon and say nothing of it.
const LABELS: [&str; 8] = [
    "the final answer",
    "final answer",
    "the answer",
    "answer",
    "ans",
    "result",
    "答案",
    "ответ",
];

/// Commands and marks that words are set in.
const WRAPS: [&str; 6] = [
    "\\text{",
    "\\textbf{",
    "\\mathrm{",
    "\\mathbf{",
    "\\textrm{",
    "**",
];

/// A clean text without the label that it starts with.
pub(crate) fn without(text: String) -> String {
    // Nothing but a label has a colon so near to the start of words.
    let near = scan::head(&text, LABEL_MAX);
    if !near.contains(':') {
        return text;
    }
    unlabelled(&text).unwrap_or(text)
}

/// A label with its command ends within so many bytes. By hand.
const LABEL_MAX: usize = 40;

fn unlabelled(text: &str) -> Option<String> {
    let wrap = WRAPS.iter().find(|wrap| text.starts_with(**wrap));
    let inner = wrap.map_or(text, |wrap| &text[wrap.len()..]);
    let (label, value) = inner.split_once(':')?;
    let closed = label.trim_end_matches(['}', '*']);
    let known = LABELS.contains(&closed.trim().to_lowercase().as_str());
    known.then_some(())?;
    let value = value.trim_start();
    let end = if wrap == Some(&"**") { "**" } else { "}" };
    let Some(wrap) = wrap.filter(|_| closed.len() == label.len()) else {
        return said(value);
    };
    match value.strip_prefix(end) {
        Some(value) => said(value),
        // The answer is set as words together with its label.
        None => said(&format!("{wrap}{value}")),
    }
}

/// What a label announces, if that is anything and nothing is said behind it.
fn said(value: &str) -> Option<String> {
    let value = value.trim();
    // A further sentence may take back what the first one says.
    (!value.is_empty() && !value.contains(". ")).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_taken_off_with_its_command() {
        for (text, value) in [
            ("Answer: 23", "23"),
            ("\\text{Answer: }23", "23"),
            ("\\textbf{Answer:} 23", "23"),
            ("\\text{Final answer}: 23", "23"),
            ("\\text{Answer: 23}", "\\text{23}"),
            ("**Answer:** 23", "23"),
            ("答案: 5", "5"),
            ("x: y", "x: y"),
            ("1:2", "1:2"),
            ("Answer:", "Answer:"),
        ] {
            assert_eq!(without(text.to_owned()), value, "{text}");
        }
    }
}
