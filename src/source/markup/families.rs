//! How families of models mark their thinking, where that is not `<think>`.
//!
//! Marks that no text has by chance are marks wherever they stand. Words in angle brackets (`<reasoning>`) may be
//! text, and are marks only where a response begins with one, or has nothing but the one that closes.

use super::marks::{CLOSE, OPEN, find, marked, without_prefix};

/// What a mark does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    Opens,
    Closes,
    /// Says nothing that the others do not: where an answer begins or ends.
    Passed,
}

use Sense::{Closes, Opens, Passed};

/// Marks of which a longer one stands before one that it begins with.
const MARKS: [(&str, Sense); 22] = [
    (OPEN, Opens),
    (CLOSE, Closes),
    // Sky-T1, Bespoke-Stratos, OpenThoughts.
    ("<|begin_of_thought|>", Opens),
    ("<|end_of_thought|>", Closes),
    ("<|begin_of_solution|>", Passed),
    ("<|end_of_solution|>", Passed),
    // s1.
    ("<|im_start|>think", Opens),
    ("<|im_start|>answer", Closes),
    // gpt-oss.
    (
        "<|end|><|start|>assistant<|channel|>analysis<|message|>",
        Opens,
    ),
    ("<|start|>assistant<|channel|>analysis<|message|>", Opens),
    ("<|channel|>analysis<|message|>", Opens),
    (
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        Closes,
    ),
    ("<|start|>assistant<|channel|>final<|message|>", Closes),
    ("<|channel|>final<|message|>", Closes),
    // Command A.
    ("<|START_THINKING|>", Opens),
    ("<|END_THINKING|>", Closes),
    ("<|START_RESPONSE|>", Passed),
    ("<|END_RESPONSE|>", Passed),
    // Magistral.
    ("[THINK]", Opens),
    ("[/THINK]", Closes),
    // Kimi.
    ("◁think▷", Opens),
    ("◁/think▷", Closes),
];

/// Tags of words: prompts of GRPO, EXAONE, Open-O1.
const TAGS: [[&str; 2]; 3] = [
    ["<thinking>", "</thinking>"],
    ["<reasoning>", "</reasoning>"],
    ["<thought>", "</thought>"],
];

/// The text with `<think>` and `</think>` for the marks of another family; none where it has no such.
pub(super) fn in_one_markup(text: &str) -> Option<String> {
    if marks(text).any(|(_, mark, _)| mark != OPEN && mark != CLOSE) {
        return Some(rewritten(text));
    }
    if marks(text).next().is_some() {
        return None;
    }
    let by_tags = TAGS.iter().find_map(|tags| of_tags(text, tags));
    by_tags.or_else(|| of_channels(text))
}

/// gpt-oss's channels in a text that was decoded without its special tokens, which leaves their names.
fn of_channels(text: &str) -> Option<String> {
    let thinking = text.strip_prefix("analysis")?;
    let (thinking, answer) = thinking.split_once("assistantfinal")?;
    Some(marked(thinking, answer))
}

/// The marks of a text in their order: where each begins, what it is and what it does.
fn marks(text: &str) -> impl Iterator<Item = (usize, &'static str, Sense)> {
    let bytes = text.as_bytes();
    let starts = memchr::memchr3_iter(b'<', b'[', "◁".as_bytes()[0], bytes);
    let mut end = 0;
    starts.filter_map(move |at| {
        let tail = &bytes[at..];
        let begins = |(mark, _): &&(&str, Sense)| tail.starts_with(mark.as_bytes());
        // Most are signs of mathematics.
        let may_be = at >= end && matches!(tail.get(1), Some(b'|' | b't' | b'/' | b'T' | 0x97));
        let (mark, sense) = may_be.then(|| MARKS.iter().find(begins))??;
        end = at + mark.len();
        Some((at, *mark, *sense))
    })
}

/// A text as it is written again, mark by mark.
#[derive(Default)]
struct Rewritten {
    text: String,
    is_open: bool,
    is_closed: bool,
}

fn rewritten(text: &str) -> String {
    let mut written = Rewritten::default();
    let mut from = 0;
    for (at, mark, sense) in marks(text) {
        written.say(&text[from..at]);
        written.mark(sense);
        from = at + mark.len();
    }
    written.say(&text[from..]);
    written.text
}

impl Rewritten {
    /// What stands between two marks, without the white space at them.
    fn say(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    fn mark(&mut self, sense: Sense) {
        match sense {
            Opens if !self.is_open => {
                self.line(OPEN, "\n");
                self.is_open = true;
            }
            // One that closes what nothing opened had its opening mark in the prompt; behind nothing it only says
            // that the answer begins.
            Closes if self.is_open || (!self.is_closed && !self.text.is_empty()) => {
                self.line(CLOSE, "\n\n");
                (self.is_open, self.is_closed) = (false, true);
            }
            Opens | Closes | Passed => {}
        }
    }

    /// A mark on a line of its own.
    fn line(&mut self, mark: &str, behind: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(mark);
        self.text.push_str(behind);
    }
}

fn of_tags(text: &str, [open, close]: &[&str; 2]) -> Option<String> {
    let (thinking, rest) = match without_prefix(text, open) {
        Some(thinking) => (thinking, find(thinking, close)),
        None if find(text, open).is_some() => return None,
        None => (text, Some(only(text, close)?)),
    };
    Some(match rest {
        Some(at) => marked(&thinking[..at], &thinking[at + close.len()..]),
        None => format!("{OPEN}\n{}", thinking.trim()),
    })
}

/// Where a tag stands that stands once.
fn only(text: &str, tag: &str) -> Option<usize> {
    let at = find(text, tag)?;
    find(&text[at + tag.len()..], tag).is_none().then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(in_one_markup(text).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn each_family_becomes_the_one_markup() {
        let whole = "<think>\na\n</think>\n\nb";
        for text in [
            "<|begin_of_thought|>\n\na\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nb\n\n<|end_of_solution|>",
            "<|im_start|>think\na\n<|im_start|>answer\nb",
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
            "<|start|>assistant<|channel|>analysis<|message|>a<|channel|>final<|message|>b",
            "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>b<|END_RESPONSE|>",
            "[THINK]a[/THINK]b",
            "◁think▷a◁/think▷b",
            "<thinking>a</thinking>b",
            "<Reasoning>\na\n</Reasoning>\nb",
            "<thought>a</thought> b",
            "a</thinking>b",
            "analysisaassistantfinalb",
        ] {
            check(text, whole);
        }
    }

    #[test]
    fn thinking_that_was_cut_off_stays_open() {
        for text in [
            "<|begin_of_thought|>\na",
            "<|im_start|>think a",
            "[THINK]a",
            "<reasoning> a",
        ] {
            check(text, "<think>\na");
        }
    }

    #[test]
    fn what_stands_between_marks_is_not_lost() {
        check(
            "Well. [THINK]a[/THINK]b[THINK]c[/THINK]d",
            "Well.\n<think>\na\n</think>\n\nb\n<think>\nc\n</think>\n\nd",
        );
        check(
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>analysis<|message|>b\
             <|channel|>final<|message|>c",
            "<think>\na\n\nb\n</think>\n\nc",
        );
        check("<|begin_of_solution|>b<|end_of_solution|>", "b");
        check("<|channel|>final<|message|>b", "b");
        check("a [/THINK] b", "a\n</think>\n\nb");
    }

    #[test]
    fn words_in_angle_brackets_inside_a_text_are_text() {
        for text in [
            "The tag <reasoning> opens it.",
            "<think>a</think>b <thinking>",
            "a</thinking>b</thinking>c",
            "0 < a < b",
            "[1, 2]",
            "analysis of the final answer",
        ] {
            assert_eq!(in_one_markup(text), None, "{text}");
        }
    }
}
