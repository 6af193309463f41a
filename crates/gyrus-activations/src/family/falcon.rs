//! Falcon's three kinds of blocks: sequential (RW), parallel with one norm (7B), parallel with grouped keys (40B).

use super::row::{FalconFlags, Form};
use crate::Error;
use crate::config::Config;

impl FalconFlags {
    /// The kind of block that `config` describes.
    pub(super) fn form(&self, config: &Config, [new, parallel, sequential]: [Form; 3]) -> Result<Form, Error> {
        let (is_new, is_parallel) = (self.new.read(config)?, self.parallel.read(config)?);
        let key = "num_ln_in_parallel_attn";
        match (is_new, is_parallel, config.count(key)?) {
            (true, true, None | Some(2)) => Ok(new),
            (true, true, Some(1)) | (false, true, None | Some(1)) => Ok(parallel),
            (false, false, _) => Ok(sequential),
            (true, false, _) => Err(config.refuse("parallel_attn", "true with `new_decoder_architecture`")),
            (true, true, Some(_)) => Err(config.refuse(key, "1 or 2")),
            (false, true, Some(_)) => Err(config.refuse(key, "1 without `new_decoder_architecture`")),
        }
    }

    /// Number of key heads.
    pub(super) fn kv_heads(&self, config: &Config, heads: usize) -> Result<usize, Error> {
        let (is_new, is_one) = (self.new.read(config)?, self.multi_query.read(config)?);
        let given = config.count_of(self.kv_heads)?;
        match (is_new, is_one, given) {
            (true, _, given) => Ok(given.unwrap_or(heads)),
            (false, true, _) => Ok(1),
            (false, false, Some(other)) if other != heads => {
                Err(config.refuse(self.kv_heads[0], format!("the {heads} query heads, or `multi_query`")))
            }
            (false, false, _) => Ok(heads),
        }
    }
}
