//! Tables to figures to one page.
