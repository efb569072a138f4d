#!/bin/sh
# Makes every file of this folder from one clip of speech; run only to add formats.
# Usage: make.sh SPEECH.flac   (needs ffmpeg; see README.md)
set -eu
cd "$(dirname "$0")"
f() { ffmpeg -nostdin -v error -y "$@"; }
f -ss 1.3 -t 0.3 -i "$1" -ar 16000 -ac 1 -bitexact -c:a pcm_s16le reference.wav
r="-i reference.wav"
# WAV: sample formats, rates, channels
f $r -ar 8000 -c:a pcm_u8 pcm_u8_8000.wav
f $r -ar 22050 -c:a pcm_s24le pcm_s24_22050.wav
f $r -c:a pcm_s32le pcm_s32_16000.wav
f $r -ar 24000 -c:a pcm_f32le pcm_f32_24000.wav
f $r -ar 11025 -c:a pcm_f64le pcm_f64_11025.wav
f $r -ar 8000 -c:a pcm_alaw alaw_8000.wav
f $r -ar 8000 -c:a pcm_mulaw mulaw_8000.wav
f $r -c:a adpcm_ima_wav adpcm_ima_16000.wav
f $r -c:a pcm_s16le -f wav pipe:1 | cat > streamed_16000.wav
# left: the speech; right: a 440 Hz tone
f $r -f lavfi -i sine=frequency=440:sample_rate=16000:duration=0.3 -filter_complex '[0:a][1:a]join=inputs=2:channel_layout=stereo' -c:a pcm_s16le stereo_16000.wav
# other containers and codecs
f $r -ar 48000 -c:a flac flac_48000.flac
f $r -ar 44100 -c:a libmp3lame -b:a 48k mp3_44100.mp3
f $r -c:a libmp3lame -b:a 32k mp3_16000.mp3
f $r -ar 44100 -c:a libvorbis -q:a 1 vorbis_44100.ogg
f $r -c:a libopus -b:a 24k opus.ogg
f $r -af 'pan=stereo|c0=c0|c1=c0' -c:a libopus -b:a 32k opus.webm
f $r -ar 44100 -c:a libvorbis -q:a 1 vorbis_44100.webm
f $r -ar 44100 -c:a flac flac_44100.mkv
f $r -ar 44100 -c:a aac -b:a 48k aac_44100.m4a
f $r -c:a aac -b:a 32k -f adts aac_16000.aac
f $r -c:a alac alac_16000.m4a
f $r -ar 22050 -c:a pcm_s16be aiff_22050.aiff
f $r -ar 32000 -c:a pcm_s16be caf_32000.caf
f $r -ar 44100 -c:a alac alac_44100.caf
# what symphonia lacks
f $r -ar 8000 -c:a libgsm_ms gsm_8000.wav
f $r -c:a g722 g722_16000.wav
f $r -c:a libspeex speex_16000.ogg
f $r -c:a wmav2 -b:a 48k wma_16000.wma
f $r -c:a pcm_s16le -rf64 always rf64_16000.wav
f $r -c:a ac3 -ar 48000 -b:a 48k ac3_48000.mp4
# kinds of containers: two tracks, of which the second is the default; fragments
f $r $r -map 0 -map 1 -c:a libopus -b:a 24k -disposition:a:0 0 -disposition:a:1 default two_tracks.mkv
f $r -c:a aac -b:a 32k -movflags frag_keyframe+empty_moov -frag_duration 100000 fragmented.mp4
