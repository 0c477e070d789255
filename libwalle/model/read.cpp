#include <algorithm>

#include "libwalle/model/format.h"
#include "libwalle/model/header.h"
#include "libwalle/model/model_generated.h"

namespace walle::model {
namespace {

constexpr size_t kAttributeTypes = std::variant_size_v<graph::Attribute>;

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::data_loss, "the model file is damaged: " + std::string(what));
}

/// Copies what tables point to. A verified FlatBuffer may still hold lists that are not aligned, and many tables may
/// point to the same bytes, so that copies are counted.
class Copier {
 public:
  explicit Copier(size_t section_bytes) : left_(kFloor + kCopies * section_bytes) {}

  /// Errors: data_loss once something could not be copied.
  [[nodiscard]] Status check() const { return problem_.empty() ? Status() : damaged(problem_); }

  std::string text(const flatbuffers::String* source) {
    return source == nullptr || !take(source->size(), 1, source->Data()) ? std::string() : source->str();
  }
  template <class T>
  std::vector<T> items(const flatbuffers::Vector<T>* source) {
    if (source == nullptr || !take(source->size(), sizeof(T), source->Data())) return {};
    return {source->begin(), source->end()};
  }
  std::vector<std::string> texts(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* source) {
    std::vector<std::string> out;
    for (flatbuffers::uoffset_t i = 0; source != nullptr && i < source->size(); ++i)
      out.push_back(text(source->Get(i)));
    return out;
  }

 private:
  static constexpr size_t kCopies = 16;
  static constexpr size_t kFloor = 1 << 20;

  bool take(size_t count, size_t size, const void* data) {
    if (count > 0 && reinterpret_cast<uintptr_t>(data) % size != 0) problem_ = "a list is not aligned";
    const size_t bytes = count * size + sizeof(std::string);
    if (bytes > left_) problem_ = "its parts repeat one another too often";
    left_ -= std::min(left_, bytes);
    return problem_.empty();
  }

  size_t left_;
  std::string_view problem_;
};

/// Builds a graph from a verified FlatBuffer; checks what the FlatBuffers verifier cannot know.
class Reader {
 public:
  Reader(std::span<const uint8_t> weights, std::shared_ptr<void> keep_alive, const graph::OpTable& table,
         size_t section_bytes)
      : weights_(weights), keep_alive_(std::move(keep_alive)), table_(table), copier_(section_bytes) {}

  Result<graph::Graph> graph(const fb::Graph* source, size_t depth) {
    if (source == nullptr) return damaged("a graph is missing");
    if (depth > kMaxBlockDepth) return damaged("blocks are nested deeper than " + std::to_string(kMaxBlockDepth));
    graph::Graph g;
    g.name = copier_.text(source->name());
    g.symbols = copier_.texts(source->symbols());
    g.inputs = copier_.items(source->inputs());
    g.outputs = copier_.items(source->outputs());
    if (const auto* metadata = source->metadata()) {
      for (const auto* pair : *metadata) g.metadata.emplace(copier_.text(pair->key()), copier_.text(pair->value()));
    }
    if (const auto* values = source->values()) {
      if ((values_ += values->size()) > kMaxValues)
        return damaged("it has more than " + std::to_string(kMaxValues) + " values");
      for (const auto* v : *values) {
        WALLE_TRY(value(v, g));
        WALLE_TRY(copier_.check());
      }
    }
    if (const auto* nodes = source->nodes()) {
      if ((nodes_ += nodes->size()) > kMaxNodes)
        return damaged("it has more than " + std::to_string(kMaxNodes) + " nodes");
      for (const auto* n : *nodes) {
        g.nodes.push_back(WALLE_TRY(node(n, depth)));
        WALLE_TRY(copier_.check());
      }
    }
    WALLE_TRY(copier_.check());
    return g;
  }

 private:
  Result<engine::Tensor> tensor(const fb::TensorRef* ref) {
    if (ref->dtype() >= kDTypes) return damaged("a tensor has the unknown dtype " + std::to_string(ref->dtype()));
    const auto dtype = static_cast<DType>(ref->dtype());
    uint64_t end = 0;
    if (__builtin_add_overflow(ref->offset(), ref->bytes(), &end) || end > weights_.size() ||
        ref->offset() % kTensorAlignment != 0)
      return damaged("a tensor lies outside the weights");
    // The mapping is read-only; constants are never written through.
    auto* data = const_cast<uint8_t*>(weights_.data() + ref->offset());
    auto made = engine::Tensor::borrow(dtype, copier_.items(ref->dims()), data, keep_alive_);
    if (!made) return damaged(made.error().message);
    if (static_cast<uint64_t>(made->bytes()) != ref->bytes()) return damaged("a tensor's dims do not fit its bytes");
    const auto is_bit = [](uint8_t byte) { return byte <= 1; };
    if (dtype == DType::boolean && !std::all_of(data, data + made->bytes(), is_bit))
      return damaged("a boolean tensor holds other numbers than 0 and 1");
    return made;
  }

  Result<graph::Shape> shape(const fb::Shape* source, size_t symbols) {
    graph::Shape out;
    if (source->dims() == nullptr) return out;
    for (const auto* d : *source->dims()) {
      const auto ids = copier_.items(d->symbols());
      const auto coefficients = copier_.items(d->coefficients());
      if (ids.size() != coefficients.size() || ids.size() > graph::Dim::kMaxTerms)
        return damaged("a dimension is malformed");
      graph::Dim dim(d->constant());
      for (size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] >= symbols) return damaged("a dimension names an unknown symbol");
        const auto term = graph::Dim::mul(graph::Dim::symbol(ids[i]), graph::Dim(coefficients[i]));
        const auto sum = term ? graph::Dim::add(dim, *term) : std::nullopt;
        if (!sum) return damaged("a dimension overflows");
        dim = *sum;
      }
      out.push_back(dim);
    }
    return out;
  }

  Status value(const fb::Value* source, graph::Graph& g) {
    if (source->kind() > 3 || source->dtype() >= kDTypes) return damaged("a value is malformed");
    if (source->constant() != nullptr) {
      g.add_constant(copier_.text(source->name()), WALLE_TRY(tensor(source->constant())));
      return {};
    }
    graph::Value v{.name = copier_.text(source->name()), .kind = static_cast<graph::ValueKind>(source->kind())};
    if (source->dtype() >= 0) v.dtype = static_cast<DType>(source->dtype());
    if (source->shape() != nullptr) v.shape = WALLE_TRY(shape(source->shape(), g.symbols.size()));
    g.add_value(std::move(v));
    return {};
  }

  Result<graph::Attribute> attribute(const fb::Attribute* source) {
    switch (source->type()) {
      case 0:
        return graph::Attribute(source->i());
      case 1:
        return graph::Attribute(source->f());
      case 2:
        return graph::Attribute(copier_.text(source->s()));
      case 3:
        return graph::Attribute(copier_.items(source->ints()));
      case 4:
        return graph::Attribute(copier_.items(source->floats()));
      case 5:
        return graph::Attribute(copier_.texts(source->strings()));
      default:
        break;
    }
    static_assert(kAttributeTypes == 7);
    if (source->type() != 6 || source->tensor() == nullptr) return damaged("an attribute is malformed");
    return graph::Attribute(WALLE_TRY(tensor(source->tensor())));
  }

  Result<graph::Node> node(const fb::Node* source, size_t depth) {
    graph::Node n;
    n.name = copier_.text(source->name());
    const std::string domain = copier_.text(source->domain());
    const std::string op = copier_.text(source->op());
    n.op = table_.find(domain, op);
    if (n.op == nullptr)
      return fail(ErrorCode::unsupported,
                  "node '" + n.name + "': this build has no operator " + (domain.empty() ? "" : domain + ".") + op);
    n.operands = copier_.items(source->operands());
    n.results = copier_.items(source->results());
    if (source->attributes() != nullptr) {
      for (const auto* a : *source->attributes())
        n.attributes.emplace(copier_.text(a->name()), WALLE_TRY(attribute(a)));
    }
    if (source->blocks() != nullptr) {
      for (const auto* block : *source->blocks())
        n.blocks.push_back(std::make_unique<graph::Graph>(WALLE_TRY(graph(block, depth + 1))));
    }
    return n;
  }

  std::span<const uint8_t> weights_;
  std::shared_ptr<void> keep_alive_;
  const graph::OpTable& table_;
  Copier copier_;
  size_t values_ = 0;
  size_t nodes_ = 0;
};

}  // namespace

Result<graph::Graph> read_model(std::span<const uint8_t> bytes, std::shared_ptr<void> keep_alive,
                                const graph::OpTable& table) {
  const Header header = WALLE_TRY(verify_header(bytes));
  const auto section = bytes.subspan(header.graph.offset, header.graph.bytes);
  flatbuffers::Verifier verifier(section.data(), section.size(), /*max_depth=*/4 * kMaxBlockDepth,
                                 /*max_tables=*/16 * kMaxNodes);
  if (!fb::VerifyModelBuffer(verifier)) return damaged("its graph is malformed");
  Reader reader(bytes.subspan(header.weights.offset, header.weights.bytes), std::move(keep_alive), table,
                section.size());
  graph::Graph graph = WALLE_TRY(reader.graph(fb::GetModel(section.data())->graph(), 0));
  WALLE_TRY(graph::verify(graph));
  return graph;
}

}  // namespace walle::model
