// Stands in for libFuzzer where the compiler has none: replays a corpus, then bounded, repeatable mutations of it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;
constexpr size_t kMaxBytes = 64U << 10;
constexpr int kMaxRuns = 200'000;
constexpr std::chrono::seconds kMaxTime{2};

std::vector<Bytes> read_corpus(int count, char** paths) {
  std::vector<std::string> files;
  for (int i = 0; i < count; ++i) {
    std::error_code error;
    if (std::filesystem::is_directory(paths[i], error)) {
      for (const auto& entry : std::filesystem::directory_iterator(paths[i], error)) files.push_back(entry.path());
    } else if (std::filesystem::exists(paths[i], error)) {
      files.emplace_back(paths[i]);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus{{}};
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Bytes>& corpus) : corpus_(corpus) {}

  Bytes next() {
    Bytes bytes = corpus_[pick(corpus_.size())];
    for (size_t i = 0, changes = 1 + pick(6); i < changes; ++i) change(bytes);
    if (bytes.size() > kMaxBytes) bytes.resize(kMaxBytes);
    return bytes;
  }

 private:
  size_t pick(size_t below) { return below == 0 ? 0 : random_() % below; }

  void change(Bytes& bytes) {
    static constexpr uint8_t kOdd[] = {0, 1, 0x7f, 0x80, 0xff, '"', '{', '[', '(', ')', '.', '*', '!', ' ', '-', '9'};
    const auto at = [&] { return bytes.begin() + static_cast<std::ptrdiff_t>(pick(bytes.size() + 1)); };
    switch (pick(7)) {
      case 0:
        bytes.insert(at(), static_cast<uint8_t>(random_()));
        break;
      case 1:
        bytes.insert(at(), kOdd[pick(std::size(kOdd))]);
        break;
      case 2:
        if (!bytes.empty()) bytes[pick(bytes.size())] ^= static_cast<uint8_t>(1U << pick(8));
        break;
      case 3:
        if (!bytes.empty()) bytes[pick(bytes.size())] = kOdd[pick(std::size(kOdd))];
        break;
      case 4:
        bytes.resize(pick(bytes.size() + 1));
        break;
      case 5:
        erase_part(bytes);
        break;
      default:
        splice(bytes);
        break;
    }
  }

  void erase_part(Bytes& bytes) {
    const size_t from = pick(bytes.size());
    const size_t count = std::min(bytes.size() - from, pick(16));
    bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                bytes.begin() + static_cast<std::ptrdiff_t>(from + count));
  }

  void splice(Bytes& bytes) {
    const Bytes& other = corpus_[pick(corpus_.size())];
    const size_t from = pick(other.size());
    const size_t count = std::min(other.size() - from, 1 + pick(64));
    const size_t at = pick(bytes.size() + 1);
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), other.begin() + static_cast<std::ptrdiff_t>(from),
                 other.begin() + static_cast<std::ptrdiff_t>(from + count));
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937 random_{20240131};
};

void run_one(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Bytes> corpus = read_corpus(argc - 1, argv + 1);
  for (const Bytes& bytes : corpus) run_one(bytes);
  Mutator mutator(corpus);
  const auto end = std::chrono::steady_clock::now() + kMaxTime;
  int runs = 0;
  while (runs < kMaxRuns && (runs % 64 != 0 || std::chrono::steady_clock::now() < end)) {
    run_one(mutator.next());
    ++runs;
  }
  std::printf("%zu inputs replayed, %d mutations\n", corpus.size(), runs);
  return 0;
}
