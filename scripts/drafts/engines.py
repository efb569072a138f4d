"""What real engines write about recordings, in files as their own programs write them.

usage: engines.py faster-whisper MODEL_FOLDER LANGUAGE OUT RECORDING...
       engines.py whisper.cpp GGML_FILE LANGUAGE OUT RECORDING...
Files that are there already are left as they are.
"""

import dataclasses
import json
import pathlib
import sys


def faster_whisper(model, language, out, recordings):
    """Beam 5, words with probabilities, no text of the window before, the fallback in temperature that it has."""
    from faster_whisper import WhisperModel

    model = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=2)
    for recording in recordings:
        path = out / f"{recording.stem}.json"
        if path.exists():
            continue
        segments, _ = model.transcribe(str(recording), language=language, beam_size=5, word_timestamps=True,
                                       condition_on_previous_text=False)
        segments = [dataclasses.asdict(segment) for segment in segments]
        body = {"text": "".join(s["text"] for s in segments), "language": language, "segments": segments}
        path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def whisper_cpp(model, language, out, recordings):
    """As `whisper-cli -ojf` decodes and writes: beam 5, windows of 30 s, times of tokens. A character that is cut across tokens
    is written as its bytes."""
    import _pywhispercpp as library
    import soundfile
    from pywhispercpp.model import Model

    def text(raw):
        return raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw

    settings = {"params_sampling_strategy": 0, "n_threads": 2, "language": language, "token_timestamps": True, "no_context": False,
                "print_progress": False, "print_realtime": False}
    model = Model(model, **settings)
    for recording in recordings:
        path = out / f"{recording.name}.json"
        if path.exists():
            continue
        sound, rate = soundfile.read(recording, dtype="float32")
        assert rate == 16_000, recording
        model.transcribe(sound)
        context, segments = model._ctx, []
        for n in range(library.whisper_full_n_segments(context)):
            tokens = []
            for k in range(library.whisper_full_n_tokens(context, n)):
                token = library.whisper_full_get_token_data(context, n, k)
                raw = library.whisper_token_to_bytes(context, token.id)
                tokens.append({"text": text(raw), "offsets": {"from": 10 * token.t0, "to": 10 * token.t1}, "id": token.id, "p": token.p})
            start, end = library.whisper_full_get_segment_t0(context, n), library.whisper_full_get_segment_t1(context, n)
            body = text(library.whisper_full_get_segment_text(context, n))
            segments.append({"offsets": {"from": 10 * start, "to": 10 * end}, "text": body, "tokens": tokens})
        body = {"params": {"language": language}, "result": {"language": language}, "transcription": segments}
        path.write_bytes(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    engine, model, language, out, *recordings = sys.argv[1:]
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    run = {"faster-whisper": faster_whisper, "whisper.cpp": whisper_cpp}[engine]
    run(model, language, pathlib.Path(out), [pathlib.Path(r) for r in recordings])
