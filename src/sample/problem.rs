//! One problem with everything that can truly be said about it.
//!
//! A family fills this in from its parameters; `prose` decides how much of it a trajectory says and
//! in whose manner. So the texts here are plain sentences in nobody's voice.

use crate::sample::answer::Answer;
use crate::sample::arithmetic::Op;
use crate::sample::rng::Rng;

#[derive(Clone)]
pub(crate) struct Problem {
    pub(crate) family: &'static str,
    pub(crate) category: &'static str,
    pub(crate) statement: String,
    /// What is wanted, as a noun phrase: `the sum of the first 20 terms`.
    pub(crate) asks: String,
    /// What is given, as a list of noun phrases.
    pub(crate) known: String,
    pub(crate) answer: Answer,
    pub(crate) unit: Option<&'static str>,
    pub(crate) steps: Vec<Step>,
    /// Ways to confirm the answer.
    pub(crate) checks: Vec<String>,
    /// Other ways to derive it.
    pub(crate) others: Vec<String>,
    /// Small cases and first looks that decide nothing.
    pub(crate) looks: Vec<String>,
    pub(crate) slips: Vec<Slip>,
}

#[derive(Clone)]
pub(crate) struct Step {
    /// What it does, as an order: `find the last term`.
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) ops: Vec<Op>,
}

/// A plausible mistake.
#[derive(Clone)]
pub(crate) struct Slip {
    /// How many steps are done before it is made.
    pub(crate) after: usize,
    pub(crate) body: String,
    /// What it leads to; never the value of the gold answer.
    pub(crate) answer: Answer,
    /// Why it is one.
    pub(crate) mend: String,
}

impl Problem {
    pub(crate) fn new(
        statement: impl Into<String>,
        asks: impl Into<String>,
        known: impl Into<String>,
        answer: Answer,
    ) -> Problem {
        Problem {
            family: "",
            category: "",
            statement: statement.into(),
            asks: asks.into(),
            known: known.into(),
            answer,
            unit: None,
            steps: Vec::new(),
            checks: Vec::new(),
            others: Vec::new(),
            looks: Vec::new(),
            slips: Vec::new(),
        }
    }

    pub(crate) fn unit(mut self, unit: &'static str) -> Problem {
        self.unit = Some(unit);
        self
    }

    pub(crate) fn step(mut self, title: impl Into<String>, body: impl Into<String>) -> Problem {
        self.steps.push(Step {
            title: title.into(),
            body: tidy(body),
            ops: Vec::new(),
        });
        self
    }

    /// Arithmetic of the last step, which can be gone over.
    pub(crate) fn op(mut self, op: Op) -> Problem {
        self.steps
            .last_mut()
            .expect("arithmetic belongs to a step")
            .ops
            .push(op);
        self
    }

    pub(crate) fn check(mut self, text: impl Into<String>) -> Problem {
        self.checks.push(tidy(text));
        self
    }

    pub(crate) fn other(mut self, text: impl Into<String>) -> Problem {
        self.others.push(tidy(text));
        self
    }

    pub(crate) fn look(mut self, text: impl Into<String>) -> Problem {
        self.looks.push(tidy(text));
        self
    }

    /// Left out where the mistake happens to lead to the right value.
    pub(crate) fn slip(
        mut self,
        after: usize,
        body: impl Into<String>,
        answer: Answer,
        mend: impl Into<String>,
    ) -> Problem {
        if !answer.same(&self.answer) {
            let (body, mend) = (tidy(body), tidy(mend));
            self.slips.push(Slip {
                after,
                body,
                answer,
                mend,
            });
        }
        self
    }

    /// The same problem with four options, or as it is where its values do not allow that.
    pub(crate) fn with_options(mut self, rng: &mut Rng) -> Problem {
        let gold = self.answer.clone();
        let mut options = vec![gold.clone()];
        let near: Vec<Answer> = match gold {
            Answer::Number(n) => [(2, 0), (1, 1), (1, -1), (1, 2), (1, 3)]
                .iter()
                .map(|&(factor, more)| {
                    Answer::Number(crate::sample::number::q(
                        n.top * factor + more * n.bottom,
                        n.bottom,
                    ))
                })
                .collect(),
            _ => return self,
        };
        let wrong = self.slips.iter().map(|slip| slip.answer.clone());
        for option in wrong.chain(near) {
            if options.len() < 4 && options.iter().all(|known| !known.same(&option)) {
                options.push(option);
            }
        }
        rng.shuffle(&mut options);
        let letter = |answer: &Answer| {
            let place = options.iter().position(|option| option.same(answer));
            place.map(|place| Answer::Choice(char::from(b'A' + place as u8), answer.plain()))
        };
        self.slips = std::mem::take(&mut self.slips)
            .into_iter()
            .filter_map(|slip| letter(&slip.answer).map(|answer| Slip { answer, ..slip }))
            .collect();
        self.answer = letter(&gold).expect("the gold answer is among the options");
        self.unit = None;
        let line = options
            .iter()
            .zip(["A", "B", "C", "D"])
            .map(|(option, letter)| format!("$\\textbf{{({letter})}}\\ {}$", option.latex()));
        self.statement += &format!("\n\n{}", line.collect::<Vec<_>>().join(" \\qquad "));
        self
    }
}

/// Leaves out what a template says twice for some parameters: `is 3/7 = 3/7` becomes `is 3/7`.
fn tidy(text: impl Into<String>) -> String {
    const ENDS: [char; 5] = ['.', ',', ';', ':', ')'];
    let text = text.into();
    let mut parts = text.split(" = ");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let mut before = out.rsplit(' ');
        let left = before
            .next()
            .unwrap_or_default()
            .trim_start_matches('(')
            .to_string();
        let in_sum = before
            .next()
            .is_some_and(|word| ["+", "-", "×", "/"].contains(&word));
        let right = part
            .split(' ')
            .next()
            .unwrap_or_default()
            .trim_end_matches(ENDS);
        if left == right && !left.is_empty() && !in_sum {
            out += &part[right.len()..];
        } else {
            out += " = ";
            out += part;
        }
    }
    out
}
