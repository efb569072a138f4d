"""What a loader gave back, as one digest: the same in every format (see scripts/check-datasets)."""
import hashlib
import io

import numpy
import soundfile


def samples(source):
    """16-bit samples of a file, or of its bytes."""
    source = io.BytesIO(source) if isinstance(source, bytes) else source
    sound, rate = soundfile.read(source, dtype="int16")
    assert rate == 16000 and sound.ndim == 1, (rate, sound.shape)
    return sound


def whole(sound):
    """16-bit samples of what a loader decoded to floats."""
    sound = numpy.asarray(sound, dtype="float64").reshape(-1)
    return numpy.clip(numpy.rint(sound * 32768), -32768, 32767).astype("int16")


class Rows:
    """The clips that a loader gave back."""

    def __init__(self):
        self.rows, self.speakers = {}, {}

    def add(self, clip, sound, text, split, speaker=None):
        split = {"validation": "dev"}.get(split, split)
        assert clip not in self.rows, f"{clip} stands there twice"
        self.rows[clip] = (hashlib.sha256(sound.tobytes()).hexdigest(), text, split)
        if speaker is not None:
            assert speaker != "", f"{clip} has a speaker without a name"
            self.speakers.setdefault(split, set()).add(speaker)

    def digest(self):
        """Of (id, samples, text, split); no speaker is in two splits."""
        for split, speakers in self.speakers.items():
            for other, others in self.speakers.items():
                assert split == other or not speakers & others, f"a speaker is in {split} and in {other}"
        text = "\n".join("\t".join((clip, *row)) for clip, row in sorted(self.rows.items()))
        return f"{len(self.rows)} {hashlib.sha256(text.encode()).hexdigest()}"
