//! The script of a job.

use std::path::{Path, PathBuf};

use gyrus_study::write_whole;

use super::settings::Slurm;

/// A job, before it is written.
pub struct Script<'a> {
    /// Name of the study.
    pub study: &'a str,
    /// The study file.
    pub file: &'a Path,
    /// Folder of the results.
    pub out: &'a Path,
    /// What Slurm is told.
    pub slurm: &'a Slurm,
    /// Name of the stage.
    pub stage: &'static str,
    /// Steps that are run; all if none are named.
    pub steps: &'static [&'static str],
    /// Whether it is an array.
    pub is_array: bool,
    /// Whether it needs a GPU.
    pub on_gpu: bool,
}

impl Script<'_> {
    /// Writes the script below `out`, and gives its path.
    ///
    /// # Errors
    /// A program that cannot be named, or a file that cannot be written.
    pub fn write(&self, out: &Path) -> anyhow::Result<PathBuf> {
        let path = out.join("slurm").join(format!("{}.sh", self.stage));
        let program = std::env::current_exe()?;
        let (folder, logs) = (std::env::current_dir()?, std::path::absolute(out)?.join("slurm"));
        write_whole(&path, self.text(&program, &folder, &logs).as_bytes())?;
        Ok(path)
    }

    /// The script that runs `program` in `folder` and writes what it says to `logs`.
    fn text(&self, program: &Path, folder: &Path, logs: &Path) -> String {
        let Self { slurm, study, stage, .. } = self;
        let log = logs.join(if self.is_array { "%x-%A_%a.log" } else { "%x-%j.log" });
        let partition = match self.on_gpu {
            true => slurm.gpu_partition.as_ref().or(slurm.partition.as_ref()),
            false => slurm.partition.as_ref(),
        };
        let mut options = vec![
            format!("--job-name=gyrus-{study}-{stage}"),
            format!("--output=\"{}\"", log.display()),
            "--open-mode=append".into(),
            // A job whose place is taken runs again, and finds what it had finished.
            "--requeue".into(),
            format!("--cpus-per-task={}", slurm.cpus),
        ];
        options.extend(partition.map(|partition| format!("--partition={partition}")));
        options.extend(slurm.mem.as_ref().map(|mem| format!("--mem={mem}")));
        options.extend(slurm.gpus.filter(|_| self.on_gpu).map(|gpus| format!("--gres=gpu:{gpus}")));
        options.extend(slurm.passed.iter().map(|(key, value)| format!("--{key}={value}")));
        let options: String = options.iter().map(|option| format!("#SBATCH {option}\n")).collect();
        // The program takes the place of the shell, so that signals reach it and nothing of it is left behind.
        format!(
            "#!/bin/bash\n{options}cd {} || exit 1\nexec {} {}\n",
            quoted(folder),
            quoted(program),
            self.arguments()
        )
    }

    fn arguments(&self) -> String {
        let command = if self.stage == "merge" { "merge" } else { "run" };
        let mut words = vec![command.to_owned(), quoted(self.file), "--out".into(), quoted(self.out)];
        if self.is_array {
            words.push(format!("--shard \"$SLURM_ARRAY_TASK_ID/{}\"", self.slurm.array));
        }
        if !self.steps.is_empty() {
            words.push(format!("--only {}", self.steps.join(",")));
        }
        words.push(format!("--device {}", if self.on_gpu { "gpu" } else { "cpu" }));
        words.push("--threads \"${SLURM_CPUS_PER_TASK:-1}\"".into());
        words.join(" ")
    }
}

/// `path` as one word of the shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_one_word_each() -> Result<(), String> {
        let slurm: Slurm = "array=4,partition=cpu,gpus=1,gpu-partition=big,cpus=2".parse()?;
        let script = Script {
            study: "mine",
            file: Path::new("/a b/it's.toml"),
            out: Path::new("/out"),
            slurm: &slurm,
            stage: "extract",
            steps: &["activations", "benchmarks"],
            is_array: true,
            on_gpu: true,
        };
        let text = script.text(Path::new("/bin/gyrus"), Path::new("/home"), Path::new("/out/slurm"));
        for part in [
            "#SBATCH --partition=big\n",
            "#SBATCH --gres=gpu:1\n",
            "#SBATCH --requeue\n",
            "exec '/bin/gyrus' run '/a b/it'\\''s.toml' --out '/out' --shard \"$SLURM_ARRAY_TASK_ID/4\" --only activations,benchmarks --device gpu",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        Ok(())
    }
}
