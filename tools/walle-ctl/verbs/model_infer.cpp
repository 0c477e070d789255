#include <unistd.h>

#include <array>
#include <fstream>

#include "ipc/channel/channel.h"
#include "ipc/client/manager.h"
#include "ipc/shm/tensor_file.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/npy.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 5> kArguments{
    {{.name = "MODEL", .help = "Name of an open model", .required = true},
     {.name = "--input", .value = "NAME=FILE.npy", .help = "An input", .many = true, .completes = Completes::file},
     {.name = "--shape", .value = "NAME=1x3x224x224", .help = "An input of zeros", .many = true},
     {.name = "--output", .value = "DIR", .help = "Write outputs as DIR/NAME.npy", .completes = Completes::folder},
     {.name = "--precision", .value = "P", .help = "strict, high (default) or fast"}}};

constexpr size_t kNpyBytes = 1U << 30;

struct Input {
  std::string name;
  Array array;
};

Result<std::pair<std::string, std::string>> split(const std::string& text) {
  const size_t at = text.find('=');
  if (at == std::string::npos || at == 0) return usage_error("'" + text + "' is not NAME=VALUE");
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

/// The dtype that the model gives an input.
std::string dtype_of(const std::vector<Value>& models, const std::string& model, const std::string& input) {
  for (const Value& row : models)
    if (row.value("name", "") == model && row.contains("inputs"))
      for (const Value& port : row["inputs"])
        if (port.value("name", "") == input) return port.value("dtype", "f32");
  return "f32";
}

Result<std::vector<Input>> read_inputs(client::Manager& manager, const Arguments& arguments) {
  std::vector<Input> inputs;
  for (const std::string& text : arguments.list("--input")) {
    const auto [name, file] = WALLE_TRY(split(text));
    const auto bytes = WALLE_TRY(read_file(file, kNpyBytes));
    auto array = read_npy(bytes);
    if (!array) return fail(array.error().with(file));
    inputs.push_back({name, std::move(*array)});
  }
  const auto models = WALLE_TRY(manager.list_models(Value::object()));
  for (const std::string& text : arguments.list("--shape")) {
    const auto [name, shape] = WALLE_TRY(split(text));
    Input input{name, {.dtype = dtype_of(models, arguments.text("MODEL"), name)}};
    input.array.dims = WALLE_TRY(parse_shape(shape));
    size_t count = element_bytes(input.array.dtype);
    for (const int64_t dim : input.array.dims)
      if (__builtin_mul_overflow(count, static_cast<size_t>(dim), &count) || count > kNpyBytes)
        return usage_error("--shape " + text + " is larger than 1 GB");
    input.array.bytes.assign(count, 0);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

/// Sends the inputs over the session's socket, and waits for the answer.
Result<channel::Message> exchange(channel::Channel& socket, const std::vector<Input>& inputs) {
  std::vector<std::span<const uint8_t>> blocks;
  for (const Input& input : inputs) blocks.emplace_back(input.array.bytes);
  std::vector<uint64_t> offsets;
  const UniqueFd file = WALLE_TRY(shm::make_tensor_file(blocks, offsets));
  Value list = Value::array();
  for (size_t i = 0; i < inputs.size(); ++i)
    list.push_back({{"name", inputs[i].name},
                    {"dtype", inputs[i].array.dtype},
                    {"dims", inputs[i].array.dims},
                    {"fd", 0},
                    {"offset", offsets[i]},
                    {"bytes", inputs[i].array.bytes.size()}});
  const std::array<int, 1> files{file.get()};
  WALLE_TRY(socket.send({{"type", "run"}, {"run", 1}, {"inputs", list}}, files));
  auto answer = WALLE_TRY(socket.receive());
  if (!answer) return fail(ErrorCode::unavailable, "walled ended the session");
  if (answer->body.value("type", "") == "error")
    return fail(error_code_from(answer->body.value("code", "")), answer->body.value("message", ""));
  return std::move(*answer);
}

std::string file_name(const std::string& name) {
  std::string clean = name;
  for (char& c : clean)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  return clean + ".npy";
}

Result<Value> write_outputs(const channel::Message& answer, const std::string& folder) {
  if (answer.descriptors.empty()) return fail(ErrorCode::data_loss, "the answer has no tensors");
  const MappedFile file = WALLE_TRY(shm::map_tensor_file(answer.descriptors[0].get()));
  Value shown = Value::array();
  for (const Value& output : *WALLE_TRY(get_list(answer.body, "outputs"))) {
    const auto offset = static_cast<uint64_t>(WALLE_TRY(get_int(output, "offset")));
    const auto size = static_cast<uint64_t>(WALLE_TRY(get_int(output, "bytes")));
    const auto bytes = WALLE_TRY(shm::tensor_bytes(file, offset, size));
    const std::string name = WALLE_TRY(get_string(output, "name"));
    Array array{.dtype = WALLE_TRY(get_string(output, "dtype")), .bytes = {bytes.begin(), bytes.end()}};
    for (const Value& dim : *WALLE_TRY(get_list(output, "dims"))) array.dims.push_back(dim.get<int64_t>());
    shown.push_back({{"name", name}, {"dtype", array.dtype}, {"dims", array.dims}});
    if (folder.empty()) continue;
    WALLE_TRY(make_folders(folder));
    WALLE_TRY(write_file_atomically(folder + "/" + file_name(name), write_npy(array)));
  }
  return shown;
}

Result<int> run(Context& context, const Arguments& arguments) {
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  const auto inputs = WALLE_TRY(read_inputs(manager, arguments));
  Value options = Value::object();
  if (arguments.has("--precision")) options["precision"] = arguments.text("--precision");
  auto session = WALLE_TRY(manager.open_session(arguments.text("MODEL"), std::move(options)));
  channel::Channel socket(std::move(session.socket));
  const channel::Message answer = WALLE_TRY(exchange(socket, inputs));
  const Value outputs = WALLE_TRY(write_outputs(answer, arguments.text("--output")));
  const Value time_us = answer.body.value("time_us", Value());
  if (context.json()) {
    context.output().document({{"outputs", outputs}, {"time_us", time_us}});
    return 0;
  }
  static constexpr std::array<Column, 3> kColumns{{{"name", "OUTPUT"}, {"dtype", "DTYPE"}, {"dims", "DIMS"}}};
  context.output().table(kColumns, std::vector<Value>(outputs.begin(), outputs.end()), "no outputs");
  context.output().say("in " + cell(time_us, Format::duration_us));
  return 0;
}

}  // namespace

extern const VerbDef kModelInfer;
const VerbDef kModelInfer{
    .noun = "model",
    .name = "infer",
    .summary = "Run an open model once",
    .details = "Example: walle-ctl model infer cls --input x=image.npy --output out",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
