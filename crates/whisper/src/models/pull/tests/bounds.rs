//! Hubs that send too much, the wrong thing, or are named with a password.

use super::*;

/// The same with what the hub stores the file under.
fn exact_puller(hub: &str, sha256: &str, bytes: usize) -> Puller {
    let mut puller = puller(hub, &"0".repeat(40));
    if let Source::Hub { sha256: known, bytes: size, .. } =
        &mut puller.registry.models[0].sources[0]
    {
        (*known, *size) = (Some(sha256.to_string()), Some(bytes as u64));
    }
    puller
}

#[test]
fn a_hub_that_sends_without_end_is_left_at_the_expected_size() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Endless]);
    let sum = crate::hex_digest(&content());
    let puller = exact_puller(&server.address, &sum, content().len());
    let mut most = 0;
    let mut watch = |event| {
        if let ProgressEvent::Bytes { done, .. } = event {
            most = most.max(done);
        }
    };
    let error = puller.pull("toy", folder.path(), None, &mut watch).unwrap_err().to_string();
    assert!(error.contains("sends more than it should") && error.contains("300000"), "{error}");
    assert!(most <= 300_000, "{most} bytes were taken");
    assert!(!folder.path().join("ggml-toy.bin.part").exists(), "what is wrong does not stay");
    // Where no size is known there is a bound too.
    let part = folder.path().join("x.part");
    let url = Url::new(server.address.clone());
    let error = download::fetch(&url, Size::Most(1_000_000), &part, &mut quiet).unwrap_err();
    assert!(error.to_string().contains("1000000 at most"), "{error}");
}

#[test]
fn a_hub_that_announces_another_size_is_not_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Ranges]);
    let puller = exact_puller(&server.address, &crate::hex_digest(&content()), 299_999);
    let error = puller.pull("toy", folder.path(), None, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("announces 300000 bytes; the model has 299999"), "{error}");
    assert!(!folder.path().join("ggml-toy.bin.part").exists());
}

#[test]
fn a_hub_file_is_compared_by_sha256_where_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Ranges]);
    let size = content().len();
    let wrong = exact_puller(&server.address, &"0".repeat(64), size);
    let error = wrong.pull("toy", folder.path(), None, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("it is refused"), "{error}");
    let right = exact_puller(&server.address, &crate::hex_digest(&content()), size);
    let path = right.pull("toy", folder.path(), None, &mut quiet).unwrap();
    assert_eq!(fs::read(path).unwrap(), content());
    // And known again by it: nothing is fetched a second time.
    let before = server.requests.lock().unwrap().len();
    right.pull("toy", folder.path(), None, &mut quiet).unwrap();
    assert_eq!(server.requests.lock().unwrap().len(), before);
}

#[test]
fn a_password_in_the_mirrors_address_is_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    for manner in [Manner::NotFound, Manner::Cut(0), Manner::Endless, Manner::Ranges] {
        let server = serve(content(), &[manner]);
        let address = server.address.replace("http://", "http://me:hunter2@") + "?token=hunter2";
        let puller = exact_puller(&address, &"0".repeat(64), content().len());
        let mut said = String::new();
        let mut listen = |event| said += &format!("{event:?}\n");
        let error = puller.pull("toy", folder.path(), None, &mut listen).unwrap_err();
        said += &format!("{error:#} {error:?} {puller:?}");
        assert!(said.contains("127.0.0.1") && !said.contains("hunter2"), "{said}");
    }
}
