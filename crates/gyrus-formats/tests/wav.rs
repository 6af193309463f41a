//! WAV files by scipy, by Python's own module, and by hand.

use std::fs;

use fixtures::{Outcome, array, expected, fixture, said, same};
use gyrus_formats::wav::{WavChannel, WavFile};
use ndarray::Axis;

mod fixtures;

#[test]
fn every_encoding_is_read_from_minus_one_to_one() -> Outcome {
    for (name, expected) in expected("wav").as_object().expect("sounds") {
        let (file, expected) = (WavFile::open(&fixture(&format!("wav/{name}.wav")))?, array(expected));
        assert_eq!((file.rate(), file.samples(), file.seconds()), (8000.0, 160, 0.02), "{name}");
        assert_eq!(file.channels(), expected.shape()[1], "{name}");
        for channel in 0..file.channels() {
            let found = file.read_samples(WavChannel::One(channel), 0..160)?;
            same(&found.into_dyn(), &expected.index_axis(Axis(1), channel).to_owned(), 1e-11, name);
        }
        let mean = expected.mean_axis(Axis(1)).expect("channels");
        same(&file.read_samples(WavChannel::Mean, 0..160)?.into_dyn(), &mean, 1e-11, name);
    }
    Ok(())
}

#[test]
fn stretches_of_seconds_meet() -> Outcome {
    let file = WavFile::open(&fixture("wav/i24.wav"))?;
    let all = file.read(WavChannel::Mean, 0.0..file.seconds())?;
    let cuts = [0.0, 0.004, 0.01004, 0.0133, 0.02];
    let parts =
        cuts.windows(2).map(|cut| file.read(WavChannel::Mean, cut[0]..cut[1])).collect::<Result<Vec<_>, _>>()?;
    assert_eq!(parts.into_iter().flatten().collect::<Vec<f64>>(), all.to_vec());
    let late = said(file.read(WavChannel::Mean, 0.01..0.03));
    assert!(late.ends_with("seconds are not all within the 0.02 s of the sound: `0.01 .. 0.03`"), "{late}");
    assert!(said(file.read(WavChannel::Mean, f64::NAN..0.01)).contains("seconds are not"));
    assert!(said(file.read(WavChannel::One(2), 0.0..0.01)).ends_with("channel is not among 2 channels, from 0: `2`"));
    Ok(())
}

#[test]
fn headers_that_lie_are_said() -> Outcome {
    assert!(said(WavFile::open(&fixture("wav/compressed.wav"))).ends_with("its number is: `85`"));
    assert!(said(WavFile::open(&fixture("wav/expected.json"))).contains("is no WAV file"));
    let whole = fs::read(fixture("wav/i16.wav"))?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("a.wav");
    let check = |change: &dyn Fn(&mut Vec<u8>), expected: &str| -> Outcome {
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(&path, bytes)?;
        let said = said(WavFile::open(&path));
        assert!(said.contains(expected), "{said}");
        Ok(())
    };
    check(&|bytes| bytes.truncate(100), "has 100 bytes, its header says 684")?;
    check(&|bytes| bytes.truncate(40), "is where the sound should begin, and the file ends at: `40`")?;
    check(&|bytes| bytes.truncate(5), "has 5 bytes, its header says 12")?;
    check(&|bytes| bytes[22] = 0, "has no rate or no channels")?;
    check(&|bytes| bytes[22] = 3, "whose bytes do not fit its channels: `4`")?;
    check(&|bytes| bytes[40] -= 1, "is no whole number of samples of 4 bytes: `639`")?;
    check(&|bytes| bytes[34] = 20, "has whole numbers of other than 8, 16, 24 or 32 bits: `20`")
}
