//! Fenced blocks of a Markdown page.

use std::ops::Range;

/// A fenced block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// First word after the fence.
    pub language: String,
    /// What follows it: a file name, or why the block is not run.
    pub note: String,
    /// What stands between the fences.
    pub content: String,
    /// Where that stands in the page, in bytes.
    pub range: Range<usize>,
    /// Whether nothing but blank lines stands between the block before and this one.
    pub follows: bool,
}

const FENCE: &str = "```";

/// The fenced blocks of `page`, in order.
pub fn blocks(page: &str) -> Result<Vec<Block>, String> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let (mut at, mut follows) = (0, false);
    for line in page.split_inclusive('\n') {
        let next = at + line.len();
        match (open, line.trim_end().strip_prefix(FENCE)) {
            (None, Some(info)) => open = Some((info, next)),
            (Some((info, start)), Some("")) => {
                let (language, note) = info.split_once(' ').unwrap_or((info, ""));
                let (language, note, content) = (language.into(), note.into(), page[start..at].into());
                found.push(Block { language, note, content, range: start..at, follows });
                (open, follows) = (None, true);
            }
            (Some(_), Some(info)) => return Err(format!("a fence within a fence: `{info}`")),
            (None, None) => follows &= line.trim().is_empty(),
            (Some(_), None) => {}
        }
        at = next;
    }
    open.map_or(Ok(found), |(info, _)| Err(format!("a fence without an end: `{info}`")))
}

#[test]
fn blocks_are_told_apart() -> Result<(), String> {
    let page = "a\n```sh\nls\n```\n\n```text\nx\n```\nb\n```toml a.toml\nk = 1\n```\n";
    let found = blocks(page)?;
    let told: Vec<_> = found.iter().map(|b| (b.language.as_str(), b.note.as_str(), b.follows)).collect();
    assert_eq!(told, [("sh", "", false), ("text", "", true), ("toml", "a.toml", false)]);
    assert!(found.iter().all(|block| page[block.range.clone()] == block.content));
    assert!(blocks("```sh\nls\n").is_err());
    Ok(())
}
