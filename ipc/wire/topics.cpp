#include "ipc/wire/topics.h"

#include <array>
#include <charconv>

#include "libwalle/base/digest.h"

namespace walle::wire {
namespace {

constexpr std::string_view kPrefix = "walle/1/";
constexpr std::array<std::string_view, 6> kKinds = {"report", "offer", "feature", "ack", "event", "link"};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

tl::unexpected<Error> foreign(std::string_view text) {
  return fail(ErrorCode::invalid_argument,
              "not a topic of the form walle/1/PARTITION/DEVICE/KIND: '" + std::string(text.substr(0, 128)) + "'");
}

}  // namespace

std::string_view name_of(TopicKind kind) { return kKinds[static_cast<size_t>(kind)]; }

bool is_device_id(std::string_view text) {
  if (text.empty() || text.size() > 64 || !is_word(text[0])) return false;
  for (const char c : text) {
    if (!is_word(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

int partition_of(std::string_view device) { return sha256(device)[0]; }

std::string topic_of(std::string_view device, TopicKind kind) {
  std::string out(kPrefix);
  out += std::to_string(partition_of(device));
  out += '/';
  out += device;
  out += '/';
  out += name_of(kind);
  return out;
}

std::string topic_filter(int partition, TopicKind kind) {
  std::string out(kPrefix);
  out += partition < 0 ? "+" : std::to_string(partition);
  out += "/+/";
  out += name_of(kind);
  return out;
}

Result<Topic> parse_topic(std::string_view text) {
  if (text.size() > 128 || !text.starts_with(kPrefix)) return foreign(text);
  const std::string_view rest = text.substr(kPrefix.size());
  const size_t first = rest.find('/');
  const size_t last = rest.rfind('/');
  if (first == std::string_view::npos || last == first) return foreign(text);
  Topic out;
  const std::string_view number = rest.substr(0, first);
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), out.partition);
  if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) return foreign(text);
  out.device = rest.substr(first + 1, last - first - 1);
  if (!is_device_id(out.device)) return foreign(text);
  // The text of the partition has to be the one spelling, too: "017" would be another topic.
  if (number != std::to_string(partition_of(out.device))) {
    return fail(ErrorCode::invalid_argument,
                "partition " + std::string(number) + " is not that of device '" + out.device + "'");
  }
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i] == rest.substr(last + 1)) {
      out.kind = static_cast<TopicKind>(i);
      return out;
    }
  }
  return foreign(text);
}

}  // namespace walle::wire
