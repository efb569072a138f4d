//! Odd files that people really have: each stands for a kind.

use symphonia::core::checksum::Crc32;
use symphonia::core::io::Monitor;

use super::*;

/// 8.28 s of speech, from which the larger fixtures were made.
fn speech() -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/fleurs_fr_002.flac");
    samples_of(&path, Channel::Mix).expect("speech").1
}

/// What becomes of bytes, without ffmpeg.
fn decoded(name: &str, bytes: &[u8]) -> (Decoded, Vec<f32>) {
    let (_folder, path) = file(name, bytes);
    let mut samples = Vec::new();
    let mut sink = |block: &[f32]| {
        samples.extend_from_slice(block);
        Ok(ControlFlow::Continue(()))
    };
    let source = Source::file(&path, Channel::Mix);
    let decoded = decode(&mut sink, &mut |by, sink| {
        source.attempt(by, "no-such-ffmpeg".as_ref()).stream(source.channel, &mut || (), sink)
    });
    let decoded = decoded.expect(name).expect(name);
    (decoded, samples)
}

/// Whether `part` of the speech is at `at` of `samples`.
fn is_at(samples: &[f32], at: usize, part: &[f32], least: f64) {
    let product =
        |x: &[f32], y: &[f32]| -> f64 { x.iter().zip(y).map(|(x, y)| f64::from(x * y)).sum() };
    let r = (at.saturating_sub(2)..=at + 2).map(|at| {
        let there = &samples[at..(at + part.len()).min(samples.len())];
        product(there, part) / (product(there, there) * product(part, part)).sqrt()
    });
    let r = r.fold(-1.0, f64::max);
    assert!(r > least, "r = {r:.3} at {at}");
}

/// Bytes with some replaced.
fn with(bytes: &[u8], changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, new) in changes {
        bytes[*at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

fn place(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|w| w == what).expect("there")
}

/// A WAV chunk.
fn chunk(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &(body.len() as u32).to_le_bytes(), body].concat()
}

#[test]
fn a_wav_whose_header_has_wrong_sizes_gives_all_its_samples() {
    let whole = bytes_of("reference.wav");
    let data = place(&whole, b"data") + 4;
    let truth = decoded("a.wav", &whole).1;
    let [zero, short, streamed] = [0u32, 3_200, u32::MAX].map(u32::to_le_bytes);
    for (what, changes) in [
        ("outer size short", vec![(4, &short)]),
        ("outer size 0", vec![(4, &zero)]),
        ("the recorder died", vec![(4, &zero), (data, &zero)]),
        ("wrapped at 4 GiB", vec![(data, &short)]),
        ("streamed", vec![(4, &streamed), (data, &streamed)]),
    ] {
        let changes: Vec<(usize, &[u8])> = changes.iter().map(|(at, b)| (*at, &b[..])).collect();
        assert_eq!(decoded(what, &with(&whole, &changes)).1, truth, "{what}");
    }
}

#[test]
fn chunks_behind_the_sound_are_not_decoded() {
    let whole = bytes_of("reference.wav");
    let truth = decoded("a.wav", &whole).1;
    for behind in [
        chunk(b"LIST", &[7; 400]),
        chunk(b"xyz1", &[7; 400]),
        [chunk(b"abcd", &[7; 3]), vec![0], chunk(b"efgh", &[7; 4_000])].concat(),
        chunk(b"id3 ", &[7; 4_000])[..200].to_vec(),
        [b"TAG".to_vec(), vec![7; 125]].concat(),
    ] {
        assert_eq!(decoded("a.wav", &[&whole[..], &behind[..]].concat()).1, truth);
    }
    let none = [wav(1, 16, 16_000, 0, &[]), chunk(b"LIST", &[7; 400])].concat();
    assert!(complaint("a.wav", &none).contains("holds no audio"));
}

#[test]
fn aiff_and_caf_with_wrong_sizes_give_all_their_samples() {
    let aiff = bytes_of("aiff_22050.aiff");
    let truth = decoded("a.aiff", &aiff).1;
    let sound = place(&aiff, b"SSND") + 4;
    let changes: [&[(usize, &[u8])]; 4] =
        [&[(4, &[0, 4, 11, 110])], &[(4, &[0; 4])], &[(sound, &[0; 4])], &[(sound, &[0, 0, 0, 8])]];
    for changes in changes {
        assert_eq!(decoded("a.aiff", &with(&aiff, changes)).1, truth, "{changes:?}");
    }
    let caf = bytes_of("caf_32000.caf");
    let truth = decoded("a.caf", &caf).1;
    let sound = place(&caf, b"data") + 4;
    for size in [-1i64, 0, 4, 1_000] {
        let bytes = with(&caf, &[(sound, &size.to_be_bytes())]);
        assert_eq!(decoded("a.caf", &bytes).1, truth, "{size}");
    }
}

#[test]
fn a_header_that_claims_the_impossible_is_named_and_no_panic() {
    let wav = bytes_of("reference.wav");
    let said = complaint("a.wav", &with(&wav, &[(22, &[255, 255])]));
    assert!(said.contains("claims 65535 channels"), "{said}");
    let caf = bytes_of("caf_32000.caf");
    let said = complaint("a.caf", &with(&caf, &[(36, &[127, 255, 255, 255])]));
    assert!(said.contains("claims packets of 2147483647 bytes"), "{said}");
    let mp4 = bytes_of("trimmed.m4a");
    let times = place(&mp4, b"stts") + 12;
    let said = complaint("a.m4a", &with(&mp4, &[(times, &[255; 4])]));
    assert!(said.contains("more than 2^32 samples"), "{said}");
    let mp4 = bytes_of("fragmented.mp4");
    let sizes = place(&mp4, b"stsz") + 8;
    let said = complaint("a.mp4", &with(&mp4, &[(sizes, &[255; 8])]));
    assert!(said.contains("do not agree"), "{said}");
}

#[test]
fn joined_mp3_files_are_decoded_to_the_end() {
    let one = bytes_of("mp3_16000.mp3");
    let alone = decoded("a.mp3", &one).1;
    let (joined, samples) = decoded("a.mp3", &[&one[..], &one[..]].concat());
    let (padding, delay) = (1_728, 1_105); // what encoder and decoder add at the seam, at most
    assert!((2 * alone.len()..2 * alone.len() + padding + delay).contains(&samples.len()));
    assert_eq!((joined.damaged, joined.filled), (Samples(0), Samples(0)));
    assert_eq!(samples[..alone.len()], alone);
    let seam = (samples.len() - 2 * alone.len() - delay) / 2 + delay;
    is_at(&samples, alone.len() + seam, &alone, 0.9);
}

#[test]
fn joined_mp3_files_of_different_kinds_are_left_to_ffmpeg() {
    let both = [bytes_of("mp3_16000.mp3"), bytes_of("mp3_44100.mp3").repeat(3)].concat();
    let said = complaint("a.mp3", &both);
    assert!(said.contains("sample rate or channel count changes on the way"), "{said}");
}

#[test]
fn what_follows_the_end_of_a_file_is_decoded_or_named() {
    let one = bytes_of("reference.wav");
    let (length, samples) = (4_800, decoded("a.wav", &one.repeat(2)).1);
    assert_eq!(samples[..length], samples[length + 22..]);
    for (name, wanted) in [
        ("fragmented.mp4", "another file follows its end: split them"),
        ("flac_44100.mkv", "another one follows its end; install ffmpeg"),
        ("pcm_f32_24000.wav", "another file follows its end: split them"),
    ] {
        let first = if name.ends_with("wav") { "reference.wav" } else { name };
        let said = complaint(name, &[bytes_of(first), bytes_of(name)].concat());
        assert!(said.contains(wanted), "{name}: {said}");
    }
}

#[test]
fn a_wav_over_4_gib_is_as_long_as_its_file() {
    let (_folder, path) = file("a.wav", &with(&bytes_of("reference.wav"), &[(4, &[9, 9, 9, 9])]));
    let length = 5u64 << 30;
    let sparse = std::fs::OpenOptions::new().write(true).open(&path).expect("open");
    sparse.set_len(length).expect("a sparse file");
    let header = place(&bytes_of("reference.wav"), b"data") as u64 + 8;
    assert_eq!(probe(&path).expect("probe").frames, Some((length - header) / 2));
}

#[test]
fn what_a_phone_trimmed_away_is_never_decoded() {
    let speech = speech();
    let (trimmed, samples) = samples_of(&fixture("trimmed.m4a"), Channel::Mix).expect("trimmed");
    assert_eq!((trimmed.length, trimmed.filled), (Samples(52_480), Samples(0)));
    is_at(&samples, 0, &speech[80_000..132_400], 0.99);
    let probe = probe(&fixture("trimmed.m4a")).expect("probe");
    assert!(probe.frames.is_some_and(|frames| frames.abs_diff(52_480) < 100));
}

#[test]
fn an_edit_list_that_cannot_be_followed_is_left_to_ffmpeg() {
    let bytes = bytes_of("trimmed.m4a");
    let speed = place(&bytes, b"elst") + 20;
    let said = complaint("a.m4a", &with(&bytes, &[(speed, &[0, 2])]));
    assert!(said.contains("changes the speed") && said.contains("install ffmpeg"), "{said}");
}

#[test]
fn sound_that_starts_late_has_the_times_of_its_container() {
    let (late, samples) = samples_of(&fixture("delayed.mp4"), Channel::Mix).expect("late");
    assert_eq!((late.filled, late.damaged), (Samples(77_376), Samples(0)));
    is_at(&samples, 78_400, &speech(), 0.99); // 4.9 s: 1024 frames of priming are presented
}

#[test]
fn a_fragment_that_starts_later_is_a_pause() {
    let bytes = bytes_of("fragmented.mp4");
    let truth = decoded("a.mp4", &bytes).1;
    let places: Vec<usize> =
        (0..bytes.len() - 4).filter(|&i| &bytes[i..i + 4] == b"tfdt").collect();
    let later: Vec<(usize, [u8; 8])> = places[1..]
        .iter()
        .map(|&at| {
            let time = u64::from_be_bytes(bytes[at + 8..at + 16].try_into().expect("eight"));
            (at + 8, (time + 16_000).to_be_bytes())
        })
        .collect();
    let changes: Vec<(usize, &[u8])> = later.iter().map(|(at, b)| (*at, &b[..])).collect();
    let (paused, samples) = decoded("a.mp4", &with(&bytes, &changes));
    assert_eq!((paused.filled, samples.len()), (Samples(16_000), truth.len() + 16_000));
    assert_eq!(
        samples.iter().filter(|&&x| x != 0.0).count(),
        truth.iter().filter(|&&x| x != 0.0).count()
    );
}

/// An Ogg file with pages changed, or left out; granule position and number of each page.
fn ogg(bytes: &[u8], change: &dyn Fn(usize, i64) -> Option<i64>) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    for number in 0.. {
        let Some(header) = bytes.get(at..at + 27) else { break };
        let segments = usize::from(header[26]);
        let body: usize = bytes[at + 27..at + 27 + segments].iter().map(|&l| usize::from(l)).sum();
        let end = at + 27 + segments + body;
        let granule = i64::from_le_bytes(header[6..14].try_into().expect("eight"));
        if let Some(granule) = change(number, granule) {
            let page = with(&bytes[at..end], &[(6, &granule.to_le_bytes()), (22, &[0; 4])]);
            let mut sum = Crc32::new(0);
            sum.process_buf_bytes(&page);
            out.extend(with(&page, &[(22, &sum.crc().to_le_bytes())]));
        }
        at = end;
    }
    out
}

#[test]
fn a_pause_in_an_ogg_file_is_filled_and_counted() {
    let speech = speech();
    let (paused, samples) = samples_of(&fixture("pause.opus"), Channel::Mix).expect("pause");
    assert_eq!((paused.filled, paused.damaged), (Samples(48_000), Samples(0)));
    assert_eq!(paused.length, Samples(132_480 + 48_000));
    is_at(&samples, 0, &speech[..60_000], 0.9);
    is_at(&samples, 64_800 + 48_000, &speech[64_800..], 0.9);
}

#[test]
fn an_ogg_file_is_as_long_as_its_packets_wherever_its_granules_begin() {
    let bytes = bytes_of("pause.opus");
    let shifted =
        |by: i64| ogg(&bytes, &|page, granule| Some(granule + if page > 1 { by } else { 0 }));
    let (_, truth) = decoded("a.opus", &bytes);
    let (late, samples) = decoded("a.opus", &shifted(4 * 48_000));
    assert_eq!(late.filled, Samples(48_000 + 64_000));
    assert_eq!(samples.len(), truth.len() + 64_000);
    // A stream that somebody joined after days.
    let (joined, samples) = decoded("a.opus", &shifted(1 << 40));
    assert_eq!((joined.filled, &samples), (Samples(48_000), &truth));
}

#[test]
fn pages_without_a_granule_position_are_decoded_whole() {
    let (whole, samples) = samples_of(&fixture("granule_minus1.ogg"), Channel::Mix).expect("ogg");
    assert_eq!((whole.filled, whole.damaged), (Samples(0), Samples(0)));
    assert_eq!(samples.len(), 132_480);
    is_at(&samples, 0, &speech(), 0.98);
}

#[test]
fn a_lost_page_is_damage_and_a_missing_end_mark_is_none() {
    let bytes = bytes_of("pause.opus");
    let lost = ogg(&bytes, &|page, granule| (page != 10).then_some(granule));
    assert_eq!(
        complaint("a.opus", &lost),
        "damaged: 0.20 of 11.28 s cannot be decoded; install ffmpeg, which reads many more formats, or \
         convert the file to FLAC or WAV"
    );
    let unended = ogg(&bytes, &|page, granule| (page < 43).then_some(granule));
    assert_eq!(decoded("a.opus", &unended).0.damaged, Samples(0));
    let said = complaint("a.opus", &bytes[..bytes.len() * 9 / 10]);
    assert!(said.contains("truncated"), "{said}");
}

#[test]
fn a_gap_of_ten_minutes_takes_no_memory() {
    let path = fixture("gap_599s.mka");
    let mut longest = 0;
    let decoded = stream(&Source::file(&path, Channel::Mix), &mut |block| {
        longest = longest.max(block.len());
        Ok(())
    });
    let decoded = decoded.expect("a gap");
    assert!((599.0..599.1).contains(&decoded.length.seconds()), "{decoded:?}");
    assert!((598.9..599.1).contains(&decoded.filled.seconds()), "{decoded:?}");
    assert!(longest < 16_000, "{longest} samples at a time");
}

/// A WAV of two channels.
fn stereo(left: &[f32], right: &[f32]) -> Vec<u8> {
    let frames = left.iter().zip(right).flat_map(|(&l, &r)| [l, r]);
    let data: Vec<u8> = frames.flat_map(f32::to_le_bytes).collect();
    let mut file = wav(3, 32, 16_000, data.len() as u32, &data);
    file[22] = 2;
    file[32] = 8;
    file
}

#[test]
fn channels_that_cancel_each_other_are_decoded() {
    let speech = speech();
    let inverted: Vec<f32> = speech.iter().map(|x| -x).collect();
    let samples = decoded("a.wav", &stereo(&inverted, &speech)).1;
    let loud = 16_000..130_000;
    let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
    assert!(power(&samples[loud.clone()]) > 0.99 * power(&speech[loud]));
}

#[test]
fn a_call_in_which_one_side_talks_first_stays_the_mean() {
    let speech = speech();
    let silence = vec![0.0; speech.len()];
    let left = [&speech[..], &silence[..]].concat();
    let right = [&silence[..], &speech[..]].concat();
    let mean: Vec<f32> = left.iter().zip(&right).map(|(l, r)| (l + r) * 0.5).collect();
    assert_eq!(decoded("a.wav", &stereo(&left, &right)).1, mean);
}

#[test]
fn of_several_tracks_the_default_one_is_decoded_and_the_others_are_counted() {
    let probe = probe(&fixture("two_tracks.mkv")).expect("two tracks");
    assert_eq!(probe.other_tracks, 1);
    let one = super::super::probe(&fixture("opus.webm")).expect("one track");
    assert_eq!(one.other_tracks, 0);
}
