//! Classes of characters, shared by segmentation, cleaning and chunking.

/// Whether `c` separates paragraphs: every line break that editors and web pages produce.
pub(crate) fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Marks that end a sentence.
pub(crate) fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '‼' | '⁇' | '⁈' | '⁉')
        || is_wide_terminator(c)
}

/// Marks that end a sentence in scripts that write no space after them.
pub(crate) fn is_wide_terminator(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '．' | '｡')
}

/// Marks that end a clause.
pub(crate) fn is_clause_mark(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '—' | '–' | '،' | '؛') || is_wide_clause_mark(c)
}

/// Marks that end a clause in scripts that write no space after them.
pub(crate) fn is_wide_clause_mark(c: char) -> bool {
    matches!(c, '、' | '，' | '；' | '：' | '､')
}

/// Closing quotes and brackets, which belong to what is before them.
pub(crate) fn is_closer(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '”' | '’' | '»' | '›')
        || matches!(c, '）' | '］' | '｝' | '」' | '』' | '】' | '》' | '〉' | '〕' | '｣')
}

/// Opening quotes, brackets and marks, which belong to what follows them.
pub(crate) fn is_opener(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '“' | '‘' | '«' | '‹' | '„' | '‚' | '¿' | '¡')
        || matches!(c, '（' | '［' | '｛' | '「' | '『' | '【' | '《' | '〈' | '〔' | '｢')
}

/// Straight quotes, which open or close depending on what is around them.
pub(crate) fn is_straight_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

/// Characters that print nothing: controls, directional marks, joiners, selectors, tags. A text reads the
/// same without.
pub(crate) fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` continues the character before it, so that a cut before it would tear a letter or an emoji
/// apart.
pub(crate) fn continues(c: char) -> bool {
    is_invisible(c)
        || unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{ff9e}' | '\u{ff9f}')
}

/// Whether `c` is punctuation or blank: nobody expects to hear it, unlike a symbol such as `=` or `🍕`.
pub(crate) fn is_silent(c: char) -> bool {
    c.is_whitespace()
        || is_invisible(c)
        || unicode_normalization::char::is_combining_mark(c)
        || is_terminator(c)
        || is_clause_mark(c)
        || is_closer(c)
        || is_opener(c)
        || (c.is_ascii_punctuation()
            && !matches!(c, '$' | '%' | '&' | '+' | '<' | '=' | '>' | '@' | '^' | '~' | '|'))
        || matches!(c, '·' | '§' | '¶' | '´' | '¨' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}')
        || matches!(c, '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}')
        || matches!(c, '・' | '￣' | '～')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_marks_do_not_overlap() {
        let classes: [fn(char) -> bool; 5] =
            [is_terminator, is_clause_mark, is_closer, is_opener, is_straight_quote];
        for c in '\0'..=char::MAX {
            let hits = classes.iter().filter(|class| class(c)).count();
            assert!(hits <= 1, "{c:?} is in {hits} classes");
            assert!(hits == 0 || is_silent(c), "{c:?}");
            assert!(hits == 0 || !c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn letters_digits_and_symbols_are_not_silent() {
        for c in "aé漢ひ한5๓=+%🍕★→©°".chars() {
            assert!(!is_silent(c), "{c:?}");
        }
    }

    #[test]
    fn invisible_characters_are_known() {
        for c in "\0\u{200b}\u{200d}\u{202e}\u{feff}\u{fe0f}\u{ad}\u{e0041}".chars() {
            assert!(is_invisible(c) && continues(c) && is_silent(c), "{c:?}");
        }
        for c in " \t\n\u{a0}a.".chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
        assert!(continues('\u{301}') && continues('\u{1f3fd}') && !continues('a'));
    }
}
