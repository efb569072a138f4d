"""The parts of scripts/prove-trainers that are Python; each function is a command."""
import json
import re
import sys
from pathlib import Path


def lines(path):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def needs(package, without):
    """What an installed package requires here, one requirement per line, but for one."""
    from importlib.metadata import requires

    from pip._vendor.packaging.requirements import Requirement

    for text in requires(package):
        wanted = Requirement(text)
        if wanted.name != without and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            wanted.marker = None
            print(wanted)


def recipe(name):
    """A program of docs/reference/trainers.md, as it is printed there."""
    text = Path("docs/reference/trainers.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```$", text, re.S | re.M)
    print(next(p for p in programs if f" {name} " in p.splitlines()[0]), end="")


def saved(folder, out):
    """Loads a folder and saves it again, as a trainer does."""
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    model, loading = WhisperForConditionalGeneration.from_pretrained(folder, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not loading[kind], (kind, loading[kind])
    model.save_pretrained(out)
    WhisperProcessor.from_pretrained(folder).save_pretrained(out)


def tokenizer(folder, published):
    """Vocabulary, merges, special tokens and suppressed tokens are the published ones; texts come back."""
    from transformers import GenerationConfig, WhisperProcessor, WhisperTokenizer, WhisperTokenizerFast

    def read(path):
        return json.loads(Path(path).read_text(encoding="utf-8"))

    ours, theirs = read(f"{folder}/tokenizer.json"), read(f"{published}/tokenizer.json")
    special = {t["content"]: t["id"] for t in theirs["added_tokens"]}
    vocab = {t: i for t, i in theirs["model"]["vocab"].items() if t not in special}
    assert ours["model"]["vocab"] == vocab, "vocabulary"
    assert ours["model"]["merges"] == ["Ġ t"] + theirs["model"]["merges"], "merges"
    added = {t["content"]: t["id"] for t in ours["added_tokens"]}
    special["<|nospeech|>"] = special.pop("<|nocaptions|>")  # its name in newer versions, and OpenAI's
    assert {t: i for t, i in added.items() if i <= 50363} == special, "special tokens"
    for part in ("pre_tokenizer", "post_processor", "decoder", "normalizer"):
        assert ours[part] == theirs[part], part

    config, generation = read(f"{published}/config.json"), GenerationConfig.from_pretrained(folder)
    assert generation.suppress_tokens == config["suppress_ids"], "suppressed tokens"
    assert generation.begin_suppress_tokens == config["suppress_ids_begin"], "suppressed at the beginning"
    assert sorted(generation.lang_to_id.values()) == config["lang_ids"], "languages"

    processor = WhisperProcessor.from_pretrained(folder)
    for kind in {type(processor.tokenizer), WhisperTokenizer, WhisperTokenizerFast}:
        tok = kind.from_pretrained(folder)
        tok.set_prefix_tokens(language="fr", task="transcribe", predict_timestamps=False)
        for text in (" Il fait frette à matin, l'hiver s'en vient.", " “The théâtre” 😀\n 12 %", " the"):
            ids = tok(text).input_ids
            assert ids[:4] == [50258, 50265, 50359, 50363] and ids[-1] == 50257, ids
            assert tok.decode(ids, skip_special_tokens=True) == text, tok.decode(ids)
            assert len(tok) == 51865
        assert tok.convert_tokens_to_ids("<|30.00|>") == 51864
    print(f"{len(vocab)} tokens, {len(ours['model']['merges'])} merges, {len(added)} added tokens, "
          f"{len(generation.suppress_tokens)} suppressed: as published (and the merge 'Ġ t')")


def clips(data):
    """Short clips of volunteers and of speakers of English, every tenth."""
    for name in ("french_volunteers", "english_accents"):
        folder = Path(data, name).resolve()
        for row in lines(folder / "manifest.jsonl")[::10]:
            if row["duration"] < 29:
                print(json.dumps({**row, "audio": str(folder / row["audio"])}, ensure_ascii=False))


def transcripts(folder, rows):
    """Greedy texts of both over the same 30 s; then, for the texts of second-ear, what each gives their tokens."""
    import numpy as np
    import soundfile
    import torch
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    names = re.search(r"pub const DECODED.*?\[(.*?)\];", Path("src/hypotheses/features.rs").read_text(), re.S)[1]
    names = re.findall(r'"(\w+)"', names)
    torch.set_num_threads(2)
    processor = WhisperProcessor.from_pretrained(folder)
    model = WhisperForConditionalGeneration.from_pretrained(folder).eval()
    end = model.generation_config.eos_token_id
    allowed = torch.full((model.config.vocab_size,), float("-inf"))
    allowed[: end + 1] = 0
    allowed[[t for t in model.generation_config.suppress_tokens if t < end]] = float("-inf")
    same, apart, ends = 0, [], []
    rows = lines(rows)
    for row in rows:
        sound, rate = soundfile.read(row["audio"], dtype="float32")
        features = processor(sound, sampling_rate=rate, return_tensors="pt").input_features
        with torch.no_grad():
            ids = model.generate(features, language=row["language"], task="transcribe", num_beams=1,
                                 do_sample=False, max_length=228)
        text = processor.batch_decode(ids, skip_special_tokens=True)[0].strip()
        same += text == row["hypothesis"].strip()
        if text != row["hypothesis"].strip():
            print(f"transformers: {text}\nsecond-ear:   {row['hypothesis']}")
        processor.tokenizer.set_prefix_tokens(language=row["language"], task="transcribe", predict_timestamps=False)
        forced = processor.tokenizer(" " + row["hypothesis"].strip()).input_ids
        if text == row["hypothesis"].strip():  # a model need not spell a text in the tokenizer's way
            forced = forced[:4] + [token for token in ids[0].tolist() if token < end] + [end]
        forced = torch.tensor([forced])
        with torch.no_grad():
            logits = model(input_features=features, decoder_input_ids=forced[:, :-1]).logits[0, 3:]
        logits = logits + allowed
        logits[0, model.generation_config.begin_suppress_tokens] = float("-inf")
        given = logits.log_softmax(-1).gather(1, forced[0, 4:, None])[:, 0].clamp(-12, 0).numpy()
        decoded = dict(zip(names, row["features"]["decoded"]))
        if len(given) > 1:
            apart.append(abs(given[:-1].mean() - decoded["all_mean_logprob"]))
            ends.append(abs(given[-1] - decoded["end_logprob"]))
    apart, ends = np.array(apart), np.array(ends)
    print(f"transcripts: {same} of {len(rows)} are the same to the letter")
    print(f"mean log-probability of a text's tokens: apart by {np.median(apart):.4f} in the median, "
          f"{apart.max():.4f} at most; of its end: {np.median(ends):.4f}, {ends.max():.4f} ({len(apart)} texts)")
    assert len(rows) >= 10 and same >= 0.9 * len(rows), "transformers transcribes something else"
    assert max(apart.max(), ends.max()) < 0.05, "the logits are others"


def dataset(folder):
    """The dataset as `datasets` reads it; sounds are not decoded, which would need FFmpeg's libraries."""
    from datasets import Audio, load_dataset

    read = load_dataset("audiofolder", data_dir=f"{folder}/hf")
    for split, rows in read.items():
        rows = rows.cast_column("audio", Audio(decode=False))
        assert all(row["text"] and Path(row["audio"]["path"]).is_file() for row in rows), split
    print({split: len(rows) for split, rows in read.items()})


def differs(before, after):
    """A trained model is another one, of the same size."""
    before, after = Path(before).read_bytes(), Path(after).read_bytes()
    assert len(before) == len(after) and before != after
    print(f"trained: {len(after)} bytes as before, but others")


if __name__ == "__main__":
    commands = [needs, recipe, saved, tokenizer, clips, transcripts, dataset, differs]
    {c.__name__: c for c in commands}[sys.argv[1]](*sys.argv[2:])
