//! What weight files call the parts of a model, and what they hold that it has no use for.
//!
//! A weight that would change the computation is never left out in silence.

use std::collections::HashSet;

use crate::Error;
use crate::family::Names;
use crate::inventory::{Inventory, Naming};
use crate::weights::WeightFiles;

/// Ends of names of buffers: masks, frequencies and tables that follow from the configuration.
const BUFFERS: &[&str] = &[
    ".rotary_emb.inv_freq",
    ".rotary_emb.cos_cached",
    ".rotary_emb.sin_cached",
    ".attn.bias",
    ".attn.masked_bias",
    ".attn.embed_positions",
    ".attention.bias",
    ".attention.masked_bias",
    ".attention.rotary_emb.inv_freq",
    "embed_positions.weights",
    "embed_positions._float_tensor",
    ".position_ids",
];

/// Begins of names of the parts that see.
const VISION: &[&str] =
    &["vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector."];

/// Rows compared at a time.
const ROWS: usize = 512;

/// What the files call the parts that have several names.
pub(crate) fn naming(files: &WeightFiles, names: &Names) -> Naming {
    let embedding = |prefix: &str| format!("{prefix}{}.weight", names.embedding);
    let prefix = names.prefixes.iter().find(|prefix| files.has(&embedding(prefix)));
    let head = names.heads.iter().find(|head| files.has(&format!("{head}.weight")));
    Naming { prefix: prefix.unwrap_or(&names.prefixes[0]), head: head.unwrap_or(&names.heads[0]) }
}

/// Whether the files have a head that differs from the embedding: then it is used, whatever the configuration says.
pub(crate) fn own_head(files: &WeightFiles, names: &Names, naming: Naming) -> Result<bool, Error> {
    let (head, embedding) = (format!("{}.weight", naming.head), format!("{}{}.weight", naming.prefix, names.embedding));
    if !files.has(&head) || !files.has(&embedding) {
        return Ok(false);
    }
    let shape = files.shape(&embedding)?;
    if files.shape(&head)? != shape || shape.len() != 2 {
        return Ok(true);
    }
    files.check(&head, shape)?;
    files.check(&embedding, shape)?;
    let n_rows = u32::try_from(shape[0]).unwrap_or(u32::MAX);
    for first in (0..n_rows).step_by(ROWS) {
        let rows: Vec<u32> = (first..n_rows).take(ROWS).collect();
        if files.rows(&head, &rows)? != files.rows(&embedding, &rows)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses weights that `inventory` does not list, unless they change nothing.
pub(crate) fn check_unread(files: &WeightFiles, inventory: &Inventory, names: &Names) -> Result<(), Error> {
    let slots = inventory.slots();
    let read: HashSet<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
    let is_head = |name: &str| names.heads.iter().any(|head| name.strip_prefix(head) == Some(".weight"));
    for name in files.names().filter(|name| !read.contains(name)) {
        let is_inert = BUFFERS.iter().any(|end| format!(".{name}").ends_with(end))
            || VISION.iter().any(|begin| name.starts_with(begin))
            || is_head(name)
            || is_neutral(files, name)?;
        if !is_inert {
            return Err(Error::UnreadTensor { path: files.path().into(), tensor: name.into() });
        }
    }
    Ok(())
}

/// A bias of zeros, or a gain of ones.
fn is_neutral(files: &WeightFiles, name: &str) -> Result<bool, Error> {
    let shape = files.shape(name)?;
    if shape.len() != 1 || files.check(name, shape).is_err() {
        return Ok(false);
    }
    let neutral = if name.ends_with(".bias") { 0.0 } else { 1.0 };
    Ok(files.values(name)?.iter().all(|x| *x == neutral))
}
