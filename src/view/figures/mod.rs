//! Figures: what a page draws, as SVG, with its words and its numbers beside it.
