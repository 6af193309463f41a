//! A figure as journals take it: in the width of a column, letters as outlines, and as a bitmap.
//!
//! The letters come from a font that is compiled in, so that the same figure gives the same bytes on every machine.
//! Only names in scripts that this font lacks ask the fonts of the system; what no font has is drawn as a box.

use usvg::{Options, Tree, WriteOptions};

use crate::{Error, Style};

/// Figures up to this many pixels wide go into a single column.
const SINGLE: f32 = 600.0;

/// Most pixels of a bitmap.
const PIXELS: f64 = 2e8;

const MM_PER_INCH: f64 = 25.4;

/// A figure in the width of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// An SVG document that needs no font.
    pub svg: String,
    /// A PNG image with its resolution.
    pub png: Vec<u8>,
}

impl Print {
    /// The document `svg`, such as [`Svg::as_str`](crate::Svg::as_str) gives, in the widths, lines and resolution of `style`.
    ///
    /// # Errors
    /// [`Error::Print`] if it is no SVG document or the bitmap would be larger than 200 million pixels.
    pub fn new(svg: &str, style: &Style) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Print(error.to_string());
        let document = scaled(&scaled(svg, "stroke-width", style.line_width()), "font-size", style.font_size());
        let tree = Tree::from_str(&document, &options(&document)).map_err(|error| failed(&error))?;
        let (width, height) = (tree.size().width(), tree.size().height());
        let column = if width <= SINGLE { style.single() } else { style.double() };
        let tall = column * f64::from(height / width);
        let written = tree.to_string(&WriteOptions { coordinates_precision: 2, ..WriteOptions::default() });
        let pixels = [column, tall].map(|mm| (mm / MM_PER_INCH * style.dpi()).round().max(1.0));
        if pixels[0] * pixels[1] > PIXELS {
            return Err(Error::Print(format!("{} by {} pixels are too many for a bitmap", pixels[0], pixels[1])));
        }
        Ok(Self { svg: sized(&written, svg, (column, tall)), png: bitmap(&tree, pixels, style.dpi())? })
    }
}

/// `document` with every number of `attribute` times `factor`; texts hold no plain quote, so none is taken for it.
fn scaled(document: &str, attribute: &str, factor: f64) -> String {
    let mark = format!(" {attribute}=\"");
    let mut parts = document.split(&mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('"').unwrap_or((part, ""));
        let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let value = digits.parse::<f64>().map_or_else(|_| digits.to_owned(), |value| (value * factor).to_string());
        out.push_str(&format!("{mark}{value}{}\"{rest}", &number[digits.len()..]));
    }
    out
}

fn options(document: &str) -> Options<'static> {
    let mut options = Options { font_family: "Noto Sans".into(), ..Options::default() };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
    fonts.load_font_data(notosans::BOLD_TTF.to_vec());
    fonts.set_sans_serif_family("Noto Sans");
    if document.chars().any(foreign) {
        fonts.load_system_fonts();
    }
    options
}

/// Whether the font that is compiled in may lack `character`: it has Latin, Greek, Cyrillic, punctuation and signs.
fn foreign(character: char) -> bool {
    !matches!(character, '\0'..='\u{52F}' | '\u{1E00}'..='\u{206F}' | '\u{2212}' | '\u{FFFD}')
}

/// The document with its size in millimetres, and the title and description that outlines cannot say.
fn sized(written: &str, svg: &str, (width, height): (f64, f64)) -> String {
    let (head, body) = written.split_once('>').unwrap_or((written, ""));
    let size = svg.split_once("viewBox=\"").and_then(|(_, rest)| rest.split_once('"'));
    let parts: Vec<f64> = size.into_iter().flat_map(|(box_, _)| box_.split(' ')).flat_map(str::parse).collect();
    let inner = head.split_once("viewBox=").map_or_else(
        || format!("0 0 {} {}", parts.get(2).unwrap_or(&0.0) / 10.0, parts.get(3).unwrap_or(&0.0) / 10.0),
        |(_, rest)| rest.trim_start_matches('"').split('"').next().unwrap_or_default().to_owned(),
    );
    let titles = svg.split_once("<title>").and_then(|(_, rest)| rest.split_once("</desc>"));
    let titles = titles.map_or_else(String::new, |(titles, _)| format!("\n<title>{titles}</desc>"));
    format!(
        "<svg width=\"{width:.2}mm\" height=\"{height:.2}mm\" viewBox=\"{inner}\" \
         xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" role=\"img\">{titles}{body}"
    )
}

fn bitmap(tree: &Tree, [width, height]: [f64; 2], dpi: f64) -> Result<Vec<u8>, Error> {
    let mut pixels = resvg::tiny_skia::Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| Error::Print(format!("no bitmap of {width} by {height} pixels")))?;
    let (across, down) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(tree, resvg::tiny_skia::Transform::from_scale(across, down), &mut pixels.as_mut());
    let png = pixels.encode_png().map_err(|error| Error::Print(error.to_string()))?;
    Ok(resolved(&png, dpi))
}

/// Bytes of the signature and of the header of a PNG file.
const HEADER: usize = 8 + 25;

/// The PNG file with its resolution in pixels per metre (chunk `pHYs` of the specification, section 11.3.4.3).
fn resolved(png: &[u8], dpi: f64) -> Vec<u8> {
    let per_metre = (dpi / MM_PER_INCH * 1000.0).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_metre.to_be_bytes());
    chunk.extend(per_metre.to_be_bytes());
    chunk.push(1);
    let (head, rest) = png.split_at(HEADER.min(png.len()));
    [head, &9u32.to_be_bytes(), &chunk, &checksum(&chunk).to_be_bytes(), rest].concat()
}

/// CRC-32 as PNG has it (annex D of the specification).
fn checksum(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Svg;
    use crate::canvas::{self, Anchor, Font, INK, Stroke};

    fn figure(width: f64, text: &str) -> Result<Svg, Error> {
        canvas::paint((width, 100.0), text, "d", |canvas| {
            canvas.line(&[(0.0, 50.0), (width, 50.0)], Stroke::new(INK, 2.0))?;
            canvas.text(text, (10.0, 20.0), Font::new(12.0, Anchor::Start).bold())
        })
    }

    #[test]
    fn letters_are_outlines_and_the_title_stays() -> Result<(), Error> {
        let print = Print::new(figure(900.0, "a < b \u{2212} 1")?.as_str(), &Style::default())?;
        assert!(!print.svg.contains("<text") && print.svg.contains("<title>a &lt; b"), "{}", print.svg);
        assert!(print.svg.contains("width=\"183.00mm\" height=\"20.33mm\""), "{}", print.svg);
        assert!(Tree::from_str(&print.svg, &Options::default()).is_ok());
        Ok(())
    }

    #[test]
    fn bitmaps_have_the_pixels_of_their_column() -> Result<(), Error> {
        let pixels = |png: &[u8]| u32::from_be_bytes([png[16], png[17], png[18], png[19]]);
        let print = Print::new(figure(500.0, "a")?.as_str(), &Style::default())?;
        assert_eq!(pixels(&print.png), 1051);
        assert_eq!(&print.png[37..41], b"pHYs");
        let wide = Print::new(figure(900.0, "a")?.as_str(), &Style::parse("double = 25.4\ndpi = 100.0")?)?;
        assert_eq!(pixels(&wide.png), 100);
        assert!(resvg::tiny_skia::Pixmap::decode_png(&wide.png).is_ok());
        Ok(())
    }

    #[test]
    fn any_script_is_drawn() -> Result<(), Error> {
        for name in ["東京", "مرحبا", "\u{E000}", "", "👩‍👩‍👧", "a\u{0}\"'&<"] {
            Print::new(figure(300.0, name)?.as_str(), &Style::default())?;
        }
        Ok(())
    }

    #[test]
    fn lines_and_letters_take_the_size_of_the_style() {
        assert_eq!(scaled("<a stroke-width=\"20\"/>", "stroke-width", 1.5), "<a stroke-width=\"30\"/>");
        assert_eq!(scaled("<a font-size=\"12px\"/>", "font-size", 0.5), "<a font-size=\"6px\"/>");
    }

    #[test]
    fn checksum_is_that_of_the_specification() {
        assert_eq!(checksum(b"IEND"), 0xAE42_6082);
    }
}
