#pragma once

#include <nlohmann/json_fwd.hpp>

namespace walle {

/// A dynamic value: null, bool, integer, float, string, bytes, list, map with string keys. The one type for event
/// contents, task results, rows, features and messages. In memory nlohmann::json (whose `binary` are the bytes);
/// between processes CBOR; for people JSON, where bytes are written {"$bytes": "<base64>"}.
/// Headers that only name it include this file: JSON's whole header is slow to read.
using Value = nlohmann::json;

}  // namespace walle
