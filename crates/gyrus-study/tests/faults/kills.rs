//! Kills at random moments.

use std::path::PathBuf;
use std::thread;

use gyrus_tests::Draws;

use crate::trial::{Outcome, Trial, finished, kills};

#[test]
fn killed_at_any_moment_a_run_goes_on_to_the_same_bytes() -> Outcome {
    let trial = Trial::new()?;
    let mut moments = Draws::new(2026);
    let (mut killed, mut kept) = (0, 0);
    for kill in 0..kills(6) {
        let out = PathBuf::from(format!("killed-{kill}"));
        let mut run = trial.command(&[], &out).spawn()?;
        thread::sleep(trial.seconds.mul_f64(moments.uniform()));
        run.kill()?;
        killed += usize::from(!run.wait()?.success());
        kept += finished(&trial.study.path(&out)).unwrap_or_default().len();
        trial.heals(&out)?;
        std::fs::remove_dir_all(trial.study.path(&out))?;
    }
    println!("| SIGKILL at random moments | {killed} | {kept} finished steps, all found again; same bytes |");
    Ok(())
}
