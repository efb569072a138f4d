"""The tools' side of scripts/check-formats.

    check_formats.py TASKS WORK              validates and converts, writes WORK/ls_export.json, WORK/turkle_results.csv
    check_formats.py --imported TASKS WORK   checks what `second-ear answers` said of these
"""
import csv
import html.parser
import io
import json
import pathlib
import sys



TEXT = "- Bonjour, d'accord"


def check(ok, what):
    if not ok:
        sys.exit(f"check-formats: {what}")


def load_tasks(folder):
    (path,) = folder.glob("tasks-*.label-studio.json")
    return json.loads(path.read_text(encoding="utf-8"))


def label_studio(folder, work):
    from label_studio_sdk.converter import Converter
    from label_studio_sdk._extensions.label_studio_tools.core.label_config import parse_config
    from label_studio_sdk.label_interface import LabelInterface

    config = (folder / "label-studio.xml").read_text(encoding="utf-8")
    parsed = parse_config(config)
    check({"transcript", "verdict", "region"} <= set(parsed), f"controls {sorted(parsed)}")
    check("as_is" in parsed["verdict"]["labels"], "the verdicts' codes are what is exported")
    interface = LabelInterface(config)
    interface.validate()
    tasks = load_tasks(folder)
    for n, task in enumerate(tasks, 1):
        check(interface.validate_task({"data": task["data"]}), f"task {n} is not valid")
        for prediction in task["predictions"]:
            errors = interface.validate_prediction(prediction, return_errors=True)
            check(not errors, f"prediction of task {n}: {errors}")
        result = [dict(r, origin="prediction-changed") for r in task["predictions"][0]["result"]]
        result[0] = dict(result[0], value={"text": [TEXT]})
        result.append({"id": "v", "from_name": "verdict", "to_name": "audio", "type": "choices",
                       "value": {"choices": ["corrected"]}})
        result.append({"id": "r", "from_name": "region", "to_name": "audio", "type": "choices",
                       "value": {"choices": ["fr-CA-QC"]}})
        annotation = {"id": 100 + n, "completed_by": {"id": 7, "email": "ana@example.org"},
                      "was_cancelled": False, "ground_truth": False, "lead_time": 41.2, "task": n,
                      "created_at": "2026-11-20T10:00:00.000000Z",
                      "updated_at": "2026-11-20T10:00:41.200000Z", "result": result}
        check(interface.validate_annotation(annotation), f"annotation {n} is not valid")
        task.update(id=n, annotations=[annotation])
    export = work / "ls_export.json"
    export.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    converter = Converter(config, str(folder), download_resources=False)
    converter.convert(str(export), str(work / "ls_json_min"), "JSON_MIN", is_dir=False)
    (converted,) = (work / "ls_json_min").glob("*.json")
    rows = json.loads(converted.read_text(encoding="utf-8"))
    check(len(rows) == len(tasks), "the converter lost tasks")
    for row, task in zip(rows, tasks):
        check(row["transcript"] in (TEXT, [TEXT]) and row["verdict"] == "corrected", f"{row}")
        check(row["draft_digest"] == task["data"]["draft_digest"], "the columns come along")
    print(f"Label Studio: {len(tasks)} tasks, predictions and annotations valid and converted")


class Box(html.parser.HTMLParser):
    """What a browser shows in the text box, and the tags of the page."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.inside = [], "", False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.inside = tag == "textarea"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.text += data


def turkle(folder, work):
    import django
    from django.conf import settings

    apps = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
            "django.contrib.sessions", "django.contrib.messages", "guardian", "turkle"]
    settings.configure(
        INSTALLED_APPS=apps, USE_TZ=True, TIME_ZONE="UTC", SECRET_KEY="x", ANONYMOUS_USER_NAME=None,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    )
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from turkle.models import Batch, Project, TaskAssignment

    call_command("migrate", verbosity=0)
    template = (folder / "turkle-template.html").read_text(encoding="utf-8")
    project = Project(name="p", html_template=template)
    project.save()
    batch = Batch(name="b", project=project, assignments_per_task=1)
    batch.save()
    (path,) = folder.glob("tasks-*.turkle.csv")
    text = path.read_text(encoding="utf-8")
    names = set(next(csv.reader(io.StringIO(text))))
    variables = set(project.fieldnames) if hasattr(project, "fieldnames") else set()
    check(variables <= names, f"the page names {variables - names}, which the table has not")
    count = batch.create_tasks_from_csv(io.StringIO(text))
    drafts = {t["data"]["clip"]: t["data"]["draft"] for t in load_tasks(folder)}
    check(count == len(drafts), f"{count} tasks of {len(drafts)}")
    user = User.objects.create_user("alice", password="x")
    empty = Box()
    empty.feed(template)
    for task in batch.task_set.all():
        box = Box()
        box.feed(task.populate_html_template())
        clip = task.input_csv_fields["clip"]
        check(box.text.lstrip("\n") == drafts[clip], f"shown {box.text!r} for {drafts[clip]!r}")
        check(box.tags == empty.tags, "a draft became markup")
        TaskAssignment(task=task, assigned_to=user, completed=True,
                       answers={"transcript": TEXT, "verdict": "corrected"}).save()
    with open(work / "turkle_results.csv", "w", newline="", encoding="utf-8") as out:
        batch.to_csv(out)
    print(f"Turkle: {count} tasks imported, shown as written, exported")


def imported(folder, work):
    tasks = len(load_tasks(folder))
    for name in ["ls_export.json", "turkle_results.csv"]:
        said = json.loads((work / f"{name}.imported").read_text(encoding="utf-8"))
        check(said["accepted"] == tasks and not said["rejected"], f"{name}: {said}")
    check(said["settled"] == tasks, f"two validators agree, but {said['settled']} are settled")
    print(f"second-ear: {tasks} answers from each came back whole, {tasks} clips settled")


if __name__ == "__main__":
    folder, work = map(pathlib.Path, sys.argv[-2:])
    if sys.argv[1] == "--imported":
        imported(folder, work)
    else:
        label_studio(folder, work)
        turkle(folder, work)
