//! `gradatim power`: the smallest difference that an experiment can detect.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::compare::power::{Design, Detectable, RunsNeeded, Test};
use crate::{Error, Result};
use clap::Args;
use serde_json::json;

use super::table::{table, thousands};
use super::{print, print_json};

/// Shows the smallest difference between two subsets that draws × training seeds × questions × attempts can
/// detect, and how many training runs a difference of a point takes. All differences and standard deviations
/// are in points of a hundred; both subsets are taken to have the same design.
#[derive(Args)]
#[command(after_help = "\
With one draw the answer is undefined, says so, and is null in JSON; the exit code stays 0,
since that is an answer: nothing then tells how much another draw of the same kind would
differ. What attempts alone make is still shown: no experiment of this size whose attempts
vary so does better.

Where `--draw-sd` is 0 the draws that a difference takes are the least (`is_at_least` in
JSON): each draw is then taken to teach the same. The defaults of `--accuracy` and
`--between-questions` are those with which attempts vary most, so that they make it more. On
AIME24 0.6 of the variance of attempts was found to lie between questions. What holds for
your models, their scores tell.

Example, the paper's numbers (Sun et al., arXiv 2504.11741): 12 Hard questions, 8 attempts of
4 models of each set, 33.6 % right after the set similar to AIME24 and 28.4 % after the random
one, one draw of each. Attempts alone give the 5.2 points a standard error of 3.3, of which
they are 1.6, if no question is harder than another; of 2.1 and 2.5 if 0.6 of the variance
lies between questions. No draw or training seed is counted in that. Then the same had the
four been draws that vary by 2 points:
  gradatim power --draws 1 --seeds 4 --questions 12 --accuracy 31 --observed 5.2
  gradatim power --draws 4 --questions 12 --accuracy 31 --draw-sd 2 --observed 5.2")]
pub(super) struct Arguments {
    /// Independent draws of each subset.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    draws: u32,
    /// Training seeds of each draw.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seeds: u32,
    /// Questions of the benchmark; AIME has 30 a year.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    questions: u32,
    /// Attempts of each model at each question; 8 in the paper.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    attempts: u32,
    /// Percent of attempts that are right, between 0 and 100, as `31` or `31%`; attempts vary most at 50, which is taken
    /// where nothing is said. What could be a share (below 1) needs the `%`.
    #[arg(long, value_name = "PERCENT")]
    accuracy: Option<String>,
    /// Share, from 0 to below 1, of the variance of attempts that lies between questions, some always solved and others
    /// never; at 0, which is taken where nothing is said, attempts vary most.
    #[arg(long, value_name = "SHARE")]
    between_questions: Option<f64>,
    /// Standard deviation between draws, beyond what seeds and attempts make (with one training seed a draw it holds
    /// theirs too); at 0, which is taken where nothing is said, the answer is the least that it can be.
    #[arg(long, value_name = "POINTS")]
    draw_sd: Option<f64>,
    /// Standard deviation between training seeds of one draw; 0 where nothing is said.
    #[arg(long, value_name = "POINTS")]
    seed_sd: Option<f64>,
    /// Take the questions for a sample of others like them: how much the difference between the two subsets
    /// varies from question to question (standard deviation). Left out, the difference on these very
    /// questions is meant.
    #[arg(long, value_name = "POINTS")]
    question_sd: Option<f64>,
    /// Take what is not said here from a JSON object: any of accuracy, between_questions, draw_sd, seed_sd and
    /// question_sd, as `design` has them in what `--json` reports.
    #[arg(long, value_name = "FILE")]
    components: Option<PathBuf>,
    /// Chance, two-sided, to see a difference where there is none.
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Chance to see a difference that is there.
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    /// Count the runs that this difference takes.
    #[arg(long, value_name = "POINTS", default_value_t = 1.0)]
    difference: f64,
    /// Tell of this observed difference how many standard errors it is, and the power there.
    #[arg(long, value_name = "POINTS")]
    observed: Option<f64>,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// What makes scores vary, as far as a file or the command line says it; of an accuracy the percentage.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize)]
struct Components {
    accuracy: Option<f64>,
    between_questions: Option<f64>,
    draw_sd: Option<f64>,
    seed_sd: Option<f64>,
    question_sd: Option<f64>,
}

/// More than any object of a few numbers takes.
const COMPONENTS_BYTES_MAX: u64 = 1 << 20;

impl Components {
    fn read(path: &Path) -> Result<Self> {
        let mut text = String::new();
        let file = fs_err::File::open(path)?;
        file.take(COMPONENTS_BYTES_MAX).read_to_string(&mut text)?;
        let refused = |why: String| {
            let what = format!("`{}` holds no components: {why}", path.display());
            let hint = "write a JSON object such as {\"draw_sd\": 2.0, \"between_questions\": 0.6}";
            Error::usage(what, hint)
        };
        let found: Self = serde_json::from_str(&text).map_err(|why| refused(why.to_string()))?;
        match found == Self::default() {
            true => Err(refused("it names none".into())),
            false => Ok(found),
        }
    }

    /// What the others say where this says nothing.
    fn or(self, other: Self) -> Self {
        Self {
            accuracy: self.accuracy.or(other.accuracy),
            between_questions: self.between_questions.or(other.between_questions),
            draw_sd: self.draw_sd.or(other.draw_sd),
            seed_sd: self.seed_sd.or(other.seed_sd),
            question_sd: self.question_sd.or(other.question_sd),
        }
    }
}

/// A percentage; `0.5` alone could be half of the attempts or half a percent.
fn percent(text: &str) -> Result<f64> {
    let (number, has_sign) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim(), true),
        None => (text.trim(), false),
    };
    let Ok(value) = number.parse::<f64>() else {
        return Err(Error::usage(
            format!("`--accuracy {text}` is no number"),
            "write a percentage, as 31 or 31%",
        ));
    };
    if !has_sign && value > 0.0 && value < 1.0 {
        return Err(Error::usage(
            format!("`--accuracy {text}` could be a share of the attempts or a percentage of them"),
            format!("write {}% or {number}%", (value * 1e6).round() / 1e4),
        ));
    }
    Ok(value)
}

/// What is reported.
struct PowerReport {
    design: Design,
    test: Test,
    found: Option<Detectable>,
    /// If nothing but attempts varied and their spread were known.
    at_best: f64,
    runs: Option<RunsNeeded>,
}

/// The percentage of right attempts at which they vary most.
const ACCURACY_WORST: f64 = 50.0;

const ONE_DRAW: &str = "with one draw of each subset nothing tells how much draws differ, so that no difference \
                        between two subsets can be told from one between two draws";
const ONE_QUESTION: &str =
    "with one question nothing tells how much the difference varies between questions";

pub(super) fn power(arguments: &Arguments) -> Result<u8> {
    let design = arguments.design()?;
    arguments.check(&design)?;
    let test = Test {
        alpha: arguments.alpha,
        power: arguments.power,
    };
    let answer = PowerReport {
        found: design.detectable(test),
        at_best: test.shift_at_best() * design.attempts_error(),
        runs: design.draws_for(arguments.difference, test),
        design,
        test,
    };
    if arguments.json {
        print_json(&answer.json(arguments))?;
    } else {
        print(&answer.told(arguments))?;
    }
    Ok(0)
}

impl Arguments {
    fn check(&self, design: &Design) -> Result<()> {
        let share = |value: f64| value > 0.0 && value < 1.0;
        let points = |value: f64| (0.0..=1000.0).contains(&value);
        let checks = [
            (
                "--accuracy",
                design.accuracy > 0.0 && design.accuracy < 100.0,
                "a percentage above 0 and below 100: at either end no attempt varies, and any difference \
                 would count as found",
            ),
            (
                "--between-questions",
                (0.0..1.0).contains(&design.between_questions),
                "a share from 0 to below 1: at 1 no attempt varies",
            ),
            ("--draw-sd", points(design.draw_sd), "points from 0 on"),
            ("--seed-sd", points(design.seed_sd), "points from 0 on"),
            (
                "--question-sd",
                design.question_sd.is_none_or(points),
                "points from 0 on",
            ),
            // Below, the tails need more digits than a share has.
            (
                "--alpha",
                self.alpha >= 1e-9 && self.alpha <= 0.5,
                "a chance from 1e-9 to 0.5",
            ),
            (
                "--power",
                share(self.power) && self.power > self.alpha,
                "a chance between alpha and 1",
            ),
            (
                "--difference",
                self.difference > 0.0 && points(self.difference),
                "points above 0",
            ),
            (
                "--observed",
                self.observed.is_none_or(|value| points(value.abs())),
                "points",
            ),
        ];
        for (name, holds, what) in checks {
            if !holds {
                return Err(Error::usage(
                    format!("`{name}` is out of range"),
                    format!("write {what}"),
                ));
            }
        }
        Ok(())
    }

    fn design(&self) -> Result<Design> {
        let said = Components {
            accuracy: self.accuracy.as_deref().map(percent).transpose()?,
            between_questions: self.between_questions,
            draw_sd: self.draw_sd,
            seed_sd: self.seed_sd,
            question_sd: self.question_sd,
        };
        let file = self
            .components
            .as_deref()
            .map(Components::read)
            .transpose()?;
        let components = said.or(file.unwrap_or_default());
        Ok(Design {
            draws: self.draws,
            seeds: self.seeds,
            questions: self.questions,
            attempts: self.attempts,
            draw_sd: components.draw_sd.unwrap_or_default(),
            seed_sd: components.seed_sd.unwrap_or_default(),
            accuracy: components.accuracy.unwrap_or(ACCURACY_WORST),
            between_questions: components.between_questions.unwrap_or_default(),
            question_sd: components.question_sd,
        })
    }
}

impl PowerReport {
    /// Why there is no answer, where there is none.
    fn undefined(&self) -> Option<&'static str> {
        match (&self.found, self.design.draws) {
            (Some(_), _) => None,
            (None, 1) => Some(ONE_DRAW),
            (None, _) => Some(ONE_QUESTION),
        }
    }

    /// Whether the draws that are needed are a lower bound: draws are taken to differ in nothing.
    fn is_at_least(&self) -> bool {
        self.design.draw_sd == 0.0
    }

    /// What makes the draws that are needed fewer than they may be.
    fn least_by(&self) -> Vec<&'static str> {
        let design = &self.design;
        let all = [
            (
                design.draw_sd == 0.0,
                "draws are taken to differ in nothing (--draw-sd 0)",
            ),
            (
                design.seed_sd == 0.0 && (design.seeds > 1 || design.draw_sd == 0.0),
                "training seeds are taken to differ in nothing (--seed-sd 0)",
            ),
        ];
        all.into_iter()
            .filter_map(|(holds, what)| holds.then_some(what))
            .collect()
    }

    /// What makes them more than they may be.
    fn most_by(&self) -> Vec<&'static str> {
        let design = &self.design;
        let all = [
            (
                design.accuracy == ACCURACY_WORST,
                "as many attempts are taken to be right as wrong (--accuracy 50)",
            ),
            (
                design.between_questions == 0.0,
                "no question is taken to be harder than another (--between-questions 0)",
            ),
        ];
        all.into_iter()
            .filter_map(|(holds, what)| holds.then_some(what))
            .collect()
    }

    /// What the draws that are needed rest on.
    fn assumptions(&self) -> String {
        let lines = [("fewer", self.least_by()), ("more", self.most_by())];
        let told = lines.into_iter().filter(|(_, by)| !by.is_empty());
        told.map(|(way, by)| format!("  {way} than it may take, where {}\n", by.join(" and ")))
            .collect()
    }

    fn json(&self, arguments: &Arguments) -> serde_json::Value {
        let error = self.found.as_ref().map(|found| found.standard_error);
        let observed = arguments.observed.map(|difference| {
            json!({
                "difference": difference,
                "standard_errors": error.map(|error| difference / error),
                "standard_errors_of_attempts": difference / self.design.attempts_error(),
                "power": self.design.power_at(difference, self.test.alpha),
            })
        });
        json!({
            "design": self.design,
            "test": self.test,
            "variances": self.design.variances(),
            "smallest_difference": self.found.as_ref().map(|found| found.smallest_difference),
            "standard_error": error,
            "degrees_of_freedom": self.found.as_ref().map(|found| found.degrees_of_freedom),
            "undefined": self.undefined(),
            "attempts_alone": {
                "standard_error": self.design.attempts_error(), "smallest_difference": self.at_best,
            },
            "runs": {
                "difference": arguments.difference, "needed": self.runs, "is_at_least": self.is_at_least(),
                "least_by": self.least_by(), "most_by": self.most_by(),
            },
            "observed": observed,
        })
    }

    fn told(&self, arguments: &Arguments) -> String {
        let design = &self.design;
        let mut text = format!(
            "2 subsets × {} draws × {} training seeds = {} runs; {} questions × {} attempts each\n\n",
            design.draws,
            design.seeds,
            thousands(2 * u64::from(design.draws) * u64::from(design.seeds)),
            design.questions,
            design.attempts,
        );
        text += &self.sources();
        let Test { alpha, power } = self.test;
        match (&self.found, self.undefined()) {
            (Some(found), _) => {
                text += &format!(
                    "\nsmallest difference: {:.2} points (power {power}, two-sided alpha {alpha}; standard error \
                     {:.2}, {:.1} degrees of freedom)\n",
                    found.smallest_difference, found.standard_error, found.degrees_of_freedom
                );
            }
            (None, why) => {
                text += &format!(
                    "\nsmallest difference: undefined: {}\n",
                    why.unwrap_or_default()
                );
            }
        }
        text += &format!(
            "attempts alone: {:.2} points, if nothing else varied and that were known (standard error {:.2})\n",
            self.at_best,
            design.attempts_error()
        );
        text += &self.observed(arguments);
        text += &match self.runs {
            Some(RunsNeeded { draws, runs }) => format!(
                "a {}-point difference: {}{} draws of each subset, {} runs\n",
                arguments.difference,
                if self.is_at_least() { "at least " } else { "" },
                thousands(u64::from(draws)),
                thousands(runs)
            ),
            None => format!(
                "a {}-point difference: no number of draws finds it; ask more questions\n",
                arguments.difference
            ),
        };
        if self.runs.is_some() {
            text += &self.assumptions();
        }
        text
    }

    /// What makes the difference vary.
    fn sources(&self) -> String {
        let variances = self.design.variances();
        let row =
            |name: &str, variance: f64| vec![name.to_owned(), format!("{:.2}", variance.sqrt())];
        let mut rows = vec![
            row("draws", variances.draws),
            row("training seeds", variances.seeds),
            row("attempts", variances.attempts),
        ];
        if self.design.question_sd.is_some() {
            rows.push(row("questions", variances.questions));
        }
        table(&["varies with", "standard error in points"], &rows)
    }

    fn observed(&self, arguments: &Arguments) -> String {
        let Some(difference) = arguments.observed else {
            return String::new();
        };
        let mut text = format!(
            "observed {difference} points: {:.1} standard errors of attempts alone",
            difference / self.design.attempts_error()
        );
        if let Some(found) = &self.found {
            text += &format!(", {:.1} of all", difference / found.standard_error);
        }
        if let Some(power) = self.design.power_at(difference, self.test.alpha) {
            text += &format!("; a true difference of that size is found with power {power:.2}");
        }
        text + "\n"
    }
}
