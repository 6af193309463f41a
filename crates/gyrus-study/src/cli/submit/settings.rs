//! What Slurm is told of the jobs.

use std::str::FromStr;

/// What Slurm is told of the jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slurm {
    /// Parts of the study.
    pub array: usize,
    /// Where jobs run.
    pub partition: Option<String>,
    /// Where jobs run that use a GPU.
    pub gpu_partition: Option<String>,
    /// GPUs of a task.
    pub gpus: Option<usize>,
    /// Cores of a task.
    pub cpus: usize,
    /// Memory of a task, in Slurm's words.
    pub mem: Option<String>,
    /// Options that are passed on as they are: time, account, qos.
    pub passed: Vec<(&'static str, String)>,
}

/// Keys that are passed on as they are.
const PASSED: [&str; 3] = ["time", "account", "qos"];

impl FromStr for Slurm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut slurm =
            Self { array: 1, partition: None, gpu_partition: None, gpus: None, cpus: 1, mem: None, passed: Vec::new() };
        for pair in text.split(',') {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("expected KEY=VALUE, not `{pair}`"))?;
            // Everything is written into a script: what could end a line or a word is none of Slurm's names.
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
            if value.is_empty() || !value.chars().all(plain) {
                return Err(format!("`{key}` has letters that no name of Slurm has: `{value}`"));
            }
            slurm.set(key, value)?;
        }
        Ok(slurm)
    }
}

impl Slurm {
    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let count = || {
            let count = value.parse().ok().filter(|count| *count > 0);
            count.ok_or_else(|| format!("`{key}` must be a number above 0: `{value}`"))
        };
        match key {
            "array" => self.array = count()?,
            "cpus" => self.cpus = count()?,
            "gpus" => self.gpus = Some(count()?),
            "partition" => self.partition = Some(value.to_owned()),
            "gpu-partition" => self.gpu_partition = Some(value.to_owned()),
            "mem" => self.mem = Some(value.to_owned()),
            other => match PASSED.into_iter().find(|passed| *passed == other) {
                Some(passed) => self.passed.push((passed, value.to_owned())),
                None => {
                    return Err(format!(
                        "unknown field `{key}`, expected one of `array`, `partition`, `gpu-partition`, `gpus`, `cpus`, `mem`, \
                         `time`, `account`, `qos`"
                    ));
                }
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_others_refused() -> Result<(), String> {
        let slurm: Slurm = "array=50,partition=cpu,gpus=1,gpu-partition=gpu,cpus=8,mem=16G,time=02:00:00".parse()?;
        assert_eq!((slurm.array, slurm.cpus, slurm.gpus), (50, 8, Some(1)));
        assert_eq!(slurm.passed, [("time", "02:00:00".to_owned())]);
        for (text, why) in [
            ("partition", "expected KEY=VALUE"),
            ("array=0", "`array` must be a number above 0"),
            ("nodes=2", "unknown field `nodes`"),
            ("partition=a b", "no name of Slurm"),
            ("partition=$(rm)", "no name of Slurm"),
        ] {
            assert!(text.parse::<Slurm>().is_err_and(|error| error.contains(why)), "{text}");
        }
        Ok(())
    }
}
