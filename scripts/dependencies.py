"""What ends up in the program: its crates, by `cargo metadata`, and the C and C++ parts that some of them build or link.
Shared by scripts/third-party and scripts/bill-of-materials."""
import json
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# name, licence, crate that builds it (those of CTranslate2 do so with `ctranslate2-source` only), licence file in that crate or,
# without one, in this tree
NATIVE = [
    ("whisper.cpp", "MIT", "whisper-rs-sys", "whisper.cpp/LICENSE"),
    ("SQLite", "blessing", "libsqlite3-sys", None),
    ("opus", "BSD-3-Clause", "opusic-sys", "opus/COPYING"),
    ("CTranslate2", "MIT", "ct2rs", "CTranslate2/LICENSE"),
    ("oneDNN", "Apache-2.0", "onednn-src", "oneDNN/LICENSE"),
    ("Intel MKL", "Intel Simplified Software License", None, "crates/ctranslate2/licences/ISSL.txt"),
    ("libgomp", "GPL-3.0-or-later WITH GCC-exception-3.1", None, "crates/ctranslate2/licences/GPL-3-with-GCC-exception.txt"),
]


def metadata(features="ctranslate2"):
    """The program's package and, by id, the packages linked into it, with `needs` (ids) added to each."""
    found = json.loads(subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu",
         "--features", features], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = found["resolve"]["root"]
    linked, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node in linked:
            continue
        needs = [dep["pkg"] for dep in nodes[node]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
        linked[node] = packages[node] | {"needs": sorted(needs)}
        todo += needs
    return linked.pop(root), dict(sorted(linked.items(), key=lambda item: (item[1]["name"], item[1]["version"])))


def licence(package):
    """Its SPDX expression; the old `MIT/Apache-2.0` means `OR`."""
    said = package["license"]
    return re.sub(r"\s*/\s*", " OR ", said) if said else f"see {package['license_file']}"


def allowed(expression):
    """Whether deny.toml allows it."""
    allow = set(tomllib.loads((ROOT / "deny.toml").read_text())["licenses"]["allow"])
    words = re.findall(r"[()]|[\w.+-]+(?: WITH [\w.-]+)?", expression)
    python = [word.lower() if word in ("AND", "OR") else word if word in "()" else str(word in allow) for word in words]
    try:
        return eval(" ".join(python))  # of True, False, and, or and brackets
    except SyntaxError:
        return False


def setup_ctranslate2(name):
    """A value of scripts/setup-ctranslate2: `version` or `sha256` of the package that it fetches."""
    return re.search(rf"^{name}=(\S+)", (ROOT / "scripts/setup-ctranslate2").read_text(), re.MULTILINE).group(1)
