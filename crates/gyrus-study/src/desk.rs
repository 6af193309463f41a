//! What every step has in front of it, and how a step is run once.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use gyrus_activations::Device;
use gyrus_encoding::Design;
use gyrus_types::Progress;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cache::{Cache, Reason, Stage};
use crate::cost::{self, Sizes};
use crate::hash::text_hash;
use crate::piece::{Piece, piece_file};
use crate::run::{Options, Pieces};
use crate::settings::Study;
use crate::steps::clock::Clock;
use crate::steps::extraction;
use crate::steps::material::Material;
use crate::store::{read_json, write_json};
use crate::{Error, Event};

/// What every step has in front of it.
pub(crate) struct Desk<'a> {
    pub study: &'a Study,
    pub device: &'a Device,
    pub material: &'a Material,
    pub clock: &'a Clock,
    pub design: &'a Design,
    pub options: &'a Options,
    pub cache: Cache,
    pub on_event: &'a mut dyn FnMut(Event),
    /// How many panels are fitted, once that is known.
    pub n_panels: OnceCell<usize>,
    /// What the cost of steps depends on, once it is known.
    pub sizes: OnceCell<Sizes>,
    /// The piece that is being made.
    piece: Option<Piece<'a>>,
    ran: usize,
    found: usize,
}

impl<'a> Desk<'a> {
    /// A desk on which so many steps ran already, and were found.
    pub fn new(
        (study, options, device): (&'a Study, &'a Options, &'a Device),
        (material, clock, design): (&'a Material, &'a Clock, &'a Design),
        on_event: &'a mut dyn FnMut(Event),
        (ran, found): (usize, usize),
    ) -> Self {
        let (cache, n_panels, sizes) = (Cache::new(&options.out), OnceCell::new(), OnceCell::new());
        Self {
            study,
            device,
            material,
            clock,
            design,
            options,
            cache,
            on_event,
            n_panels,
            sizes,
            piece: None,
            ran,
            found,
        }
    }

    /// Steps that ran so far.
    pub fn ran(&self) -> usize {
        self.ran
    }

    /// Steps that were found finished so far.
    pub fn found(&self) -> usize {
        self.found
    }

    /// Names and hashes of models and features, in the order of the study: part of the key of every step that compares them.
    pub fn models_key(&self) -> String {
        let names = self.study.names();
        names.map(|name| format!("{name}={} ", self.material.model_hash(name))).collect()
    }

    /// What decides how states become features, and features scores.
    pub fn analysis_key(&self) -> String {
        let study = self.study;
        let rows = format!("{:?} {:?} {:?} {:?}", study.scans, study.lags, study.controls, study.encoding);
        format!("{rows} {} {} {}", study.seed, self.material.data_hash, self.material.story_hash)
    }

    /// Hash of what stands in the results' `files`, which earlier steps left; one that is not there counts as such.
    pub fn content_key(&self, files: &[PathBuf]) -> String {
        let hash = |file: &PathBuf| self.cache.hash(file).unwrap_or_else(|_| "absent".into());
        text_hash(&files.iter().map(hash).collect::<Vec<_>>().join(" "))
    }

    /// Where `file` stands in the results.
    pub fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.options.out.join(file)
    }

    /// Whether this run makes `piece`, or finds it.
    pub fn makes(&self, piece: &Piece) -> bool {
        match self.options.pieces {
            Pieces::Of(shard) => shard.has(piece.place),
            Pieces::All | Pieces::Found => true,
        }
    }

    /// Makes those of `pieces` that this run makes, each by `make`, in their order.
    ///
    /// A part makes states that it needs and that are not there yet itself, or waits for the part that is making them; pieces
    /// that need not wait come first.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn each(
        &mut self,
        pieces: Vec<Piece<'a>>,
        mut make: impl FnMut(&mut Self, &Piece<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let beside_others = matches!(self.options.pieces, Pieces::Of(_)) && !self.options.dry_run;
        let own = pieces.into_iter().filter(|piece| self.makes(piece));
        let (own, waiting): (Vec<_>, Vec<_>) =
            own.partition(|piece| !beside_others || extraction::all_there(self, &piece.reads));
        let total = (own.len() + waiting.len()) as u64;
        for (done, piece) in (1..).zip(own.into_iter().chain(waiting)) {
            if beside_others {
                extraction::require(self, &piece.reads)?;
            }
            self.piece = Some(piece.clone());
            let made = make(self, &piece);
            self.piece = None;
            made?;
            if piece.is_small() && !self.options.dry_run {
                let (step, progress) = (piece.step.to_owned(), Progress { done, total });
                (self.on_event)(Event::Progress { step, progress, unit: "pieces" });
            }
        }
        Ok(())
    }

    /// As [`Self::step`], for a piece that is left in one file of JSON.
    ///
    /// # Errors
    /// Those of `work`, or a file that cannot be written.
    pub fn piece<T: Serialize>(
        &mut self,
        piece: &Piece,
        parts: &[&str],
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(), Error> {
        self.step(&piece.step_name(), parts, |desk| {
            let made = work(desk)?;
            let file = piece_file(piece.step, &piece.name);
            write_json(&desk.path(&file), &made)?;
            Ok(vec![file])
        })
    }

    /// The pieces of the step `step` of the models and features `names`, in their order.
    ///
    /// # Errors
    /// A file that cannot be read or understood.
    pub fn read_pieces<'n, T: DeserializeOwned>(
        &self,
        step: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<T>, Error> {
        names.into_iter().map(|name| read_json(&self.path(piece_file(step, name)))).collect()
    }

    /// Hash of the pieces of the step `step`.
    pub fn pieces_key<'n>(&self, step: &str, names: impl IntoIterator<Item = &'n str>) -> String {
        self.content_key(&names.into_iter().map(|name| piece_file(step, name)).collect::<Vec<_>>())
    }

    /// Runs `work` for the step `name` decided by `parts`, unless it is found finished.
    /// `work` returns the files it wrote, paths within the results folder.
    ///
    /// # Errors
    /// [`Error::InStep`] with what failed, [`Error::Piece`] for a piece that is not there where parts are put together.
    pub fn step(
        &mut self,
        name: &str,
        parts: &[&str],
        work: impl FnOnce(&mut Self) -> Result<Vec<PathBuf>, Error>,
    ) -> Result<(), Error> {
        let (stage, step) = (self.stage(name, parts), name.to_owned());
        let small = self.piece.as_ref().is_some_and(Piece::is_small);
        let Some(reason) = self.lacks(&stage) else {
            self.found += 1;
            (self.on_event)(Event::Found { step, small });
            return Ok(());
        };
        if self.options.dry_run {
            return self.plan(name, Some(reason));
        }
        if self.options.pieces == Pieces::Found && self.piece.is_some() {
            return Err(Error::Piece { step });
        }
        (self.on_event)(Event::Begun { step: step.clone(), small });
        let files = work(self).map_err(|source| Error::InStep { step: step.clone(), source: Box::new(source) })?;
        self.cache.remember(&stage, &files)?;
        self.ran += 1;
        (self.on_event)(Event::Finished { step, small });
        Ok(())
    }

    /// The step `name` with everything that decides it.
    pub fn stage(&self, name: &str, parts: &[&str]) -> Stage {
        // Everything but models themselves runs on the processor.
        let device = if runs_models(name) { self.device.name() } else { "cpu" };
        Stage::new(name, &self.options.program, [device, instruction_set()], parts)
    }

    /// Why `stage` has to be made anew; nothing if it is finished and whole. What parts made counts wherever they did.
    pub fn lacks(&self, stage: &Stage) -> Option<Reason> {
        self.options.pieces.lacks(&self.cache, stage)
    }

    /// Says that a dry run would run the step `name`, and what that would take.
    ///
    /// # Errors
    /// A tokenizer or window that cannot be used.
    pub fn plan(&mut self, name: &str, reason: Option<Reason>) -> Result<(), Error> {
        self.ran += 1;
        let cost = cost::expected(self, name, self.piece.as_ref())?;
        let (step, small) = (name.to_owned(), self.piece.as_ref().is_some_and(Piece::is_small));
        let piece = self.piece.as_ref().map(|piece| piece.place);
        (self.on_event)(Event::Planned { step, piece, small, cost: Some(cost), reason });
        Ok(())
    }
}

/// Whether the step `name` runs language models, and so depends on the device.
fn runs_models(name: &str) -> bool {
    name == "text" || ["activations-", "benchmarks-"].iter().any(|start| name.starts_with(start))
}

/// The widest vector instructions of this processor, which decide how sums are rounded.
pub(crate) fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            return "x86-64 with AVX-512";
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            return "x86-64 with AVX2";
        }
    }
    std::env::consts::ARCH
}
