//! Trees that are written and read, and trees that contradict themselves.

use std::fs;
use std::path::PathBuf;

use ndarray::Array2;
use tempfile::TempDir;

use super::*;
use crate::Error;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn channel(name: &str, kind: &str, status: Status, x: f64) -> Channel {
    let position = (kind != "MISC").then_some([x, -30.0, 12.0]);
    let (name, kind, unit) = (name.to_owned(), kind.to_owned(), "uV".to_owned());
    Channel { name, kind, unit, status, position, region: Some("STG".to_owned()).filter(|_| x < -50.0) }
}

fn subject(name: &str, samples: usize) -> Subject {
    let bad = Status::Bad("flat half of the time".into());
    let channels = vec![
        channel("LG1", "ECOG", Status::Good, -39.0),
        channel("LG2", "ECOG", bad, -49.0),
        channel("RD1", "SEEG", Status::Good, 50.0),
        channel("DC1", "MISC", Status::Good, 0.0),
        channel("LG3", "ECOG", Status::Good, -59.0),
    ];
    let wave = |(i, channel): (usize, usize)| 20.0 * (0.1 * (channel + 1) as f64 * i as f64).sin();
    let event = |onset, word: Option<&str>| Event { onset, duration: 0.25, word: word.map(Into::into) };
    let events = vec![event(0.5, Some("the")), event(0.75, None), event(1.0, Some("gull"))];
    Subject { name: name.into(), channels, signal: Array2::from_shape_fn((samples, 5), wave), rate: 64.0, events }
}

fn dataset(samples: usize) -> Dataset {
    Dataset {
        name: "Nobody".into(),
        readme: "Made by the tests.".into(),
        authors: vec!["Nobody".into()],
        licence: Some("CC0".into()),
        task: "story".into(),
        description: None,
        space: "MNI152NLin2009cAsym".into(),
        subjects: vec![subject("01", samples), subject("02", samples)],
    }
}

/// A written tree, and what is asked of it.
struct Tree {
    folder: TempDir,
    selection: Selection,
}

impl Tree {
    fn new(dataset: &Dataset) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        write(folder.path(), dataset)?;
        let selection = Selection {
            folder: folder.path().to_owned(),
            task: "story".into(),
            derivative: None,
            description: None,
            subjects: Vec::new(),
            start: 0.0,
            landmark: Some(Landmark::heschl()),
            surfaces: None,
            preparation: None,
            threads: 1,
        };
        Ok(Self { folder, selection })
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn edit(&self, file: &str, from: &str, to: &str) -> Outcome {
        let text = fs::read_to_string(self.path(file))?;
        assert!(text.contains(from), "{file}: {text}");
        Ok(fs::write(self.path(file), text.replacen(from, to, 1))?)
    }

    /// What reading says is wrong, with paths inside the folder.
    fn said(&self) -> String {
        let said = read(&self.selection).err().map(|error| error.to_string()).unwrap_or_default();
        let folder = self.folder.path().display().to_string();
        said.replace(&format!("{folder}/"), "").replace(&folder, "it")
    }
}

#[test]
fn what_is_written_is_read_with_names_distances_and_what_is_left_out() -> Outcome {
    let whole = dataset(256);
    let tree = Tree::new(&whole)?;
    let found = read(&tree.selection)?;
    assert_eq!((found.listeners.len(), found.refusals.len()), (2, 0));
    let Listener { recording, targets, left_out, files, .. } = &found.listeners[0];
    assert_eq!((recording.subject(), recording.sampling().step()), ("01", 1.0 / 64.0));
    assert_eq!(
        (recording.targets(), recording.signal().dim()),
        (&["LG1", "RD1", "LG3"].map(String::from)[..], (256, 3))
    );
    for (column, written) in [(0, 0), (1, 2), (2, 4)] {
        let (a, b) = (recording.signal(), &whole.subjects[0].signal);
        assert!((0..256).all(|i| (a[[i, column]] - b[[i, written]]).abs() < 40.0 / 65_535.0), "{column}");
    }
    // The left landmark is at (-39, -30, 12), the right one at (39, -30, 12).
    let distances: Vec<f64> = targets.iter().filter_map(|target| target.distance).collect();
    assert_eq!(distances, [0.0, 11.0, 20.0]);
    assert_eq!(
        (targets[2].region.as_deref(), &targets[0].region, targets[0].patient.as_deref()),
        (Some("STG"), &None, Some("01"))
    );
    let reasons: Vec<_> = left_out.iter().map(|left| format!("{} {}", left.channel, left.reason)).collect();
    assert_eq!(reasons, ["LG2 bad: flat half of the time", "DC1 type MISC"]);
    assert_eq!(files.len(), 5);
    Ok(())
}

#[test]
fn trees_have_the_same_bytes_and_odd_lengths_come_back() -> Outcome {
    let (a, b) = (Tree::new(&dataset(257))?, Tree::new(&dataset(257))?);
    for file in ["dataset_description.json", "sub-01/ieeg/sub-01_task-story_ieeg.edf"] {
        assert_eq!(fs::read(a.path(file))?, fs::read(b.path(file))?);
    }
    assert_eq!(read(&a.selection)?.listeners[0].recording.signal().nrows(), 257);
    Ok(())
}

#[test]
fn a_table_may_begin_with_a_mark_and_say_that_nothing_is_known() -> Outcome {
    let tree = Tree::new(&dataset(256))?;
    let table = "sub-01/ieeg/sub-01_task-story_channels.tsv";
    tree.edit(table, "name\t", "\u{feff}name\t")?;
    tree.edit(table, "64\tgood", "n/a\tn/a")?;
    let electrodes = "sub-01/ieeg/sub-01_space-MNI152NLin2009cAsym_electrodes.tsv";
    tree.edit(electrodes, "-39\t-30\t12", "n/a\tn/a\tn/a")?;
    tree.edit("sub-01/ieeg/sub-01_space-MNI152NLin2009cAsym_coordsystem.json", "\"mm\"", "\"m\"")?;
    tree.edit(electrodes, "50\t-30\t12", "0.05\t-0.030\t0.012")?;
    let listener = read(&tree.selection)?.listeners.swap_remove(0);
    assert_eq!((listener.recording.targets().len(), listener.targets[0].distance), (3, None));
    assert!((listener.targets[1].distance.unwrap_or(f64::NAN) - 11.0).abs() < 1e-9);
    Ok(())
}

#[test]
fn notes_of_the_whole_data_set_apply_and_sessions_are_found() -> Outcome {
    let tree = Tree::new(&dataset(256))?;
    fs::rename(tree.path("sub-01/ieeg/sub-01_task-story_ieeg.json"), tree.path("task-story_ieeg.json"))?;
    fs::remove_file(tree.path("sub-02/ieeg/sub-02_task-story_ieeg.json"))?;
    fs::create_dir_all(tree.path("sub-02/ses-a"))?;
    fs::rename(tree.path("sub-02/ieeg"), tree.path("sub-02/ses-a/ieeg"))?;
    let place = tree.path("sub-02/ses-a/ieeg");
    for kind in ["ieeg.edf", "channels.tsv"] {
        fs::rename(
            place.join(format!("sub-02_task-story_{kind}")),
            place.join(format!("sub-02_ses-a_task-story_{kind}")),
        )?;
    }
    assert_eq!(read(&tree.selection)?.listeners.len(), 2);
    tree.edit("task-story_ieeg.json", "\"SamplingFrequency\": 64.0", "\"SamplingFrequency\": 50")?;
    let other = "channel `LG1` of `sub-01/ieeg/sub-01_task-story_ieeg.edf` is sampled at 64 Hz, by `task-story_ieeg.json` at 50 Hz";
    assert_eq!(tree.said(), other);
    Ok(())
}

#[test]
fn derivatives_take_electrodes_from_the_data_set() -> Outcome {
    let mut tree = Tree::new(&dataset(256))?;
    let derived = Dataset { description: Some("highgamma".into()), ..dataset(128) };
    write(&tree.path("derivatives/prep"), &derived)?;
    fs::remove_file(tree.path("derivatives/prep/sub-01/ieeg/sub-01_space-MNI152NLin2009cAsym_electrodes.tsv"))?;
    tree.selection.subjects = vec!["sub-01".into()];
    tree.selection.derivative = Some("prep".into());
    assert!(tree.said().ends_with("no usable listener (1 refused)"), "{}", tree.said());
    tree.selection.description = Some("highgamma".into());
    let found = read(&tree.selection)?;
    let listener = &found.listeners[0];
    assert_eq!((found.listeners.len(), listener.recording.signal().nrows()), (1, 128));
    assert_eq!(listener.targets[2].distance, Some(20.0));
    Ok(())
}

#[test]
fn trees_that_contradict_themselves_are_named() -> Outcome {
    let table = "sub-01/ieeg/sub-01_task-story_channels.tsv";
    let check = |from: &str, to: &str, expected: &str| -> Outcome {
        let tree = Tree::new(&dataset(256))?;
        tree.edit(table, from, to)?;
        assert!(tree.said().ends_with(expected), "{}", tree.said());
        Ok(())
    };
    check("RD1\tSEEG", "RD9\tSEEG", "which has: `RD1`")?;
    check("64\tgood", "512\tgood", "is sampled at 64 Hz, by `sub-01/ieeg/sub-01_task-story_channels.tsv` at 512 Hz")?;
    check("64\tgood", "fast\tgood", "row 1 (from 1, below the header) has no rate in Hz: `fast`")?;
    check("64\tgood", "64\tgreat", "has a status that is neither good nor bad: `great`")?;
    check("LG3\t", "LG1\t", "row 5 (from 1, below the header) has a name that is empty or stands twice: `LG1`")?;
    check("type\t", "kind\t", "low_cutoff`, `high_cutoff`, `sampling_frequency`, `status`, `status_description`")
}

#[test]
fn other_spaces_runs_and_people_are_refused() -> Outcome {
    let mut tree = Tree::new(&Dataset { space: "Other".into(), ..dataset(256) })?;
    let said = "electrodes of `01` in `it` are in the space `Other`, distances are from posteromedial Heschl's gyrus in the space `MNI152`";
    assert_eq!(tree.said(), said);
    let own = Landmark { space: "Other".into(), left: Some([-39.0, -30.0, 12.0]), right: None, ..Landmark::heschl() };
    tree.selection.landmark = Some(own);
    let found = read(&tree.selection)?;
    assert_eq!((found.listeners[0].targets[0].distance, found.listeners[0].targets[1].distance), (Some(0.0), None));
    tree.selection.landmark = None;
    assert!(read(&tree.selection)?.listeners[0].targets.iter().all(|target| target.distance.is_none()));
    let run = tree.path("sub-01/ieeg/sub-01_task-story_run-2_ieeg.edf");
    fs::copy(tree.path("sub-01/ieeg/sub-01_task-story_ieeg.edf"), &run)?;
    let runs = "`sub-01` has 2 files `*_task-story*_ieeg, _eeg or _meg` instead of one: `ieeg/sub-01_task-story_ieeg.edf`, `ieeg/sub-01_task-story_run-2_ieeg.edf`";
    assert_eq!(tree.said(), runs);
    tree.selection.subjects = vec!["7".into()];
    assert_eq!(tree.said(), "`it` has no subject `7`, only: `01`, `02`");
    Ok(())
}

#[test]
fn words_are_read_from_events() -> Outcome {
    let tree = Tree::new(&dataset(256))?;
    let story = read_words(&tree.path("sub-01/ieeg/sub-01_task-story_events.tsv"), "word")?;
    let time = story.words()[1].time.map(|time| (time.onset(), time.offset()));
    assert_eq!((story.text(), story.words().len(), time), ("the gull", 2, Some((1.0, 1.25))));
    let absent = read_words(&tree.path("sub-01/ieeg/sub-01_task-story_events.tsv"), "text");
    assert!(
        absent.is_err_and(|error| error.to_string().ends_with("no column `text`, only: `onset`, `duration`, `word`"))
    );
    Ok(())
}

#[test]
fn names_that_files_cannot_have_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |dataset: &Dataset| write(folder.path(), dataset).err().map(|error: Error| error.to_string());
    let named = |subject: &str| Dataset {
        subjects: vec![Subject { name: subject.into(), ..self::subject("1", 8) }],
        ..dataset(8)
    };
    assert!(said(&named("p_1")).is_some_and(|said| said.contains("a subject") && said.ends_with("`p_1`")));
    assert!(said(&Dataset { task: String::new(), ..dataset(8) }).is_some_and(|said| said.contains("a task")));
    let mut odd = dataset(64);
    odd.subjects[0].channels[0].region = Some("a\tb".into());
    assert!(said(&odd).is_some_and(|said| said.contains("a text with tabs")));
    odd.subjects[0].channels.pop();
    assert!(said(&odd).is_some());
}

/// A plane through the left landmark as FreeSurfer's triangles: z = 12, a point every 2 mm.
fn plane() -> Vec<u8> {
    let (columns, rows) = (21_i32, 11_i32);
    let mut bytes = b"\xff\xff\xfemade by the tests\n\n".to_vec();
    let mut int = |value: i32| bytes.extend(value.to_be_bytes());
    int(columns * rows);
    int(2 * (columns - 1) * (rows - 1));
    for point in 0..columns * rows {
        let (x, y) = (-70 + 2 * (point % columns) + 1, -40 + 2 * (point / columns));
        [x as f32, y as f32, 12.0].iter().for_each(|value| bytes.extend(value.to_be_bytes()));
    }
    let mut int = |value: i32| bytes.extend(value.to_be_bytes());
    for (row, column) in (0..rows - 1).flat_map(|row| (0..columns - 1).map(move |column| (row, column))) {
        let corner = row * columns + column;
        [corner, corner + 1, corner + columns].iter().for_each(|vertex| int(*vertex));
        [corner + 1, corner + columns + 1, corner + columns].iter().for_each(|vertex| int(*vertex));
    }
    bytes
}

#[test]
fn distances_follow_a_surface_where_there_is_one() -> Outcome {
    let mut tree = Tree::new(&dataset(256))?;
    fs::write(tree.path("lh.plane"), plane())?;
    let of = |left: PathBuf| {
        Some(Surfaces { left: Some(left), right: None, left_regions: None, right_regions: None, limit: 3.0 })
    };
    for file in ["lh.plane", "sub-{subject}.plane"] {
        for subject in ["01", "02"] {
            fs::copy(tree.path("lh.plane"), tree.path(&format!("sub-{subject}.plane")))?;
        }
        tree.selection.surfaces = of(tree.path(file));
        let found = read(&tree.selection)?;
        let distances: Vec<Option<f64>> = found.listeners[1].targets.iter().map(|target| target.distance).collect();
        // The right hemisphere has no surface, so its electrode has no distance.
        assert_eq!((distances[0], distances[1]), (Some(0.0), None));
        assert!(distances[2].is_some_and(|distance| (distance - 20.0).abs() < 1e-4), "{distances:?}");
    }
    tree.selection.surfaces = of(tree.path("README"));
    assert!(tree.said().contains("use the surface `README`"), "{}", tree.said());
    Ok(())
}

#[test]
fn signals_are_prepared_as_they_are_read() -> Outcome {
    use gyrus_signals::{Pipeline, Resample, Step};
    let mut tree = Tree::new(&dataset(256))?;
    let steps = vec![Step::Resample(Resample { rate: 32.0 })];
    tree.selection.preparation = Some(Pipeline { steps, ..Pipeline::default() });
    let found = read(&tree.selection)?;
    let recording = &found.listeners[0].recording;
    assert_eq!((recording.signal().dim(), recording.sampling().step()), ((128, 3), 1.0 / 32.0));
    Ok(())
}

/// A derivative's recording has channels of its own; the raw table only says which of them are good.
#[test]
fn a_derivative_is_read_by_its_own_channels() -> Outcome {
    use gyrus_formats::{ChannelKind, fif};
    let mut tree = Tree::new(&dataset(256))?;
    let folder = tree.path("derivatives/made/sub-01/ieeg");
    fs::create_dir_all(&folder)?;
    let channel = |name: &str, kind| fif::FifChannel { name: name.to_owned(), kind, unit: "V".into(), position: None };
    let channels = vec![
        channel("LG3", ChannelKind::Ecog),
        channel("LG2", ChannelKind::Ecog),
        channel("NEW", ChannelKind::Seeg),
        channel("TRIG", ChannelKind::Stimulus),
    ];
    let header = fif::FifHeader { channels, rate: 32.0, band: [0.0, 16.0] };
    let path = folder.join("sub-01_task-story_desc-highgamma_ieeg.fif");
    fif::write_fif(&path, &header, [Array2::from_shape_fn((64, 4), |(i, j)| (i * (j + 1)) as f32)])?;
    tree.selection.derivative = Some("made".into());
    tree.selection.description = Some("highgamma".into());
    let found = read(&tree.selection)?;
    let Listener { recording, targets, left_out, .. } = &found.listeners[0];
    assert_eq!((recording.targets(), recording.sampling().step()), (&["LG3", "NEW"].map(String::from)[..], 1.0 / 32.0));
    assert_eq!((targets[0].distance, targets[1].distance), (Some(20.0), None));
    let reasons: Vec<_> = left_out.iter().map(|left| format!("{}: {}", left.channel, left.reason)).collect();
    let expected = [
        "LG2: bad: flat half of the time",
        "TRIG: type unknown",
        "LG1: not in the recording",
        "RD1: not in the recording",
    ];
    assert!(expected.iter().all(|reason| reasons.iter().any(|own| own == reason)), "{reasons:?}");
    Ok(())
}
