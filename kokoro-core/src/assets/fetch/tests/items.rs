//! Models, voices and ONNX Runtime by name.

use super::super::{Fetcher, Outcome};
use super::server::{Answer, Server};
use super::*;
use crate::ErrorKind;
use crate::assets::catalogue;

fn fetcher(folder: &Path, server: &Server) -> Fetcher {
    let fetcher = Fetcher::from_env().unwrap().folder(folder).hub_cache(folder.join("hub"));
    let fetcher =
        fetcher.hub(&server.address).unwrap().index(&format!("{}/simple/", server.address)).unwrap();
    fetcher.offline(false).retries(0)
}

/// A server that declares the digest of whatever it has.
fn vouching(body: Vec<u8>) -> Server {
    let digest = sha256(&body);
    Server::new(move |request| Answer::part(&body, request).header("X-Linked-ETag", digest.clone()))
}

#[test]
fn a_model_comes_from_the_hub_and_is_found_from_then_on() {
    let root = tempfile::tempdir().unwrap();
    let server = vouching(content(SIZE));
    let fetcher = fetcher(root.path(), &server);
    let plan = fetcher.plan_model("fp16").unwrap();
    assert!(!plan.is_present);
    assert!(server.requests().is_empty());
    let fetched = fetcher.model("fp16").unwrap();
    assert_eq!(fetched.path, plan.path);
    assert!(!fetched.is_published);
    let path = "/onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/onnx/model_fp16.onnx";
    assert_eq!(server.requests()[0].path, path);
    assert!(plan.address.ends_with(path));
    let places = crate::assets::find::Places { cache: Some(root.path().to_owned()), ..Default::default() };
    assert_eq!(places.model("kokoro-v1.0-fp16").unwrap().path, fetched.path);
    assert_eq!(fetcher.model("fp17").unwrap_err().kind(), ErrorKind::InvalidConfig);
    assert_eq!(fetcher.strict(true).model("q8").unwrap_err().kind(), ErrorKind::IntegrityMismatch);
}

#[test]
fn voices_are_checked_for_their_shape_and_numbers() {
    let root = tempfile::tempdir().unwrap();
    let voice = |value: f32| value.to_le_bytes().repeat(510 * 256);
    let server = vouching(voice(0.5));
    let fetched = fetcher(root.path(), &server).voices(["af_heart", "am_adam"]).unwrap();
    assert_eq!(fetched.len(), 2);
    assert_eq!(fetched[1].path, root.path().join("kokoro-v1.0/voices/am_adam.bin"));
    for wrong in [voice(f32::NAN), voice(0.5)[1024..].to_vec(), b"short".to_vec()] {
        let server = vouching(wrong);
        let error = fetcher(root.path(), &server).voices(["af_sky"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile, "{error}");
        assert!(!root.path().join("kokoro-v1.0/voices/af_sky.bin").exists());
    }
    let error = fetcher(root.path(), &server).voices(["af_heart", "af_hart"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
    assert_eq!(fetcher(root.path(), &server).plan_voices(["all"]).unwrap().len(), 54);
}

#[test]
fn a_wheel_that_is_not_the_pinned_one_is_refused() {
    let Some(build) = catalogue().runtime() else { return };
    let name = &build.wheel.address;
    let size = usize::try_from(build.wheel.size).unwrap();
    let pages = [
        (String::new(), ErrorKind::Download),
        (format!("<a href='{name}#sha256={}'>", "0".repeat(64)), ErrorKind::IntegrityMismatch),
        (format!("<a href='../../{name}'>"), ErrorKind::IntegrityMismatch),
    ];
    for (page, kind) in pages {
        let server = Server::new(move |request| match request.path.as_str() {
            "/simple/onnxruntime/" => Answer::whole(page.as_bytes()),
            // Of the right size, and declared as it is.
            _ => Answer::whole(&vec![0; size]).header("ETag", sha256(&vec![0; size])),
        });
        let root = tempfile::tempdir().unwrap();
        let error = fetcher(root.path(), &server).runtime().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!root.path().join(&build.library.place).exists());
    }
}

#[test]
#[ignore = "needs the wheel, which is not part of this repository: KOKORO_TEST_WHEEL names a copy"]
fn the_pinned_wheel_gives_the_library() {
    let build = catalogue().runtime().unwrap();
    let wheel = std::fs::read(std::env::var_os("KOKORO_TEST_WHEEL").unwrap()).unwrap();
    let page = format!("<a href='/files/{}#sha256={}'>", build.wheel.address, build.wheel.sha256);
    let server = Server::new(move |request| match request.path.as_str() {
        "/simple/onnxruntime/" => Answer::whole(page.as_bytes()),
        _ => Answer::part(&wheel, request),
    });
    let root = tempfile::tempdir().unwrap();
    let fetcher = fetcher(root.path(), &server);
    let library = fetcher.runtime().unwrap();
    assert_eq!((library.outcome, &library.sha256), (Outcome::Fetched, &build.library.sha256));
    assert_eq!(library.path, root.path().join(&build.library.place));
    assert!(library.path.with_file_name("LICENSE").exists());
    assert!(!root.path().join(&build.wheel.place).exists(), "only the library is kept");
    assert_eq!(fetcher.offline(true).runtime().unwrap().outcome, Outcome::Present);
    assert_eq!(server.requests().len(), 2);
}
