use proptest::prelude::*;

use super::*;
use crate::ErrorKind;

fn refused(result: Result<Lexicon>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidLexicon);
    error.to_string()
}

#[test]
fn the_exact_word_wins_over_other_cases() {
    let entries = [("polish", "a"), ("Polish", "b"), ("gRPC", "c"), ("GRpC", "d"), ("Über", "e")];
    let lexicon = Lexicon::from_entries(entries).unwrap();
    for (word, phonemes) in [
        ("polish", "a"),
        ("Polish", "b"),
        ("POLISH", "a"),
        ("gRPC", "c"),
        ("GRpC", "d"),
        ("grpc", "c"),
        ("ÜBER", "e"),
        ("U\u{308}ber", "e"),
    ] {
        assert_eq!(lexicon.get(word), Some(phonemes), "{word}");
    }
    assert_eq!(lexicon.get("uber"), None);
    assert_eq!(lexicon.get(""), None);
    assert_eq!(Lexicon::default().get("polish"), None);
}

#[test]
fn equal_content_is_equal() {
    let one = Lexicon::from_entries([("a b", "a"), ("c", "b")]).unwrap();
    let other = Lexicon::from_json("{\"c\": \"b\", \"a  b\": \"a\"}").unwrap();
    assert_eq!(one, other);
    assert_eq!(one.fingerprint(), other.fingerprint());
    let changed = Lexicon::from_entries([("a b", "b"), ("c", "a")]).unwrap();
    assert_ne!(one, changed);
    assert_ne!(one.fingerprint(), changed.fingerprint());
    assert_eq!(Lexicon::from_tsv("\n# nothing\n").unwrap(), Lexicon::default());
    assert_eq!((one.len(), one.longest_phrase(), other.is_empty()), (2, 3, false));
}

#[test]
fn the_last_entry_wins_and_files_must_not_contradict_themselves() {
    let lexicon = Lexicon::from_entries([("a", "a"), ("a", "b")]).unwrap();
    assert_eq!(lexicon.get("a"), Some("b"));
    assert_eq!(
        refused(Lexicon::from_tsv("x\ta\n\nx\tb\n")),
        "lexicon, line 3: `x` is `a` in line 1 and `b` here: keep one of them"
    );
    let message = refused(Lexicon::from_json("{\n\"x\": \"a\",\n\"x\": \"b\"\n}"));
    assert!(message.contains("line 3: `x` is `a`"), "{message}");
    assert_eq!(Lexicon::from_tsv("x\ta\nx\ta\nX\tb").unwrap().len(), 2);
}

#[test]
fn files_may_come_from_any_editor() {
    let lexicon =
        Lexicon::from_tsv("\u{feff}# words\r\nNew  York\t nujˈɔɹk \r\n\r\nO’Neil\tOnˈil\r\ng\tgˈi").unwrap();
    assert_eq!(lexicon.get("new york"), Some("nujˈɔɹk"));
    assert_eq!(lexicon.get("O'Neil"), Some("Onˈil"));
    assert_eq!(lexicon.get("g"), Some("ɡˈi"));
    assert_eq!(Lexicon::from_json("\u{feff}{}").unwrap(), Lexicon::default());
}

#[test]
fn mistakes_are_named_with_their_line_and_a_remedy() {
    for (text, part) in [
        ("a\ta\nb", "line 2: `b` has 1 columns"),
        ("a\ta\tb", "3 columns"),
        ("\ta", "line 1: a word is empty"),
        ("a\t", "`a` has no phonemes"),
        ("a\t ˈ,", "`a` has no phonemes"),
        ("a\t/a/", "`/`, character 1 of `/a/`, is not in Kokoro's alphabet"),
        ("kub\tkˈ7b", "`7`, character 3 of `kˈ7b`"),
        ("a\u{7}\ta", "control character"),
    ] {
        let message = refused(Lexicon::from_tsv(text));
        assert!(message.contains(part), "{message}");
    }
    for (text, part) in [
        ("", "line 1"),
        ("[]", "one JSON object"),
        ("{\"a\": 1}", "one JSON object"),
        ("{\"a\": \"a\"} x", "trailing"),
        ("{\n\"a\": \"7\"}", "line 2: `a`: `7`"),
    ] {
        let message = refused(Lexicon::from_json(text));
        assert!(message.contains(part), "{message}");
    }
    let long = refused(Lexicon::from_entries([("a".repeat(201), "a")]));
    assert!(long.contains("201 bytes, the limit is 200") && long.len() < 250, "{long}");
    assert!(
        refused(Lexicon::from_entries([("a", "a".repeat(511))])).contains("511 symbols, the limit is 510")
    );
    assert!(refused(Lexicon::from_tsv(&"#".repeat((16 << 20) + 1))).contains("16 MiB"));
}

#[test]
fn files_are_read_by_their_extension() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    assert_eq!(Lexicon::load(write("a.tsv", "x\ta".as_bytes())).unwrap().get("x"), Some("a"));
    assert_eq!(Lexicon::load(write("a.JSON", "{\"x\":\"a\"}".as_bytes())).unwrap().get("x"), Some("a"));
    let message = refused(Lexicon::load(write("a.csv", b"x,a")));
    assert!(message.contains("a.csv") && message.contains("`csv`") && message.contains(".tsv"), "{message}");
    let message = refused(Lexicon::load(write("b.tsv", b"x\ta\ny\t\xff")));
    assert!(message.contains("b.tsv`, line 2") && message.contains("UTF-8"), "{message}");
    let message = refused(Lexicon::load(write("c.tsv", b"x\n")));
    assert!(message.contains("c.tsv`, line 1"), "{message}");
    let error = Lexicon::load(folder.path().join("gone.tsv")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("gone.tsv"), "{error}");
}

proptest! {
    #[test]
    fn text_of_any_kind_does_no_harm(text in any::<String>()) {
        let _ = Lexicon::from_tsv(&text);
        let _ = Lexicon::from_json(&text);
        let _ = Lexicon::from_entries([(&text, &text)]);
    }

    #[test]
    fn nor_does_nearly_right_text(text in "([a-zé# ]{0,6}[\t]?[a-zəˈ7]{0,6}\r?\n){0,6}|\\{(\"[a-z\\\\]{0,4}\":? ?\"[aˈ]{0,3}\",?\n?){0,4}\\}?") {
        let _ = Lexicon::from_tsv(&text);
        let _ = Lexicon::from_json(&text);
    }

    #[test]
    fn what_is_written_is_read(
        entries in prop::collection::btree_map("[a-zA-Zé漢0-9'+.-]([a-zé.]{0,4}[a-z]( [a-z]{1,3})?)?", "[a-zəˈ]{0,6}[a-z]", 0..8)
    ) {
        let direct = Lexicon::from_entries(&entries).unwrap();
        let tsv: String = entries.iter().map(|(word, phonemes)| format!("{word}\t{phonemes}\n")).collect();
        let json: Vec<String> =
            entries.iter().map(|(word, phonemes)| format!("{word:?}: {phonemes:?}")).collect();
        let json = format!("{{{}}}", json.join(","));
        // Two words can be the same in the form that is compared.
        if direct.len() == entries.len() {
            prop_assert_eq!(&Lexicon::from_tsv(&tsv).unwrap(), &direct);
            prop_assert_eq!(&Lexicon::from_json(&json).unwrap(), &direct);
            for (word, phonemes) in &entries {
                let kept = super::super::english::alphabet::keep(phonemes);
                prop_assert_eq!(direct.get(word), Some(kept.as_str()));
            }
        }
    }
}
