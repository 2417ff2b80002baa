//! The renderer of a mix: one for live sound and for export.
