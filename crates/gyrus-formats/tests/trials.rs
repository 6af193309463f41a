//! Trials in the layouts of naplib and CND, in MATLAB's versions 5, 7 and 7.3.

use fixtures::{Outcome, array, expected, fixture, said, same};
use gyrus_formats::cnd::{read_recording, read_stimulus};
use gyrus_formats::naplib::read_naplib;
use ndarray::Array2;
use serde_json::Value as Json;

mod fixtures;

/// That matrices are what Python says.
fn check<'a>(found: impl IntoIterator<Item = &'a Array2<f64>>, expected: &Json, what: &str) {
    let (found, list): (Vec<_>, _) = (found.into_iter().collect(), expected.as_array().expect("matrices"));
    assert_eq!(found.len(), list.len(), "{what}");
    found
        .into_iter()
        .zip(list)
        .for_each(|(found, expected)| same(&found.clone().into_dyn(), &array(expected), 0.0, what));
}

#[test]
fn naplib_trials_are_time_by_channels() -> Outcome {
    let values = expected("naplib");
    for name in ["naplib/naplib-v5.mat", "naplib/naplib-v73.mat", "naplib/naplib-export.mat"] {
        let trials = read_naplib(&fixture(name))?;
        check(trials.iter().map(|trial| &trial.response), &values["resp"], name);
        check(trials.iter().filter_map(|trial| trial.spectrogram.as_ref()), &values["aud"], name);
        let trial = &trials[1];
        assert_eq!((trial.name.as_str(), trial.rate, trial.duration), ("s2", 100.0, Some(0.31)));
        assert_eq!((trial.before_after, trial.script.as_deref()), (Some([0.5, 0.25]), Some("the words of s2")));
        // The names of different lengths are padded in the export.
        assert_eq!(trial.channels, ["ch0", "ch1", if name.contains("export") { "ch2x" } else { "ch2" }]);
        let (sound, rate) = trial.sound.as_ref().expect("a sound");
        assert_eq!((sound.dim(), *rate), ((124, 1), 400.0));
        same(&sound.column(0).to_owned().into_dyn(), &array(&values["sound"][1]), 0.0, name);
    }
    let few = read_naplib(&fixture("naplib/naplib-few.mat"))?;
    assert_eq!((few.len(), few[0].response.dim(), few[0].channels.len()), (1, (12, 3), 0));
    assert!(few[0].spectrogram.is_none() && few[0].script.is_none());
    Ok(())
}

#[test]
fn cnd_has_stimuli_and_recordings() -> Outcome {
    let values = expected("cnd");
    for name in ["cnd/dataStim.mat", "cnd/dataStim-v73.mat"] {
        let stimulus = read_stimulus(&fixture(name))?;
        assert_eq!(stimulus.order, Some(vec![1, 2]));
        assert_eq!(
            (stimulus.names.as_slice(), stimulus.rate),
            (&["envelope".to_owned(), "word onset".to_owned()][..], 64.0)
        );
        for (feature, name) in stimulus.names.iter().enumerate() {
            check(stimulus.trials.iter().map(|trial| &trial[feature]), &values[name], name);
        }
    }
    for name in ["cnd/dataSub1.mat", "cnd/dataSub2.mat"] {
        let eeg = read_recording(&fixture(name))?;
        check(&eeg.trials, &values["eeg"], name);
        check(&eeg.external[0].trials, &values["external"], name);
        assert_eq!((eeg.rate, eeg.device.as_deref(), eeg.order), (64.0, Some("BioSemi"), Some(vec![2, 1])));
        assert_eq!((eeg.channels.len(), eeg.external[0].description.as_str()), (4, "Mastoids"));
        assert_eq!((eeg.channels[2].name.as_str(), eeg.channels[2].position), ("A3", Some([2.0, 0.5, -2.0])));
    }
    Ok(())
}

#[test]
fn other_files_say_what_they_lack() {
    let said = |result| said(result);
    assert!(said(read_naplib(&fixture("cnd/dataSub1.mat")).map(drop)).ends_with("has no variable `out`; it has `eeg`"));
    assert!(
        said(read_stimulus(&fixture("cnd/dataSub2.mat")).map(drop)).ends_with("has no variable `stim`; it has `eeg`")
    );
    assert!(said(read_recording(&fixture("matlab/v7.mat")).map(drop)).contains("has no variable `eeg`; it has"));
}
