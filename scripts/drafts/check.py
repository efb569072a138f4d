"""Called by scripts/check-drafts: see there."""

import hashlib
import json
import pathlib
import random
import statistics
import subprocess
import sys

import clips as data
import numpy
import planted
import shapes
import worth
from workspace import Workspace

PROGRAM, DATA, WORK = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from measured import measured  # noqa: E402

MODELS = {"fr": "base", "en": "tiny.en"}
LANGUAGES = {"fr": "French", "en": "English"}
FOLDS, ROUNDS, TIMED = 5, 3, 60


def key(row):
    """A clip, in a transcript or in our list."""
    return pathlib.Path(row["path"]).name, round(row["start"], 1)


def written(engine, language, clips):
    """Files of an engine about the recordings of these clips."""
    out = WORK / f"engines-{data.SHARE:g}" / f"{engine}-{language}"
    recordings = list(dict.fromkeys(clip["path"] for clip in clips))
    model = WORK / "models" / (MODELS[language] + (".ggml" if engine == "whisper.cpp" else ""))
    command = [sys.executable, "scripts/drafts/engines.py", engine, str(model), language, str(out), *recordings]
    with open(WORK / "engines.log", "a") as log:
        subprocess.run(command, check=True, stderr=log)
    return sorted(out.glob("*.json"))


def product(numbers):
    return float(numpy.prod(numbers)) if numbers and None not in numbers else None


def own_confidence(engine, files, clips):
    """How sure the engine is of each clip: the product over its words; None where it says nothing."""
    sure = {}
    for path in files:
        body = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        here = sorted((c for c in clips if path.stem in (c["name"], pathlib.Path(c["name"]).stem)), key=lambda c: c["start"])
        words = [w for s in body.get("segments", []) for w in faster_whisper_words(s)]
        words += [w for s in body.get("transcription", []) for w in whisper_cpp_words(s)]
        of_clip = {}
        for middle, p in words:
            apart = [max(c["start"] - middle, middle - c["end"], 0.0) for c in here]
            if min(apart) <= 1.0:
                of_clip.setdefault(apart.index(min(apart)), []).append(p)
        sure.update({key(here[n]): product(numbers) for n, numbers in of_clip.items()})
    return sure


def faster_whisper_words(segment):
    sampled = segment["temperature"] > 0  # the import takes no number of these
    return [((w["start"] + w["end"]) / 2, None if sampled else w["probability"]) for w in segment["words"] or []]


def whisper_cpp_words(segment):
    words = []
    for token in segment["tokens"]:
        text = token["text"]
        if text.startswith(("[_", "<|")):
            continue
        at = token["offsets"]
        if words and not text.startswith(" "):
            start, _, p = words[-1]
            words[-1] = (start, at["to"], p * token["p"])
        else:
            words.append((at["from"], at["to"], token["p"]))
    return [((start + end) / 2000, p) for start, end, p in words]


def out_of_fold(base, engine, clips):
    """What the score says of each draft: unfitted, and fitted on other speakers or recordings; and which drafts are right."""
    folds = sorted({clip["fold"] for clip in clips})
    random.Random(1).shuffle(folds)
    fold_of = {key(clip): folds.index(clip["fold"]) % FOLDS for clip in clips}
    issued, fresh = base.copy("issued"), base.copy("fresh")
    answers = issued.answers(clips)
    whole = issued.copy("all")
    file = f"calibration.{engine}.json"
    whole.answered(answers)
    names = {row["clip"]: key(row) for row in answers}
    errors = {names[clip]: pair for clip, pair in whole.errors().items() if clip in names}

    # What was handed out keeps its score: a workspace in which nothing was gives them.
    def scored(calibration):
        (fresh.folder / file).write_text(json.dumps(calibration), encoding="utf-8")
        fresh.to("run")
        return {key(row): row["score"] for row in fresh.transcripts()}

    def fitted_to(workspace):
        return json.loads((workspace.folder / file).read_text(encoding="utf-8"))

    plain = {**fitted_to(whole), "adjustment": None, "languages": [clips[0]["language"]]}
    unfitted, fitted, with_engine = scored(plain), {}, 0
    for n in range(FOLDS):
        part = issued.copy("fold")
        done = part.answered([row for row in answers if fold_of.get(key(row), n) != n])
        with_engine += done["adjustment"].get("engine") is not None
        fitted.update({name: p for name, p in scored(fitted_to(part)).items() if fold_of.get(name) == n})
    return errors, unfitted, fitted, with_engine


def said(value, interval=None):
    text = "-" if value is None else f"{value:.3f}"
    return text if interval is None else f"{text} ({interval[0]:.3f} to {interval[1]:.3f})"


def row(name, language, clips, errors, unfitted, fitted, own, with_engine):
    cluster = {key(clip): clip["speaker"] for clip in clips}
    names = [n for n in errors if unfitted.get(n) is not None and fitted.get(n) is not None]
    right = numpy.array([errors[n][0] == 0 for n in names])
    speakers = [cluster[n] for n in names]
    numbers = {"fitted": numpy.array([fitted[n] for n in names]), "unfitted": numpy.array([unfitted[n] for n in names])}
    if own:
        # What the engine is silent about counts as least sure.
        numbers["own"] = numpy.array([own.get(n) or 0.0 for n in names])

    def area(which):
        return worth.auroc(numbers[which], right), worth.interval(lambda at: worth.auroc(numbers[which][at], right[at]), speakers)

    def gap(at):
        a, b = worth.auroc(numbers["fitted"][at], right[at]), worth.auroc(numbers["own"][at], right[at])
        return None if a is None else a - b

    wer = sum(errors[n][0] for n in names) / sum(errors[n][1] for n in names)
    less = "-"
    if own:
        low, high = worth.interval(gap, speakers)
        less = f"{gap(slice(None)):+.3f} ({low:+.3f} to {high:+.3f})"
    print(f"| {name} | {LANGUAGES[language]} | {len(names)} | {100 * (1 - right.mean()):.0f} % | {100 * wer:.1f} % "
          f"| {said(*area('own')) if own else '-'} | {said(*area('unfitted'))} | {said(*area('fitted'))} | {less} "
          f"| {' / '.join(said(worth.ece(numbers[k], right)) if k in numbers else '-' for k in ('own', 'unfitted', 'fitted'))} "
          f"| {with_engine} of {FOLDS} |", flush=True)
    silent = sum(own.get(n) is None for n in names) if own else 0
    accepted = [(fitted[n] >= 0.8, errors[n]) for n in names]
    taken = [e for yes, e in accepted if yes]
    print(f"{name}, {language}: {len(clips)} clips, {len(clips) - len(names)} without a draft of the engine or an answer; the engine "
          f"says nothing of {silent}; from 0.8 accepted {len(taken)}, of them with an error {sum(e[0] > 0 for e in taken)}; all, with an "
          f"error {int((~right).sum())}", file=sys.stderr)
    return names, right, numbers


def recordings_of(clips, drafts):
    by_name = {}
    for clip, (words, _) in zip(clips, drafts):
        part = {"start": clip["start"], "end": clip["end"], "words": planted.timed(words, clip["start"], clip["end"])}
        by_name.setdefault(clip["name"], {"name": clip["name"], "parts": []})["parts"].append(part)
    return list(by_name.values())


def same_through_all(language):
    """A short joined recording, in every shape: the drafts must be the same, and those that were planted."""
    here = data.joined(data.chosen(DATA, language)[:8], WORK / "joined-short")
    drafts = planted.planted(here)
    wanted = {key(clip): " ".join(words) for clip, (words, _) in zip(here, drafts)}
    workspace, digests = Workspace(PROGRAM, WORK / "shapes").made(language, here), {}
    for name, write in shapes.ALL.items():
        folder = WORK / "shapes-files" / name
        folder.mkdir(parents=True, exist_ok=True)
        done = workspace.drafted(name, write(folder, recordings_of(here, drafts)))
        assert not done["failed_total"] and done["word_confidence"]["is"] == "missing", (name, done)
        texts = {key(row): row["text"] for row in workspace.transcripts()}
        wrong = [(texts.get(k), wanted[k]) for k in wanted if texts.get(k) != wanted[k]]
        digests[name] = hashlib.sha256(json.dumps(sorted(texts.items())).encode()).hexdigest()[:16]
        if wrong:
            print(f"*** {name}: {len(wrong)} drafts differ, first {wrong[0]} ***", file=sys.stderr)
    print(f"{LANGUAGES[language]}: {len(here)} clips, {len(digests)} shapes, digests of their drafts: {', '.join(set(digests.values()))}")
    assert len(set(digests.values())) == 1, digests


def by_kind(drafts, clips, names, right, fitted):
    """AUROC of right drafts against those with one kind of error alone."""
    kinds = {key(clip): kinds for clip, (_, kinds) in zip(clips, drafts)}
    out = []
    for kind in planted.RATES:
        at = [n for n, name in enumerate(names) if right[n] or kinds[name] == [kind]]
        out.append(f"{kind} {said(worth.auroc(fitted[at], right[at]))} ({sum(not right[n] for n in at)} clips)")
    return ", ".join(out)


def cost(clips, files):
    """Seconds that a run takes with and without an engine's texts, in turn."""
    here = clips[:TIMED]
    stems = {pathlib.Path(clip["name"]).stem for clip in here}
    files = [path for path in files if path.stem in stems]
    times = {"without": [], "with": []}
    for n in range(ROUNDS):
        for which in ("without", "with") if n % 2 == 0 else ("with", "without"):
            workspace = Workspace(PROGRAM, WORK / "cost").made(here[0]["language"], here)
            if which == "with":
                workspace.to("drafts", "import", *files, "--engine", "x", allowed=(0, 3))
                workspace.set("engine", '"x"')
            times[which].append(measured([PROGRAM, "--quiet", "run", str(workspace.folder)]))
    print(f"\n{len(here)} clips, {sum(c['end'] for c in here):.0f} s of audio, {ROUNDS} pairs in turn; seconds on the clock, of processors:")
    for which, all_ in times.items():
        print(f"  {which}: " + "; ".join(f"{m.seconds:.1f}, {m.cpu:.1f}" for m in all_))
    ratio = [b.cpu / a.cpu for a, b in zip(times["without"], times["with"])]
    print(f"  with / without, processors: {', '.join(f'{r:.2f}' for r in ratio)}; median {statistics.median(ratio):.2f}")


def real(engine, language, clips):
    """An engine's row; its files."""
    files = written(engine, language, clips)
    base = Workspace(PROGRAM, WORK / f"{engine}-{language}").made(language, clips)
    base.drafted(engine, files)
    errors, unfitted, fitted, with_engine = out_of_fold(base, engine, clips)
    row(engine, language, clips, errors, unfitted, fitted, own_confidence(engine, files, clips), with_engine)
    return files


def by_hand(language, clips):
    """The row of references with planted errors; a sentence on the kinds of these."""
    drafts = planted.planted(clips)
    folder = WORK / "planted"
    folder.mkdir(exist_ok=True)
    base = Workspace(PROGRAM, WORK / f"planted-{language}").made(language, clips)
    base.drafted("planted", shapes.nemo(folder, recordings_of(clips, drafts)))
    errors, unfitted, fitted, with_engine = out_of_fold(base, "planted", clips)
    names, right, numbers = row("planted", language, clips, errors, unfitted, fitted, None, with_engine)
    return f"{LANGUAGES[language]}: {by_kind(drafts, clips, names, right, numbers['fitted'])}"


def main():
    for language in MODELS:
        same_through_all(language)
    print("\n| engine | language | clips | with an error | WER | AUROC, engine's own | AUROC, not fitted | AUROC, fitted | fitted less own "
          "| ECE own / not fitted / fitted | fits that use the engine's own |\n|---|---|---|---|---|---|---|---|---|---|---|")
    kinds, files = [], {}
    for language in MODELS:
        single = data.chosen(DATA, language)
        joined = data.joined(single, WORK / "joined")
        files[language] = real("faster-whisper", language, single)
        real("whisper.cpp", language, joined)
        kinds.append(by_hand(language, joined))
    print("\nplanted, fitted, right drafts against those with one kind of error: " + "; ".join(kinds))
    cost(data.chosen(DATA, "fr"), files["fr"])


if __name__ == "__main__":
    main()
