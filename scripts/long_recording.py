"""A recording of any length for benchmarks: a real one again and again."""

import soundfile


def write(path, source, minutes):
    """A WAV file of so many minutes at `path`."""
    sound, rate = soundfile.read(source, dtype="int16")
    with soundfile.SoundFile(path, "w", rate, 1, subtype="PCM_16") as out:
        left = int(minutes * 60 * rate)
        while left > 0:
            out.write(sound[:left])
            left -= len(sound[:left])
