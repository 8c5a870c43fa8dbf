//! Texts from data on a page: formulas as MathML, thinking folded, all else as it stands.
