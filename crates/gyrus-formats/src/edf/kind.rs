//! What a signal measures, by the standard texts of EDF+: the label begins with the type, `EEG Fp1`.

use crate::ChannelKind;

/// Types as labels spell them, in any case; the second list is no part of the standard and in use.
const TYPES: [(&str, ChannelKind); 14] = [
    ("EEG", ChannelKind::Eeg),
    ("ECG", ChannelKind::Ecg),
    ("EKG", ChannelKind::Ecg),
    ("EOG", ChannelKind::Eog),
    ("EMG", ChannelKind::Emg),
    ("MEG", ChannelKind::Meg),
    ("Sound", ChannelKind::Audio),
    ("Event", ChannelKind::Stimulus),
    ("ECOG", ChannelKind::Ecog),
    ("SEEG", ChannelKind::Seeg),
    ("DBS", ChannelKind::Dbs),
    ("Status", ChannelKind::Stimulus),
    ("Trigger", ChannelKind::Stimulus),
    ("TRIG", ChannelKind::Stimulus),
];

/// The kind that a label says, which is its first word.
pub(super) fn kind(label: &str) -> ChannelKind {
    let word = label.split(' ').next().unwrap_or_default();
    let said = TYPES.iter().find(|(text, _)| text.eq_ignore_ascii_case(word));
    said.map_or(ChannelKind::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_says_it() {
        assert_eq!(kind("EEG Fp1-A2"), ChannelKind::Eeg);
        assert_eq!(kind("ECoG LG12"), ChannelKind::Ecog);
        assert_eq!(kind("Status"), ChannelKind::Stimulus);
        assert_eq!(kind("EEGish 1"), ChannelKind::Other);
        assert_eq!(kind(""), ChannelKind::Other);
    }
}
