//! A text without its markup.

use std::ops::Range;

use crate::text::{link, marks, pause};

/// A text, and the parts of it that are not shown.
pub(super) struct Visible<'a> {
    text: &'a str,
    /// In ascending order, not overlapping.
    hidden: Vec<Range<usize>>,
}

impl<'a> Visible<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let one_line = |range: &Range<usize>| {
            text.get(range.clone()).is_some_and(|text| !text.contains(marks::is_line_break))
        };
        let links = link::find(text).into_iter().filter(|link| one_line(&link.outer));
        let mut hidden: Vec<Range<usize>> = links
            .flat_map(|link| [link.outer.start..link.inner.start, link.inner.end..link.outer.end])
            .chain(pause::find(text).into_iter().map(|pause| pause.range))
            .collect();
        hidden.sort_unstable_by_key(|range| range.start);
        Self { text, hidden }
    }

    /// Where the text of one word ends and that of the next begins, between the end of the one and the start of the other:
    /// at the first white space, so that marks stay with the word they touch.
    pub(super) fn border(&self, end: usize, start: usize) -> usize {
        let between = self.text.get(end..start).unwrap_or_default();
        let spaces = between.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| end + at);
        let mut spaces = spaces.filter(|&at| self.hidden_in(&(at..at + 1)).next().is_none());
        spaces.next().unwrap_or(start)
    }

    /// A part of the text as it is shown: without markup, white space as single spaces.
    pub(super) fn show(&self, range: Range<usize>) -> String {
        let mut shown = String::new();
        let mut from = range.start;
        for hidden in self.hidden_in(&range) {
            shown.push_str(self.text.get(from..hidden.start.clamp(from, range.end)).unwrap_or_default());
            from = hidden.end.clamp(from, range.end);
        }
        shown.push_str(self.text.get(from..range.end).unwrap_or_default());
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn hidden_in<'s>(&'s self, range: &Range<usize>) -> impl Iterator<Item = &'s Range<usize>> + use<'s> {
        let end = range.end;
        let first = self.hidden.partition_point(|hidden| hidden.end <= range.start);
        self.hidden.iter().skip(first).take_while(move |hidden| hidden.start < end)
    }
}
