// Whisper by CTranslate2's own layers: what src/lib.rs bridges to.
#pragma once

#include <memory>
#include <vector>

#include "ctranslate2/layers/whisper.h"
#include "ctranslate2/models/model.h"
#include "rust/cxx.h"

namespace second_ear {

// Weights, shared by workers.
class Model {
public:
  explicit Model(std::shared_ptr<const ctranslate2::models::Model> model)
    : weights(std::move(model)) {
  }

  const std::shared_ptr<const ctranslate2::models::Model> weights;
};

// One thread's layers and the clips that were encoded last.
class Worker {
public:
  explicit Worker(std::shared_ptr<const ctranslate2::models::Model> model);

  void encode(rust::Slice<const float> mels, size_t clips, size_t bands);
  void begin(rust::Slice<const size_t> clips);
  void keep(rust::Slice<const size_t> rows);
  void attend(rust::Slice<const size_t> layers, rust::Slice<const size_t> heads);
  void feed(rust::Slice<const int32_t> tokens, size_t past, rust::Slice<float> logits);
  void write(size_t end, rust::Slice<const size_t> never, rust::Slice<const size_t> never_first);
  rust::Vec<uint32_t> search(uint32_t last, size_t past, size_t beams, size_t most);
  void read(size_t clip, rust::Slice<const int32_t> tokens, rust::Slice<float> logits,
            rust::Slice<float> attention);

private:
  const std::shared_ptr<const ctranslate2::models::Model> _weights;
  ctranslate2::layers::WhisperEncoder _encoder;
  ctranslate2::layers::WhisperDecoder _decoder;
  std::vector<ctranslate2::StorageView> _frames;
  ctranslate2::layers::DecoderState _state;
  std::vector<size_t> _end, _never, _never_first;
  size_t _texts = 0;
  size_t _fed = 0;
};

std::shared_ptr<Model> load(rust::Slice<const uint8_t> file, rust::Str compute_type, bool avx512);
std::unique_ptr<Worker> worker(const std::shared_ptr<Model>& model);

}
