//! A file that `torch.save` wrote: a zip archive of a pickle, which names the tensors, and of their numbers.

use std::collections::BTreeMap;

use crate::weights::archive::Archive;
use crate::weights::flaw::Flaw;
use crate::weights::pickle::views;
use crate::weights::stored::Stored;
use crate::weights::value::View;

/// How a file begins that PyTorch wrote before its version 1.6: a pickled magic number.
const OLD: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// The pickle in an archive, inside the one folder that everything is in.
const PICKLE: &str = "data.pkl";

/// Every tensor of the PyTorch file `file`, known to lie inside it.
pub(crate) fn tensors(file: &[u8]) -> Result<BTreeMap<String, Stored>, Flaw> {
    if file.is_empty() {
        return Err(Flaw::Damaged("it is empty".into()));
    }
    if file.starts_with(OLD) {
        let advice = "it was written by PyTorch before 1.6 or in its old format; \
                      load it with `torch.load` and write it again with `torch.save`";
        return Err(Flaw::Unread(advice.into()));
    }
    let archive = Archive::new(file)?;
    let folder = folder(&archive)?;
    let order = archive.contents(&format!("{folder}byteorder"))?.unwrap_or(b"little");
    if order != b"little" {
        return Err(Flaw::Unread("its numbers are big-endian".into()));
    }
    let pickle = archive.contents(&format!("{folder}{PICKLE}"))?.unwrap_or_default();
    let named = views(pickle)?.into_iter();
    named.map(|(name, view)| Ok((name.into(), place(name, view, &archive, folder, file.len())?))).collect()
}

/// The part of all names that comes before `data.pkl`.
fn folder<'a>(archive: &Archive<'a>) -> Result<&'a str, Flaw> {
    let mut folders = archive.names().filter_map(|name| name.strip_suffix(PICKLE));
    match (folders.next(), folders.next()) {
        (Some(folder), None) => Ok(folder),
        (None, _) => Err(Flaw::Unread(format!("it is a zip archive without `{PICKLE}`"))),
        _ => Err(Flaw::Unread(format!("it is a zip archive with more than one `{PICKLE}`"))),
    }
}

fn place(name: &str, view: View<'_>, archive: &Archive<'_>, folder: &str, file_len: usize) -> Result<Stored, Flaw> {
    let View { storage, offset, shape, strides } = view;
    let key = format!("{folder}data/{}", storage.key);
    let bytes = archive.place(&key);
    let bytes = bytes.ok_or_else(|| Flaw::Damaged(format!("the numbers of `{name}`, `{key}`, are missing")))?;
    if storage.len.checked_mul(storage.dtype.bitsize() / 8).is_none_or(|length| length > bytes.len()) {
        let reason =
            format!("the numbers of `{name}`, `{key}`, are {} bytes, too few for {}", bytes.len(), storage.len);
        return Err(Flaw::Damaged(reason));
    }
    Stored::view(storage.dtype, (shape, strides), offset, bytes, file_len).map_err(|flaw| match flaw {
        Flaw::Damaged(reason) => Flaw::Damaged(format!("`{name}`: {reason}")),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::Error;
    use crate::weights::WeightFiles;

    fn fixture(name: &str) -> PathBuf {
        Path::new("tests/fixtures/weights").join(name)
    }

    /// Compares every number with what PyTorch reads, and the rows with the whole.
    fn check(name: &str) -> Result<(), Error> {
        let found = WeightFiles::open_file(&fixture(&format!("{name}.bin")))?;
        let expected = WeightFiles::open_file(&fixture(&format!("{name}.safetensors")))?;
        for tensor in expected.names() {
            let shape = expected.shape(tensor)?;
            found.check(tensor, shape)?;
            let (found_values, values) = (found.values(tensor)?, expected.values(tensor)?);
            let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found_values), bits(&values), "{name} {tensor}");
            if let Some(last) = shape.first().and_then(|n| n.checked_sub(1)) {
                let (rows, width) = (found.rows(tensor, &[last as u32, 0])?, values.len() / shape[0]);
                assert_eq!(rows, [&values[last * width..], &values[..width]].concat(), "{name} {tensor}");
            }
        }
        Ok(())
    }

    fn check_refused(name: &str, expected: &str) {
        let error = WeightFiles::open_file(&fixture(&format!("refused-{name}.bin"))).expect_err(name).to_string();
        assert!(error.contains(&format!("refused-{name}.bin")) && error.contains(expected), "{error}");
    }

    #[test]
    fn dictionaries_of_every_protocol_are_read() -> Result<(), Error> {
        ["plain", "protocol3", "protocol4", "protocol5", "ordered"].into_iter().try_for_each(check)
    }

    #[test]
    fn parameters_are_tensors() -> Result<(), Error> {
        check("parameters")
    }

    #[test]
    fn every_floating_type_is_read() -> Result<(), Error> {
        check("numbers")
    }

    #[test]
    fn views_of_any_layout_are_read() -> Result<(), Error> {
        check("views")
    }

    #[test]
    fn buffers_that_are_not_weights_are_listed_but_not_read() -> Result<(), Error> {
        check("ignored")?;
        let file = WeightFiles::open_file(&fixture("ignored.bin"))?;
        assert!(file.names().any(|name| name == "masked_bias"));
        let error = file.values("k").expect_err("not floating").to_string();
        assert!(error.contains("`k` of type `I8`") && error.contains("quantised checkpoints are not read"), "{error}");
        Ok(())
    }

    #[test]
    fn archives_of_every_writer_are_read() -> Result<(), Error> {
        ["zip64", "no-byteorder", "no-checksums"].into_iter().try_for_each(check)
    }

    #[test]
    fn nothing_is_ever_run() {
        check_refused("hostile", "asks for `posix.system` of Python");
    }

    #[test]
    fn files_of_other_kinds_are_refused_with_a_reason() {
        check_refused("legacy", "load it with `torch.load` and write it again with `torch.save`");
        check_refused("nested", "its `state_dict` is a dictionary, not a tensor");
        check_refused("compressed", "is compressed");
        check_refused("big-endian", "its numbers are big-endian");
        check_refused("no-pickle", "a zip archive without `data.pkl`");
        check_refused("deep", "it holds a tuple, not a dictionary");
    }

    #[test]
    fn damaged_files_are_refused_with_a_reason() {
        check_refused("flipped-pickle", "does not have its checksum");
        check_refused("no-storage", "the numbers of `weight`, `archive/data/0`, are missing");
        check_refused("short-storage", "are 47 bytes, too few for 12");
    }

    #[test]
    fn a_file_cut_short_anywhere_is_damaged() -> std::io::Result<()> {
        let whole = std::fs::read(fixture("plain.bin"))?;
        for end in 0..whole.len() {
            assert!(matches!(super::tensors(&whole[..end]), Err(super::Flaw::Damaged(_))), "{end}");
        }
        Ok(())
    }
}
