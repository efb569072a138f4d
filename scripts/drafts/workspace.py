"""A workspace of second-ear, and what is asked of it."""

import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys

from clips import lines

SETTINGS = {"blind_share": "0.0", "seeded_error_share": "0.0", "review_lexicon_hits": "false"}


class Workspace:
    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)

    def call(self, *args, allowed=(0,)):
        done = subprocess.run([self.program, "--quiet", *map(str, args)], capture_output=True, text=True)
        if done.returncode not in allowed:
            sys.exit(f"{args} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def to(self, command, *args, **more):
        return self.call(command, self.folder, *args, **more)

    def made(self, language, clips):
        """With these clips as they are, and their references."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.call("init", self.folder, "--language", language)
        for name, value in SETTINGS.items():
            self.set(name, value)
        rows = [{"path": c["path"], "speaker": c["speaker"], "language": language, "text": c["text"],
                 **({"start": c["start"], "end": c["end"]} if c["fold"] != c["speaker"] else {})} for c in clips]
        manifest = lines(self.folder.with_suffix(".jsonl"), rows)
        self.to("ingest", manifest, "--segments", "keep", "--references", "evaluate")
        return self

    def set(self, name, value):
        path = self.folder / "second-ear.toml"
        text, n = re.subn(rf"^(# )?{name} = .*", f"{name} = {value}", path.read_text(encoding="utf-8"), count=1, flags=re.M)
        assert n == 1, name
        path.write_text(text, encoding="utf-8")

    def drafted(self, engine, files):
        """Takes an engine's files as drafts, and runs; what the import says."""
        said = json.loads(self.to("drafts", "import", *files, "--engine", engine, "--json", allowed=(0, 3)))
        self.set("engine", json.dumps(engine))
        self.to("run", allowed=(0, 3))
        return said

    def copy(self, name):
        folder = self.folder.with_name(name)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Workspace(self.program, folder)

    def answers(self, references):
        """Rows of answers for all that waits, with the references as what people wrote."""
        tasks = self.folder.with_name(self.folder.name + "-tasks")
        shutil.rmtree(tasks, ignore_errors=True)
        self.to("tasks", "--out", tasks, "--format", "jsonl")
        known = [{"path": c["name"], "start": c["start"], "end": c["end"], "text": c["text"]} for c in references]
        known = lines(self.folder.with_suffix(".references.jsonl"), known)
        script = pathlib.Path(__file__).resolve().parent.parent / "answers-from-references.py"
        done = subprocess.run([sys.executable, script, known, *sorted(tasks.glob("*.jsonl"))], check=True, capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def answered(self, rows):
        """Takes answers and fits the score to them; what the fit says."""
        self.to("answers", lines(self.folder.with_suffix(".answers.jsonl"), rows))
        return json.loads(self.to("calibrate", "--json"))

    def transcripts(self):
        return [json.loads(line) for line in self.to("transcripts", "--drafts").splitlines()]

    def errors(self):
        """Word errors of each settled draft, by clip."""
        path = self.folder.with_suffix(".csv")
        self.to("report", "--csv", path)
        rows = list(csv.DictReader(open(path, encoding="utf-8")))
        return {row["clip"]: (int(row["errors"]), int(row["reference_words"])) for row in rows if row["errors"]}
