//! corrections -> data: normalise, align, split, export.
