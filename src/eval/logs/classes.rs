//! Which answers to a question are one: votes are of answers, and not of spellings.

use indexmap::IndexMap;
use rayon::prelude::*;

use super::chunk::{Answer, Question, QuestionKey};
use super::matching::Matched;
use crate::verify::{self, compare};

/// The class of each answer of each of the log's questions.
pub(super) struct Classes(Vec<Vec<u32>>);

/// Answers to one question of which each is compared with each; further ones are classes of their own. With 64 attempts
/// a model gives fewer.
const COMPARED_MAX: usize = 64;

impl Classes {
    pub(super) fn class(&self, question: u32, answer: u32) -> u32 {
        self.0[question as usize][answer as usize]
    }
}

/// Groups the answers of all of a question's spellings. The classes of two spellings of one question are shared.
pub(super) fn of(questions: &IndexMap<QuestionKey, Question>, matched: &Matched) -> Classes {
    let mut classes: Vec<Vec<u32>> = vec![Vec::new(); questions.len()];
    let made: Vec<(&[u32], Vec<u32>)> = matched
        .groups
        .par_iter()
        .map(|group| {
            let members = group.members.iter().map(|at| &questions[*at as usize]);
            let answers: Vec<&Answer> = members.flat_map(|question| &question.answers).collect();
            (group.members.as_slice(), of_question(&answers))
        })
        .collect();
    for (members, all) in made {
        let mut all = all.into_iter();
        for at in members {
            let count = questions[*at as usize].answers.len();
            classes[*at as usize] = all.by_ref().take(count).collect();
        }
    }
    Classes(classes)
}

/// A number for each answer: the same where they are equal, from 0 in the order in which they came.
fn of_question(answers: &[&Answer]) -> Vec<u32> {
    let mut firsts: Vec<&Answer> = Vec::new();
    answers
        .iter()
        .map(|answer| {
            let known = firsts
                .iter()
                .position(|first| are_one(first, answer, firsts.len()));
            known.unwrap_or_else(|| {
                firsts.push(answer);
                firsts.len() - 1
            }) as u32
        })
        .collect()
}

fn are_one(a: &Answer, b: &Answer, count: usize) -> bool {
    if a.key == b.key || (a.is_right && b.is_right) {
        return true;
    }
    let is_integer = |key: &str| {
        key.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
    };
    if is_integer(&a.key) && is_integer(&b.key) || count > COMPARED_MAX {
        return false;
    }
    compare(&a.text, &b.text).outcome == verify::Outcome::Correct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::grade::answer_key;

    #[test]
    fn equal_answers_are_one_class_however_they_are_spelled() {
        let answer = |text: &str, is_right| Answer {
            key: answer_key(text),
            text: text.to_owned(),
            is_right,
        };
        let answers = [
            answer("\\frac{1}{2}", false),
            answer("3", false),
            answer("0.5", false),
            answer("1/2", false),
            answer("three", true),
            answer("the third", true),
        ];
        let answers: Vec<&Answer> = answers.iter().collect();
        let classes = of_question(&answers);
        assert_eq!(classes[..4], [0, 1, 0, 0]);
        assert_eq!(classes[4], classes[5]);
    }
}
