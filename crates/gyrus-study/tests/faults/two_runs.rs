//! Two runs at once on one folder of results.

use std::path::Path;

use crate::trial::{Outcome, Trial, kills};

#[test]
fn of_two_runs_at_once_one_is_told_of_the_other() -> Outcome {
    let trial = Trial::new()?;
    let asked = kills(2).min(20);
    for _ in 0..asked {
        let out = Path::new("both");
        let mut first = trial.command(&[], out).spawn()?;
        let second = trial.run(out)?;
        let first = first.wait()?.success();
        match (first, second.status) {
            // They did not meet: the second found everything, or ran after a first that was refused.
            (true, Some(0)) => {}
            (true, _) => assert!(second.refusal()?.contains("writes to these results"), "{second:?}"),
            (false, status) => assert_eq!(status, Some(0), "{second:?}"),
        }
        trial.is_whole(out)?;
        std::fs::remove_dir_all(trial.study.path(out))?;
    }
    println!("| two runs at once | {asked} | one refused, naming the other; same bytes |");
    Ok(())
}
