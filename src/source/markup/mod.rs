//! The normal form of what is asked and what is said.
//!
//! The same reply is stored in a dozen ways: with its thinking between `<think>` and `</think>`, behind a mark that
//! the chat template wrote and the dataset lost, in the marks of Sky-T1, s1, gpt-oss or Magistral, in a field of
//! its own; with the template's end token at its end, or with half a template in its middle. Ids, tokens and every
//! column that is trained on are of one form, so that a difference between two replies is one in what they say:
//!
//! - no white space outside;
//! - of a text that a chat template was written around, the turn that is meant alone;
//! - thinking between `<think>` and `</think>`; thinking that was cut off has no `</think>`, which is a fact,
//!   and thinking that says nothing has no marks;
//! - no token of a chat template at either end, and inside only where the pipeline says so: a tokenizer takes such
//!   a token in a text for the end of a turn (OpenRLHF#1069).
//!
//! What stands between the marks is kept byte for byte, and a text that has the form already is not copied.

mod families;
mod marks;
pub(super) mod rendered;
mod signs;
mod tokens;

use std::borrow::Cow;

use super::Void;
use super::remark::{Remark, Remarks};
use crate::rules::ControlTokens;
use crate::verify::{Thinking, before_thinking, split_thinking};
use signs::Signs;
pub(crate) use tokens::control_token;

/// A problem in its normal form: of a prompt that was stored in its chat template the one question. Fails where there are
/// several, or a control token stands inside and the rule is to drop such.
pub(super) fn problem<'a>(
    text: Cow<'a, str>,
    rule: ControlTokens,
    remarks: &mut Remarks,
) -> Result<Cow<'a, str>, Void> {
    let text = tokens::without_ends(text, remarks);
    let text = match is_read(rule) {
        true => rendered::question(&text, remarks)?
            .map(|asked| Cow::Owned(asked.into_owned()))
            .unwrap_or(text),
        false => text,
    };
    let signs = Signs::of(&text);
    tokens::ruled(text, &signs, rule, remarks)
}

/// Whether templates are read: who keeps tokens keeps them all.
fn is_read(rule: ControlTokens) -> bool {
    rule != ControlTokens::Keep
}

/// A response to that problem in its normal form. Fails where a control token stands inside and the rule is to drop such.
pub(super) fn response<'a>(
    text: Cow<'a, str>,
    problem: &str,
    rule: ControlTokens,
    remarks: &mut Remarks,
) -> Result<Cow<'a, str>, Void> {
    let mut text = tokens::without_ends(text, remarks);
    if is_read(rule)
        && let Some(answer) = rendered::answer(&text, problem, remarks)
    {
        text = Cow::Owned(answer.into_owned());
    }
    let mut signs = Signs::of(&text);
    // Each step takes marks away or adds the one that was missing, so that there are but a few.
    while let Some((remark, changed)) = nearer(&text, &signs) {
        remarks.add(remark);
        text = tokens::without_ends(Cow::Owned(changed), remarks);
        signs = Signs::of(&text);
    }
    if marks::is_several(&text, &signs) {
        remarks.add(Remark::SeveralThoughts);
    }
    if says_before_thinking(&text, &signs) {
        remarks.add(Remark::BeforeThinking);
    }
    tokens::ruled(text, &signs, rule, remarks)
}

/// Whether something stands before the thinking of a text in its normal form.
fn says_before_thinking(text: &str, signs: &Signs) -> bool {
    let opens_later = marks::first_open(text, signs).is_some_and(|at| at > 0);
    opens_later && {
        let parts = split_thinking(text);
        parts.state != Thinking::Absent && !before_thinking(text, &parts).trim().is_empty()
    }
}

/// The text one step nearer to the one markup, and what was done; none where it has that.
fn nearer(text: &str, signs: &Signs) -> Option<(Remark, String)> {
    let written = families::in_one_markup(text, signs).or_else(|| marks::once(text, signs));
    let written = written.or_else(|| marks::without_answer_tags(text, signs));
    written
        .map(|text| (Remark::ThinkingMarks, text))
        .or_else(|| Some((Remark::EmptyThinking, marks::without_empty(text)?)))
        .or_else(|| Some((Remark::ThinkingOpened, marks::opened(text, signs)?)))
}

/// Thinking and answer, as they are stored apart, in the one markup: `<think>`, a line each, `</think>`, a blank
/// line, the answer. An answer that has the same thinking in it has it once; without an answer the thinking was cut
/// off.
pub(super) fn joined<'a>(
    thinking: Option<Cow<'a, str>>,
    answer: Option<Cow<'a, str>>,
) -> Option<Cow<'a, str>> {
    let Some(thinking) = thinking.filter(|text| !text.trim().is_empty()) else {
        return answer;
    };
    let thinking = marks::bare(&thinking);
    let Some(answer) = answer.filter(|text| !text.trim().is_empty()) else {
        return Some(Cow::Owned(format!("{}\n{thinking}", marks::OPEN)));
    };
    let parts = split_thinking(&answer);
    let inside = answer[parts.thinking.clone()].trim();
    let rest = match parts.state {
        Thinking::Closed | Thinking::Open if inside == thinking => return Some(answer),
        Thinking::Closed if inside.is_empty() => &answer[parts.answer.clone()],
        _ => &answer,
    };
    Some(Cow::Owned(marks::marked(thinking, rest)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::verify::{Chance, THINKING_MARKS};

    fn formed(text: &str, rule: ControlTokens) -> (Result<String, Void>, String) {
        let mut remarks = Remarks::default();
        let text = response(text.into(), "q", rule, &mut remarks);
        (text.map(Cow::into_owned), remarks.to_string())
    }

    #[track_caller]
    fn check(text: &str, expected: &str, remarked: &str) {
        let formed = formed(text, ControlTokens::Drop);
        assert_eq!(
            formed,
            (Ok(expected.to_owned()), remarked.to_owned()),
            "{text}"
        );
    }

    #[test]
    fn a_text_that_has_the_form_is_not_copied() {
        let text = "<think>\na < b [c]\n</think>\n\nd";
        let formed = response(
            text.into(),
            "q",
            ControlTokens::Drop,
            &mut Remarks::default(),
        );
        assert!(matches!(formed, Ok(Cow::Borrowed(same)) if same == text));
    }

    #[test]
    fn thinking_is_opened_and_closed_once() {
        let whole = "<think>\na\n</think>\n\nb";
        check(whole, whole, "");
        check("a\n</think>\n\nb", whole, "thinking_opened");
        check(
            "<think>\n<think>\na\n</think>\n\nb",
            whole,
            "thinking_marks",
        );
        check(
            "<reasoning>a</reasoning><answer>b</answer>",
            whole,
            "thinking_marks",
        );
        check("<think>\na", "<think>\na", "");
        check("[THINK]a[/THINK]b</s>", whole, "thinking_marks, end_token");
        let sky = "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|><|im_end|>";
        check(sky, whole, "thinking_marks, end_token");
        let twice = "<think>a</think>b<think>c</think>d";
        check(twice, twice, "several_thoughts");
    }

    #[test]
    fn what_stands_before_thinking_is_told_and_stays() {
        let before = "Sure.\n<think>\na\n</think>\n\nb";
        check(before, before, "before_thinking");
        check("Sure.\n<think>\na", "Sure.\n<think>\na", "before_thinking");
        let twice = "Sure. <think>a</think>b<think>c</think>d";
        check(twice, twice, "several_thoughts, before_thinking");
        // A mark that ends no thinking is text.
        check("x < 3, so <b>y</b>", "x < 3, so <b>y</b>", "");
        check(
            "\n<think>\na\n</think>\n\nb",
            "<think>\na\n</think>\n\nb",
            "",
        );
    }

    #[test]
    fn thinking_that_says_nothing_is_none() {
        for text in [
            "<think>\n\n</think>\n\nb",
            "<think></think>b",
            "<reasoning> </reasoning>b",
        ] {
            let formed = formed(text, ControlTokens::Drop);
            assert_eq!(formed.0.as_deref(), Ok("b"), "{text}");
            assert!(formed.1.contains("empty_thinking"), "{text}");
        }
        check("<think></think>", "", "empty_thinking");
        let later = "<think>\na\n</think>\n\nb <think></think>";
        check(later, later, "several_thoughts");
    }

    #[test]
    fn a_text_in_a_template_is_the_turn_that_is_meant() {
        let whole = "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na</think>b<|im_end|>\n";
        let told = "thinking_opened, template_read, end_token";
        check(whole, "<think>\na</think>b", told);
        let kept = formed(whole, ControlTokens::Keep);
        assert!(kept.0.is_ok_and(|kept| kept.contains("<|im_start|>user")));
        let read = formed(whole, ControlTokens::KeepInside);
        assert_eq!(read, (Ok("<think>\na</think>b".into()), told.into()));
        let other = whole.replace("q<", "another<");
        let kept = formed(&other, ControlTokens::KeepInside).0;
        assert!(kept.is_ok_and(|kept| kept.contains("<|im_start|>user")));
        assert_eq!(
            formed(&other, ControlTokens::Drop).0,
            Err(Void::ControlTokens)
        );
    }

    #[test]
    fn what_is_stored_apart_is_joined_once() {
        let joined = |thinking: &str, answer: &str| {
            let text = |text: &str| (!text.is_empty()).then(|| Cow::Owned(text.to_owned()));
            let joined = joined(text(thinking), text(answer))?;
            Some(formed(&joined, ControlTokens::Drop).0.expect("a text"))
        };
        let whole = Some("<think>\na\n</think>\n\nb".to_owned());
        assert_eq!(joined("a", "b"), whole);
        assert_eq!(joined("<think>\na\n</think>", " b\n"), whole);
        assert_eq!(joined("a", "<think>\na\n</think>\n\nb"), whole);
        assert_eq!(joined("a\n", "a\n</think>\n\nb"), whole);
        assert_eq!(joined("a", "<think>\n\n</think>\n\nb"), whole);
        assert_eq!(joined("", "b").as_deref(), Some("b"));
        assert_eq!(joined("a", "").as_deref(), Some("<think>\na"));
        assert_eq!(joined("", ""), None);
    }

    /// Pieces of which hard texts are made.
    const PIECES: [&str; 60] = [
        "a",
        "b ",
        " ",
        "\n",
        "<think>",
        "</think>",
        "<think>\n",
        "\n</think>\n\n",
        "<thinking>",
        "</thinking>",
        "<reasoning>",
        "</reasoning>",
        "<Thought>",
        "</Thought>",
        "<answer>",
        "</answer>",
        "<output>",
        "</output>",
        "<|begin_of_thought|>",
        "<|end_of_thought|>",
        "<|begin_of_solution|>",
        "<|end_of_solution|>",
        "<|im_start|>think",
        "<|im_start|>answer",
        "<|im_start|>",
        "<|im_end|>",
        "<|channel|>analysis<|message|>",
        "<|end|>",
        "<|start|>assistant",
        "<|channel|>final<|message|>",
        "[THINK]",
        "[/THINK]",
        "◁think▷",
        "◁/think▷",
        "<s>",
        "</s>",
        "<pad>",
        "<eos>",
        "<bos>",
        "<｜end▁of▁sentence｜>",
        "<|x|>",
        "[INST]",
        "<seed:think>",
        "</seed:think>",
        "<|thinking|>",
        "<|/thinking|>",
        "<|channel>thought",
        "<channel|>",
        "<unused94>thought",
        "<unused95>",
        "<|channel|>commentary",
        "[BEGIN FINAL RESPONSE]",
        "[END FINAL RESPONSE]",
        "Here are my reasoning steps:",
        "Here is my thought process:",
        "Here is my response:",
        "analysis",
        "assistantfinal",
        "<",
        "|>",
    ];

    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(&PIECES[..]);
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    /// What a text says beside markup and white space.
    fn said(text: &str) -> String {
        let mut text = text.to_owned();
        for piece in PIECES {
            if piece.len() > 2 && piece != "<|x|>" {
                text = text.replace(piece.trim(), "\u{1}");
            }
        }
        text.retain(|letter| !letter.is_whitespace() && letter != '\u{1}');
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn the_normal_form_of_a_normal_form_is_itself(text in hard_text()) {
            // Where templates are read, what one leaves may read as another.
            for rule in [ControlTokens::Keep, ControlTokens::Escape] {
                let once = formed(&text, rule).0.expect("kept");
                let again = formed(&once, rule).0.expect("kept");
                prop_assert_eq!(&once, &again);
                prop_assert_eq!(once.trim(), &once);
            }
        }

        #[test]
        fn marks_and_tokens_begin_at_signs_alone(text in hard_text()) {
            let sure = THINKING_MARKS.iter().filter(|marks| marks.chance == Chance::Never);
            let marks = sure.flat_map(|marks| [Some(marks.open), Some(marks.close), marks.answer, marks.answer_end]);
            let marks: Vec<&str> = marks.flatten().collect();
            let signs: Vec<usize> = Signs::of(&text).iter().collect();
            for (at, _) in text.char_indices() {
                let rest = &text[at..];
                let begins = tokens::is_token(rest) || marks.iter().any(|mark| rest.starts_with(mark));
                prop_assert!(!begins || signs.contains(&at), "{rest}");
            }
        }

        #[test]
        fn nothing_but_markup_and_white_space_is_lost(text in hard_text()) {
            let kept = formed(&text, ControlTokens::Keep).0.expect("kept");
            prop_assert_eq!(said(&kept), said(&text));
        }
    }
}
