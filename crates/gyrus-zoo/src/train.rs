//! From a recipe to a folder for every model.

use std::path::{Path, PathBuf};

use gyrus_activations::{Checkpoint, Device};
use gyrus_windows::learn_tokenizer;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::adamw;
use crate::batches::Batches;
use crate::corpus::{Corpus, ids};
use crate::folder::{write_json, write_model, write_tokenizer};
use crate::gradient::Slope;
use crate::held_out::HeldOut;
use crate::progress::Step;
use crate::recipe::{Model, Recipe};
use crate::schedule::learning_rate;
use crate::state::{State, hex, state_path};
use crate::trained::{LogLine, Trained};

/// Where a training goes on, and how far.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the models, the tokenizer, and the states of trainings that are not finished.
    pub out: PathBuf,
    /// Train these models alone; all if there are none.
    pub only: Vec<String>,
    /// Stop after so many steps in all, as if killed.
    pub most: Option<u64>,
}

/// Trains every model of `recipe` that is not trained yet, and gives them all in the recipe's order.
///
/// A training that was interrupted goes on from its last saved state, to the same weights.
/// All settings, texts and configurations are checked before the first step.
///
/// # Errors
/// Any [`Error`]; what was finished before stays.
pub fn train(
    recipe: &Recipe,
    device: &Device,
    options: &Options,
    on_step: &mut dyn FnMut(Step<'_>),
) -> Result<Vec<Trained>, Error> {
    let (mut trainer, plans) = Trainer::new(recipe, device, options)?;
    let mut trained = Vec::new();
    for plan in &plans {
        match trainer.model(plan, on_step)? {
            models if models.is_empty() => break,
            models => trained.extend(models),
        }
    }
    Ok(trained)
}

/// Everything that the models share.
struct Trainer<'a> {
    recipe: &'a Recipe,
    device: &'a Device,
    out: &'a Path,
    tokenizer: String,
    batches: Batches,
    held_out: Vec<HeldOut>,
    /// Steps that may still be done.
    left: Option<u64>,
}

/// One model as it begins.
struct Plan {
    model: Model,
    beginning: Checkpoint,
    key: String,
}

impl<'a> Trainer<'a> {
    fn new(recipe: &'a Recipe, device: &'a Device, options: &'a Options) -> Result<(Self, Vec<Plan>), Error> {
        for name in &options.only {
            if recipe.models.iter().all(|model| model.name != *name) {
                return Err(recipe.refuse("models", name, "the name of a model in the recipe"));
            }
        }
        let training = &recipe.training;
        let beginnings = recipe.models.iter().map(|model| beginning(recipe, model)).collect::<Result<Vec<_>, _>>()?;
        let corpus = Corpus::read(recipe)?;
        let tokenizer = learn_tokenizer(&corpus.learnt.join(" "), recipe.tokenizer.vocabulary)?;
        let opened = write_tokenizer(&options.out, &tokenizer, training.length)?;
        let parts = corpus.learnt.iter().map(|text| ids(text, &opened)).collect::<Result<Vec<_>, _>>()?;
        let batches =
            Batches { ids: parts.concat(), length: training.length, sequences: training.sequences, seed: recipe.seed };
        let (tokens, least) = (batches.ids.len(), training.length + 1);
        if tokens < least {
            return Err(Error::TooShort { part: "training".into(), tokens, least });
        }
        let held_out = HeldOut::all(&corpus, &opened, training.length)?;
        let wanted = |model: &Model| options.only.is_empty() || options.only.contains(&model.name);
        let plans = recipe.models.iter().zip(beginnings).filter(|(model, _)| wanted(model));
        let plans = plans.map(|(model, beginning)| {
            let key = key(recipe, model, device, &batches.ids);
            Plan { model: model.clone(), beginning, key }
        });
        let plans = plans.collect();
        Ok((Self { recipe, device, out: &options.out, tokenizer, batches, held_out, left: options.most }, plans))
    }

    /// One model after all its steps, and after those where it is written too.
    fn model(&mut self, plan: &Plan, on_step: &mut dyn FnMut(Step<'_>)) -> Result<Vec<Trained>, Error> {
        let (model, training) = (&plan.model, &self.recipe.training);
        let path = state_path(self.out, &model.name);
        if let Some(found) = self.found(plan)? {
            return forget(&path).map(|()| found);
        }
        let mut state = State::new(&plan.key, plan.beginning.weights()?).resumed(&path)?;
        let slope = Slope::new(&plan.beginning, self.device, training.length, training.together)?;
        let written = model.written_after();
        while state.about.done < model.steps && self.left != Some(0) {
            let bits = self.step(plan, &slope, &mut state)?;
            let done = state.about.done;
            let mut held_out = None;
            if written.contains(&done) {
                held_out = Some(self.write(plan, &state)?.bits_per_character);
            }
            if done.is_multiple_of(training.save_every) && done < model.steps {
                state.save(&path)?;
            }
            on_step(Step { model: &model.name, done, total: model.steps, bits, held_out });
            self.left = self.left.map(|left| left - 1);
        }
        match self.found(plan)? {
            Some(found) => forget(&path).map(|()| found),
            None => Ok(Vec::new()),
        }
    }

    /// The model's folders, if all are there.
    fn found(&self, plan: &Plan) -> Result<Option<Vec<Trained>>, Error> {
        let folder = |step: &u64| self.out.join(plan.model.folder_after(*step));
        let mut all = Vec::new();
        for dir in plan.model.written_after().iter().map(folder) {
            match Trained::open(&dir)? {
                Some(trained) if trained.key != plan.key => return Err(Error::Foreign { path: dir }),
                Some(trained) => all.push(trained),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    /// One step; gives its bits per token.
    fn step(&self, plan: &Plan, slope: &Slope, state: &mut State) -> Result<f64, Error> {
        let (training, about) = (&self.recipe.training, &mut state.about);
        let step = about.done + 1;
        let gradient = slope.of(&state.learnt, &self.batches.of(step))?;
        let length = adamw::length(&gradient.weights);
        if !gradient.loss.is_finite() || !length.is_finite() {
            return Err(Error::Diverged { model: plan.model.name.clone(), step, loss: gradient.loss });
        }
        let rate = learning_rate(training, &plan.model, step);
        adamw::step(&mut state.learnt, &gradient.weights, training, rate, step);
        let bits = gradient.loss / std::f64::consts::LN_2;
        about.done = step;
        about.since += bits;
        if step.is_multiple_of(training.log_every) || step == plan.model.steps {
            let steps = step - about.log.last().map_or(0, |line| line.step);
            about.log.push(LogLine::new(step, about.since / steps as f64, length, rate));
            about.since = 0.0;
        }
        Ok(bits)
    }

    /// Writes the model as it is, asks it about the held-out text, and writes what is known of it last.
    fn write(&self, plan: &Plan, state: &State) -> Result<Trained, Error> {
        let (model, training) = (&plan.model, &self.recipe.training);
        let name = model.folder_after(state.about.done);
        let dir = self.out.join(&name);
        let config = model.configuration(self.recipe.tokenizer.vocabulary);
        write_model(&dir, &config, &state.learnt)?;
        write_tokenizer(&dir, &self.tokenizer, plan.beginning.architecture().limit)?;
        let checkpoint = Checkpoint::open(&dir)?;
        let (bits_per_character, by_file) =
            HeldOut::bits_per_character(&self.held_out, &checkpoint, self.device, training.length)?;
        let architecture = checkpoint.architecture();
        let trained = Trained {
            name,
            key: plan.key.clone(),
            model_type: architecture.model_type.into(),
            parameters: checkpoint.parameters(),
            layers: architecture.n_layers(),
            width: architecture.width,
            steps: state.about.done,
            tokens: state.about.done * (training.length * training.sequences) as u64,
            bits_per_character,
            by_file,
            log: state.about.log.clone(),
        };
        write_json(&dir.join("training.json"), &trained)?;
        Ok(trained)
    }
}

/// Removes the state of a training that is over, if there is one, and the folder of states with the last of them.
fn forget(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::Write { path: path.into(), source: error });
        }
        _ => {}
    }
    if let Some(folder) = path.parent() {
        // Other trainings may have states there; then the folder stays.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}

/// A model before training; its configuration is refused here or never.
fn beginning(recipe: &Recipe, model: &Model) -> Result<Checkpoint, Error> {
    let failed = |source| Error::Write { path: std::env::temp_dir(), source };
    let dir = tempfile::tempdir().map_err(failed)?;
    write_json(&dir.path().join("config.json"), &model.configuration(recipe.tokenizer.vocabulary))?;
    let named =
        |error| Error::Configuration { path: recipe.path().into(), model: model.name.clone(), source: Box::new(error) };
    let beginning = Checkpoint::described(dir.path(), recipe.seed).map_err(named)?;
    if beginning.architecture().limit < recipe.training.length {
        let expected =
            format!("at most the {} tokens that model `{}` reads", beginning.architecture().limit, model.name);
        return Err(recipe.refuse("training.length", recipe.training.length, &expected));
    }
    Ok(beginning)
}

/// A hash of everything that a model's weights depend on.
fn key(recipe: &Recipe, model: &Model, device: &Device, ids: &[u32]) -> String {
    let mut hash = Sha256::new();
    let said = (env!("CARGO_PKG_VERSION"), recipe.seed, recipe.tokenizer.vocabulary, &recipe.training, model);
    hash.update(serde_json::to_vec(&said).expect("numbers and names"));
    hash.update(device.name());
    ids.iter().for_each(|id| hash.update(id.to_le_bytes()));
    hex(hash)
}
