//! What is known of each target: whose it is, how far from auditory cortex, and with which others it shares a penalty.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use gyrus_recordings::{Target, read_targets};
use gyrus_study::{Error, Place, penalty_groups};

use super::responses::Responses;

/// A table with a row for each target.
#[derive(Debug)]
pub struct TargetTable {
    path: PathBuf,
    targets: Vec<Target>,
}

/// Fewest targets whose values can be held against distance.
const FEWEST: usize = 3;

impl TargetTable {
    /// Reads the file `path`, of the targets of `responses`.
    ///
    /// # Errors
    /// It cannot be read, or has not one row for each target.
    pub fn open(path: &Path, responses: &Responses) -> Result<Self, Error> {
        let targets = read_targets(path)?;
        let (found, expected) = (targets.len(), responses.targets());
        let (path, other) = (path.to_owned(), responses.file().path().to_owned());
        if found == expected {
            Ok(Self { path, targets })
        } else {
            Err(Error::TargetRows { path, found, other, expected })
        }
    }

    /// The group of each target, a number.
    ///
    /// # Errors
    /// No target has one.
    pub fn groups(&self) -> anyhow::Result<Vec<usize>> {
        let some = self.targets.iter().any(|target| target.group.is_some());
        ensure!(some, "no target of `{}` has a group: `--share groups` needs the column `group`", self.path.display());
        Ok(penalty_groups(&self.targets))
    }

    /// The targets whose distance is known, and the patients that they are of.
    ///
    /// # Errors
    /// There are fewer than hierarchy alignment needs, or it is not known whose one is.
    pub fn places(&self) -> anyhow::Result<(Vec<Place>, Vec<String>)> {
        let path = self.path.display();
        let (mut places, mut patients) = (Vec::new(), Vec::<String>::new());
        for (column, target) in self.targets.iter().enumerate() {
            let Some(distance) = target.distance else { continue };
            let Some(patient) = &target.patient else {
                bail!("target {column} (from 0) of `{path}` has a distance, `{distance}`, and no `patient`")
            };
            let known = patients.iter().position(|other| other == patient).unwrap_or(patients.len());
            if known == patients.len() {
                patients.push(patient.clone());
            }
            places.push(Place { patient: known, target: target.name.clone(), column, distance });
        }
        ensure!(
            places.len() >= FEWEST,
            "`{path}` has a `distance` of {} targets, hierarchy alignment needs {FEWEST} or more",
            places.len()
        );
        Ok((places, patients))
    }

    /// Number of targets.
    pub fn len(&self) -> usize {
        self.targets.len()
    }
}
