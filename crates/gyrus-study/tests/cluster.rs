//! A study in parts, by hand and on a real Slurm: the bytes are those of one run.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use gyrus_tests::{Program, SmallStudy, Snapshot, changed, snapshot};

type Outcome = Result<(), Box<dyn Error>>;

const GYRUS: &str = env!("CARGO_BIN_EXE_gyrus");

/// Time that a node may take to begin with a task.
const NODE: Duration = Duration::from_secs(10);

/// The small study with two models.
fn study() -> io::Result<SmallStudy> {
    let study = SmallStudy::new()?;
    fs::create_dir_all(study.path("models/other"))?;
    for entry in fs::read_dir(study.path("models/tiny"))? {
        let file = entry?;
        fs::copy(file.path(), study.path("models/other").join(file.file_name()))?;
    }
    let text = fs::read_to_string(study.file())?;
    study.write("study.toml", format!("{text}\n[[models]]\nname = \"other\"\nfolder = \"models/other\"\n"))?;
    Ok(study)
}

fn call(study: &SmallStudy, arguments: &str) -> io::Result<String> {
    Program::new(GYRUS).call(study.folder(), arguments.split_whitespace())?.good()
}

/// The results in `folder` without what says when, where and by whom.
fn results(folder: &Path) -> io::Result<Snapshot> {
    let outside = |path: &Path| {
        let text = path.to_string_lossy().into_owned();
        ["run-log", "lock", "slurm"].iter().any(|start| text.starts_with(start))
    };
    Ok(snapshot(folder)?.into_iter().filter(|(path, _)| !outside(path)).collect())
}

fn check_same(study: &SmallStudy, out: &str) -> Outcome {
    let (whole, parts) = (results(&study.path("whole"))?, results(&study.path(out))?);
    assert!(whole.contains_key(Path::new("report.html")));
    assert_eq!(changed(&whole, &parts), Vec::<&Path>::new());
    Ok(())
}

#[test]
fn parts_beside_each_other_give_the_bytes_of_one_run() -> Outcome {
    let study = study()?;
    call(&study, "run study.toml --out whole")?;
    let answer = Program::new(GYRUS).call(study.folder(), ["merge", "study.toml", "--out", "parts"])?;
    let said = answer.refusal()?;
    assert!(said.contains("the piece `activations-tiny-trained` is missing") && said.contains("--shard I/N"), "{said}");
    let begin = |shard: &str| {
        let mut command = Command::new(GYRUS);
        command.args(["run", "study.toml", "--out", "parts", "--threads", "1", "--shard", shard]);
        command.current_dir(study.folder()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    };
    let both = [begin("2/2")?, begin("1/2")?];
    for mut part in both {
        assert!(part.wait()?.success());
    }
    assert!(!study.path("parts/report.html").exists());
    let merged = call(&study, "merge study.toml --out parts")?;
    assert!(merged.starts_with("parts/report.html  ("), "{merged}");
    check_same(&study, "parts")?;
    assert!(call(&study, "merge study.toml --out parts")?.contains("(0 steps run"));
    check_nothing_to_submit(&study)
}

#[test]
fn parts_after_each_other_make_what_they_need() -> Outcome {
    let study = study()?;
    call(&study, "run study.toml --out whole")?;
    // The last part needs states that belong to parts which never ran.
    for shard in ["5/5", "2/5", "4/5", "1/5", "3/5"] {
        call(&study, &format!("run study.toml --out parts --shard {shard}"))?;
    }
    call(&study, "merge study.toml --out parts")?;
    check_same(&study, "parts")
}

/// Of finished results nothing is submitted, and what is known of their jobs stays.
fn check_nothing_to_submit(study: &SmallStudy) -> Outcome {
    let known = r#"[{ "stage": "merge", "id": 7, "tasks": [] }]"#;
    study.write("parts/slurm/jobs.json", known)?;
    let said = call(study, "submit study.toml --out parts --slurm array=2")?;
    assert!(said.contains("parts: finished") && said.contains("merge: finished"), "{said}");
    assert_eq!(fs::read_to_string(study.path("parts/slurm/jobs.json"))?, known);
    Ok(())
}

#[test]
fn a_part_beyond_the_last_piece_is_empty_and_no_error() -> Outcome {
    let study = study()?;
    let said = call(&study, "run study.toml --out parts --shard 200/200")?;
    assert!(said.contains("(0 steps run, 0 found"), "{said}");
    let wrong = Program::new(GYRUS).call(study.folder(), ["run", "study.toml", "--shard", "3/2"])?;
    assert!(wrong.complaint.contains("expected `I/N` with I from 1 to N, not `3/2`"), "{wrong:?}");
    Ok(())
}

/// A Slurm on this machine, stopped when it is dropped.
struct Cluster {
    folder: tempfile::TempDir,
    configuration: PathBuf,
}

impl Cluster {
    /// Starts it, if this machine lets us.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn start() -> io::Result<Option<Self>> {
        if std::thread::available_parallelism()?.get() < 2 {
            eprintln!("skipped: two tasks beside each other need two cores");
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let place = folder.path().join("cluster");
        let said = Command::new("../../tests/slurm/start").arg(&place).output()?;
        if said.status.success() {
            let configuration = place.join("slurm.conf");
            return Ok(Some(Self { folder, configuration }));
        }
        eprintln!("skipped: no Slurm can be started here: {}", String::from_utf8_lossy(&said.stderr).trim());
        Ok(None)
    }

    fn call(&self, folder: &Path, program: &str, arguments: &[&str]) -> io::Result<String> {
        let mut command = Command::new(program);
        let said = command.args(arguments).current_dir(folder).env("SLURM_CONF", &self.configuration).output()?;
        match said.status.success() {
            true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
            false => Err(io::Error::other(format!("{program} {arguments:?}: {said:?}"))),
        }
    }

    /// Kills the processes of a task that runs; its node may know of it a moment after the controller says so.
    fn kill(&self, task: &str) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            match self.call(Path::new("."), "scancel", &["--signal=KILL", "--full", task]) {
                Err(error) if error.to_string().contains("Invalid job id") && begun.elapsed() < NODE => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                said => return said.map(drop),
            }
        }
    }

    /// The states of the jobs, a line each: number, task and state.
    fn states(&self) -> io::Result<String> {
        self.call(Path::new("."), "squeue", &["--noheader", "--array", "--states=all", "-o", "%F %K %T %r"])
    }

    /// Waits until `done` is true of the states.
    fn wait(&self, what: &str, done: impl Fn(&str) -> bool) -> io::Result<String> {
        let begun = Instant::now();
        loop {
            let states = self.states()?;
            if done(&states) {
                return Ok(states);
            }
            if begun.elapsed() > Duration::from_secs(240) {
                return Err(io::Error::other(format!("no {what} within four minutes: {states}")));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nothing can be done about a failure here.
        drop(Command::new("../../tests/slurm/stop").arg(self.folder.path().join("cluster")).output());
    }
}

/// The number of the job of a stage, as `gyrus submit` said it.
fn job(said: &str, stage: &str) -> Result<String, Box<dyn Error>> {
    let start = format!("{stage}: job ");
    let line =
        said.lines().find_map(|line| line.strip_prefix(&start)).ok_or_else(|| format!("no {stage} in {said}"))?;
    Ok(line.split(',').next().unwrap_or_default().to_owned())
}

#[test]
fn an_array_with_a_killed_and_a_preempted_task_ends_with_the_same_bytes() -> Outcome {
    let Some(cluster) = Cluster::start()? else { return Ok(()) };
    let study = study()?;
    // Long enough to be disturbed: some seconds for each part. There are more permutations than shifts.
    study.edit("study.toml", "shifts = ", "null = \"permutations\"\nnull_block = 6\nshifts = 400")?;
    call(&study, "run study.toml --out whole --threads 1 --device cpu")?;
    let submit = ["submit", "study.toml", "--out", "parts", "--slurm", "array=2,partition=cpu,cpus=1,mem=1G"];
    let said = cluster.call(study.folder(), GYRUS, &submit)?;
    let parts = job(&said, "parts")?;
    let runs = |task: &str| format!("{parts} {task} RUNNING");
    cluster.wait("two running parts", |states| states.contains(&runs("1")) && states.contains(&runs("2")))?;
    cluster.kill(&format!("{parts}_1"))?;
    cluster.wait("killed part", |states| !states.contains(&runs("1")))?;
    study.write("urgent.sh", "#!/bin/bash\nsleep 2\n")?;
    cluster.call(
        study.folder(),
        "sbatch",
        &["--partition=urgent", "--cpus-per-task=2", "--output=/dev/null", "urgent.sh"],
    )?;
    cluster.wait("preempted part", |states| !states.contains(&runs("2")))?;
    let status = cluster.call(study.folder(), GYRUS, &["status", "parts"])?;
    assert!(status.contains(&format!("parts: job {parts}, tasks 1,2")), "{status}");
    cluster.wait("end of the second part", |states| states.contains(&format!("{parts} 2 COMPLETED")))?;
    let said = cluster.call(study.folder(), GYRUS, &submit)?;
    assert!(said.contains("prepare: finished") && said.contains(", tasks 1\n"), "{said}");
    let merge = job(&said, "merge")?;
    cluster.wait("end of the merge", |states| states.contains(&format!("{merge} N/A COMPLETED")))?;
    assert!(cluster.call(study.folder(), GYRUS, &submit)?.contains("merge: finished"));
    check_same(&study, "parts")
}
