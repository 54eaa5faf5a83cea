//! What the pickle reader accepts, and what it refuses.

use proptest::prelude::*;

use super::*;

/// The pickle of a tensor of shape (3, 1, 256), byte for byte as PyTorch writes it.
pub(in crate::voice) const TENSOR: &[u8] =
    b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00((X\x07\x00\x00\x00storage\
    q\x01ctorch\nFloatStorage\nq\x02X\x01\x00\x00\x000q\x03X\x03\x00\x00\x00cpuq\x04M\x00\x03tq\x05Q\
    K\x00K\x03K\x01M\x00\x01\x87q\x06M\x00\x01M\x00\x01K\x01\x87q\x07\
    \x89ccollections\nOrderedDict\nq\x08)Rq\ttq\nRq\x0b.";

fn replaced(from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = TENSOR.windows(from.len()).position(|window| window == from).expect("what to replace");
    [&TENSOR[..at], to, &TENSOR[at + from.len()..]].concat()
}

fn refusal(pickle: &[u8]) -> String {
    read_tensor(pickle).expect_err("a refusal")
}

#[test]
fn a_saved_tensor_is_described() {
    let expected = TensorRef {
        storage: "0".to_owned(),
        storage_len: 768,
        offset: 0,
        shape: vec![3, 1, 256],
        strides: vec![256, 256, 1],
    };
    assert_eq!(read_tensor(TENSOR).unwrap(), expected);
    let offset = replaced(b"QK\x00K\x03", b"QJ\x00\x01\x00\x00K\x03");
    assert_eq!(read_tensor(&offset).unwrap(), TensorRef { offset: 256, ..expected.clone() });
    // Other instructions for the same: the memo's long form, a true flag, a plain dictionary, a tensor once more.
    let long = replaced(b"q\x00(", b"r\x00\x01\x00\x00(");
    assert_eq!(read_tensor(&long).unwrap(), expected);
    assert_eq!(read_tensor(&replaced(b"\x89c", b"\x88c")).unwrap(), expected);
    assert_eq!(read_tensor(&replaced(b"ccollections\nOrderedDict\nq\x08)R", b"}")).unwrap(), expected);
    let recalled = replaced(b"M\x00\x01M\x00\x01K\x01\x87q\x07", b"M\x00\x01q\x07h\x07K\x01\x87");
    assert_eq!(read_tensor(&recalled).unwrap(), expected);
}

#[test]
fn attacks_are_refused_by_name() {
    let says = "asks for `os.system`, which a voice does not need; nothing of it was executed";
    let classic = b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85R.";
    assert!(refusal(classic).contains(says));
    assert!(refusal(&replaced(b"ctorch._utils\n_rebuild_tensor_v2\n", b"cos\nsystem\n")).contains(says));
    assert!(
        refusal(&replaced(b"ccollections\nOrderedDict\n", b"cbuiltins\neval\n")).contains("`builtins.eval`")
    );
    // The name given in two strings, an instance made, an extension looked up, a state set.
    for pickle in [
        &b"\x80\x02X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93."[..],
        b"\x80\x02(ios\nsystem\n.",
        b"\x80\x02(cos\nsystem\no.",
        b"\x80\x02\x82\x01.",
        b"\x80\x02}}b.",
        b"\x80\x02)\x81.",
        b"\x80\x02P0\n.",
        b"\x80\x02S'x'\n.",
        b"\x80\x02N.",
    ] {
        let message = refusal(pickle);
        assert!(message.contains("does not need"), "{}: {message}", pickle.escape_ascii());
    }
}

#[test]
fn names_in_messages_are_short_and_escaped() {
    let mut pickle = b"\x80\x02c\x1b[31m".to_vec();
    pickle.extend([b'x'; 5000]);
    pickle.extend(b"\nf\n.");
    let message = refusal(&pickle);
    assert!(message.len() < 200 && message.contains("\\x1b") && !message.contains('\x1b'), "{message}");
}

#[test]
fn calls_with_other_arguments_are_refused() {
    for (from, to) in [
        (&b")Rq\t"[..], &b"K\x01\x85Rq\t"[..]),
        (b"\x89c", b"K\x00c"),
        (b"QK\x00", b"K\x00"),
        (b"QK\x00", b"QJ\xff\xff\xff\xff"),
        (b"K\x03K\x01M\x00\x01\x87q\x06", b"K\x03"),
        (b"K\x03K\x01M\x00\x01\x87q\x06", b"K\x03K\x01J\xff\xff\xff\xff\x87"),
        (b"K\x03K\x01M\x00\x01\x87q\x06", b"K\x03K\x01X\x00\x00\x00\x00\x87"),
    ] {
        let message = refusal(&replaced(from, to));
        assert!(message.contains("call") || message.contains("storage"), "{}: {message}", to.escape_ascii());
    }
    assert!(refusal(b"\x80\x02)ctorch\nFloatStorage\n)R.").contains("call"));
    assert!(refusal(b"\x80\x02))R.").contains("call"));
}

#[test]
fn storages_of_another_kind_are_refused() {
    let message = refusal(&replaced(b"FloatStorage", b"HalfStorage"));
    assert!(message.contains("`HalfStorage`, expected `FloatStorage`"), "{message}");
    for (from, to) in [
        (&b"\x01\x00\x00\x000"[..], &b"\x04\x00\x00\x00../x"[..]),
        (b"\x01\x00\x00\x000", b"\x00\x00\x00\x00"),
        (b"\x07\x00\x00\x00storage", b"\x06\x00\x00\x00module"),
        (b"M\x00\x03t", b"t"),
        (b"M\x00\x03t", b"J\xff\xff\xff\xfft"),
        (b"ctorch\nFloatStorage\n", b"X\x05\x00\x00\x00Float"),
    ] {
        let message = refusal(&replaced(from, to));
        assert!(message.contains("does not refer to a storage"), "{message}");
    }
}

#[test]
fn what_is_not_one_tensor_is_refused() {
    for pickle in [&b"\x80\x02."[..], b"\x80\x02K\x01.", b"\x80\x02}.", b"\x80\x02)."] {
        assert!(refusal(pickle).contains("not that of one tensor"));
    }
    assert!(refusal(&[TENSOR, b"x"].concat()).contains("not that of one tensor"));
    assert!(refusal(&replaced(b"\x80\x02", b"\x80\x02K\x01")).contains("not that of one tensor"));
    assert!(refusal(&replaced(b"\x80\x02", b"\x80\x02(")).contains("not that of one tensor"));
    for start in [&b"\x80\x04"[..], b"\x80\x00", b"cc"] {
        assert!(refusal(&replaced(b"\x80\x02", start)).contains("protocol 2"));
    }
}

#[test]
fn a_confused_stack_is_refused() {
    for pickle in [
        &b"\x80\x02t."[..],
        b"\x80\x02\x85.",
        b"\x80\x02K\x01\x87.",
        b"\x80\x02R.",
        b"\x80\x02Q.",
        b"\x80\x02q\x00.",
    ] {
        assert!(!refusal(pickle).is_empty());
    }
    assert!(refusal(b"\x80\x02h\x07.").contains("did not remember"));
    assert!(refusal(b"\x80\x02j\x07\x00\x00\x00.").contains("did not remember"));
    // Two numbers below a mark are out of reach of what comes after it.
    assert!(refusal(b"\x80\x02K\x01K\x02(\x86.").contains("nothing to work on"));
    assert!(refusal(b"\x80\x02K\x01K\x02(R.").contains("nothing to work on"));
}

#[test]
fn truncation_is_an_error() {
    for length in 0..TENSOR.len() {
        refusal(&TENSOR[..length]);
    }
    assert!(refusal(b"\x80\x02X\xff\xff\xff\xffabc").contains("truncated"));
}

#[test]
fn nesting_and_doubling_stay_small() {
    let mut nested = b"\x80\x02)".to_vec();
    nested.extend([0x85; 10_000]);
    nested.push(b'.');
    assert!(refusal(&nested).contains("nests tuples"));
    // Every round doubles what a copying reader would hold: 2^2000 numbers.
    let mut doubled = b"\x80\x02K\x01q\x00".to_vec();
    for _ in 0..2000 {
        doubled.extend(b"h\x00h\x00\x86q\x00");
    }
    doubled.push(b'.');
    assert!(refusal(&doubled).contains("nests tuples"));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_tensor(&bytes);
    }

    #[test]
    fn arbitrary_known_instructions_never_panic(
        opcodes in proptest::collection::vec(proptest::sample::select(b"(t)\x85\x86\x87}\x88\x89KMXq\x00hQR.\x01".to_vec()), 0..200)
    ) {
        let _ = read_tensor(&[b"\x80\x02".as_slice(), &opcodes].concat());
    }

    #[test]
    fn a_damaged_byte_never_panics(at in 0..TENSOR.len(), value: u8) {
        let mut damaged = TENSOR.to_vec();
        damaged[at] = value;
        let _ = read_tensor(&damaged);
    }
}
