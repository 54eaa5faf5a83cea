//! What the reader of `.pt` files accepts, and what it refuses.

use std::io::Cursor;

use zip::CompressionMethod::Stored;

use super::super::archive::tests::archive;
use super::super::pickle::tests::TENSOR;
use super::*;
use crate::ErrorKind;

const RAMP: &[u8] = include_bytes!("../../../tests/data/voices/ramp.pt");
const VIEW: &[u8] = include_bytes!("../../../tests/data/voices/ramp_view.pt");
const BIN: &[u8] = include_bytes!("../../../tests/data/voices/ramp.bin");

fn load_bytes(bytes: &[u8]) -> Result<Voice> {
    load(&mut Archive::open(Cursor::new(bytes), "`x.pt`")?, "`x.pt`")
}

fn refusal(entries: &[(&str, &[u8])]) -> String {
    let error = load_bytes(&archive(entries, Stored)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
    let message = error.to_string();
    assert!(message.starts_with("`x.pt`: "), "{message}");
    message
}

#[test]
fn what_pytorch_writes() {
    let expected = Voice::from_le_bytes(BIN, "test").unwrap();
    assert_eq!(load_bytes(RAMP).unwrap(), expected);
    assert_eq!(load_bytes(VIEW).unwrap(), expected, "a view into a larger storage");
}

#[test]
fn the_byte_order_may_be_left_out_but_not_be_another() {
    let (pickle, data) = (("x/data.pkl", TENSOR), ("x/data/0", BIN));
    assert_eq!(load_bytes(&archive(&[pickle, data], Stored)).unwrap().rows(), 3);
    assert!(load_bytes(&archive(&[pickle, data, ("x/byteorder", b"little\n")], Stored)).is_ok());
    assert!(refusal(&[pickle, data, ("x/byteorder", b"big")]).contains("byte order"));
    assert!(refusal(&[pickle, data, ("x/byteorder", &[b' '; 65])]).contains("larger than 64 bytes"));
}

#[test]
fn missing_and_wrong_entries_are_refused() {
    assert!(refusal(&[("data.pkl", TENSOR), ("data/0", BIN)]).contains("without `data.pkl`"));
    assert!(refusal(&[("x/data.pkl", TENSOR)]).contains("no entry `x/data/0`"));
    assert!(refusal(&[("x/data.pkl", TENSOR), ("y/data/0", BIN)]).contains("no entry `x/data/0`"));
    let message = refusal(&[("x/data.pkl", TENSOR), ("x/data/0", &BIN[4..])]);
    assert!(message.contains("found 3068 bytes of data, expected 768 elements"), "{message}");
    assert!(refusal(&[("x/data.pkl", &[0; MAX_PICKLE_BYTES + 1])]).contains("larger than 16384 bytes"));
    let bomb = archive(&[("x/data.pkl", TENSOR), ("x/data/0", &vec![0; MAX_VOICE_BYTES + 1])], Stored);
    assert!(load_bytes(&bomb).unwrap_err().to_string().contains("larger than 16777216 bytes"));
}

#[test]
fn an_attack_is_refused_before_anything_else() {
    let message = refusal(&[("x/data.pkl", b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.")]);
    assert!(
        message.contains("`posix.system`") && message.contains("nothing of it was executed"),
        "{message}"
    );
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let mut data = BIN.to_vec();
    data[4 * 300..4 * 301].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(refusal(&[("x/data.pkl", TENSOR), ("x/data/0", &data)]).contains("NaN in row 1, column 44"));
}

#[test]
fn tensors_must_be_voices_inside_their_storage() {
    let storage = vec![0; 768 * 4];
    let tensor = |offset: usize, shape: &[usize], strides: &[usize]| TensorRef {
        storage: "0".to_owned(),
        storage_len: 768,
        offset,
        shape: shape.to_vec(),
        strides: strides.to_vec(),
    };
    let sized = |offset, shape: &[usize], strides: &[usize]| {
        bytes(&tensor(offset, shape, strides), &storage).map(<[u8]>::len)
    };
    assert_eq!(sized(0, &[3, 1, 256], &[256, 256, 1]), Ok(3072));
    assert_eq!(sized(0, &[3, 1, 256], &[256, 7, 1]), Ok(3072), "the stride of length 1");
    assert_eq!(sized(256, &[2, 256], &[256, 1]), Ok(2048));
    assert_eq!(sized(512, &[256], &[1]), Ok(1024));
    for (offset, shape, strides, says) in [
        (0, &[3, 1, 256][..], &[1, 1, 3][..], "contiguous"),
        (0, &[3, 256], &[0, 1], "contiguous"),
        (0, &[3, 1, 256], &[256, 1], "contiguous"),
        (0, &[256], &[], "contiguous"),
        (0, &[3, 1, 255], &[255, 255, 1], "[3, 1, 255]"),
        (0, &[], &[], "[]"),
        (1, &[3, 256], &[256, 1], "inside its storage"),
        (0, &[4, 256], &[256, 1], "inside its storage"),
        (usize::MAX, &[1, 256], &[256, 1], "inside its storage"),
        (usize::MAX / 4, &[1, 256], &[256, 1], "inside its storage"),
        (0, &[usize::MAX, 256], &[256, 1], "inside its storage"),
        (0, &[usize::MAX / 256, 256], &[256, 1], "inside its storage"),
    ] {
        let message = sized(offset, shape, strides).unwrap_err();
        assert!(message.contains(says), "{shape:?}: {message}");
    }
    let short = TensorRef { storage_len: usize::MAX, ..tensor(0, &[1, 256], &[256, 1]) };
    assert!(bytes(&short, &storage).is_err());
}

#[test]
fn truncation_and_damage_are_errors_or_harmless() {
    let whole = load_bytes(RAMP).unwrap();
    let mut refused = 0;
    let mut check = |bytes: &[u8], at: usize| match load_bytes(bytes) {
        Ok(voice) => assert_eq!(voice, whole, "at {at}"),
        Err(_) => refused += 1,
    };
    for at in (0..RAMP.len()).step_by(97) {
        check(&RAMP[..at], at);
        let mut damaged = RAMP.to_vec();
        damaged[at] ^= 0xff;
        check(&damaged, at);
    }
    assert!(refused > RAMP.len() / 97, "{refused}");
}
