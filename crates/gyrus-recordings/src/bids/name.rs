//! Names of files as BIDS makes them: `sub-01_task-story_desc-highgamma_ieeg.edf`.

/// A file's name in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// Keys and values in the order of the name: `sub` and `01`, `task` and `story`.
    entities: Vec<(String, String)>,
    /// What the file holds: `ieeg`, `channels`.
    pub suffix: String,
    /// From the first dot on, in lower case, the dot included.
    pub extension: String,
}

impl Name {
    /// The parts of a file's name; nothing if it is no such name.
    pub fn parse(file: &str) -> Option<Self> {
        let (stem, extension) = file.split_once('.')?;
        let mut parts: Vec<&str> = stem.split('_').collect();
        let suffix = parts.pop()?.to_owned();
        let entity = |part: &str| part.split_once('-').map(|(key, value)| (key.to_owned(), value.to_owned()));
        let entities = parts.into_iter().map(entity).collect::<Option<Vec<_>>>()?;
        let extension = format!(".{}", extension.to_ascii_lowercase());
        Some(Self { entities, suffix, extension })
    }

    /// The value of a key, if the name has it.
    pub fn entity(&self, key: &str) -> Option<&str> {
        self.entities.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    /// Whether every key but `free` is one of `other`, with its value: a note of this name then applies to that file.
    pub fn applies_to(&self, other: &Self, free: &str) -> bool {
        self.entities.iter().all(|(key, value)| key == free || other.entity(key) == Some(value))
    }

    /// How many keys the name has: the more, the closer a note is to its file.
    pub fn len(&self) -> usize {
        self.entities.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_applies_to_files_that_have_all_its_parts() {
        let file = Name::parse("sub-01_task-story_run-2_ieeg.EDF").expect("a name");
        assert_eq!((file.suffix.as_str(), file.extension.as_str(), file.entity("run")), ("ieeg", ".edf", Some("2")));
        let applies = |note: &str| Name::parse(note).is_some_and(|note| note.applies_to(&file, "space"));
        assert!(applies("task-story_ieeg.json") && applies("sub-01_space-MNI152Lin_electrodes.tsv"));
        assert!(!applies("sub-02_task-story_ieeg.json") && !applies("sub-01_acq-ecog_ieeg.json"));
        assert_eq!(Name::parse("README"), None);
    }
}
