//! Runs as records of Every Eval Ever 0.3: what others can read of what was read here.
//!
//! A record is two files that share a name: an object with the run's figures and a row for each attempt. Their names and
//! all that they hold follow from the run and from what its publisher says: the standard wants a UUID of version 4, which
//! is taken from a hash here, and a time, which the caller gives. Texts are not kept by a run, so that rows have neither
//! question nor response; an attempt that is neither right nor wrong stands as an error, since the standard knows a truth
//! value alone.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::eval::attempt::{Asked, Attempt, Grader, Run};
use crate::eval::intervals::this_run;
use crate::eval::metrics::Figures;
use crate::eval::table::Outcome;
use crate::folder::hex;

/// The version of the standard.
const SCHEMA: &str = "0.3.0";

/// The figures of a run by the name of their result, which rows refer to.
const AVG: &str = "avg_at_n";
const COV: &str = "cov_at_n";
const MAJ: &str = "maj_at_n";

/// What a run does not say and who publishes it must.
#[derive(Clone, Debug)]
pub(crate) struct Publication {
    /// Who made the evaluation.
    pub organization: String,
    /// `first_party`, `third_party`, `collaborative` or `other`: who that is to the model's makers.
    pub relationship: &'static str,
    /// When the record was made, in seconds since 1970.
    pub retrieved: u64,
}

/// A run to be written.
pub(crate) struct Record<'r> {
    run: &'r Run,
    grader: Grader,
    publication: &'r Publication,
    figures: Figures,
    benchmark: String,
}

/// The rows that were written.
pub(crate) struct Written {
    sha256: String,
    rows: u64,
}

impl<'r> Record<'r> {
    /// None of a run without attempts, of which there is nothing to say.
    pub(crate) fn new(run: &'r Run, grader: Grader, publication: &'r Publication) -> Option<Self> {
        let figures = Figures::of(&run.table(grader))?;
        Some(Self {
            run,
            grader,
            publication,
            figures,
            benchmark: run.benchmark.clone().unwrap_or_else(|| "benchmark".into()),
        })
    }

    /// Where its object lies below the folder of all records, with `/`.
    pub(crate) fn path(&self) -> String {
        format!("{}.json", self.base())
    }

    /// Where its rows lie.
    pub(crate) fn samples_path(&self) -> String {
        format!("{}_samples.jsonl", self.base())
    }

    /// Writes its rows, in the run's order.
    pub(crate) fn samples(&self, out: &mut dyn Write) -> io::Result<Written> {
        let mut hash = Sha256::new();
        let mut rows = 0;
        for asked in &self.run.questions {
            for (at, attempt) in asked.attempts.iter().enumerate() {
                let mut line = self.row(asked, at, attempt).to_string();
                line.push('\n');
                out.write_all(line.as_bytes())?;
                hash.update(line.as_bytes());
                rows += 1;
            }
        }
        Ok(Written {
            sha256: hex(&hash.finalize()),
            rows,
        })
    }

    /// Its object, which names the rows by their hash.
    pub(crate) fn aggregate(&self, written: &Written) -> String {
        let facts = &self.run.facts;
        let named = |name: &str| if name.is_empty() { "unknown" } else { name }.to_owned();
        let mut model = json!({
            "name": self.run.name,
            "id": self.model_id(),
            "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
        });
        let developer = self.developer().filter(|_| !self.model_id().contains('/'));
        if let Some(developer) = developer {
            model["developer"] = json!(developer);
        }
        if let Some(name) = &facts.model {
            model["additional_details"]["model"] = json!(name);
        }
        let object = json!({
            "schema_version": SCHEMA,
            "evaluation_id": self.evaluation_id(),
            "retrieved_timestamp": self.publication.retrieved.to_string(),
            "source_metadata": {
                "source_name": "gradatim eval",
                "source_type": "evaluation_run",
                "source_organization_name": self.publication.organization,
                "evaluator_relationship": self.publication.relationship,
            },
            "eval_library": {
                "name": named(&facts.harness),
                "version": "unknown",
                "additional_details": {"read_by": concat!("gradatim ", env!("CARGO_PKG_VERSION"))},
            },
            "model_info": model,
            "evaluation_results": self.results(),
            "detailed_evaluation_results": {
                "format": "jsonl",
                "file_path": self.samples_path(),
                "hash_algorithm": "sha256",
                "checksum": written.sha256,
                "total_rows": written.rows,
            },
        });
        format!("{object:#}\n")
    }

    fn results(&self) -> Vec<Value> {
        let figures = &self.figures;
        let avg = self.result(
            AVG,
            "avg@",
            figures.avg,
            "mean share of right attempts; those of which nothing is known count as wrong",
        );
        let cov = self.result(
            COV,
            "cov@",
            figures.cov,
            "share of questions with a right attempt",
        );
        let maj = figures.maj_expected.map(|maj| {
            self.result(
                MAJ,
                "maj@",
                maj,
                "share of questions whose most frequent answer is right; ties by expectation",
            )
        });
        [Some(self.with_interval(avg)), Some(cov), maj]
            .into_iter()
            .flatten()
            .collect()
    }

    fn result(&self, id: &str, name: &str, score: f64, description: &str) -> Value {
        let mut metric = json!({
            "evaluation_description": description,
            "metric_id": format!("gradatim.{id}"),
            "metric_name": name,
            "metric_kind": "accuracy",
            "metric_unit": "proportion",
            "lower_is_better": false,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        });
        let attempts = self.run.questions.iter().map(|asked| asked.attempts.len());
        if let (Some(fewest), Some(most)) = (attempts.clone().min(), attempts.max())
            && fewest == most
        {
            metric["metric_name"] = json!(format!("{name}{most}"));
            metric["metric_parameters"] = json!({"n": most});
        } else {
            metric["metric_name"] = json!(format!("{name}n"));
        }
        json!({
            "evaluation_result_id": id,
            "evaluation_name": self.benchmark,
            "source_data": {"dataset_name": self.benchmark, "source_type": "other"},
            "metric_config": metric,
            "score_details": {
                "score": score,
                "details": {
                    "questions": self.figures.questions.to_string(),
                    "attempts": self.figures.attempts.to_string(),
                    "unknown_share": self.figures.unknown.to_string(),
                    "graded": self.graded(),
                },
            },
            "generation_config": self.generation(),
        })
    }

    /// The interval of this run on these questions, which says what it is of.
    fn with_interval(&self, mut result: Value) -> Value {
        if let Ok(interval) = this_run(&self.run.table(self.grader).counts()) {
            result["score_details"]["uncertainty"] = json!({
                "confidence_interval": {
                    "lower": interval.low,
                    "upper": interval.high,
                    "confidence_level": 0.95,
                    "method": "this run on these questions: attempts alone vary",
                },
            });
        }
        result
    }

    fn generation(&self) -> Value {
        let facts = &self.run.facts;
        let mut given = Map::new();
        let numbers = [("temperature", facts.temperature), ("top_p", facts.top_p)];
        for (name, number) in numbers {
            if let Some(number) = number.filter(|number| number.is_finite()) {
                given.insert(name.into(), json!(number));
            }
        }
        if let Some(tokens) = facts.max_tokens {
            given.insert("max_tokens".into(), json!(tokens));
        }
        let mut details = Map::new();
        for (name, said) in [("template", &facts.template), ("grader", &facts.grader)] {
            if let Some(said) = said {
                details.insert(name.into(), json!(said));
            }
        }
        json!({"generation_args": given, "additional_details": details})
    }

    fn row(&self, asked: &Asked, at: usize, attempt: &Attempt) -> Value {
        let outcome = attempt.outcome(self.grader);
        let is_right = outcome == Outcome::Right;
        let mut metadata = json!({"epoch": (at + 1).to_string(), "graded": self.graded()});
        if let Some(tokens) = attempt.tokens {
            metadata["output_tokens"] = json!(tokens.to_string());
        }
        if let Some(finished) = attempt.finished {
            metadata["finished"] = json!(finished.to_string());
        }
        if let Some(tier) = asked.tier {
            metadata["tier"] = json!(tier.name());
        }
        let mut row = json!({
            "schema_version": SCHEMA,
            "evaluation_id": self.evaluation_id(),
            "model_id": self.model_id(),
            "evaluation_name": self.benchmark,
            "evaluation_result_id": AVG,
            "sample_id": asked.id,
            "interaction_type": "single_turn",
            "input": {"raw": "", "reference": []},
            "output": {"raw": []},
            "answer_attribution": [],
            "evaluation": {"score": f64::from(u8::from(is_right)), "is_correct": is_right},
            "metadata": metadata,
        });
        if outcome == Outcome::Unknown {
            row["error"] = json!("cut off, unanswered or undecided: neither right nor wrong");
        }
        row
    }

    fn graded(&self) -> &'static str {
        match self.grader {
            Grader::Recorded => "as recorded",
            Grader::Ours => "by gradatim",
        }
    }

    fn evaluation_id(&self) -> String {
        let model = self.model_id().replace('/', "_");
        let retrieved = self.publication.retrieved;
        format!("{}/{model}/{retrieved}", self.benchmark)
    }

    /// The run's name: it is the model that was trained.
    fn model_id(&self) -> String {
        let parts = self
            .run
            .name
            .split('/')
            .filter(|part| !part.trim().is_empty());
        let id: Vec<&str> = parts.collect();
        match id.is_empty() {
            true => "run".into(),
            false => id.join("/"),
        }
    }

    /// Who made the model, as far as its name says; who publishes the record need not have.
    fn developer(&self) -> Option<&str> {
        let (organization, model) = self.run.facts.model.as_deref()?.split_once('/')?;
        // A path of several folders is no name.
        let is_name = |part: &str| !part.contains('/') && !matches!(part.trim(), "" | "." | "..");
        (is_name(organization) && is_name(model)).then_some(organization)
    }

    /// `data/BENCHMARK/DEVELOPER/MODEL/UUID`
    fn base(&self) -> String {
        let id = self.model_id();
        let (developer, model) = match id.split_once('/') {
            Some((developer, model)) => (developer, model),
            None => (self.developer().unwrap_or("unknown"), id.as_str()),
        };
        let parts = [&self.benchmark, developer, model].map(component);
        format!("data/{}/{}", parts.join("/"), self.uuid())
    }

    /// A UUID of version 4 whose bits are a hash of what the record holds instead of chance.
    fn uuid(&self) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(self.evaluation_id().as_bytes());
        hash.update(self.graded().as_bytes());
        for asked in &self.run.questions {
            hash.update(&(asked.id.len() as u64).to_le_bytes());
            hash.update(asked.id.as_bytes());
            for attempt in &asked.attempts {
                hash.update(&[attempt.outcome(self.grader) as u8]);
            }
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = hex(&bytes);
        let cuts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
        cuts.map(|(from, to)| &hex[from..to]).join("-")
    }
}

/// A name as one part of a path on every system, as the standard has it.
fn component(name: &str) -> String {
    let is_bad = |letter: char| letter.is_control() || "<>:\"\\|?*/".contains(letter);
    let mut part: String = name
        .trim()
        .chars()
        .map(|letter| if is_bad(letter) { '_' } else { letter })
        .collect();
    if part.ends_with(['.', ' ']) || matches!(part.as_str(), "" | "data") {
        part.push('_');
    }
    part
}
