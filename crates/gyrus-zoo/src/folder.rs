//! Files that appear whole or not at all, and a model's folder in Hugging Face layout.

use std::io::Write;
use std::path::Path;

use gyrus_windows::Tokenizer;
use half::f16;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::adamw::Learnt;

/// Writes `bytes` to `path` under a temporary name beside it, syncs, and renames.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.into(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map(|_| ()).map_err(|error| failed(error.error))
}

/// JSON as it stands in files, with a last line break.
pub(crate) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value).expect("numbers and names") + "\n";
    write_whole(path, text.as_bytes())
}

/// Writes the tokenizer's two files.
pub(crate) fn write_tokenizer(dir: &Path, tokenizer: &str, limit: usize) -> Result<Tokenizer, Error> {
    write_whole(&dir.join("tokenizer.json"), tokenizer.as_bytes())?;
    let end = "<|endoftext|>";
    let class = "PreTrainedTokenizerFast";
    let settings = json!({
        "tokenizer_class": class, "bos_token": end, "eos_token": end, "pad_token": end, "unk_token": end,
        "model_max_length": limit, "clean_up_tokenization_spaces": false,
    });
    write_json(&dir.join("tokenizer_config.json"), &settings)?;
    Ok(Tokenizer::open(dir)?)
}

/// Writes `config.json` and the weights in half precision.
pub(crate) fn write_model(dir: &Path, config: &Map<String, Value>, learnt: &[Learnt]) -> Result<(), Error> {
    write_json(&dir.join("config.json"), config)?;
    let bytes = |weight: &Learnt| weight.values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect();
    let data: Vec<Vec<u8>> = learnt.iter().map(bytes).collect();
    let path = dir.join("model.safetensors");
    let failed = |error: safetensors::SafeTensorError| Error::State { path: path.clone(), reason: error.to_string() };
    let views = learnt.iter().zip(&data).map(|(weight, data)| {
        let view = TensorView::new(Dtype::F16, weight.shape.clone(), data).map_err(failed)?;
        Ok((weight.name.as_str(), view))
    });
    let views: Vec<_> = views.collect::<Result<_, Error>>()?;
    let metadata = Some([("format".to_owned(), "pt".to_owned())].into());
    let bytes = safetensors::serialize(views, metadata).map_err(failed)?;
    write_whole(&path, &bytes)
}
