//! Columns of a table in a terminal. In: the least widths, the head. Out: lines. A head in another language may be longer than
//! the English one: the column is then as wide as its head.

/// How wide each column is.
#[derive(Debug)]
pub struct Columns(Vec<usize>);

impl Columns {
    /// Those under a head.
    pub fn under(head: &[&str], least: &[usize]) -> Self {
        let width = |(name, least): (&&str, &usize)| name.chars().count().max(*least);
        Self(head.iter().zip(least).map(width).collect())
    }

    /// A line: the first cell begins at the left, the others end at the right.
    pub fn line(&self, cells: &[&str]) -> String {
        let cell = |(n, (cell, width)): (usize, (&&str, &usize))| match n {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        };
        cells.iter().zip(&self.0).enumerate().map(cell).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_its_head() {
        let columns = Columns::under(&["nom", "réponses"], &[6, 4]);
        assert_eq!(columns.line(&["nom", "réponses"]), "nom    réponses");
        assert_eq!(columns.line(&["ana", "12"]), "ana          12");
    }
}
