"""Called by scripts/profile: `perf script` text on stdin -> share of the samples by stage.

A sample belongs to the first of STAGES that has a name in its call stack; what a second pass or a regional form costs inside
whisper.cpp is told apart by who asked for it.
"""

import collections
import sys

ASKED = [("second pass", "second_opinion"), ("regional forms", "variants::score")]
STAGES = [
    ("encoder", ["whisper_encode_internal"]),
    ("decoder steps", ["whisper_decode_internal"]),
    ("spectrogram", ["log_mel", "whisper_full_with_state"]),
    ("choice of tokens", ["greedy::", "Text::go_on", "Text::begun"]),
    ("detection of speech", ["earshot", "detect::Detector"]),
    ("resampling", ["rubato", "resample::"]),
    ("decoding and cutting of audio", ["symphonia", "audio::decode", "audio::cut", "audio::reader"]),
    ("slicing", ["audio::slice"]),
    ("checksum of the model", ["checksum"]),
    ("loading the model", ["Engine::load", "recast", "Engine::worker", "whisper_init", "Ready::transcriber"]),
    ("lexicon and regional patterns", ["lexicon", "Swaps", "variants", "regex"]),
    ("features and score", ["features", "calibrate", "familiar"]),
    ("database", ["sqlite"]),
    ("routing", ["route::"]),
    ("CTranslate2's layers", ["ctranslate2::", "dnnl::", "second_ear::Worker"]),
    # MKL, and code made at run time, which has no names; neither shows its callers.
    ("matrix products of CTranslate2", ["[unknown]", "mkl_"]),
    ("choice of tokens", ["decode_all"]),  # inlined there; what it calls comes first
]


def stacks(lines):
    """Function names of a sample, innermost first."""
    stack = []
    for line in lines:
        if not line.strip():
            if stack:
                yield stack
            stack = []
        elif line[0].isspace():
            stack.append(line.split(None, 1)[1].strip())
    if stack:
        yield stack


def stage(stack):
    text = "\n".join(stack)
    for name, marks in STAGES:
        if any(mark in text for mark in marks):
            asked = [who for who, function in ASKED if function in text]
            return f"{name} ({asked[0]})" if asked else name
    return "other"


counts = collections.Counter(stage(stack) for stack in stacks(sys.stdin))
total = sum(counts.values())
for name, n in counts.most_common():
    print(f"{100 * n / total:6.2f} %  {name}")
print(f"{total} samples")
