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
    let seen = Seen::of(response);
    let mut rows = seen.rows(response).iter();
    let parts = seen.split(response);
    let parts = parts.or_else(|| rows.find_map(|marks| marks.split(response)));
    let parts = parts.or_else(|| split_channels(response));
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
    let starts = BRACKETS.iter().filter_map(|(open, _)| before.rfind(open));
    let mut tags = starts.filter_map(|at| Tag::at(before, at));
    if let Some(tag) = tags.find(|tag| tag.span.end == before.len()) {
        return &before[..tag.span.start];
    }
    let unmarked = THINKING_MARKS
        .iter()
        .find_map(|marks| before.strip_suffix(marks.open));
    unmarked.unwrap_or(before)
}

/// The longest name of a tag in [`THINKING_MARKS`].
const TAG_MAX: usize = 18;

/// The brackets of a tag, and how a file that was escaped for a page or for JSON spells them.
const BRACKETS: [(&str, &str); 3] = [("<", ">"), ("&lt;", "&gt;"), ("\\u003c", "\\u003e")];

/// A tag that opens or ends thinking, in any case and also as a special token: `<think>`, `</THINK>`,
/// `<|think|>`.
struct Tag {
    /// The first row of [`THINKING_MARKS`] that has it.
    row: usize,
    closes: bool,
    span: Range<usize>,
}

impl Tag {
    /// The tag that starts at a `<`, or at one that is spelt in other signs.
    fn at(text: &str, at: usize) -> Option<Self> {
        let rest = text.as_bytes().get(at..)?;
        let brackets = BRACKETS.iter();
        let (open, close) = brackets
            .map(|(open, close)| (open.as_bytes(), close.as_bytes()))
            .find(|(open, _)| rest.starts_with(open))?;
        let inner = &rest[open.len()..];
        let count =
            |bytes: &[u8], all: fn(&u8) -> bool| bytes.iter().take_while(|b| all(b)).count();
        let marks = count(inner, |byte| b"|/".contains(byte));
        let name = &inner[marks..];
        let name = &name[..name.len().min(TAG_MAX + 1)];
        let length = count(name, |byte| {
            byte.is_ascii_alphabetic() || b"_:".contains(byte)
        });
        let (name, behind) = (&name[..length], &inner[marks + length..]);
        let row = THINKING_MARKS
            .iter()
            .position(|marks| marks.is_named(name))?;
        let blanks = count(behind, |byte| b" |".contains(byte));
        behind[blanks..].starts_with(close).then(|| Self {
            row,
            closes: inner[..marks].contains(&b'/'),
            span: at..at + open.len() + marks + length + blanks + close.len(),
        })
    }
}

/// Which bytes stand second in a mark, in any case: most of what starts as one, as `\[` and `x < 3`, is told by its
/// second byte to be none.
static SECOND: [bool; 256] = {
    let mut second = [false; 256];
    second[b'|' as usize] = true;
    second[b'/' as usize] = true;
    let mut row = 0;
    while row < THINKING_MARKS.len() {
        let bytes = [
            THINKING_MARKS[row].open.as_bytes()[1],
            THINKING_MARKS[row].close.as_bytes()[1],
        ];
        let mut at = 0;
        while at < bytes.len() {
            second[bytes[at].to_ascii_lowercase() as usize] = true;
            second[bytes[at].to_ascii_uppercase() as usize] = true;
            at += 1;
        }
        row += 1;
    }
    second
};

/// What one pass over a response sees of marks.
struct Seen {
    /// The first row with marks that stand there and are no tags; behind the last row where there is none.
    row: usize,
    /// The tags of each row.
    tags: [SeenTags; THINKING_MARKS.len()],
}

/// The tags of one row.
#[derive(Default)]
struct SeenTags {
    first_open: Option<Range<usize>>,
    last_close: Option<Range<usize>>,
    /// The first one that opens behind the last that closes.
    open_behind: Option<Range<usize>>,
}

impl Seen {
    fn of(response: &str) -> Self {
        let text = response.as_bytes();
        let mut seen = Self {
            row: THINKING_MARKS.len(),
            tags: std::array::from_fn(|_| SeenTags::default()),
        };
        let starts = memchr3_iter(b'<', b'[', "◁".as_bytes()[0], text);
        let may_be = |at: &usize| {
            let second = text.get(at + 1);
            second.is_some_and(|byte| SECOND[usize::from(*byte)])
        };
        for at in starts.filter(may_be) {
            let tag = (text[at] == b'<').then(|| Tag::at(response, at)).flatten();
            if let Some(tag) = tag {
                seen.tags[tag.row].add(tag.closes, tag.span);
            } else {
                let starts = |mark: &str| text[at..].starts_with(mark.as_bytes());
                let mut rows = THINKING_MARKS[..seen.row].iter();
                let row = rows.position(|marks| starts(marks.close) || starts(marks.open));
                seen.row = row.unwrap_or(seen.row);
            }
        }
        if seen.row == THINKING_MARKS.len() && seen.tags.iter().all(SeenTags::is_empty) {
            seen.add_escaped(response);
        }
        seen
    }

    /// The tags of a response that was escaped, which has no others: `&lt;think&gt;`.
    fn add_escaped(&mut self, response: &str) {
        for (open, _) in &BRACKETS[1..] {
            for at in memmem::find_iter(response.as_bytes(), open) {
                if let Some(tag) = Tag::at(response, at) {
                    self.tags[tag.row].add(tag.closes, tag.span);
                }
            }
        }
    }

    /// The rows whose marks may stand in a response and are no tags; those that are sentences were not looked for.
    fn rows(&self, response: &str) -> &'static [ThinkingMarks] {
        match response.trim_start().starts_with("Here") {
            true => &THINKING_MARKS,
            false => THINKING_MARKS.get(self.row..=self.row).unwrap_or(&[]),
        }
    }

    /// The parts of a response by the first row that it has tags of. The last closing tag counts: a model
    /// that thinks twice answers after the second time.
    fn split(&self, response: &str) -> Option<Parts> {
        self.tags.iter().find_map(|tags| tags.split(response))
    }
}

impl SeenTags {
    fn is_empty(&self) -> bool {
        self.first_open.is_none() && self.last_close.is_none()
    }

    fn add(&mut self, closes: bool, span: Range<usize>) {
        if closes {
            self.last_close = Some(span);
            self.open_behind = None;
            return;
        }
        self.open_behind.get_or_insert_with(|| span.clone());
        self.first_open.get_or_insert(span);
    }

    fn split(&self, response: &str) -> Option<Parts> {
        if let Some(open) = &self.open_behind {
            return Some(open_part(response, open.end));
        }
        let close = self.last_close.as_ref()?;
        let before = |open: &&Range<usize>| open.end <= close.start;
        let start = self
            .first_open
            .as_ref()
            .filter(before)
            .map_or(0, |open| open.end);
        Some(Parts {
            state: Thinking::Closed,
            thinking: start..close.start,
            answer: close.end..response.len(),
        })
    }
}

/// How one family of models marks its thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThinkingMarks {
    /// What writes them so, by its chat template or its model card.
    pub written_by: &'static str,
    /// Opens the thinking; a chat template may have written it.
    pub open: &'static str,
    /// Ends the thinking.
    pub close: &'static str,
    /// Opens the answer, where that is a mark of its own and not the end of the thinking.
    pub answer: Option<&'static str>,
    /// Ends the answer, where that is a mark of its own and no end of a turn.
    pub answer_end: Option<&'static str>,
    /// What else the marks may be.
    pub chance: Chance,
}

/// Whether a text may have a family's marks where nothing is thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// They are written for this and for nothing else.
    Never,
    /// Each is a word in brackets, as a text about markup has it.
    Tags,
    /// Each is a sentence.
    Sentences,
}

/// One row for each family. More than the thinking: what opens and ends the answer, where that has marks of its own.
///
/// It is the one table of this program: what reads, measures and writes responses knows thinking by it.
pub const THINKING_MARKS: [ThinkingMarks; 31] = [
    ThinkingMarks::tags(
        "DeepSeek-R1, QwQ, Qwen3, and what was distilled from them",
        "<think>",
        "</think>",
    ),
    ThinkingMarks {
        answer: Some("<|begin_of_solution|>"),
        answer_end: Some("<|end_of_solution|>"),
        ..ThinkingMarks::tags(
            "Sky-T1, Bespoke-Stratos, OpenThoughts",
            "<|begin_of_thought|>",
            "<|end_of_thought|>",
        )
    },
    ThinkingMarks::tags("s1", "<|im_start|>think", "<|im_start|>answer"),
    ThinkingMarks::tags(
        "gpt-oss, in its harmony format",
        "<|channel|>analysis<|message|>",
        "<|channel|>final<|message|>",
    ),
    ThinkingMarks::tags(
        "gpt-oss, where it calls tools or announces what it does",
        "<|channel|>commentary",
        "<|channel|>final<|message|>",
    ),
    ThinkingMarks {
        chance: Chance::Tags,
        ..ThinkingMarks::tags(
            "Open-O1, and prompts that ask for it",
            "<thinking>",
            "</thinking>",
        )
    },
    ThinkingMarks::tags("Magistral", "[THINK]", "[/THINK]"),
    ThinkingMarks {
        chance: Chance::Tags,
        ..ThinkingMarks::tags("prompts of GRPO", "<reasoning>", "</reasoning>")
    },
    ThinkingMarks {
        chance: Chance::Tags,
        ..ThinkingMarks::tags("EXAONE Deep", "<thought>", "</thought>")
    },
    ThinkingMarks::tags("Seed-OSS", "<seed:think>", "</seed:think>"),
    ThinkingMarks::tags("Kimi-VL-Thinking", "◁think▷", "◁/think▷"),
    ThinkingMarks::tags(
        "Hunyuan and others that write their tags as special tokens",
        "<|thinking|>",
        "<|/thinking|>",
    ),
    ThinkingMarks::tags("the same", "<|think|>", "<|/think|>"),
    ThinkingMarks::tags("the same", "<|start_thinking|>", "<|end_thinking|>"),
    ThinkingMarks {
        answer: Some("<|START_RESPONSE|>"),
        answer_end: Some("<|END_RESPONSE|>"),
        ..ThinkingMarks::tags(
            "Command A Reasoning",
            "<|START_THINKING|>",
            "<|END_THINKING|>",
        )
    },
    ThinkingMarks::tags(
        "Gemma, whose thinking is a channel that closes",
        "<|channel>thought",
        "<channel|>",
    ),
    ThinkingMarks::tags(
        "MedGemma, between two unused tokens",
        "<unused94>thought",
        "<unused95>",
    ),
    ThinkingMarks {
        answer_end: Some("[END FINAL RESPONSE]"),
        chance: Chance::Sentences,
        ..ThinkingMarks::tags(
            "Apriel",
            "Here are my reasoning steps:",
            "[BEGIN FINAL RESPONSE]",
        )
    },
    ThinkingMarks {
        chance: Chance::Sentences,
        ..ThinkingMarks::tags(
            "Granite 3",
            "Here is my thought process:",
            "Here is my response:",
        )
    },
    ThinkingMarks {
        chance: Chance::Sentences,
        ..ThinkingMarks::tags(
            "Granite 3, quantized, as the parser of vLLM for it says",
            "Here's my thought process:",
            "Here's my response:",
        )
    },
    ThinkingMarks::tags(
        "LongCat-Flash-Thinking",
        "<longcat_think>",
        "</longcat_think>",
    ),
    ThinkingMarks::tags(
        "Hunyuan's open models, as the tokenizers of MLX know them",
        "<think:opensource>",
        "</think:opensource>",
    ),
    ThinkingMarks::tags(
        "pipelines for DeepSeek's models",
        "<｜begin▁of▁thinking｜>",
        "<｜end▁of▁thinking｜>",
    ),
    ThinkingMarks::tags(
        "the same in ASCII",
        "<|begin_of_thinking|>",
        "<|end_of_thinking|>",
    ),
    ThinkingMarks::tags(
        "the same by another name",
        "<|begin_of_reasoning|>",
        "<|end_of_reasoning|>",
    ),
    ThinkingMarks::prompted("<thoughts>", "</thoughts>"),
    ThinkingMarks::prompted("<scratchpad>", "</scratchpad>"),
    ThinkingMarks::prompted("<inner_thoughts>", "</inner_thoughts>"),
    ThinkingMarks::prompted("<internal_monologue>", "</internal_monologue>"),
    ThinkingMarks::prompted("<rationale>", "</rationale>"),
    ThinkingMarks::prompted("<analysis>", "</analysis>"),
];

impl ThinkingMarks {
    /// Marks of which the second ends the thinking and opens the answer.
    const fn tags(written_by: &'static str, open: &'static str, close: &'static str) -> Self {
        Self {
            written_by,
            open,
            close,
            answer: None,
            answer_end: None,
            chance: Chance::Never,
        }
    }

    /// Tags that a prompt asks for, of a model without marks of its own.
    const fn prompted(open: &'static str, close: &'static str) -> Self {
        Self {
            chance: Chance::Tags,
            ..Self::tags("prompts that ask for it", open, close)
        }
    }

    /// Whether its marks are the tags of a name: `<think>` and `<|think|>` are those of `think`.
    fn is_named(&self, name: &[u8]) -> bool {
        let close = self.close.as_bytes();
        let inner = match close {
            [b'<', b'/', inner @ .., b'>'] => inner,
            [b'<', b'|', b'/', inner @ .., b'|', b'>'] => inner,
            _ => return false,
        };
        inner.eq_ignore_ascii_case(name)
    }

    /// The last closing mark of a text. A header of gpt-oss may name a type: `<|channel|>final json<|message|>`.
    fn closing(&self, text: &[u8]) -> Option<Range<usize>> {
        const MESSAGE: &str = "<|message|>";
        if let Some(at) = memmem::rfind(text, self.close.as_bytes()) {
            return Some(at..at + self.close.len());
        }
        let header = self.close.strip_suffix(MESSAGE)?;
        let at = memmem::rfind(text, header.as_bytes())?;
        let message = memmem::find(&text[at..], MESSAGE.as_bytes())?;
        Some(at..at + message + MESSAGE.len())
    }

    /// The parts of a response that carries these marks. The last closing mark counts: a model
    /// that thinks twice answers after the second time.
    fn split(&self, response: &str) -> Option<Parts> {
        let text = response.as_bytes();
        let closing = self.closing(text);
        let close = closing.as_ref().map(|mark| mark.start);
        let after = closing.map_or(0, |mark| mark.end);
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

/// Splits a response of gpt-oss whose special tokens were dropped, which leaves the names of its channels:
/// `analysisWe need … assistantfinalThe answer is …`. None where it is no such response.
pub fn split_channels(response: &str) -> Option<Parts> {
    let text = response.trim_start();
    let text = text.strip_prefix("assistant").unwrap_or(text);
    let inner = ["analysis", "commentary"]
        .iter()
        .find_map(|name| text.strip_prefix(name))?;
    let start = response.len() - inner.len();
    let close = inner.rfind("assistantfinal");
    // `analysis of the problem`: a word that starts a sentence.
    let said = inner.trim_start_matches([' ', '\n']);
    let named = said.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
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

/// Which bytes stand second in one of them: `\[` is the commonest of what else starts so.
static SECOND_OF_ENDS: [bool; 256] = {
    let mut second = [false; 256];
    let mut row = 0;
    while row < TURN_ENDS.len() {
        second[TURN_ENDS[row].as_bytes()[1] as usize] = true;
        row += 1;
    }
    second
};

fn without_turn_ends(response: &str, mut parts: Parts) -> Parts {
    let answer = response.get(parts.answer.clone()).unwrap_or("").as_bytes();
    let cut = memchr2_iter(b'<', b'[', answer).find(|at| {
        let here = &answer[*at..];
        let may_end = here
            .get(1)
            .is_some_and(|byte| SECOND_OF_ENDS[usize::from(*byte)]);
        let mut ends = TURN_ENDS.iter();
        may_end && ends.any(|mark| here.starts_with(mark.as_bytes()))
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
    fn what_ends_an_answer_ends_the_turn() {
        let ends = THINKING_MARKS.iter().filter_map(|marks| marks.answer_end);
        let mut unknown = ends.filter(|end| !TURN_ENDS.contains(end));
        assert_eq!(unknown.next(), None);
    }

    #[test]
    fn tags_of_thinking_are_known_in_any_case_and_as_tokens() {
        use Thinking::{Closed, Open};
        let tags = THINKING_MARKS.iter().filter_map(|marks| {
            let name = marks.close.strip_prefix("</")?;
            name.strip_suffix('>')
        });
        for name in tags {
            assert!(name.len() <= TAG_MAX, "{name}");
            for name in [name.to_owned(), name.to_uppercase()] {
                check(&format!("<{name}>a</{name}>b"), Closed, "a", "b");
                check(&format!("<|{name}|>a<|/{name}|>b"), Closed, "a", "b");
                check(&format!("a</{name}>b"), Closed, "a", "b");
                check(&format!("<{name} >a"), Open, "a", "");
            }
        }
        check("&lt;think&gt;a&lt;/think&gt;b", Closed, "a", "b");
        check("a&lt;/Thinking &gt;b", Closed, "a", "b");
        check("\\u003cthink\\u003ea", Open, "a", "");
        check(
            "<think>&lt;/think&gt;a</think>b",
            Closed,
            "&lt;/think&gt;a",
            "b",
        );
        let escaped = "So: &lt;think&gt;a&lt;/think&gt;b";
        assert_eq!(before_thinking(escaped, &split_thinking(escaped)), "So: ");
        for text in [
            "<thinker>4",
            "<b>think</b>",
            "x < think > 4",
            "<|think",
            "&lt;think>4",
            "x &lt; 4",
        ] {
            check(text, Thinking::Absent, "", text);
        }
    }

    #[test]
    fn each_row_of_marks_splits_and_leaves_what_stands_before() {
        let first = |row: &usize| {
            let close = THINKING_MARKS[*row].close;
            THINKING_MARKS[..*row]
                .iter()
                .all(|marks| marks.close != close)
        };
        for marks in (0..THINKING_MARKS.len())
            .filter(first)
            .map(|row| &THINKING_MARKS[row])
        {
            let answer = marks.answer.unwrap_or("");
            let text = format!("{}a{}{answer}b", marks.open, marks.close);
            check(&text, Thinking::Closed, "a", "b");
            let parts = split_thinking(&text);
            assert_eq!(before_thinking(&text, &parts), "", "{text}");
            check(&format!("{}a", marks.open), Thinking::Open, "a", "");
        }
        let text = "Sure. <Think>a</Think>b";
        assert_eq!(before_thinking(text, &split_thinking(text)), "Sure. ");
    }

    #[test]
    fn channels_are_known_without_their_tokens_and_with_a_type() {
        use Thinking::{Closed, Open};
        check("analysis\nAdd: 4?", Open, "\nAdd: 4?", "");
        check("analysisAdd.assistantfinal4", Closed, "Add.", "4");
        check("analysis of 4", Thinking::Absent, "", "analysis of 4");
        let typed =
            "<|channel|>analysis<|message|>a<|end|><|channel|>final <|constrain|>json<|message|>b";
        check(typed, Closed, "a<|end|>", "b");
    }

    #[test]
    fn the_next_turn_is_no_answer() {
        check("4<|im_start|>user 5", Thinking::Absent, "", "4");
    }
}
