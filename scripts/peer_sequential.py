"""faster-whisper as it decodes long files by itself: window after window by timestamps, beam 5, own speech detection.

usage: peer_sequential.py MODEL_DIR LIST.txt OUT.jsonl LANGUAGE
Prints seconds of audio and wall seconds without the model's load. Needs: pip install faster-whisper soundfile
"""

import json
import sys
import time

import soundfile
from faster_whisper import WhisperModel

model_dir, list_file, out_file, language = sys.argv[1:]
files = open(list_file).read().split("\n")
model = WhisperModel(model_dir, device="cpu", compute_type="int8", cpu_threads=2)
began = time.time()
with open(out_file, "w") as out:
    for path in files:
        segments, _ = model.transcribe(path, language=language, beam_size=5, vad_filter=True, condition_on_previous_text=False)
        out.write(json.dumps({"file": path, "text": " ".join(s.text.strip() for s in segments)}) + "\n")
wall = time.time() - began
print(json.dumps({"audio_s": sum(soundfile.info(f).duration for f in files), "wall_s": round(wall, 2)}))
