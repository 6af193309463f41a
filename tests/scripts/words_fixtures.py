"""Writes TextGrids for the tests of `gyrus-recordings` with praatio, in every form and encoding that Praat has.

Run it from the top folder: python3 tests/scripts/words_fixtures.py
"""
from pathlib import Path

from praatio import textgrid

FOLDER = Path("crates/gyrus-recordings/tests/data")
WORDS = [(0.25, 0.6, "Alice"), (0.6, 0.95, 'said "oh"'.split()[1]), (0.95, 1.3, "naïve"), (1.5, 2.125, "Größe"), (2.3, 2.8, "end.")]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    grid = textgrid.Textgrid()
    grid.addTier(textgrid.PointTier("clicks", [(1.0, "x")], 0, 3))
    grid.addTier(textgrid.IntervalTier("words", WORDS, 0, 3))
    for name, form in [("long", "long_textgrid"), ("short", "short_textgrid")]:
        path = FOLDER / f"{name}.TextGrid"
        grid.save(str(path), format=form, includeBlankSpaces=True)
        text = path.read_text(encoding="utf-8")
        for order in ("le", "be"):
            mark = "\ufeff".encode(f"utf-16-{order}")
            (FOLDER / f"{name}-{order}.TextGrid").write_bytes(mark + text.encode(f"utf-16-{order}"))


if __name__ == "__main__":
    main()
