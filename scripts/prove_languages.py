"""Called by scripts/prove-languages: see there."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM, WORK = sys.argv[1], Path(sys.argv[2])

SPOKEN = {
    "de": [
        "Der Zug nach Hamburg fährt heute von einem anderen Gleis ab.",
        "Bitte bringen Sie morgen den Ausweis und die Unterlagen mit.",
        "Im Winter wird es hier schon am Nachmittag dunkel.",
        "Meine Schwester arbeitet seit drei Jahren im Krankenhaus.",
        "Das Wetter bleibt am Wochenende kalt und trocken.",
        "Wir haben gestern lange auf den Bus gewartet.",
    ],
    "ja": [
        "わたしは まいあさ こうえんを さんぽします。",
        "あしたは あめが ふるかもしれません。",
        "この でんしゃは とうきょうに とまります。",
        "ともだちと いっしょに えいがを みました。",
        "にほんごを べんきょうするのは たのしいです。",
        "すみません、えきは どこですか。",
    ],
    "es": [
        "El tren de la mañana sale con diez minutos de retraso.",
        "Mi hermana trabaja en el hospital desde hace tres años.",
        "Por favor, traiga mañana los documentos firmados.",
        "En invierno anochece muy temprano en esta ciudad.",
        "Ayer esperamos el autobús durante mucho tiempo.",
        "El tiempo seguirá seco y frío durante el fin de semana.",
    ],
}
RATE = {"de": "WER", "ja": "CER", "es": "WER"}
LACKS = {
    "de": ["calibration", "word_list", "number_rules"],
    "ja": ["calibration", "word_list"],
    "es": ["calibration", "word_list", "number_rules"],
}


def call(*args, rc=0):
    done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True)
    assert done.returncode == rc, (args, done.returncode, done.stderr)
    return done.stdout + done.stderr, done.stdout


def one(language):
    folder, workspace = WORK / language, WORK / f"{language}-workspace"
    folder.mkdir()
    rows = []
    for n, text in enumerate(SPOKEN[language]):
        name = f"{n}.wav"
        subprocess.run(["espeak-ng", "-v", language, "-s", "140", "-w", folder / name, text], check=True)
        rows.append({"path": name, "text": text, "speaker": f"synthesiser {n % 2}"})
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    said, _ = call("init", workspace, "--language", language)
    assert f"{language}: no score is fitted" in said, said
    call("ingest", workspace, manifest, "--segments", "keep", "--references", "evaluate")
    said, printed = call("run", workspace, "--json")
    assert f"{language}: no score is fitted" in said, said
    run = json.loads(printed)
    assert run["auto"] == 0 and run["human"] == len(rows), run
    call("tasks", workspace, "--out", WORK / f"{language}-tasks", "--format", "html,jsonl")
    answers = []
    for path in (WORK / f"{language}-tasks").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            task = json.loads(line)
            text = SPOKEN[language][int(Path(task["path"]).stem)]
            answers.append({**task, "validator": "what was spoken", "verdict": "corrected", "text": text})
    file = WORK / f"{language}-answers.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in answers), encoding="utf-8")
    call("answers", workspace, file)
    report = json.loads(call("report", workspace, "--json")[1])
    (support,) = report["languages"]
    assert report["error_rate"] == RATE[language] and support["lacks"] == LACKS[language], report["languages"]
    text, _ = call("report", workspace)
    assert f"draft {RATE[language]}" in text and f"{language}: no score is fitted" in text, text
    call("report", workspace, "--html", WORK / f"{language}-report.html")
    call("dataset", workspace, "--out", WORK / f"{language}-dataset")
    card = (WORK / f"{language}-dataset" / "README.md").read_text(encoding="utf-8")
    assert "no score is fitted" in card, card
    settled = report["drafts"]["settled"]
    wrong = settled["errors"] / settled["words"]
    draft = next(task["draft"] for task in answers)
    print(f"| {language} | {len(rows)} | {run['auto']} | {RATE[language]} {100 * wrong:.1f} % | {draft} |")


print("| language | clips | accepted | drafts of synthetic speech | one of them |\n|---|---|---|---|---|")
for language in SPOKEN:
    one(language)
said, _ = call("init", WORK / "klingon", "--language", "tlh", rc=1)
assert "Whisper does not know the language 'tlh'" in said and not (WORK / "klingon").exists(), said
print("\ntlh is refused at init")
