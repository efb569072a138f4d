#include "second-ear-ctranslate2/src/whisper.h"

#include <algorithm>
#include <cstdlib>
#include <istream>
#include <stdexcept>
#include <streambuf>

#include "ctranslate2/decoding.h"
#include "ctranslate2/utils.h"
#include "second-ear-ctranslate2/src/lib.rs.h"

namespace second_ear {

namespace ct2 = ctranslate2;

namespace {

// Bytes of the caller's, read where they lie: a model is 300 MB.
class Bytes : public std::streambuf {
public:
  explicit Bytes(rust::Slice<const uint8_t> bytes) {
    auto* begin = reinterpret_cast<char*>(const_cast<uint8_t*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }

protected:
  pos_type seekoff(off_type off, std::ios_base::seekdir from, std::ios_base::openmode) override {
    const off_type base = from == std::ios_base::beg ? 0
      : from == std::ios_base::cur ? gptr() - eback() : egptr() - eback();
    return seekpos(base + off, std::ios_base::in);
  }

  pos_type seekpos(pos_type to, std::ios_base::openmode) override {
    if (off_type(to) < 0 || off_type(to) > egptr() - eback())
      return pos_type(off_type(-1));
    setg(eback(), eback() + off_type(to), egptr());
    return to;
  }
};

class Stream : public std::istream {
public:
  explicit Stream(rust::Slice<const uint8_t> bytes) : std::istream(nullptr), _bytes(bytes) {
    rdbuf(&_bytes);
  }

private:
  Bytes _bytes;
};

// The vocabulary is second-ear's business: CTranslate2 gets three lines, for it wants some.
const char vocabulary[] = "<|endoftext|>\n<|startoftranscript|>\n";

class Reader : public ct2::models::ModelReader {
public:
  explicit Reader(rust::Slice<const uint8_t> file) : _file(file) {
  }

  std::string get_model_id() const override {
    return "whisper";
  }

  std::unique_ptr<std::istream> get_file(const std::string& name, const bool) override {
    if (name == "model.bin")
      return std::make_unique<Stream>(_file);
    if (name == "vocabulary.txt")
      return std::make_unique<Stream>(rust::Slice<const uint8_t>(
        reinterpret_cast<const uint8_t*>(vocabulary), sizeof(vocabulary) - 1));
    return nullptr;
  }

private:
  const rust::Slice<const uint8_t> _file;
};

}

Worker::Worker(std::shared_ptr<const ct2::models::Model> model)
  : _weights(std::move(model))
  , _encoder(*_weights, "encoder")
  , _decoder(*_weights, "decoder") {
}

// One after the other: the encoder's buffers of several do not fit into the caches.
void Worker::encode(rust::Slice<const float> mels, size_t clips, size_t bands) {
  ct2::set_num_threads(1); // of OpenMP: it is the calling thread's
  _frames.clear();
  _state.clear();
  _texts = 0;
  const size_t size = mels.size() / clips;
  const ct2::Shape shape{1, static_cast<ct2::dim_t>(bands), static_cast<ct2::dim_t>(size / bands)};
  for (size_t clip = 0; clip < clips; ++clip) {
    const float* mel = mels.data() + clip * size;
    ct2::StorageView features(shape, std::vector<float>(mel, mel + size));
    ct2::StorageView frames(_encoder.output_type());
    _encoder(features, frames);
    _frames.emplace_back(std::move(frames));
  }
}

void Worker::begin(rust::Slice<const size_t> clips) {
  ct2::Shape shape = _frames.at(clips[0]).shape();
  std::vector<float> all;
  for (const size_t clip : clips) {
    const ct2::StorageView& frames = _frames.at(clip);
    all.insert(all.end(), frames.data<float>(), frames.data<float>() + frames.size());
  }
  shape[0] = static_cast<ct2::dim_t>(clips.size());
  // The first step takes the frames out of the state.
  _state = _decoder.initial_state();
  _state.emplace("memory", ct2::StorageView(shape, all));
  _texts = clips.size();
  _fed = 0;
}

void Worker::keep(rust::Slice<const size_t> rows) {
  const std::vector<int32_t> ids(rows.begin(), rows.end());
  _decoder.update_state(_state, ct2::StorageView({static_cast<ct2::dim_t>(ids.size())}, ids));
  _texts = rows.size();
}

void Worker::attend(rust::Slice<const size_t> layers, rust::Slice<const size_t> heads) {
  std::vector<std::pair<ct2::dim_t, ct2::dim_t>> pairs;
  for (size_t i = 0; i < layers.size(); ++i)
    pairs.emplace_back(layers.at(i), heads.at(i));
  _decoder.set_alignment_heads(pairs);
}

void Worker::feed(rust::Slice<const int32_t> tokens, size_t past, rust::Slice<float> logits) {
  ct2::set_num_threads(1);
  if (_texts == 0 || tokens.size() % _texts != 0 || past != _fed)
    throw std::logic_error("tokens were fed out of turn");
  const auto texts = static_cast<ct2::dim_t>(_texts);
  const auto each = static_cast<ct2::dim_t>(tokens.size()) / texts;
  const auto step = static_cast<ct2::dim_t>(past);
  const std::vector<int32_t> ids(tokens.begin(), tokens.end());
  if (each > 1) {
    if (!logits.empty())
      throw std::logic_error("logits are those of one token");
    _decoder(step, ct2::StorageView({texts, each}, ids), _state);
  } else {
    ct2::StorageView out(_decoder.output_type());
    _decoder(step, ct2::StorageView({texts}, ids), _state, logits.empty() ? nullptr : &out);
    if (!logits.empty()) {
      if (static_cast<size_t>(out.size()) != logits.size())
        throw std::logic_error("the model has " + std::to_string(out.size() / texts) + " tokens");
      std::copy_n(out.data<float>(), out.size(), logits.begin());
    }
  }
  _fed = past + static_cast<size_t>(each);
}

void Worker::write(size_t end, rust::Slice<const size_t> never, rust::Slice<const size_t> never_first) {
  _end = {end};
  _never.assign(never.begin(), never.end());
  _never_first.assign(never_first.begin(), never_first.end());
}

// The likeliest text of each, the end left out: how many tokens it has, then these; text after text.
rust::Vec<uint32_t> Worker::search(uint32_t last, size_t past, size_t beams, size_t most) {
  ct2::set_num_threads(1);
  if (_texts == 0 || past != _fed || _end.empty())
    throw std::logic_error("a search out of turn");
  ct2::DecodingOptions options;
  options.start_step = past;
  options.beam_size = beams;
  options.length_penalty = 1; // the mean over the tokens counts: else short texts win
  options.max_length = most;
  options.include_eos_in_hypotheses = false;
  options.disable_ids = _never;
  options.disable_ids_begin = _never_first;
  const std::vector<std::vector<size_t>> start(_texts, {last});
  const auto found = ct2::decode(_decoder, _state, start, _end, options);
  _state.clear();
  _texts = 0;
  rust::Vec<uint32_t> texts;
  for (const auto& result : found) {
    const auto& text = result.hypotheses.at(0);
    texts.push_back(static_cast<uint32_t>(text.size()));
    for (const size_t id : text)
      texts.push_back(static_cast<uint32_t>(id));
  }
  return texts;
}

// All tokens of a text at once, as if each were chosen after those before it.
void Worker::read(size_t clip, rust::Slice<const int32_t> tokens, rust::Slice<float> logits,
                  rust::Slice<float> attention) {
  ct2::set_num_threads(1);
  const auto count = static_cast<ct2::dim_t>(tokens.size());
  const std::vector<int32_t> ids(tokens.begin(), tokens.end());
  ct2::layers::DecoderState state = _decoder.initial_state(/*iterative_decoding=*/false);
  state.emplace("memory", _frames.at(clip));
  ct2::StorageView out(_decoder.output_type());
  ct2::StorageView seen(_decoder.output_type());
  _decoder(ct2::StorageView({1, count}, ids), ct2::StorageView({1}, int32_t(count)), state, out, &seen);
  if (static_cast<size_t>(out.size()) != logits.size() || static_cast<size_t>(seen.size()) != attention.size())
    throw std::logic_error("the model has " + std::to_string(out.size() / count) + " tokens");
  std::copy_n(out.data<float>(), out.size(), logits.begin());
  // Heads of tokens of frames become tokens of heads of frames.
  const auto heads = seen.dim(1), frames = seen.dim(3);
  for (ct2::dim_t token = 0; token < count; ++token)
    for (ct2::dim_t head = 0; head < heads; ++head)
      std::copy_n(seen.data<float>() + (head * count + token) * frames, frames,
                  attention.begin() + (token * heads + head) * frames);
}

std::shared_ptr<Model> load(rust::Slice<const uint8_t> file, rust::Str compute_type, bool avx512) {
  // CTranslate2 uses these instructions only where it is asked to; it looks once, at its first use.
  if (avx512)
    setenv("CT2_FORCE_CPU_ISA", "AVX512", 0);
  ct2::set_num_threads(1); // more would wait for work in circles
  Reader reader(file);
  const auto type = ct2::str_to_compute_type(std::string(compute_type));
  return std::make_shared<Model>(ct2::models::Model::load(reader, ct2::Device::CPU, 0, type));
}

std::unique_ptr<Worker> worker(const std::shared_ptr<Model>& model) {
  return std::make_unique<Worker>(model->weights);
}

}
