//! Tells a response's thinking from its answer.
//!
//! Reasoning models write two texts: thinking that may try and discard many results, and an answer
//! that commits to one. Only the second may be judged. Each family of models marks the border in
//! its own way, and a chat template often writes the opening mark itself, so that the response
//! starts inside the thinking and holds only the closing one.

use std::ops::Range;

use memchr::{memchr2_iter, memchr3_iter, memmem};

/// Whether a response holds a thinking part, and whether that part ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thinking {
    /// There is no mark of thinking: all of it is answer.
    Absent,
    /// The thinking ends, and the answer follows.
    Closed,
    /// The thinking never ends, as when the response was cut off: there is no answer.
    Open,
}

/// Where the thinking and the answer of a response stand, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Whether there is thinking, and whether it ends.
    pub state: Thinking,
    /// The thinking, without its marks; empty when there is none.
    pub thinking: Range<usize>,
    /// The answer, without its marks; empty when the thinking never ends.
    pub answer: Range<usize>,
}

/// Splits a response at its thinking marks.
///
/// ```
/// use gradatim_verify::{Thinking, split_thinking};
///
/// let response = "<think>2 + 2 is 5? No.</think>It is 4.";
/// let parts = split_thinking(response);
/// assert_eq!(parts.state, Thinking::Closed);
/// assert_eq!(&response[parts.thinking], "2 + 2 is 5? No.");
/// assert_eq!(&response[parts.answer], "It is 4.");
///
/// assert_eq!(split_thinking("<think>It is").state, Thinking::Open);
/// ```
pub fn split_thinking(response: &str) -> Parts {
    let marked = has_marks(response);
    let mut rows = MARKS.iter().filter(|_| marked);
    let parts = rows.find_map(|marks| marks.split(response));
    let parts = parts.or_else(|| bare_channels(response));
    let parts = parts.unwrap_or(Parts {
        state: Thinking::Absent,
        thinking: 0..0,
        answer: 0..response.len(),
    });
    without_turn_ends(response, parts)
}

/// What a response says before its thinking begins: mostly nothing.
pub fn before_thinking<'r>(response: &'r str, parts: &Parts) -> &'r str {
    let before = response.get(..parts.thinking.start).unwrap_or("");
    let unmarked = MARKS
        .iter()
        .find_map(|marks| before.strip_suffix(marks.open));
    unmarked.unwrap_or(before)
}

/// Whether any mark stands in a response: one pass, where each row would make two.
fn has_marks(response: &str) -> bool {
    let text = response.as_bytes();
    let starts = memchr3_iter(b'<', b'[', "◁".as_bytes()[0], text);
    let marks = |at: usize| {
        let here = &text[at..];
        let starts = |mark: &str| here.starts_with(mark.as_bytes());
        MARKS
            .iter()
            .any(|marks| starts(marks.close) || starts(marks.open))
    };
    starts.into_iter().any(marks) || response.trim_start().starts_with("Here ")
}

/// How one family of models marks its thinking.
struct ThinkingMarks {
    /// Opens the thinking; a chat template may have written it.
    open: &'static str,
    /// Ends the thinking.
    close: &'static str,
    /// Opens the answer, where that is a mark of its own and not the end of the thinking.
    answer: Option<&'static str>,
}

/// One row for each family: what its chat template or its model card writes. More than the thinking: what
/// opens the answer, where that is a mark of its own.
const MARKS: [ThinkingMarks; 19] = [
    // DeepSeek-R1, QwQ, Qwen3, and what was distilled from them.
    ThinkingMarks::tags("<think>", "</think>"),
    // Sky-T1 and OpenThoughts.
    ThinkingMarks {
        open: "<|begin_of_thought|>",
        close: "<|end_of_thought|>",
        answer: Some("<|begin_of_solution|>"),
    },
    // s1.
    ThinkingMarks::tags("<|im_start|>think", "<|im_start|>answer"),
    // gpt-oss, in its harmony format.
    ThinkingMarks::tags(
        "<|channel|>analysis<|message|>",
        "<|channel|>final<|message|>",
    ),
    ThinkingMarks::tags("<|channel|>commentary", "<|channel|>final<|message|>"),
    ThinkingMarks::tags("<thinking>", "</thinking>"),
    // Magistral.
    ThinkingMarks::tags("[THINK]", "[/THINK]"),
    ThinkingMarks::tags("<reasoning>", "</reasoning>"),
    // EXAONE Deep.
    ThinkingMarks::tags("<thought>", "</thought>"),
    // Seed-OSS.
    ThinkingMarks::tags("<seed:think>", "</seed:think>"),
    // Kimi-VL-Thinking.
    ThinkingMarks::tags("◁think▷", "◁/think▷"),
    // Hunyuan and others that write their tags as special tokens.
    ThinkingMarks::tags("<|thinking|>", "<|/thinking|>"),
    ThinkingMarks::tags("<|think|>", "<|/think|>"),
    ThinkingMarks::tags("<|start_thinking|>", "<|end_thinking|>"),
    // Cohere's Command A Reasoning.
    ThinkingMarks {
        open: "<|START_THINKING|>",
        close: "<|END_THINKING|>",
        answer: Some("<|START_RESPONSE|>"),
    },
    // Gemma: its thinking is a channel that closes, or stands between two unused tokens.
    ThinkingMarks::tags("<|channel>thought", "<channel|>"),
    ThinkingMarks::tags("<unused94>thought", "<unused95>"),
    // Apriel.
    ThinkingMarks::tags("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    // Granite 3.
    ThinkingMarks::tags("Here is my thought process:", "Here is my response:"),
];

impl ThinkingMarks {
    /// Marks of which the second ends the thinking and opens the answer.
    const fn tags(open: &'static str, close: &'static str) -> Self {
        Self {
            open,
            close,
            answer: None,
        }
    }

    /// The parts of a response that carries these marks. The last closing mark counts: a model
    /// that thinks twice answers after the second time.
    fn split(&self, response: &str) -> Option<Parts> {
        let text = response.as_bytes();
        let close = memmem::rfind(text, self.close.as_bytes());
        let after = close.map_or(0, |at| at + self.close.len());
        if let Some(at) = memmem::find(&text[after..], self.open.as_bytes()) {
            return Some(open_part(response, after + at + self.open.len()));
        }
        let close = close?;
        let open = memmem::find(&text[..close], self.open.as_bytes());
        let start = open.map_or(0, |at| at + self.open.len());
        let answer = self
            .answer
            .and_then(|mark| {
                memmem::find(&text[after..], mark.as_bytes()).map(|at| after + at + mark.len())
            })
            .unwrap_or(after);
        Some(Parts {
            state: Thinking::Closed,
            thinking: start..close,
            answer: answer..response.len(),
        })
    }
}

/// gpt-oss where the special tokens were dropped, which leaves the names of its channels:
/// `analysisWe need … assistantfinalThe answer is …`.
fn bare_channels(response: &str) -> Option<Parts> {
    let text = response.trim_start();
    let text = text.strip_prefix("assistant").unwrap_or(text);
    let inner = ["analysis", "commentary"]
        .iter()
        .find_map(|name| text.strip_prefix(name))?;
    let start = response.len() - inner.len();
    let close = inner.rfind("assistantfinal");
    // `analysis of the problem`: a word that starts a sentence.
    let named = inner.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    match close {
        Some(at) => Some(Parts {
            state: Thinking::Closed,
            thinking: start..start + at,
            answer: start + at + "assistantfinal".len()..response.len(),
        }),
        None => named.then(|| open_part(response, start)),
    }
}

fn open_part(response: &str, start: usize) -> Parts {
    Parts {
        state: Thinking::Open,
        thinking: start..response.len(),
        answer: response.len()..response.len(),
    }
}

/// The marks after which a model has stopped answering. Each starts with `<` or `[`.
const TURN_ENDS: [&str; 15] = [
    "<|end_of_solution|>",
    "<|im_end|>",
    "<|im_start|>user",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|return|>",
    "<｜end▁of▁sentence｜>",
    "<|END_RESPONSE|>",
    "<|END_OF_TURN_TOKEN|>",
    "<end_of_turn>",
    "<turn|>",
    "[END FINAL RESPONSE]",
    "<seed:eos>",
    "<|start|>user",
    "[|endofturn|]",
];

fn without_turn_ends(response: &str, mut parts: Parts) -> Parts {
    let answer = response.get(parts.answer.clone()).unwrap_or("").as_bytes();
    let cut = memchr2_iter(b'<', b'[', answer).find(|at| {
        let here = &answer[*at..];
        TURN_ENDS
            .iter()
            .any(|mark| here.starts_with(mark.as_bytes()))
    });
    if let Some(cut) = cut {
        parts.answer.end = parts.answer.start + cut;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(response: &str, state: Thinking, thinking: &str, answer: &str) {
        let parts = split_thinking(response);
        assert_eq!(parts.state, state, "{response}");
        assert_eq!(&response[parts.thinking], thinking, "{response}");
        assert_eq!(&response[parts.answer], answer, "{response}");
    }

    #[test]
    fn each_family_has_its_marks() {
        use Thinking::{Absent, Closed, Open};
        check("", Absent, "", "");
        check("just 4", Absent, "", "just 4");
        check("<think>a</think>b", Closed, "a", "b");
        check("a</think>b", Closed, "a", "b");
        check("<think>a", Open, "a", "");
        check(
            "<think>a</think>b<think>c</think>d",
            Closed,
            "a</think>b<think>c",
            "d",
        );
        check("<think>a</think>b<think>c", Open, "c", "");
        let sky =
            "<|begin_of_thought|>a<|end_of_thought|>\n<|begin_of_solution|>b<|end_of_solution|>";
        check(sky, Closed, "a", "b");
        check(
            "<|begin_of_thought|>a<|end_of_thought|> b",
            Closed,
            "a",
            " b",
        );
        check(
            "<|im_start|>think\na<|im_start|>answer\nb<|im_end|>",
            Closed,
            "\na",
            "\nb",
        );
        check("<|im_start|>think\na", Open, "\na", "");
    }

    #[test]
    fn the_next_turn_is_no_answer() {
        check("4<|im_start|>user 5", Thinking::Absent, "", "4");
    }
}
