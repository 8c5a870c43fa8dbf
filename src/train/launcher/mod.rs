//! What takes an experiment from its configurations to its attempts: a script that goes through the runs, an array of
//! Slurm, and the makers of attempts.
//!
//! Whoever writes that loop by hand loses a run that failed in the night, trains twice what was done, or names logs so
//! that nobody can tell which run they are of. The script marks what is done when it has ended well and no earlier, goes
//! on where it was stopped, and gives attempts the names that `eval --experiment` looks for. Attempts are asked in the
//! words of training, and all of them are kept.

use std::path::Path;

use serde_json::json;

use super::configs::quoted;
use crate::folder::RUN_FOLDER;
use crate::pipeline::PipelineFile;
use crate::{Error, Result};

/// One run, as the script goes through them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// Its name in `runs.csv`.
    pub run: String,
    /// Its configuration's name in `configs/`.
    pub config: String,
    /// Where the trained model will lie.
    pub model: String,
    /// What trains it, with `"$config"` in place of the configuration's path.
    pub command: String,
}

/// What all runs have in common.
pub(crate) struct Launcher<'l> {
    /// The folder that `gradatim run` wrote.
    pub out: &'l Path,
    /// The same, and the folder of the launcher, as a shell finds them from anywhere.
    pub experiment: &'l str,
    pub folder: &'l str,
    pub gpus: u32,
}

const SCRIPT: &str = include_str!("runs.sh");
const SLURM: &str = include_str!("slurm.sh");

/// Files that are the same for every experiment.
const ATTEMPTS: [(&str, &str); 4] = [
    (
        "attempts/aime24_kept.yaml",
        include_str!("attempts/aime24_kept.yaml"),
    ),
    (
        "attempts/aime25_kept.yaml",
        include_str!("attempts/aime25_kept.yaml"),
    ),
    ("attempts/utils.py", include_str!("attempts/utils.py")),
    (
        "attempts/vllm_attempts.py",
        include_str!("attempts/vllm_attempts.py"),
    ),
];

impl Launcher<'_> {
    /// The files of the launcher, by their paths below its folder; fails where a path cannot stand in a line.
    pub(crate) fn files(&self, steps: &[Step]) -> Result<Vec<(String, String)>> {
        let own = [
            ("attempts/prompt.json", self.prompt()?),
            ("runs.tsv", table(steps)?),
            ("runs.sh", self.script()),
            ("slurm.sh", self.slurm(steps.len())),
        ];
        let shared = ATTEMPTS.map(|(name, text)| (name, text.to_owned()));
        let all = shared.into_iter().chain(own);
        Ok(all.map(|(name, text)| (name.to_owned(), text)).collect())
    }

    /// The words around a problem, as the rows of the experiment have them.
    fn prompt(&self) -> Result<String> {
        let lock = self.out.join(RUN_FOLDER).join("pipeline.lock.toml");
        let emit = PipelineFile::read(&lock)?.pipeline.emit;
        let words = json!({ "system": emit.system, "instruction": emit.instruction });
        Ok(format!("{words:#}\n"))
    }

    fn script(&self) -> String {
        let experiment = format!("\nexperiment={}\n", quoted(self.experiment));
        let gpus = format!("\ndefault_gpus={}\n", self.gpus);
        let script = SCRIPT.replacen("\nexperiment=\n", &experiment, 1);
        script.replacen("\ndefault_gpus=1\n", &gpus, 1)
    }

    fn slurm(&self, runs: usize) -> String {
        format!(
            "#!/usr/bin/env bash\n#SBATCH --job-name=gradatim\n#SBATCH --array=1-{runs}%8\n#SBATCH --nodes=1\n\
             #SBATCH --gpus-per-node={}\n{SLURM_WORD}\nfolder={}\n{}",
            self.gpus,
            quoted(self.folder),
            SLURM,
        )
    }
}

const SLURM_WORD: &str = "# One task for each line of runs.tsv, eight at a time.";

/// A line a run, after one with the columns' names.
fn table(steps: &[Step]) -> Result<String> {
    let mut text = "run\tconfig\tmodel\tcommand\n".to_owned();
    for step in steps {
        let cells = [&step.run, &step.config, &step.model, &step.command];
        if let Some(cell) = cells.iter().find(|cell| cell.contains(char::is_control)) {
            return Err(Error::usage(
                format!("`{}` has a control character in it", cell.escape_debug()),
                "name a folder without one with `--out` and `--models`",
            ));
        }
        text += &format!("{}\n", cells.map(String::as_str).join("\t"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_the_experiment_and_the_gpus_whatever_is_in_the_path() {
        let launcher = Launcher {
            out: Path::new("out"),
            experiment: "/an 'other' $place",
            folder: "/train",
            gpus: 4,
        };
        let script = launcher.script();
        assert!(script.contains("\nexperiment='/an '\\''other'\\'' $place'\n"));
        assert!(script.contains("\ndefault_gpus=4\n"));
        let slurm = launcher.slurm(60);
        assert!(slurm.contains("--array=1-60%8\n") && slurm.contains("--gpus-per-node=4\n"));
    }

    #[test]
    fn a_path_that_would_break_the_table_is_refused() {
        let step = Step {
            run: "a".into(),
            config: "a.yaml".into(),
            model: "/two\nlines".into(),
            command: "train".into(),
        };
        assert!(table(std::slice::from_ref(&step)).is_err());
        let fine = Step {
            model: "/m".into(),
            ..step
        };
        assert_eq!(
            table(&[fine]).unwrap(),
            "run\tconfig\tmodel\tcommand\na\ta.yaml\t/m\ttrain\n"
        );
    }
}
