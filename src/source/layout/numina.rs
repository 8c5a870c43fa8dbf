//! AI-MO/NuminaMath-1.5, read in two ways: with its human solutions, or as problems alone.
//!
//! A companion is read as problems: what the dataset says of a problem is joined to the sources' own, and
//! its solutions, the most of its bytes, are never decoded.

use super::Reading;
use super::cells::{Cells, cells, not_blank};
use super::response::push;
use crate::source::{Entry, Facts, Trajectory, Void};

/// The human solution is the trajectory.
pub(super) static SOLUTIONS: Reading = Reading {
    columns: |_| Solved::columns(),
    records: |_| false,
    recognised_by: &[&["problem", "solution", "answer", "problem_type"]],
    unless: super::OF_A_MODEL,
    entries: |_, cells, out| solved(Solved::of(cells), out),
};

/// One entry a row, whose response is empty: nothing looks at it.
pub(super) static PROBLEMS: Reading = Reading {
    columns: |_| Unsolved::columns(),
    records: |_| false,
    recognised_by: &[],
    unless: &[],
    entries: |_, cells, out| unsolved(Unsolved::of(cells), out),
};

cells! {
    Solved {
        problem: required Text,
        solution: required Text,
        ..told: Told
    }
}

cells! {
    Unsolved {
        problem: required Text,
        ..told: Told
    }
}

cells! {
    /// What the dataset says of a problem beside its text.
    Told {
        answer: optional Answer,
        problem_type: optional Text,
        question_type: optional Text,
        source: optional Text,
        problem_is_valid: optional Text,
        solution_is_valid: optional Text,
        synthetic: optional Any,
    }
}

fn solved<'a>(row: Solved<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.problem)?;
    let rest = Trajectory {
        style: Some("human".into()),
        ..row.told.trajectory()?
    };
    push(out, 0, &problem, row.solution.text(), rest);
    Ok(())
}

fn unsolved<'a>(row: Unsolved<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.problem)?.ok_or(Void::NoProblem)?;
    out.push(Entry {
        generation: Some(0),
        body: Ok(Trajectory {
            problem,
            ..row.told.trajectory()?
        }),
    });
    Ok(())
}

impl<'a> Told<'a> {
    fn trajectory(self) -> Result<Trajectory<'a>, Void> {
        Ok(Trajectory {
            gold: self.answer.said()?,
            category: self.problem_type.text()?,
            origin: self.source.text()?,
            facts: Facts {
                question_type: self.question_type.text()?,
                problem_is_valid: self.problem_is_valid.text()?,
                solution_is_valid: self.solution_is_valid.text()?,
                synthetic: self.synthetic.truth(),
            },
            ..Trajectory::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::trajectories;
    use crate::source::Layout;

    #[test]
    fn both_readings_tell_the_same_of_a_problem() {
        let row = r#"{"problem": "1+1?", "solution": "It is 2.", "answer": "2", "source": "amc",
                      "problem_type": "Number Theory", "question_type": "MCQ", "synthetic": false,
                      "problem_is_valid": "Yes", "solution_is_valid": "Incomplete"}"#;
        let [solved, unsolved] = [Layout::Numina, Layout::Problems].map(|layout| {
            let mut read = trajectories(layout, row);
            read.pop().expect("an entry")
        });
        assert_eq!(
            (solved.response.as_ref(), unsolved.response.as_ref()),
            ("It is 2.", "")
        );
        assert_eq!(solved.facts, unsolved.facts);
        assert_eq!(solved.facts.problem_is_valid.as_deref(), Some("Yes"));
        assert_eq!(
            solved.facts.solution_is_valid.as_deref(),
            Some("Incomplete")
        );
        assert_eq!(
            (&solved.gold, &solved.origin),
            (&unsolved.gold, &unsolved.origin)
        );
        assert_eq!(unsolved.category.as_deref(), Some("number_theory"));
    }
}
