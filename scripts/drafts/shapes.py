"""The same drafts in every shape that `drafts import` reads.

A recording is {"name": "talk.flac", "parts": [{"start", "end", "words": [{"text", "start", "end"}]}]}, seconds; words have no
confidence, so fields that a tool always writes have what it writes where it has none.
"""

import json
import pathlib


def dumped(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return [path]


def said(part):
    return " ".join(word["text"] for word in part["words"])


def stem(recording):
    return pathlib.Path(recording["name"]).stem


def each(write):
    """A file for each recording, named after it."""
    return lambda folder, recordings: [dumped(folder / f"{stem(r)}.json", write(r)) for r in recordings]


def nemo(folder, recordings):
    rows = [{"audio_filepath": r["name"], "offset": p["start"], "duration": p["end"] - p["start"], "text": "", "pred_text": said(p),
             "score": 0.0} for r in recordings for p in r["parts"]]
    return lines(folder / "manifest.json", rows)


def ours(folder, recordings):
    rows = [{"path": r["name"], "start": p["start"], "end": p["end"], "text": said(p), "words": p["words"]}
            for r in recordings for p in r["parts"]]
    return lines(folder / "ours.jsonl", rows)


def ctm(folder, recordings):
    path = folder / "words.ctm"
    rows = [f"{stem(r)} 1 {w['start']:.3f} {w['end'] - w['start']:.3f} {w['text']}\n"
            for r in recordings for p in r["parts"] for w in p["words"]]
    path.write_text("".join(rows), encoding="utf-8")
    return [path]


def whisper(r):
    segments = [{"id": n, "start": p["start"], "end": p["end"], "text": " " + said(p), "temperature": 0.0,
                 "words": [{"word": " " + w["text"], "start": w["start"], "end": w["end"]} for w in p["words"]]}
                for n, p in enumerate(r["parts"])]
    return {"text": "", "segments": segments, "language": "xx"}


def whisperx(r):
    segments = [{"start": p["start"], "end": p["end"], "text": " " + said(p),
                 "words": [{"word": w["text"], "start": w["start"], "end": w["end"], "score": 0.5 + 0.1 * (n % 5)}
                           for n, w in enumerate(p["words"])]} for p in r["parts"]]
    return {"segments": segments, "word_segments": [w for s in segments for w in s["words"]], "language": "xx"}


def milliseconds(thing):
    return {"from": round(1000 * thing["start"]), "to": round(1000 * thing["end"])}


def whisper_cpp(r):
    segments = [{"offsets": milliseconds(p), "text": " " + said(p),
                 "tokens": [{"text": "[_BEG_]", "offsets": milliseconds(p), "p": 1.0}] +
                           [{"text": " " + w["text"], "offsets": milliseconds(w)} for w in p["words"]]} for p in r["parts"]]
    return {"params": {"language": "xx"}, "transcription": segments}


def aws(r):
    items = []
    for word in (w for p in r["parts"] for w in p["words"]):
        text = word["text"].rstrip(".,") or word["text"]
        items.append({"type": "pronunciation", "start_time": f"{word['start']:.3f}", "end_time": f"{word['end']:.3f}",
                      "alternatives": [{"content": text}]})
        items += [{"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": mark}]} for mark in word["text"][len(text):]]
    return {"jobName": stem(r), "status": "COMPLETED", "results": {"transcripts": [{"transcript": ""}], "items": items}}


def deepgram(r):
    words = [{"word": w["text"].lower().strip(".,"), "punctuated_word": w["text"], "start": w["start"], "end": w["end"]}
             for p in r["parts"] for w in p["words"]]
    transcript = " ".join(said(p) for p in r["parts"])
    return {"metadata": {"channels": 1}, "results": {"channels": [{"alternatives": [{"transcript": transcript, "words": words}]}]}}


def google(start, end, result_end):
    """v1 and v2 name times differently; 0 may be left out, and a confidence of 0.0 is none."""

    def at(seconds):
        return f"{seconds:.3f}s"

    def write(r):
        results = []
        for part in r["parts"]:
            words = [{**({start: at(w["start"])} if w["start"] > 0 else {}), end: at(w["end"]), "word": w["text"], "confidence": 0.0}
                     for w in part["words"]]
            best = {"transcript": " " + said(part), "confidence": 0.0, "words": words}
            results.append({"alternatives": [best], result_end: at(part["end"]), "languageCode": "xx"})
        return {"results": results}

    return write


def ticks(thing):
    start, end = (round(1e7 * thing[name]) for name in ("start", "end"))
    return {"offset": f"PT{start / 1e7}S", "duration": f"PT{(end - start) / 1e7}S", "offsetInTicks": float(start),
            "durationInTicks": float(end - start)}


def azure(folder, recordings):
    """Files of a batch are numbered; `source` says of which recording one is."""
    files = []
    for n, r in enumerate(recordings):
        phrases = [{"recognitionStatus": "Success", "channel": 0, **ticks(p),
                    "nBest": [{"lexical": said(p).lower(), "display": said(p),
                               "displayWords": [{"displayText": w["text"], **ticks(w)} for w in p["words"]]}]} for p in r["parts"]]
        body = {"source": f"https://account.example/calls/{r['name']}?sig=a%2Fb", "recognizedPhrases": phrases}
        files.append(dumped(folder / f"contenturl_{n}.json", body))
    return files


def assemblyai(r):
    words = [{"text": w["text"], "start": milliseconds(w)["from"], "end": milliseconds(w)["to"], "speaker": None}
             for p in r["parts"] for w in p["words"]]
    return {"id": "x", "audio_url": f"https://account.example/{r['name']}", "status": "completed", "words": words, "utterances": None}


ALL = {
    "nemo": nemo, "ctm": ctm, "ours": ours, "whisper": each(whisper), "whisperx": each(whisperx), "whisper.cpp": each(whisper_cpp),
    "aws": each(aws), "deepgram": each(deepgram), "google-v1": each(google("startTime", "endTime", "resultEndTime")),
    "google-v2": each(google("startOffset", "endOffset", "resultEndOffset")), "azure": azure, "assemblyai": each(assemblyai),
}
