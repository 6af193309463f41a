//! Plain text as HTML.

use crate::text;

/// `text` with everything escaped that HTML or XML would read as markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text::printable(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// `text`, escaped, with what stands between two backticks as code.
pub(crate) fn inline(text: &str) -> String {
    let escaped = escaped(text);
    let parts: Vec<&str> = escaped.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let last = parts.len() - 1;
    let mark = |i: usize| match (i % 2, i == last) {
        (_, true) => "",
        _ if !paired && i == last - 1 => "`",
        (0, false) => "<code>",
        (_, false) => "</code>",
    };
    parts.iter().enumerate().map(|(i, part)| format!("{part}{}", mark(i))).collect()
}

/// `text` as paragraphs, one for each stretch between blank lines.
pub(crate) fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let stretches = text.split("\n\n").map(str::trim).filter(|stretch| !stretch.is_empty());
    stretches.map(|stretch| format!("<p>{}</p>\n", inline(stretch))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reads_as_markup() {
        assert_eq!(escaped("<a href=\"x\">'&'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
    }

    #[test]
    fn backticks_in_pairs_are_code() {
        assert_eq!(inline("a `b<` c `d`"), "a <code>b&lt;</code> c <code>d</code>");
        assert_eq!(inline("`a` `b"), "<code>a</code> `b");
        assert_eq!((inline("`"), inline("")), ("`".into(), String::new()));
    }

    #[test]
    fn blank_lines_part_paragraphs() {
        assert_eq!(paragraphs("one\nline\r\n\r\n\n\ntwo"), "<p>one\nline</p>\n<p>two</p>\n");
    }
}
