//! The page that stands beside the models: what they are, what they read, and how well they predict.

use std::fmt::Write;

use crate::recipe::Recipe;
use crate::trained::Trained;

/// The model card, in Markdown, of everything that a recipe made.
pub fn card(recipe: &Recipe, trained: &[Trained]) -> String {
    let mut text = head(recipe, trained);
    text.push_str(&table(trained));
    text.push_str(&how(recipe, trained));
    text
}

fn head(recipe: &Recipe, trained: &[Trained]) -> String {
    let families: std::collections::BTreeSet<&str> = trained.iter().map(|model| model.model_type.as_str()).collect();
    let bits = || trained.iter().map(|model| model.bits_per_character);
    format!(
        "# A zoo of small language models\n\n\
         {} causal language models of {} families in Hugging Face layout, all with the same byte-level tokenizer of {} ids.\n\
         They differ in size, in family and in how long they were trained, so their quality differs widely: \
         {:.2} to {:.2} bits per character of text that none of them has read.\n\
         Each folder loads with `transformers` and with `gyrus`; an untrained twin is made from a folder's `config.json` and a seed \
         wherever a study asks for one.\n\n\
         Made by `gyrus train`; this page is written from `recipe.toml` and the `training.json` in each folder.\n\n",
        trained.len(),
        families.len(),
        recipe.tokenizer.vocabulary,
        bits().fold(f64::INFINITY, f64::min),
        bits().fold(f64::NEG_INFINITY, f64::max),
    )
}

fn table(trained: &[Trained]) -> String {
    let files = trained.first().map_or(&[][..], |model| &model.by_file);
    let names: String = files.iter().map(|(name, _)| format!(" {name} |")).collect();
    let mut text = String::from("## Models\n\nBits per character on the held-out part of all files, and of each.\n\n");
    let _ = writeln!(text, "| folder | family | layers | width | weights | steps | tokens read | all |{names}");
    let _ = writeln!(text, "|---|---|--:|--:|--:|--:|--:|--:|{}", "--:|".repeat(files.len()));
    for model in trained {
        let Trained { name, model_type, layers, width, steps, .. } = model;
        let weights = model.parameters as f64 / 1e6;
        let tokens = model.tokens as f64 / 1e6;
        let each: String = model.by_file.iter().map(|(_, bits)| format!(" {bits:.3} |")).collect();
        let bits = model.bits_per_character;
        let _ = writeln!(
            text,
            "| `{name}` | {model_type} | {layers} | {width} | {weights:.2} M | {steps} | {tokens:.2} M | {bits:.3} |{each}"
        );
    }
    text
}

fn how(recipe: &Recipe, trained: &[Trained]) -> String {
    let training = &recipe.training;
    let files: Vec<_> = recipe.text.files.iter().map(|file| format!("`{}`", file.name)).collect();
    let held_out = 100.0 * recipe.text.held_out;
    let read = trained.iter().map(|model| model.tokens).max().unwrap_or(0) as f64 / 1e6;
    format!(
        "\n## Text\n\n\
         Public-domain prose: {}; it is not part of this folder.\n\
         Each run of white space became one space.\n\
         The last {held_out} % of each file are held out: neither the tokenizer nor any model has read them.\n\n\
         ## Training\n\n\
         Sequences of {} tokens from random places, {} to a step; AdamW (betas {} and {}, decay {} of matrices), gradients cut at {}.\n\
         The learning rate rises for {} steps and falls as a cosine to {} of its highest value; a copy from the way was taken \
         while it was still high.\n\
         The longest training read {read:.1} million tokens, each part of the text several times.\n\
         The same recipe, text and program give the same weights, bit for bit, however often the training is interrupted.\n\
         Weights are stored in half precision; the figures above are of the stored weights.\n\n\
         ## Use and limits\n\n\
         Made for studies that need models of known and very different quality, and for tests.\n\
         They know a few books of the 16th to 19th century, spell words from a thousand pieces, read at most {} tokens, \
         and say nothing true on purpose.\n\
         Texts of that age carry its prejudices, and so do models of them.\n",
        files.join(", "),
        training.length,
        training.sequences,
        training.betas[0],
        training.betas[1],
        training.weight_decay,
        training.clip,
        training.warm_up,
        training.last_rate,
        training.length,
    )
}
