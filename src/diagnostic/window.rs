//! One line of a text as it is shown: stand-ins put in, and cut around what is pointed at.
//!
//! ```text
//! {"users": 1, "models": [{"id": …   a line too long to show,
//!                         └──┘       and a mark in it
//! …: 1, "models": [{"id": "a/b"}…    becomes a window around the mark
//! ```

use std::ops::Range;

use super::visible;

/// How lines are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// No shown line is much wider than this.
    pub columns: usize,
    /// Whether signs beyond ASCII may be drawn.
    pub unicode: bool,
}

/// The least that is shown on either side of a mark.
const SIDE: usize = 8;

/// One shown character: its first byte in the line, and where it went.
#[derive(Debug)]
struct Cell {
    byte: usize,
    shown: Range<usize>,
}

/// A line ready to be drawn, without its line break.
#[derive(Debug)]
pub(super) struct Shown {
    /// What is drawn.
    pub text: String,
    cells: Vec<Cell>,
}

impl Frame {
    /// Whether a line is too wide to be shown whole; looks no further than it must.
    pub fn cuts(self, line: &str) -> bool {
        self.reach(line, 0, self.columns) < line.len()
    }

    /// Whether all marks (bytes of the line, in order) can be shown in one drawing of the line.
    pub fn fits(self, line: &str, marks: &[Range<usize>]) -> bool {
        self.wide(line, &self.windows(line, marks, SIDE)) <= self.columns
    }

    /// The line as shown; `marks` (bytes of the line, in order) are kept in sight.
    pub fn show(self, line: &str, marks: &[Range<usize>]) -> Shown {
        let mut shown = Shown {
            text: String::new(),
            cells: Vec::new(),
        };
        let windows = self.best(line, marks);
        let mut before = 0;
        for window in windows {
            if window.start > before {
                shown.text.push_str(visible::ellipsis(self.unicode));
            }
            shown.push(line, window.clone(), self.unicode);
            before = window.end;
        }
        if before < line.len() {
            shown.text.push_str(visible::ellipsis(self.unicode));
        }
        shown
    }

    /// The stretches of a line to show: all of it, its head, or the widest windows that fit.
    fn best(self, line: &str, marks: &[Range<usize>]) -> Vec<Range<usize>> {
        if !self.cuts(line) {
            return std::iter::once(0..line.len()).collect();
        }
        if marks.is_empty() {
            let end = self.reach(line, 0, self.columns);
            return std::iter::once(0..end).collect();
        }
        (SIDE..self.columns)
            .rev()
            .step_by(4)
            .map(|side| self.windows(line, marks, side))
            .find(|windows| self.wide(line, windows) <= self.columns)
            .unwrap_or_else(|| self.windows(line, marks, SIDE))
    }

    /// A window with `side` columns around each mark; windows that all but touch are one.
    fn windows(self, line: &str, marks: &[Range<usize>], side: usize) -> Vec<Range<usize>> {
        let mut windows: Vec<Range<usize>> = Vec::new();
        for mark in marks {
            let end = mark.end.min(self.reach(line, mark.start, self.columns / 2));
            let window = self.back(line, mark.start, side)..self.reach(line, end, side);
            match windows.last_mut() {
                Some(last) if window.start <= last.end + 3 => last.end = last.end.max(window.end),
                _ => windows.push(window),
            }
        }
        windows
    }

    /// How many columns the windows take together.
    fn wide(self, line: &str, windows: &[Range<usize>]) -> usize {
        let widths = windows.iter().map(|window| {
            let text = line.get(window.clone()).unwrap_or("");
            visible::columns(text, self.unicode) + 1
        });
        widths.sum()
    }

    /// The byte at most `columns` columns after `from`.
    fn reach(self, line: &str, from: usize, columns: usize) -> usize {
        let mut left = columns;
        for (at, c) in line.get(from..).unwrap_or("").char_indices() {
            let width = visible::width(c, self.unicode);
            if width > left {
                return from + at;
            }
            left -= width;
        }
        line.len()
    }

    /// The byte at most `columns` columns before `from`.
    fn back(self, line: &str, from: usize, columns: usize) -> usize {
        let mut left = columns;
        let mut at = from.min(line.len());
        for (before, c) in line.get(..at).unwrap_or("").char_indices().rev() {
            let width = visible::width(c, self.unicode);
            if width > left {
                break;
            }
            left -= width;
            at = before;
        }
        at
    }
}

impl Shown {
    /// Appends a stretch of the line, remembering where each character went.
    fn push(&mut self, line: &str, window: Range<usize>, unicode: bool) {
        let text = line.get(window.clone()).unwrap_or("");
        for (at, c) in text.char_indices() {
            let start = self.text.len();
            match visible::stand_in(c, unicode) {
                Some(stand_in) => self.text.push_str(&stand_in),
                None => self.text.push(c),
            }
            self.cells.push(Cell {
                byte: window.start + at,
                shown: start..self.text.len(),
            });
        }
    }

    /// Where bytes of the line are in the drawing: at least one character, or the line break.
    pub fn find(&self, bytes: Range<usize>) -> Range<usize> {
        let first = self.cells.partition_point(|cell| cell.byte < bytes.start);
        let Some(start) = self.cells.get(first).map(|cell| cell.shown.clone()) else {
            return self.text.len()..self.text.len() + 1;
        };
        let past = self.cells.partition_point(|cell| cell.byte < bytes.end);
        match past.checked_sub(1).and_then(|last| self.cells.get(last)) {
            Some(last) if last.shown.end > start.start => start.start..last.shown.end,
            _ => start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        columns: 40,
        unicode: true,
    };

    #[test]
    fn short_lines_are_shown_whole() {
        let shown = FRAME.show("a\u{7}b", &[]);
        assert_eq!(shown.text, "a␇b");
        assert_eq!(shown.find(1..2), 1..4);
        assert_eq!(shown.find(2..2), 4..5);
        assert_eq!(shown.find(3..3), 5..6);
    }

    #[test]
    fn long_lines_are_cut_around_their_marks() {
        let line = "0123456789".repeat(1000);
        let marks = [5003..5006, 5015..5016];
        let shown = FRAME.show(&line, &marks);
        assert_eq!(shown.text, "…23456789012345678901234567890123456…");
        let found = shown.find(5003..5006);
        assert_eq!(&shown.text[found], "345");
        assert_eq!(FRAME.show(&line, &[]).text.chars().count(), 41);
        assert!(FRAME.fits(&line, &marks));
        assert!(!FRAME.fits(&line, &[3..6, 5003..5006, 9000..9001]));
    }

    #[test]
    fn a_mark_wider_than_the_frame_keeps_its_head() {
        let line = "é".repeat(1000);
        let mark = 200..1600;
        let shown = FRAME.show(&line, std::slice::from_ref(&mark));
        assert!(shown.text.chars().count() <= 42, "{}", shown.text);
        assert!(shown.find(mark).len() > 20);
    }
}
