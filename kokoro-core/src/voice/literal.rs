//! The dictionary literal in a `.npy` header, the subset of Python syntax that NumPy writes there.

/// Most dimensions a shape may have, NumPy's own limit being 64. A voice has at most three.
const MAX_DIMENSIONS: usize = 8;

/// What a `.npy` header says about the array behind it.
#[derive(Debug, PartialEq)]
pub(super) struct Description {
    /// Element type in NumPy's notation, such as `<f4`.
    pub(super) descr: String,
    /// Whether the first index varies fastest.
    pub(super) fortran_order: bool,
    /// Length of each dimension, outermost first.
    pub(super) shape: Vec<usize>,
}

/// Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (510, 1, 256), }` followed by white space.
///
/// # Errors
///
/// What was found and expected, in words.
pub(super) fn parse(text: &[u8]) -> Result<Description, String> {
    let mut reader = Reader { rest: text };
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    reader.expect(b'{')?;
    while !reader.take(b'}') {
        let key = reader.string()?;
        reader.expect(b':')?;
        let repeated = match key.as_str() {
            "descr" => descr.replace(reader.descr()?).is_some(),
            "fortran_order" => fortran_order.replace(reader.boolean()?).is_some(),
            "shape" => shape.replace(reader.tuple()?).is_some(),
            _ => return Err(format!("the header has an unknown key `{}`", key.escape_debug())),
        };
        if repeated {
            return Err(format!("the header has the key `{key}` twice"));
        }
        if !reader.take(b',') {
            reader.expect(b'}')?;
            break;
        }
    }
    reader.skip_space();
    if !reader.rest.is_empty() {
        return Err(reader.unexpected("the end of the header"));
    }
    match (descr, fortran_order, shape) {
        (Some(descr), Some(fortran_order), Some(shape)) => Ok(Description { descr, fortran_order, shape }),
        _ => Err("the header lacks one of `descr`, `fortran_order` and `shape`".to_owned()),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// Moves past `byte` if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected(&format!("`{}`", char::from(byte)))) }
    }

    fn unexpected(&self, expected: &str) -> String {
        match self.rest.first() {
            Some(byte) => format!("found `{}` in the header, expected {expected}", byte.escape_ascii()),
            None => format!("the header ends where {expected} was expected"),
        }
    }

    /// Moves past the bytes that satisfy `wanted` and returns them.
    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> String {
        let length = self.rest.iter().position(|byte| !wanted(*byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        String::from_utf8_lossy(taken).into_owned()
    }

    fn string(&mut self) -> Result<String, String> {
        for quote in [b'\'', b'"'] {
            if self.take(quote) {
                let text = self.take_while(|byte| byte != quote && byte != b'\\');
                self.expect(quote)?;
                return Ok(text);
            }
        }
        Err(self.unexpected("a quoted string"))
    }

    fn descr(&mut self) -> Result<String, String> {
        self.skip_space();
        if self.rest.starts_with(b"[") {
            return Err("found a structured element type, expected `<f4`".to_owned());
        }
        self.string()
    }

    fn boolean(&mut self) -> Result<bool, String> {
        self.skip_space();
        match self.take_while(|byte| byte.is_ascii_alphabetic()).as_str() {
            "True" => Ok(true),
            "False" => Ok(false),
            _ => Err(self.unexpected("`True` or `False`")),
        }
    }

    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        let mut items = Vec::new();
        self.expect(b'(')?;
        while !self.take(b')') {
            if items.len() == MAX_DIMENSIONS {
                return Err(format!("the shape has more than {MAX_DIMENSIONS} dimensions"));
            }
            items.push(self.integer()?);
            if !self.take(b',') {
                self.expect(b')')?;
                break;
            }
        }
        Ok(items)
    }

    fn integer(&mut self) -> Result<usize, String> {
        self.skip_space();
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        if digits.is_empty() {
            return Err(self.unexpected("a dimension"));
        }
        digits.parse().map_err(|_| format!("the dimension {digits:.32} is too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_numpy_writes() {
        let text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (510, 1, 256), }          \n";
        let expected =
            Description { descr: "<f4".to_owned(), fortran_order: false, shape: vec![510, 1, 256] };
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn other_spellings_of_the_same() {
        let parsed = parse(b" {\"shape\":(256,),\t'fortran_order':True,'descr':'|u1'}").unwrap();
        assert_eq!(parsed.shape, [256]);
        assert!(parsed.fortran_order);
        assert_eq!(parsed.descr, "|u1");
        assert_eq!(parse(b"{'descr':'','fortran_order':False,'shape':()}").unwrap().shape, [0; 0]);
    }

    #[test]
    fn damaged_headers() {
        for (text, says) in [
            (&b""[..], "expected"),
            (b"{", "a quoted string"),
            (b"['descr']", "expected `{`"),
            (b"{}", "lacks"),
            (b"{'descr': '<f4', 'shape': (1,)}", "lacks"),
            (b"{'descr': '<f4', 'descr': '<f4'}", "twice"),
            (b"{'extra': 1}", "unknown key `extra`"),
            (b"{'descr': [('x', '<f4')]}", "structured"),
            (b"{'descr': '<f4", "ends where `'`"),
            (b"{'descr': '\\x3cf4'}", "expected `'`"),
            (b"{'fortran_order': false}", "`True` or `False`"),
            (b"{'shape': 256}", "expected `(`"),
            (b"{'shape': (-1, 256)}", "a dimension"),
            (b"{'shape': (1 256)}", "expected `)`"),
            (b"{'shape': (510L, 256)}", "expected `)`"),
            (b"{'shape': (99999999999999999999999999, 256)}", "too large"),
            (b"{'shape': (1,1,1,1,1,1,1,1,1)}", "more than 8"),
            (b"{'descr': '<f4', 'fortran_order': False, 'shape': (256,)} x", "the end of the header"),
            (b"{'descr' '<f4'}", "expected `:`"),
            (b"{'descr': '<f4' 'shape': ()}", "expected `}`"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(says), "{}: {message}", text.escape_ascii());
        }
    }
}
