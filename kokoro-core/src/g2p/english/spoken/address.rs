//! Web and mail addresses, paths and names of files, handles and hashtags.
//!
//! Each part keeps its place in the text; the marks between the parts are named. The scheme of an address is not spoken.

use super::amount::spaced;
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};

/// The most runs of an address.
const MAX_RUNS: usize = 300;

/// Last parts of host names. Those that are English words, such as "in" and "no", are left out.
const TOP_LEVELS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "io", "dev", "app", "ai", "co", "uk",
    "us", "eu", "de", "fr", "es", "ch", "nl", "se", "dk", "fi", "pl", "pt", "cz", "ru", "ua", "jp", "cn",
    "kr", "au", "nz", "ca", "br", "mx", "ie", "rs", "tv", "fm", "gg", "ly", "xyz", "tech", "cloud", "online",
    "site", "blog", "shop", "page", "wiki", "sh",
];

/// Endings of names of files.
const EXTENSIONS: &[&str] = &[
    "txt", "md", "rst", "json", "jsonl", "yaml", "yml", "toml", "ini", "cfg", "conf", "xml", "html", "htm",
    "css", "js", "ts", "tsx", "jsx", "py", "rs", "c", "h", "cpp", "hpp", "cc", "go", "java", "rb", "php",
    "sh", "bat", "exe", "dll", "so", "zip", "gz", "tar", "tgz", "bz", "xz", "rar", "pdf", "doc", "docx",
    "xls", "xlsx", "ppt", "pptx", "csv", "tsv", "sql", "db", "log", "lock", "png", "jpg", "jpeg", "gif",
    "svg", "webp", "bmp", "mp", "wav", "ogg", "flac", "avi", "mkv", "mov", "onnx", "bin", "npy", "npz", "pt",
    "tex", "bak", "tmp", "dat", "deb", "rpm", "iso", "img", "apk", "jar", "ipynb", "lua", "swift", "kt",
    "vue", "env",
];

/// Parts that are not read as they are written.
const WORDS: &[(&str, &str)] = &[
    ("a", "ay"),
    ("ai", "AI"),
    ("api", "API"),
    ("bz", "BZ"),
    ("cfg", "config"),
    ("ch", "CH"),
    ("conf", "conf"),
    ("de", "DE"),
    ("doc", "doc"),
    ("env", "ENV"),
    ("es", "ES"),
    ("etc", "ETC"),
    ("eu", "EU"),
    ("exe", "EXE"),
    ("fi", "FI"),
    ("ie", "IE"),
    ("img", "image"),
    ("io", "IO"),
    ("jpeg", "jay peg"),
    ("jpg", "jay peg"),
    ("json", "jason"),
    ("md", "MD"),
    ("py", "pie"),
    ("se", "SE"),
    ("so", "SO"),
    ("tmp", "temp"),
    ("toml", "tommel"),
    ("ts", "TS"),
    ("ua", "UA"),
    ("uk", "UK"),
    ("us", "US"),
    ("usr", "user"),
    ("yaml", "yammel"),
    ("yml", "YML"),
];

/// Names of marks inside an address.
const MARKS: &[(char, &str)] = &[
    ('.', "dot"),
    ('/', "slash"),
    ('\\', "backslash"),
    ('-', "dash"),
    ('_', "underscore"),
    ('@', "at"),
    (':', "colon"),
    ('?', "question mark"),
    ('=', "equals"),
    ('&', "and"),
    ('#', "hash"),
    ('%', "percent"),
    ('+', "plus"),
    ('~', "tilde"),
    ('*', "star"),
    (',', "comma"),
    (';', "semicolon"),
    ('!', "exclamation mark"),
    ('$', "dollar"),
    ('\'', "apostrophe"),
];

/// The runs from `at` up to white space, less the punctuation that follows an address.
fn extent(scan: &Scan<'_>, at: usize) -> usize {
    let mut end = at;
    while !matches!(scan.kind(end), Kind::Space | Kind::Edge) && end - at < MAX_RUNS {
        // Brackets and quotes end an address.
        if matches!(
            scan.kind(end),
            Kind::Mark(')' | ']' | '}' | '"' | '”' | '<' | '>' | '`' | '|' | '’' | '(' | '—' | '…' | '*')
        ) {
            break;
        }
        end += 1;
    }
    while end > at
        && matches!(
            scan.kind(end - 1),
            Kind::Mark('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '/' | '-' | '_')
        )
    {
        // A path may be a slash at its end.
        if scan.is(end - 1, '/') && end - 1 == at {
            break;
        }
        end -= 1;
    }
    end
}

/// Any address that begins at `at`.
pub(super) fn address(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_bracketed = scan.is(at.wrapping_sub(1), '<');
    if !(scan.begins(at) || is_bracketed) || scan.is_space(at) {
        return None;
    }
    match scan.kind(at) {
        Kind::Mark('@') => return handle(scan, at),
        Kind::Mark('#') => return hashtag(scan, at),
        Kind::Mark('<') if !is_bracketed => return bracketed(scan, at),
        Kind::Mark('/') if is_bracketed => return None,
        Kind::Letters | Kind::Digits | Kind::Mark('.' | '/' | '~') => {}
        _ => return None,
    }
    // Nothing is an address that is only one word.
    if matches!(scan.kind(at + 1), Kind::Space | Kind::Edge) {
        return None;
    }
    let end = extent(scan, at);
    let has_scheme = is_scheme(scan, at);
    let start = if has_scheme { at + 3 } else { at };
    let last = if scan.is(end, '/') { end + 1 } else { end };
    if has_scheme {
        return (start < end).then(|| spelled(scan, at, start, end, last))?;
    }
    let is_address = is_mail(scan, at, end)
        || is_domain(scan, at, end)
        || is_path(scan, at, end)
        || is_file(scan, at, end);
    is_address.then(|| spelled(scan, at, at, end, last))?
}

/// An address between angle brackets.
fn bracketed(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let Found { end, mut pieces } = address(scan, at + 1).filter(|found| scan.is(found.end, '>'))?;
    pieces.insert(0, Piece::Drop(at..at + 1));
    pieces.push(Piece::Drop(end..end + 1));
    Found::pieces(end + 1, pieces)
}

/// `https://`: letters, a colon, two slashes.
fn is_scheme(scan: &Scan<'_>, at: usize) -> bool {
    scan.is_letters(at)
        && scan.is(at + 1, ':')
        && scan.kind(at + 2) == Kind::Mark('/')
        && scan.count(at + 2) == 2
}

fn is_mail(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    let Some(sign) = (at..end).find(|at| scan.is(*at, '@')) else { return false };
    sign > at
        && (at..sign).all(|at| {
            matches!(scan.kind(at), Kind::Letters | Kind::Digits | Kind::Mark('.' | '_' | '-' | '+' | '%'))
        })
        && scan.is_letters(end - 1)
        && (sign + 1..end).any(|at| scan.is(at, '.'))
}

/// Whether a host name stands there, perhaps with a path.
fn is_domain(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    let stop =
        (at..end).find(|at| matches!(scan.kind(*at), Kind::Mark('/' | ':' | '?' | '#'))).unwrap_or(end);
    if stop < at + 3
        || !(at..stop).all(|at| matches!(scan.kind(at), Kind::Letters | Kind::Digits | Kind::Mark('.' | '-')))
    {
        return false;
    }
    let has_marks = (at..stop).all(|at| !matches!(scan.kind(at), Kind::Mark(_)) || scan.count(at) == 1);
    let is_top = scan.is(stop - 2, '.') && TOP_LEVELS.contains(&scan.word(stop - 1));
    let is_web = scan.word(at) == "www" && scan.is(at + 1, '.');
    has_marks && (is_web || (is_top && !scan.is(at, '.')))
}

/// Whether a path of files stands there: `/usr/bin`, `~/x`, `C:\x`, `src/main.rs`.
fn is_path(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    let is_part = |at: usize| {
        matches!(
            scan.kind(at),
            Kind::Letters | Kind::Digits | Kind::Mark('/' | '\\' | '.' | '-' | '_' | '~' | ':' | '+')
        )
    };
    if end < at + 2 || !(at..end).all(is_part) {
        return false;
    }
    let has_letters = (at..end).any(|at| scan.is_letters(at));
    let is_absolute = scan.is(at, '/') || (scan.is(at, '~') && scan.is(at + 1, '/'));
    let is_relative = scan.kind(at) == Kind::Mark('.') && scan.count(at) < 3 && scan.is(at + 1, '/');
    let is_drive = scan.count(at) == 1 && scan.is(at + 1, ':') && scan.kind(at + 2) == Kind::Mark('\\');
    let is_file = (at..end).any(|at| scan.is(at, '/')) && is_extension(scan, at, end);
    has_letters && (is_absolute || is_relative || (scan.is_letters(at) && is_drive) || is_file)
}

/// Whether an ending of a file name stands last.
fn is_extension(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    // "mp3" and "7z" end with a digit.
    let last = if scan.is_digits(end - 1) { end - 2 } else { end - 1 };
    last > at + 1 && scan.is(last - 1, '.') && EXTENSIONS.contains(&scan.word(last))
}

/// Whether a name of a file stands there: `config.json`, `.gitignore`.
fn is_file(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    if scan.is(at, '.') {
        let is_name = scan.text(at + 1).bytes().all(|c| c.is_ascii_lowercase()) || scan.word(at + 1) == "NET";
        return end >= at + 2
            && scan.is_letters(at + 1)
            && is_name
            && scan.count(at + 1) > 1
            && (at + 1..end).all(|at| {
                matches!(scan.kind(at), Kind::Letters | Kind::Digits | Kind::Mark('.' | '-' | '_'))
            });
    }
    let is_part = |at: usize| match scan.kind(at) {
        Kind::Letters | Kind::Digits => true,
        Kind::Mark('.' | '-' | '_') => scan.count(at) == 1,
        _ => false,
    };
    // "e.g." and "a.m." have one letter before each point.
    end >= at + 3 && (at..end).all(is_part) && is_extension(scan, at, end) && has_long_part(scan, at, end)
}

fn has_long_part(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    (at..end).any(|at| scan.is_letters(at) && scan.count(at) > 1)
}

/// The pieces of an address that begins at `at`, of which `start..end` is spoken and the rest is silent.
fn spelled(scan: &Scan<'_>, at: usize, start: usize, end: usize, last: usize) -> Option<Found> {
    let mut pieces: Vec<Piece> = (start..end).map(|at| part(scan, at)).collect();
    // What is silent belongs to the part beside it.
    if start > at
        && let Some(first) = pieces.first_mut()
    {
        *first = match std::mem::replace(first, Piece::Drop(at..start)) {
            Piece::Say(words, _) => Piece::Say(words, at..start + 1),
            _ => Piece::say(scan.text(start).to_owned(), at..start + 1),
        };
    }
    if last > end {
        pieces.push(Piece::Drop(end..last));
    }
    Found::pieces(last, pieces)
}

fn part(scan: &Scan<'_>, at: usize) -> Piece {
    let runs = at..at + 1;
    match scan.kind(at) {
        Kind::Letters => match WORDS.iter().find(|word| word.0 == scan.text(at)) {
            Some((_, words)) => Piece::say(*words, runs),
            None => Piece::Apart(runs),
        },
        Kind::Digits if scan.text(at).len() > 4 || scan.text(at).starts_with('0') => {
            Piece::say(spaced(scan.text(at)), runs)
        }
        Kind::Mark(mark) => match MARKS.iter().find(|name| name.0 == mark) {
            Some((_, name)) => Piece::say([*name].repeat(scan.count(at).min(3)).join(" "), runs),
            None => Piece::Apart(runs),
        },
        _ => Piece::Apart(runs),
    }
}

/// `@name`
fn handle(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.is(at, '@') || !scan.is_letters(at + 1) {
        return None;
    }
    let end = extent(scan, at + 1);
    let is_name = (at + 1..end)
        .all(|at| matches!(scan.kind(at), Kind::Letters | Kind::Digits | Kind::Mark('_' | '.' | '-' | '/')));
    is_name.then(|| spelled(scan, at, at, end, end))?
}

/// `#1`, `#topic`
fn hashtag(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.is(at, '#') {
        return None;
    }
    if scan.is_digits(at + 1) && scan.ends(at + 2) {
        return Found::say("number", at..at + 1);
    }
    if scan.is_space(at + 1) && scan.word(at + 2) == "of" {
        return Found::say("number", at..at + 1);
    }
    let end = extent(scan, at + 1);
    if is_color(scan.slice(at + 1..end)) {
        let letters: String = scan.slice(at + 1..end).to_uppercase().replace('A', "ay ");
        return Found::say(format!("hash {}", spaced(&letters).replace("a y", "ay")), at..end);
    }
    (scan.is_letters(at + 1) && scan.count(at + 1) > 1).then(|| Found::say("hashtag", at..at + 1))?
}

fn is_color(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|c| c.is_ascii_hexdigit()) && text.bytes().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn web_addresses() {
        assert_eq!(
            us("https://www.example.com/a-b?x=1#y."),
            "www dot example dot com slash ay dash b question mark x equals 1 hash y."
        );
        assert_eq!(us("docs.rs, (example.com)"), "docs dot rs, (example dot com)");
        assert_eq!(us("example.co.uk/"), "example dot co dot UK");
        assert_eq!(us("A <a@b.org>, <http://c.de/>"), "A ay at b dot org, c dot DE");
    }

    #[test]
    fn mail_addresses_and_handles() {
        assert_eq!(us("foo.bar@example.com"), "foo dot bar at example dot com");
        assert_eq!(
            us("@user_name and #topic and #1"),
            "at user underscore name and hashtag topic and number 1"
        );
        same("so # 1 and @ home");
    }

    #[test]
    fn files_and_paths() {
        assert_eq!(
            us("config.json, /usr/bin and C:\\x"),
            "config dot jason, slash user slash bin and C colon backslash x"
        );
        assert_eq!(us("~/.bashrc .gitignore .NET"), "tilde slash dot bashrc dot gitignore dot NET");
        assert_eq!(us("src/main.rs"), "src slash main dot rs");
    }

    #[test]
    fn prose_is_no_address() {
        same("e.g. this, i.e. that, he/she, and/or, end.Then he, U.S. army, a.m. now, yes.no, 3.5, ... so");
    }
}
