//! Results that are flipped, cut or lost, inputs that change under a run, and a disk that is full.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use gyrus_tests::Draws;

use crate::trial::{Outcome, Trial, kills, results};

/// Damages the file at a path.
type Damage = fn(&Path, &mut Draws) -> std::io::Result<()>;

const DAMAGES: [(&str, Damage); 3] =
    [("bit flipped", flip), ("cut short", cut), ("removed", |path, _| fs::remove_file(path))];

fn flip(path: &Path, draws: &mut Draws) -> std::io::Result<()> {
    let mut bytes = fs::read(path)?;
    let at = (draws.uniform() * bytes.len() as f64) as usize;
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << (draws.uniform() * 8.0) as u32;
    }
    fs::write(path, bytes)
}

fn cut(path: &Path, draws: &mut Draws) -> std::io::Result<()> {
    let bytes = fs::read(path)?;
    fs::write(path, &bytes[..(draws.uniform() * bytes.len() as f64) as usize])
}

#[test]
fn damaged_results_are_made_again() -> Outcome {
    let trial = Trial::new()?;
    let mut draws = Draws::new(7);
    let files: Vec<&PathBuf> = trial.whole.keys().collect();
    let asked = kills(4).min(2 * files.len());
    for (name, damage) in DAMAGES {
        for i in 0..asked {
            damage(&trial.study.path("whole").join(files[i * files.len() / asked]), &mut draws)?;
            trial.run(Path::new("whole"))?.good()?;
            trial.is_whole(Path::new("whole"))?;
        }
        println!("| result {name} | {asked} | made again; same bytes |");
    }
    Ok(())
}

#[test]
fn an_input_that_changes_under_a_run_never_passes_for_the_other() -> Outcome {
    let trial = Trial::new()?;
    let story = trial.study.path("data/story.txt");
    let text = fs::read_to_string(&story)?;
    let mut moments = Draws::new(11);
    let asked = kills(2).min(20);
    for _ in 0..asked {
        let out = Path::new("changed");
        let mut run = trial.command(&[], out).spawn()?;
        thread::sleep(trial.seconds.mul_f64(moments.uniform()));
        fs::write(&story, format!("{text}\n"))?;
        // Whether it ends well or with an error depends on the moment; what counts is what the next run makes of it.
        run.wait()?;
        fs::write(&story, &text)?;
        trial.run(out)?.good()?;
        trial.is_whole(out)?;
        fs::remove_dir_all(trial.study.path(out))?;
    }
    println!("| input changed under a run, and back | {asked} | same bytes |");
    Ok(())
}

#[test]
fn a_full_disk_is_one_error_and_costs_nothing() -> Outcome {
    let trial = Trial::new()?;
    let disk = trial.study.path("disk");
    fs::create_dir(&disk)?;
    let whole: usize = trial.whole.values().map(Vec::len).sum();
    let asked = kills(2).min(20);
    for i in 0..asked {
        let size = format!("size={}", (i + 1) * whole / (asked + 1));
        if !call("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &disk.to_string_lossy()]) {
            println!("skipped: a small disk cannot be mounted");
            return Ok(());
        }
        let answer = trial.run(Path::new("disk/out"));
        let grown = call("mount", &["-o", "remount,size=1g", &disk.to_string_lossy()]);
        let healed = trial.run(Path::new("disk/out"));
        let now = results(&disk.join("out"));
        assert!(call("umount", &[&disk.to_string_lossy()]) && grown, "mount and umount go together");
        let answer = answer?;
        let error = answer.refusal()?;
        assert!(error.contains("hint: free some space"), "{error}");
        healed?.good()?;
        assert_eq!(gyrus_tests::changed(&trial.whole, &now?), Vec::<&Path>::new());
    }
    println!("| disk full | {asked} | one error with a hint; then same bytes |");
    Ok(())
}

fn call(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|said| said.status.success())
}
