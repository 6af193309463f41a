//! What was heard: the transcript, its tokens, and features of both.

use std::fmt::Write as _;
use std::path::Path;

use gyrus_formats::hdf5::{NewDataSet, write_hdf5};
use gyrus_simulation::Planted;

use crate::Error;
use crate::store::{write_tensors, write_whole};

/// Writes everything below `folder`; of features of tokens also the means over the tokens of each word, which a study reads.
pub fn write_stimuli(folder: &Path, planted: &Planted) -> Result<(), Error> {
    write_whole(&folder.join("podcast_transcript.csv"), words(planted).as_bytes())?;
    let model = folder.join("gpt2-xl");
    write_whole(&model.join("transcript.tsv"), tokens(planted).as_bytes())?;
    let names: Vec<String> = (0..planted.layers().len()).map(|layer| format!("layer-{layer}")).collect();
    let layers: Vec<NewDataSet<'_>> =
        names.iter().map(String::as_str).zip(planted.layers().iter().map(|layer| layer.view())).collect();
    write_hdf5(&model.join("features.hdf5"), &layers)?;
    let means: Vec<_> = names.iter().enumerate().map(|(i, name)| (name.clone(), planted.word_features(i))).collect();
    write_tensors(&folder.join("features.safetensors"), &means, None)
}

fn words(planted: &Planted) -> String {
    let mut table = String::from("word,start,end\n");
    for word in planted.words() {
        // A word with a comma stands in quotation marks.
        let text = if word.text.contains(',') { format!("\"{}\"", word.text) } else { word.text.to_owned() };
        let _ = writeln!(table, "{text},{:.3},{:.3}", word.onset, word.offset);
    }
    table
}

/// Rows without a name in the header, as pandas writes them.
fn tokens(planted: &Planted) -> String {
    let mut table = String::from("\tword_idx\tword\tstart\tend\thftoken\n");
    for (row, token) in planted.tokens().iter().enumerate() {
        let word = &planted.words()[token.word];
        let (index, text) = (token.word, &token.text);
        let _ = writeln!(table, "{row}\t{index}\t{}\t{:.3}\t{:.3}\t{text}", word.text, word.onset, word.offset);
    }
    table
}
