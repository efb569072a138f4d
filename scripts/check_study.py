"""The parts of scripts/check-study that are Python: check_study.py WHAT ..."""

import datetime
import json
import pathlib
import sys

import jsonschema
import pandas as pd

NEAR = 1e-9
# Columns that name a row of another table.
POINTERS = {
    "clip": ("clips", "clip"),
    "recording": ("recordings", "recording"),
    "batch": ("batches", "batch"),
    "scoring": ("scorings", "scoring"),
    "superseded_by": ("answers", "answer"),
    "validator": ("validators", "validator"),
    "event": ("events", "event"),
}


def fail(what):
    sys.exit(f"check-study: {what}")


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def settings(workspace):
    """The score that ships, taken for the script's; many audits; some drafts hidden, words marked."""
    path = pathlib.Path(workspace, "second-ear.toml")
    text = path.read_text(encoding="utf-8")
    changes = [("audit_rate = 0.05", "audit_rate = 0.6"), ("window_seconds = 20.0", "window_seconds = 0.0"),
               ("blind_share = 0.05", "blind_share = 0.3"), ("validators = 1", "validators = 2")]
    for old, new in changes:
        if old not in text:
            fail(f"no '{old}' in the settings")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    calibration = json.loads(pathlib.Path("models/calibration/base-f16.json").read_text(encoding="utf-8"))
    calibration["model"] = "scripted"
    pathlib.Path(workspace, "calibration.json").write_text(json.dumps(calibration), encoding="utf-8")


def script(path):
    """Drafts: sure ones, less sure ones, and a regional word."""
    parts = [
        {"start": 0, "end": 6, "text": "il fait frette à matin", "logprob": -0.3},
        {"start": 6, "end": 14, "text": "bonjour tout le monde", "logprob": -0.001},
        {"start": 14, "end": 30, "text": "on se retrouve demain matin", "logprob": -0.002},
        {"text": "appuyez sur la touche étoile", "logprob": -0.05},
    ]
    pathlib.Path(path).write_text("".join(json.dumps(p) + "\n" for p in parts), encoding="utf-8")


def answers(who, folder):
    """One person's answers: most texts as drafted, every third corrected, one a report."""
    tasks = [row for path in sorted(pathlib.Path(folder).glob("*.jsonl")) for row in lines(path)]
    for n, row in enumerate(tasks):
        draft = row["draft"]
        text = f"{draft or 'bonjour'} donc" if n % 3 == 1 or not draft else draft
        row.update(validator=who, verdict="as_is" if text == draft else "corrected", text=text,
                   active_seconds=4.5 + n % 7, answered_at=now())
        if n == 2:
            row.update(verdict="personal_data", text="")
        print(json.dumps(row, ensure_ascii=False))


def again(path):
    """A second thought on one clip."""
    row = lines(path)[1]
    row.update(verdict="corrected", text="tout autre chose", answered_at=now())
    print(json.dumps(row, ensure_ascii=False))


def same(plain, typed):
    """A cell of the CSV and of the Parquet; no text of the samples begins like a formula."""
    if pd.isna(typed) or pd.isna(plain):
        return pd.isna(typed) and pd.isna(plain)
    return plain == typed or str(plain) == str(typed)


def tables(work):
    """Schemas, keys, pointers, the codebook."""
    work = pathlib.Path(work)
    read = lambda name: json.loads((work / name).read_text(encoding="utf-8"))
    for name in ["report", "status", "study"]:
        schema = read(f"{name}.schema.json")
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(read(f"{name}.json"), schema, jsonschema.Draft202012Validator)
    if read("study/schema.json") != read("study.schema.json"):
        fail("the schema in the folder is another one")
    told = read("study.json")
    if told != read("study/study.json"):
        fail("study.json is not what was printed")
    # Keys may be any text; numbers are read as they are.
    all_tables = {p.stem: pd.read_csv(p, keep_default_na=False, na_values=[""]) for p in (work / "study").glob("*.csv")}
    if {name: len(rows) for name, rows in all_tables.items()} != told["tables"]:
        fail("tables have other numbers of rows than study.json says")
    codebook = all_tables["codebook"]
    keys = {}
    for line in (work / "study/codebook.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            table = line[3:]
        if " Key: " in line:
            keys[table] = [name.strip(" `.") for name in line.split(" Key: ")[1].split(",")]
    for name, rows in all_tables.items():
        about = codebook[codebook.table == name]
        if list(rows.columns) != list(about.column):
            fail(f"columns of {name} are not those of the codebook")
        if rows.duplicated(keys[name]).any():
            fail(f"{keys[name]} names several rows of {name}")
        for _, column in about.iterrows():
            values = rows[column.column].dropna()
            if pd.isna(column.missing) and len(values) < len(rows):
                fail(f"{name}.{column.column} has empty cells, and nobody says what they mean")
            if not pd.isna(column["values"]) and not set(values.astype(str)) <= set(column["values"].split("|")):
                fail(f"{name}.{column.column} has values that the codebook does not know")
            if column.column in POINTERS:
                there, key = POINTERS[column.column]
                if not set(values) <= set(all_tables[there][key]):
                    fail(f"{name}.{column.column} points to no row of {there}")
    for path in (work / "parquet").glob("*.parquet"):
        typed, rows = pd.read_parquet(path), all_tables[path.stem]
        if list(typed.columns) != list(rows.columns) or len(typed) != len(rows):
            fail(f"{path.name} has other columns or rows than the CSV")
        for column in rows:
            if not all(same(a, b) for a, b in zip(rows[column], typed[column])):
                fail(f"{path.name}: {column} is not as in the CSV")
    for name in ["reasons", "tasks", "answers", "settled", "events", "drafts"]:
        if all_tables[name].empty:
            fail(f"nothing is in {name}: this proves little")
    if all_tables["answers"].superseded_by.notna().sum() != 1 or not (all_tables["tasks"].blind != "no").any():
        fail("no answer was superseded, or no draft hidden: this proves little")
    print(f"check-study: {len(all_tables)} tables, {sum(map(len, all_tables.values()))} rows; three schemas hold")


def compare(report, *made):
    """Every number of a program against the report's."""
    report = json.loads(pathlib.Path(report).read_text(encoding="utf-8"))
    for path in made:
        numbers = pd.read_csv(path)
        if len(numbers) < 10:
            fail(f"{path}: only {len(numbers)} numbers")
        for place, value in zip(numbers.place, numbers.value):
            theirs = report
            for step in place.split("/")[1:]:
                theirs = theirs[step]
            if theirs is None or not abs(theirs - value) <= NEAR:
                fail(f"{path}: {place} is {value}, and {theirs} in the report")
        print(f"check-study: {len(numbers)} numbers of {pathlib.Path(path).name} are the report's")


def falsify(study, column):
    """Changes one column a little."""
    table = {"inclusion": "decisions", "errors": "settled", "decision": "decisions", "seconds": "clips"}[column]
    path = pathlib.Path(study, f"{table}.csv")
    rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    if column == "inclusion":
        here = rows[(rows.decision == "human") & (rows.part == "accepted")].index[0]
        rows.loc[here, column] = repr(float(rows.loc[here, column]) * 0.9)
    elif column == "errors":
        decisions = pd.read_csv(pathlib.Path(study, "decisions.csv"), dtype=str)
        audits = decisions[(decisions.decision == "human") & (decisions.part == "accepted")]["clip"]
        here = rows[rows["clip"].isin(audits) & (rows[column] != "")].index[0]
        rows.loc[here, column] = str(int(rows.loc[here, column]) + 1)
    elif column == "decision":
        rows.loc[rows[rows.decision == "human"].index[0], column] = "auto"
    else:
        rows[column] = [repr(float(value) * 1.01) for value in rows[column]]
    rows.to_csv(path, index=False)


{f.__name__: f for f in [settings, script, answers, again, tables, compare, falsify]}[sys.argv[1]](*sys.argv[2:])
