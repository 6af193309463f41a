//! What stands beside every layer of a model: each band of the settings as features of the rows.

use gyrus_activations::Memory;
use gyrus_encoding::{Reduced, WordProperty};

use crate::desk::Desk;
use crate::matrix_file::MatrixFile;
use crate::settings::{Band, ModelEntry, PartitionSettings};
use crate::steps::extraction::read_story;
use crate::word_bits::{WordBits, word_bits};
use crate::{Error, Event};

/// The bands beside a model's layers, by name.
pub type Bands = Vec<(String, Reduced)>;

/// The bands of `settings` for the model or features `name`; surprisal and entropy are the model's own at the main window,
/// and features of any origin have none, so that a band of nothing else falls away.
///
/// # Errors
/// A file that cannot be read, or a model that cannot be run.
pub fn bands(desk: &mut Desk, settings: &PartitionSettings, name: &str) -> Result<Bands, Error> {
    let model = desk.study.models.iter().find(|model| model.name == name);
    let needs_bits = settings.properties().any(is_bits);
    let bits = model.filter(|_| needs_bits).map(|model| own_bits(desk, model)).transpose()?;
    let mut bands = Bands::new();
    for (band, source) in &settings.bands {
        let columns = match source {
            Band::File(path) => {
                let states = MatrixFile::open_one(path)?.matrix(0).mapv(|value| value as f32);
                desk.clock.features(states.view())?
            }
            Band::Words(properties) => {
                let can: Vec<WordProperty> =
                    properties.iter().copied().filter(|property| bits.is_some() || !is_bits(*property)).collect();
                if can.is_empty() {
                    let note = format!("{name} has no surprisal and no entropy, and so no band `{band}`");
                    (desk.on_event)(Event::Note(note));
                    continue;
                }
                let (story, what) = (&desk.material.story, format!("{name}, band `{band}`:"));
                desk.clock.of_words(story, (&what, &can), bits.as_ref(), &mut *desk.on_event)?
            }
        };
        bands.push((band.clone(), desk.design.reduce(columns.view())?));
    }
    Ok(bands)
}

/// Whether a model says it.
fn is_bits(property: WordProperty) -> bool {
    matches!(property, WordProperty::Surprisal | WordProperty::Entropy)
}

/// What the trained model makes of every word, from the main window before it.
fn own_bits(desk: &mut Desk, model: &ModelEntry) -> Result<WordBits, Error> {
    let checkpoint = desk.material.checkpoint(&model.name);
    let (tokens, words) = read_story(desk, model, checkpoint, &desk.material.story.transcript)?;
    let memory = Memory { limit: desk.options.memory, scratch: desk.options.out.clone() };
    let window = (desk.study.words.main, desk.study.words.overflow);
    word_bits((checkpoint, desk.device, &memory), (&tokens, &words), window, &mut *desk.on_event)
}
