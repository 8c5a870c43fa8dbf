//! How families of models mark their thinking, where that is not `<think>`.
//!
//! The verifier has the table of families. Marks that no text has by chance are marks wherever they stand. Words in
//! brackets (`<reasoning>`) may be text, and are marks only where a response begins with one, or has nothing but
//! the one that closes; sentences only where a response begins with one.

use std::sync::LazyLock;

use super::marks::{CLOSE, OPEN, find, marked, without_prefix};
use super::signs::Signs;
use crate::verify::{Chance, THINKING_MARKS, Thinking, ThinkingMarks, split_channels};

/// What a mark does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    Opens,
    Closes,
    /// Says nothing that the others do not: where an answer begins or ends.
    Passed,
}

use Sense::{Closes, Opens, Passed};

/// The marks that stand for themselves, and which bytes are second in one.
struct Marks {
    /// A longer one stands before one that it begins with.
    marks: Vec<(String, Sense)>,
    seconds: [bool; 256],
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let families = THINKING_MARKS.iter();
    let sure = families.filter(|marks| marks.chance == Chance::Never);
    let mut marks: Vec<(String, Sense)> = sure.flat_map(of_family).collect();
    marks.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    marks.dedup();
    let mut seconds = [false; 256];
    for (mark, _) in &marks {
        seconds[usize::from(mark.as_bytes()[1])] = true;
    }
    Marks { marks, seconds }
});

/// How a channel of gpt-oss begins, and what may stand before it in another message of the same turn.
const CHANNEL: &str = "<|channel|>";
const BEFORE_CHANNEL: [&str; 3] = ["", "<|start|>assistant", "<|end|><|start|>assistant"];
const MESSAGE: &str = "<|message|>";

/// The marks of one family, in each spelling.
fn of_family(family: &ThinkingMarks) -> Vec<(String, Sense)> {
    let passed = [family.answer, family.answer_end].into_iter().flatten();
    let passed = passed.map(|mark| (mark, Passed));
    let marks = [(family.open, Opens), (family.close, Closes)];
    let marks = marks.into_iter().chain(passed);
    marks
        .flat_map(|(mark, sense)| spellings(mark).into_iter().map(move |mark| (mark, sense)))
        .collect()
}

fn spellings(mark: &str) -> Vec<String> {
    if !mark.starts_with(CHANNEL) {
        return vec![mark.to_owned()];
    }
    let whole = mark.ends_with(MESSAGE);
    let ends = if whole { &[""][..] } else { &["", MESSAGE][..] };
    let before = BEFORE_CHANNEL.iter();
    before
        .flat_map(|before| ends.iter().map(move |end| format!("{before}{mark}{end}")))
        .collect()
}

/// The text with `<think>` and `</think>` for the marks of another family; none where it has no such.
pub(super) fn in_one_markup(text: &str, signs: &Signs) -> Option<String> {
    if marks(text, signs).any(|(_, mark, _)| mark != OPEN && mark != CLOSE) {
        return Some(rewritten(text, signs));
    }
    if marks(text, signs).next().is_some() {
        return None;
    }
    let by_chance = THINKING_MARKS.iter();
    let mut by_chance = by_chance.filter(|marks| marks.chance != Chance::Never);
    by_chance
        .find_map(|marks| of_words(text, marks))
        .or_else(|| of_channels(text))
}

/// gpt-oss's channels in a text that was decoded without its special tokens, which leaves their names.
fn of_channels(text: &str) -> Option<String> {
    let parts = split_channels(text)?;
    let thinking = &text[parts.thinking];
    Some(match parts.state {
        Thinking::Open => opened(thinking),
        _ => marked(thinking, &text[parts.answer]),
    })
}

/// Thinking that was cut off.
fn opened(thinking: &str) -> String {
    format!("{OPEN}\n{}", thinking.trim())
}

/// The bytes that stand second in one of the marks.
pub(super) fn seconds() -> impl Iterator<Item = u8> {
    (0..=u8::MAX).filter(|byte| MARKS.seconds[usize::from(*byte)])
}

/// The marks of a text in their order: where each begins, what it is and what it does.
fn marks(text: &str, signs: &Signs) -> impl Iterator<Item = (usize, &'static str, Sense)> {
    let bytes = text.as_bytes();
    let Marks { marks, seconds } = &*MARKS;
    let mut end = 0;
    signs.iter().filter_map(move |at| {
        let tail = &bytes[at..];
        let second = *tail.get(1)?;
        let begins = |(mark, _): &&(String, Sense)| {
            mark.as_bytes()[1] == second && tail.starts_with(mark.as_bytes())
        };
        // Most are signs of mathematics.
        let may_be = at >= end && seconds[usize::from(second)];
        let (mark, sense) = may_be.then(|| marks.iter().find(begins))??;
        end = at + mark.len();
        Some((at, mark.as_str(), *sense))
    })
}

/// A text as it is written again, mark by mark.
#[derive(Default)]
struct Rewritten {
    text: String,
    is_open: bool,
    is_closed: bool,
}

fn rewritten(text: &str, signs: &Signs) -> String {
    let mut written = Rewritten::default();
    let mut from = 0;
    for (at, mark, sense) in marks(text, signs) {
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

/// A text in the marks of a family that may be words of the text as well.
fn of_words(text: &str, family: &ThinkingMarks) -> Option<String> {
    let ThinkingMarks { open, close, .. } = family;
    let (thinking, rest) = match without_prefix(text, open) {
        Some(thinking) => (thinking, find(thinking, close)),
        None if family.chance == Chance::Sentences || find(text, open).is_some() => return None,
        None => (text, Some(only(text, close)?)),
    };
    let Some(at) = rest else {
        return Some(opened(thinking));
    };
    let answer = thinking[at + close.len()..].trim();
    let ended = family.answer_end.and_then(|end| answer.strip_suffix(end));
    Some(marked(&thinking[..at], ended.unwrap_or(answer)))
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
        assert_eq!(
            in_one_markup(text, &Signs::of(text)).as_deref(),
            Some(expected),
            "{text}"
        );
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
            "assistantanalysisaassistantfinalb",
            "<seed:think>a</seed:think>b",
            "<|thinking|>a<|/thinking|>b",
            "<|think|>a<|/think|>b",
            "<|start_thinking|>a<|end_thinking|>b",
            "<|channel>thought\na<channel|>b",
            "<unused94>thought\na<unused95>b",
            "<|channel|>commentary<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
            "Here are my reasoning steps:\na\n[BEGIN FINAL RESPONSE]\nb\n[END FINAL RESPONSE]",
            "Here is my thought process: a\n\nHere is my response: b",
        ] {
            check(text, whole);
        }
    }

    #[test]
    fn each_row_of_the_table_becomes_the_one_markup() {
        for marks in &THINKING_MARKS {
            let ThinkingMarks { open, close, .. } = marks;
            let [answer, end] = [marks.answer, marks.answer_end].map(Option::unwrap_or_default);
            let text = format!("{open}\na\n{close}{answer}\nb{end}");
            let formed = in_one_markup(&text, &Signs::of(&text)).unwrap_or(text);
            let expected = ["<think>\na\n</think>\n\nb", "<think>\na\n</think>\nb"];
            assert!(
                expected.contains(&formed.as_str()),
                "{}: {formed}",
                marks.written_by
            );
            let is_sure = marks.chance == Chance::Never;
            assert!(
                !is_sure || open.starts_with(['<', '[', '◁']),
                "{open} is looked for"
            );
        }
    }

    #[test]
    fn thinking_that_was_cut_off_stays_open() {
        for text in [
            "<|begin_of_thought|>\na",
            "<|im_start|>think a",
            "[THINK]a",
            "<reasoning> a",
            "Here is my thought process: a",
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
            "So. Here is my response: 3.",
        ] {
            assert_eq!(in_one_markup(text, &Signs::of(text)), None, "{text}");
        }
    }
}
