//! Which answers to a question are one: votes are of answers, and not of spellings.

use std::collections::HashMap;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::chunk::{Answer, Question, QuestionKey};
use super::matching::Matched;
use crate::verify::{self, compare};

/// The class of each answer of each of the log's questions.
pub(super) struct Classes(Vec<Vec<u32>>);

/// Answers to one question with which others are compared; with 64 attempts a model gives fewer.
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
            let answers: Vec<(&str, &Answer)> = members.flat_map(answers_of).collect();
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
fn of_question(answers: &[(&str, &Answer)]) -> Vec<u32> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut right = None;
    let mut firsts: Vec<(bool, &str, u32)> = Vec::new();
    let mut count = 0;
    let mut classes = Vec::new();
    for (key, answer) in answers {
        let is_number = is_integer(key);
        let text = answer.text.as_deref().unwrap_or(key);
        let by_key = known.get(key).copied();
        let by_grade = right.filter(|_| answer.is_right);
        let class = by_key.or(by_grade).unwrap_or_else(|| {
            let equal = firsts.iter().find(|(is_first_number, first, _)| {
                // Two integers of two keys are two.
                !(is_number && *is_first_number) && are_equal(first, text)
            });
            equal.map_or(count, |(.., class)| *class)
        });
        if class == count {
            count += 1;
            if firsts.len() < COMPARED_MAX {
                firsts.push((is_number, text, class));
            }
        }
        if answer.is_right {
            right.get_or_insert(class);
        }
        known.insert(key, class);
        classes.push(class);
    }
    classes
}

fn answers_of(question: &Question) -> impl Iterator<Item = (&str, &Answer)> {
    let answers = question.answers.iter();
    answers.map(|(key, answer)| (&**key, answer))
}

fn is_integer(key: &str) -> bool {
    key.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn are_equal(a: &str, b: &str) -> bool {
    compare(a, b).outcome == verify::Outcome::Correct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::grade::answer_key;

    #[test]
    fn equal_answers_are_one_class_however_they_are_spelled() {
        let answer = |text: &str, is_right| {
            let answer = Answer {
                text: Some(text.into()),
                is_right,
            };
            (answer_key(text), answer)
        };
        let answers = [
            answer("\\frac{1}{2}", false),
            answer("3", false),
            answer("0.5", false),
            answer("1/2", false),
            answer("three", true),
            answer("the third", true),
        ];
        let answers: Vec<_> = answers
            .iter()
            .map(|(key, answer)| (key.as_str(), answer))
            .collect();
        let classes = of_question(&answers);
        assert_eq!(classes[..4], [0, 1, 0, 0]);
        assert_eq!(classes[4], classes[5]);
    }
}
