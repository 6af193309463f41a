//! The study files of the repository can be read, whether or not what they name is at hand.

use std::error::Error;
use std::fs;

use gyrus_study::Study;

#[test]
fn every_study_file_can_be_read_and_has_its_own_name() -> Result<(), Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir("../studies")? {
        let path = entry?.path();
        let study = Study::open(&path)?;
        assert_eq!(path.file_stem().and_then(|stem| stem.to_str()), Some(study.name.as_str()));
        names.push(study.name);
    }
    names.sort();
    let expected = [
        "alice",
        "brain-treebank",
        "lebel",
        "little-prince",
        "meg-masc",
        "narratives",
        "natural-stories",
        "paper",
        "paper-quick",
        "podcast",
        "podcast-models",
        "small",
    ];
    assert_eq!(names, expected);
    Ok(())
}

#[test]
fn twelve_models_of_ten_families_hear_the_podcast() -> Result<(), Box<dyn Error>> {
    let study = Study::open("../studies/podcast-models.toml".as_ref())?;
    let mut families: Vec<_> = study.models.iter().filter_map(|model| model.family.as_deref()).collect();
    families.dedup();
    assert_eq!((study.models.len(), families.len()), (12, 10));
    assert!(study.bids.is_some() && study.models.iter().filter(|model| model.tokens.is_none()).count() == 4);
    Ok(())
}

#[test]
fn the_recipe_of_the_podcast_has_its_128_lags_and_folds() -> Result<(), Box<dyn Error>> {
    let study = Study::open("../studies/podcast.toml".as_ref())?;
    let lags = study.lags.ok_or("rows are words")?;
    let all = lags.lags();
    assert_eq!((all.len(), all[0], all[127], lags.main_at()), (128, -2.0, 1.968_75, Some(72)));
    assert_eq!((study.encoding.folds, study.encoding.inner_folds, study.encoding.components), (2, 5, None));
    assert!(study.controls.words.is_empty());
    Ok(())
}
