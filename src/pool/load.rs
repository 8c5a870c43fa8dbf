//! Stored rows to entries: a batch of a part, or of whatever else has its columns, into [`Entries`].

use arrow::array::RecordBatch;

use super::entries::{Body, Entries, Entry, NameIndex, ProblemFacts};
use super::tables::*;
use crate::ids::Id;
use crate::measure::style::Style;
use crate::schema::{Misfit, OneOf, read_columns};
use crate::source::{GoldKind, Remarks, Void};
use crate::verify::Outcome;

read_columns! {
    /// Where an entry lies and what it is.
    struct PlaceColumns {
        row: u64 = ROW,
        generation: u32 = GENERATION,
        offset: u64 = OFFSET,
        void: OneOf<Void> = VOID,
        problem_id: Id = PROBLEM_ID,
        trajectory_id: Id = TRAJECTORY_ID,
        text_id: Id = TEXT_ID,
        fields_id: Id = FIELDS_ID,
    }
}

read_columns! {
    /// What is said of a problem.
    pub(super) struct FactColumns {
        category: str = CATEGORY,
        origin: str = ORIGIN,
        question_type: str = QUESTION_TYPE,
        gold_kind: OneOf<GoldKind> = GOLD_KIND,
        problem_is_valid: str = PROBLEM_IS_VALID,
        solution_is_valid: str = SOLUTION_IS_VALID,
        synthetic: bool = SYNTHETIC,
    }
}

read_columns! {
    /// What is measured of a trajectory, as far as screening and selecting ask.
    struct MeasureColumns {
        remarks: Remarks = REMARKS,
        recorded_rule: bool = RECORDED_RULE,
        recorded_judge: bool = RECORDED_JUDGE,
        verdict: OneOf<Outcome> = VERDICT,
        tokens: u32 = TOKENS,
        thinking_tokens: u32 = THINKING_TOKENS,
        bytes: u32 = BYTES,
        problem_bytes: u32 = PROBLEM_BYTES,
        finished: bool = FINISHED,
        repeated_share: f32 = REPEATED_SHARE,
        style_source: str = STYLE_SOURCE,
        style_text: OneOf<Style> = STYLE_TEXT,
        verification_words: u32 = VERIFICATION_WORDS,
        tentative_words: u32 = TENTATIVE_WORDS,
        connectives: u32 = CONNECTIVES,
    }
}

/// The columns of a part that [`Entries::add`] reads.
pub fn columns() -> Vec<&'static str> {
    [PlaceColumns::NAMES, &body_columns()].concat()
}

/// The columns that [`BodyColumns::of`] reads.
pub(crate) fn body_columns() -> Vec<&'static str> {
    [FactColumns::NAMES, MeasureColumns::NAMES].concat()
}

/// The names of a trajectory.
#[derive(Clone, Copy)]
pub(crate) struct TrajectoryIds {
    pub problem: Id,
    pub trajectory: Id,
    pub text: Id,
    pub fields: Id,
}

/// What a batch says of its trajectories, wherever it is stored.
pub(crate) struct BodyColumns<'b> {
    facts: FactColumns<'b>,
    measures: MeasureColumns<'b>,
}

impl<'b> BodyColumns<'b> {
    pub(crate) fn of(batch: &'b RecordBatch) -> Result<Self, Misfit> {
        Ok(Self {
            facts: FactColumns::of(batch)?,
            measures: MeasureColumns::of(batch)?,
        })
    }
}

impl Entries {
    /// Adds the entries of a batch of a part.
    ///
    /// Fails where the batch lacks one of [`columns`], has a word that nothing here means, a trajectory without
    /// a measurement that each has, a measurement that none can have, or entries that do not stand in the order of
    /// their file.
    pub fn add(&mut self, part: u32, batch: &RecordBatch) -> Result<(), Misfit> {
        let places = PlaceColumns::of(batch)?;
        let bodies = BodyColumns::of(batch)?;
        for at in 0..batch.num_rows() {
            let body = match places.void[at] {
                Some(void) => Err(void),
                None => Ok(Box::new(self.body(places.ids(at)?, &bodies, at)?)),
            };
            let entry = Entry {
                part,
                row: ROW.needed(places.row[at])?,
                generation: places.generation[at],
                offset: places.offset[at],
                body,
            };
            self.check_order(&entry)?;
            self.rows.push(entry);
        }
        Ok(())
    }

    /// Fails where an entry does not stand behind the last one of its part: texts are fetched in this order.
    fn check_order(&self, entry: &Entry) -> Result<(), Misfit> {
        let last = self.rows.last().filter(|last| last.part == entry.part);
        match last.is_none_or(|last| last.row <= entry.row) {
            true => Ok(()),
            false => Err(ROW.misfit("does not ascend")),
        }
    }

    /// The trajectory of a row, whose problem gets an index.
    pub(crate) fn body(
        &mut self,
        ids: TrajectoryIds,
        columns: &BodyColumns<'_>,
        at: usize,
    ) -> Result<Body, Misfit> {
        let (facts, measures) = (&columns.facts, &columns.measures);
        let outcome = VERDICT.needed(measures.verdict[at])?;
        let style_text = STYLE_TEXT.needed(measures.style_text[at])?;
        let style = measures.style_source[at].unwrap_or(style_text.as_str());
        let style = self.intern(style);
        let category = self.intern_some(facts.category[at]);
        let origin = self.intern_some(facts.origin[at]);
        let facts = self.facts_in(facts, at);
        let problem = self.index_problem(ids.problem, category);
        self.set_problem_bytes(problem, measures.problem_bytes[at]);
        Ok(Body {
            problem,
            trajectory_id: ids.trajectory,
            text_id: ids.text,
            fields_id: ids.fields,
            remarks: measures.remarks[at].unwrap_or_default(),
            outcome,
            recorded: measures.recorded(at),
            finished: measures.finished[at],
            tokens: TOKENS.needed(measures.tokens[at])?,
            thinking_tokens: measures.thinking_tokens(at)?,
            bytes: BYTES.needed(measures.bytes[at])?,
            repeated_share: measures.repeated_share(at)?,
            words: measures.words(at),
            style,
            category,
            origin,
            facts: self.index_facts(facts),
        })
    }

    pub(super) fn facts_in(&mut self, columns: &FactColumns<'_>, at: usize) -> ProblemFacts {
        ProblemFacts {
            question_type: self.intern_some(columns.question_type[at]),
            gold_kind: columns.gold_kind[at],
            problem_is_valid: self.intern_some(columns.problem_is_valid[at]),
            solution_is_valid: self.intern_some(columns.solution_is_valid[at]),
            synthetic: columns.synthetic[at],
        }
    }

    pub(super) fn intern_some(&mut self, name: Option<&str>) -> Option<NameIndex> {
        name.map(|name| self.intern(name))
    }
}

impl PlaceColumns<'_> {
    fn ids(&self, at: usize) -> Result<TrajectoryIds, Misfit> {
        Ok(TrajectoryIds {
            problem: PROBLEM_ID.needed(self.problem_id[at])?,
            trajectory: TRAJECTORY_ID.needed(self.trajectory_id[at])?,
            text: TEXT_ID.needed(self.text_id[at])?,
            fields: FIELDS_ID.needed(self.fields_id[at])?,
        })
    }
}

impl MeasureColumns<'_> {
    /// Right by one of the source's verdicts, wrong by all it has, or none recorded.
    fn recorded(&self, at: usize) -> Option<bool> {
        let verdicts = [self.recorded_rule[at], self.recorded_judge[at]];
        verdicts.into_iter().flatten().reduce(|a, b| a || b)
    }

    /// No more than all of its tokens.
    fn thinking_tokens(&self, at: usize) -> Result<u32, Misfit> {
        let tokens = THINKING_TOKENS.needed(self.thinking_tokens[at])?;
        match self.tokens[at].is_some_and(|all| tokens <= all) {
            true => Ok(tokens),
            false => Err(THINKING_TOKENS.misfit("has more than all tokens")),
        }
    }

    fn repeated_share(&self, at: usize) -> Result<f32, Misfit> {
        let share = REPEATED_SHARE.needed(self.repeated_share[at])?;
        match (0.0..=1.0).contains(&share) {
            true => Ok(share),
            false => Err(REPEATED_SHARE.misfit("has a number that is no share")),
        }
    }

    /// 0 where none were counted.
    fn words(&self, at: usize) -> [u32; 3] {
        let counts = [
            self.verification_words[at],
            self.tentative_words[at],
            self.connectives[at],
        ];
        counts.map(Option::unwrap_or_default)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray, UInt32Array};
    use arrow::datatypes::Schema;

    use super::super::tables::tests::measured;
    use super::*;

    fn stored() -> RecordBatch {
        let arrays = trajectories(&measured());
        TRAJECTORIES.batch(arrays)
    }

    /// The same with another column of that name; none where there is none.
    fn with(batch: &RecordBatch, name: &str, array: Option<ArrayRef>) -> RecordBatch {
        let schema = batch.schema();
        let own = schema.fields().iter().zip(batch.columns());
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (field, own) in own {
            if field.name() != name {
                fields.push(field.as_ref().clone());
                arrays.push(own.clone());
            } else if let Some(array) = &array {
                let field = field.as_ref().clone();
                let field = field.with_data_type(array.data_type().clone());
                fields.push(field.with_nullable(true));
                arrays.push(array.clone());
            }
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a batch")
    }

    #[test]
    fn an_entry_is_loaded_with_each_measurement_in_its_place() {
        let mut entries = Entries::default();
        entries.add(7, &stored()).expect("a part");
        let [full, bare, void] = &entries.rows[..] else {
            panic!("three entries were stored");
        };
        let name = |name: Option<NameIndex>| name.map(|name| entries.name(name));
        assert_eq!((full.part, full.row), (7, 11));
        assert_eq!((full.generation, full.offset), (Some(111), Some(211)));
        let body = full.body.as_ref().expect("a trajectory");
        assert_eq!(entries.problems[body.problem as usize].id, Id(0xa1));
        assert_eq!((body.trajectory_id, body.fields_id), (Id(0xa2), Id(0xa3)));
        assert_eq!(body.text_id, Id(0xa4));
        assert_eq!(body.outcome, Outcome::Wrong);
        assert_eq!((body.recorded, body.finished), (Some(true), Some(false)));
        assert_eq!(
            (body.tokens, body.thinking_tokens, body.bytes),
            (1000, 1, 2)
        );
        assert_eq!(
            entries.problem_bytes(body.problem),
            Some(9),
            "of `a problem`"
        );
        assert_eq!((body.repeated_share, body.words), (0.25, [7, 8, 9]));
        assert_eq!(name(Some(body.style)), Some("a style"));
        assert_eq!(name(body.category), Some("a category"));
        assert_eq!(name(body.origin), Some("an origin"));
        assert_eq!(body.remarks.to_string(), "system_turn, end_token");
        let facts = entries.facts_of(body);
        assert_eq!(name(facts.question_type), Some("a question type"));
        assert_eq!(facts.gold_kind, Some(GoldKind::Value));
        assert_eq!(name(facts.problem_is_valid), Some("a valid problem"));
        assert_eq!(name(facts.solution_is_valid), Some("a valid solution"));
        assert_eq!(facts.synthetic, Some(true));
        let body = bare.body.as_ref().expect("a trajectory");
        assert_eq!((body.recorded, body.finished), (None, Some(true)));
        assert_eq!(name(Some(body.style)), Some("human"));
        assert_eq!(entries.facts_of(body).synthetic, Some(false));
        assert_eq!(body.words, [0; 3]);
        assert_eq!(void.body.as_ref().err(), Some(&Void::NoProblem));
        assert_eq!((void.row, void.generation, void.offset), (13, None, None));
    }

    #[test]
    fn a_stored_word_that_nothing_means_is_told_by_its_column() {
        for column in ["void", "verdict", "gold_kind", "style_text", "remarks"] {
            let words: ArrayRef = Arc::new(StringArray::from(vec![Some("whim"), None, None]));
            let misfit = Entries::default().add(0, &with(&stored(), column, Some(words)));
            let misfit = misfit.expect_err("an unknown word");
            assert_eq!(
                misfit.to_string(),
                format!("its column `{column}` has the unknown word `whim`")
            );
        }
    }

    #[test]
    fn a_stored_column_that_is_missing_or_of_another_type_is_told_by_its_name() {
        for column in columns() {
            let misfit = Entries::default().add(0, &with(&stored(), column, None));
            let misfit = misfit.expect_err("a missing column");
            assert_eq!((misfit.column, &*misfit.problem), (column, "is missing"));
            let is_count = column.ends_with("tokens") || column.ends_with("bytes");
            let is_count = is_count || column.ends_with("count") || column == "generation";
            let other: ArrayRef = match is_count {
                true => Arc::new(StringArray::new_null(3)),
                false => Arc::new(UInt32Array::new_null(3)),
            };
            let misfit = Entries::default().add(0, &with(&stored(), column, Some(other)));
            let problem = misfit.expect_err("another type").problem;
            assert_eq!(problem, "is of another type", "{column}");
        }
    }

    #[test]
    fn a_trajectory_without_a_measurement_that_each_has_is_none() {
        let nulls: ArrayRef = Arc::new(UInt32Array::new_null(3));
        let misfit = Entries::default().add(0, &with(&stored(), "tokens", Some(nulls)));
        assert_eq!(misfit.expect_err("a null").column, "tokens");
    }
}
