//! The decoders we have, and the names of some that we lack.
//! In: codec parameters from a container. Out: a registry, names. Left to others: decoding.

use std::sync::OnceLock;

use symphonia::core::codecs::audio::well_known as codec;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::codecs::registry::CodecRegistry;

/// Symphonia's decoders and libopus.
pub fn codecs() -> &'static CodecRegistry {
    static CODECS: OnceLock<CodecRegistry> = OnceLock::new();
    CODECS.get_or_init(|| {
        let mut registry = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut registry);
        registry.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
        registry
    })
}

/// The Opus adapter drops at most one packet of pre-skip, so that is done by the reader: parameters
/// without the Opus header, and the frames to drop.
pub fn without_pre_skip(params: &AudioCodecParameters) -> (AudioCodecParameters, u64) {
    let mut params = params.clone();
    if params.codec != codec::CODEC_ID_OPUS {
        return (params, 0);
    }
    let skip = pre_skip(&params.extra_data.take().unwrap_or_default());
    params.with_sample_rate(48_000);
    (params, skip)
}

/// Frames to drop, by an Opus header (RFC 7845, 5.1: bytes 10 and 11, at 48 kHz).
pub fn pre_skip(header: &[u8]) -> u64 {
    header.get(10..12).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]).into())
}

/// Codecs that symphonia can name and not decode.
pub fn codec_name(id: AudioCodecId) -> Option<&'static str> {
    Some(match id {
        codec::CODEC_ID_AC3 => "AC-3",
        codec::CODEC_ID_EAC3 => "E-AC-3",
        codec::CODEC_ID_DCA => "DTS",
        codec::CODEC_ID_WMA => "WMA",
        codec::CODEC_ID_SPEEX => "Speex",
        codec::CODEC_ID_MP1 => "MP1",
        codec::CODEC_ID_MP2 => "MP2",
        codec::CODEC_ID_WAVPACK => "WavPack",
        codec::CODEC_ID_TRUEHD => "TrueHD",
        codec::CODEC_ID_ADPCM_G722 => "G.722",
        codec::CODEC_ID_ADPCM_G726 | codec::CODEC_ID_ADPCM_G726LE => "G.726",
        codec::CODEC_ID_AAC => "AAC (a profile beyond LC)",
        codec::CODEC_ID_OPUS => "Opus (more than two channels)",
        _ => return None,
    })
}
