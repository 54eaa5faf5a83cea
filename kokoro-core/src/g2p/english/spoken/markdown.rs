//! Decoration that is silent: bullets, headings, emphasis, code, tables, rulers.

use super::output::Found;
use super::scan::{Kind, Scan};

/// Decoration at `at`.
pub(super) fn decoration(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let Kind::Mark(mark) = scan.kind(at) else { return None };
    if at == 0 && scan.begins_line && scan.is_space(1) && is_bullet(mark, scan.count(0)) {
        return Found::drop(0..2);
    }
    if at == 0 && scan.begins_line && mark == '•' {
        return Found::drop(0..1);
    }
    let is_alone = matches!(scan.before(at), Kind::Space | Kind::Edge)
        && matches!(scan.kind(at + 1), Kind::Space | Kind::Edge);
    let is_silent = match mark {
        '`' => !is_quote(scan, at),
        '|' => scan.count(at) != 2,
        '*' => scan.count(at) > 1 || !is_alone,
        '~' => scan.count(at) > 1,
        '=' | '+' | '<' | '>' | '^' | '/' | '\\' | '#' => scan.count(at) > 2,
        '-' => scan.count(at) > 3 || (scan.count(at) > 2 && is_alone),
        '_' => is_alone || !is_inside(scan, at),
        _ => false,
    };
    is_silent.then(|| Found::drop(at..at + 1))?
}

fn is_bullet(mark: char, count: usize) -> bool {
    match mark {
        '#' => count <= 6,
        '-' | '*' | '+' | '>' | '•' | '◦' | '▪' | '‣' | '·' => count == 1,
        _ => false,
    }
}

/// Whether two backquotes open a quotation that two apostrophes close.
fn is_quote(scan: &Scan<'_>, at: usize) -> bool {
    scan.count(at) == 2
        && (at + 1..at + 24).any(|at| scan.kind(at) == Kind::Mark('\'') && scan.count(at) == 2)
}

fn is_inside(scan: &Scan<'_>, at: usize) -> bool {
    let is_part = |kind: Kind| matches!(kind, Kind::Letters | Kind::Digits | Kind::Greek);
    is_part(scan.before(at)) && is_part(scan.kind(at + 1))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn decoration_is_silent() {
        assert_eq!(us("# Heading"), "Heading");
        assert_eq!(us("- **bold** and `code` and _x_"), "bold and code and x");
        assert_eq!(us("| a | b |"), "a b");
        assert_eq!(us("a *b* ~~c~~ --- ==="), "a b c");
    }

    #[test]
    fn marks_with_a_meaning_stay() {
        same("a - b -- c. Wait... (so) \"it\"");
    }
}
