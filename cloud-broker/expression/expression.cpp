#include "cloud-broker/expression/expression.h"

#include "cloud-broker/expression/node.h"

namespace walle::expression {
namespace {

const Value* find(const Value& profile, const std::vector<std::string>& path) {
  const Value* at = &profile;
  for (const std::string& name : path) {
    if (!at->is_object()) return nullptr;
    const auto it = at->find(name);
    if (it == at->end()) return nullptr;
    at = &*it;
  }
  return at->is_null() ? nullptr : at;
}

const Value* value_of(const Node& node, const Value& profile) {
  if (node.op == Op::literal) return &node.literal;
  if (node.op == Op::path) return find(profile, node.path);
  return nullptr;
}

bool comparable(const Value& a, const Value& b) {
  return (a.is_number() && b.is_number()) || (a.is_string() && b.is_string()) || (a.is_boolean() && b.is_boolean());
}

Truth truth(bool value) { return value ? Truth::yes : Truth::no; }

Truth compare(Op op, const Value& a, const Value& b) {
  if (!comparable(a, b)) return Truth::unknown;
  switch (op) {
    case Op::equal:
      return truth(a == b);
    case Op::differ:
      return truth(a != b);
    case Op::less:
      return truth(a < b);
    case Op::at_most:
      return truth(a <= b);
    case Op::more:
      return truth(a > b);
    default:
      return truth(a >= b);
  }
}

Truth text_test(Op op, const Value& object, const Value& argument) {
  if (!object.is_string()) return Truth::unknown;
  const auto& text = object.get_ref<const std::string&>();
  const auto& part = argument.get_ref<const std::string&>();
  if (op == Op::starts) return truth(text.starts_with(part));
  if (op == Op::ends) return truth(text.ends_with(part));
  return truth(text.find(part) != std::string::npos);
}

Truth evaluate_leaf(const Node& node, const Value& profile) {
  const Value* left = value_of(*node.children[0], profile);
  if (node.op == Op::has) return truth(left != nullptr);
  if (left == nullptr) return Truth::unknown;
  if (node.op == Op::within) {
    bool same_type = node.children[1]->children.empty();
    for (const NodePtr& item : node.children[1]->children) {
      if (!comparable(*left, item->literal)) continue;
      same_type = true;
      if (*left == item->literal) return Truth::yes;
    }
    return same_type ? Truth::no : Truth::unknown;
  }
  if (node.op == Op::starts || node.op == Op::ends || node.op == Op::contains)
    return text_test(node.op, *left, node.children[1]->literal);
  const Value* right = value_of(*node.children[1], profile);
  return right == nullptr ? Truth::unknown : compare(node.op, *left, *right);
}

Truth run(const Node& node, const Value& profile) {
  if (node.op == Op::literal || node.op == Op::path) {
    const Value* value = value_of(node, profile);
    return value != nullptr && value->is_boolean() ? truth(value->get<bool>()) : Truth::unknown;
  }
  if (node.op == Op::negate) {
    const Truth inner = run(*node.children[0], profile);
    return inner == Truth::unknown ? inner : truth(inner == Truth::no);
  }
  if (node.op != Op::either && node.op != Op::both) return evaluate_leaf(node, profile);
  const Truth decides = node.op == Op::either ? Truth::yes : Truth::no;
  const Truth left = run(*node.children[0], profile);
  if (left == decides) return decides;
  const Truth right = run(*node.children[1], profile);
  if (right == decides) return decides;
  if (left == Truth::unknown || right == Truth::unknown) return Truth::unknown;
  return node.op == Op::either ? Truth::no : Truth::yes;
}

void name_paths(const Node& node, const Value& profile, std::string& out) {
  if (node.op == Op::path) {
    std::string name;
    for (const std::string& part : node.path) name += (name.empty() ? "" : ".") + part;
    const Value* value = find(profile, node.path);
    out += out.empty() ? "" : ", ";
    out += value == nullptr ? "the profile has no " + name : name + " is " + to_json(*value);
  }
  for (const NodePtr& child : node.children) name_paths(*child, profile, out);
}

void explain_into(const Node& node, std::string_view text, const Value& profile, bool wanted, std::string& out) {
  const Truth now = run(node, profile);
  if (now == truth(wanted)) return;
  if (node.op == Op::negate) return explain_into(*node.children[0], text, profile, !wanted, out);
  if (node.op == Op::either || node.op == Op::both) {
    for (const NodePtr& child : node.children) explain_into(*child, text, profile, wanted, out);
    return;
  }
  std::string facts;
  name_paths(node, profile, facts);
  out += out.empty() ? "" : "; ";
  out += std::string(text.substr(node.from, node.to - node.from)) + " is " +
         (now == Truth::unknown ? "unknown" : (wanted ? "false" : "true")) + (facts.empty() ? "" : " (" + facts + ")");
}

}  // namespace

Result<Expression> Expression::parse(std::string_view text) {
  if (text.size() > kMaxText)
    return fail(ErrorCode::invalid_argument, "expression is longer than " + std::to_string(kMaxText) + " bytes");
  Expression expression;
  expression.text_ = text;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return expression;
  expression.root_ = WALLE_TRY(parse_tree(text));
  return expression;
}

Truth Expression::evaluate(const Value& profile) const { return root_ == nullptr ? Truth::yes : run(*root_, profile); }

std::string Expression::explain(const Value& profile) const {
  std::string out;
  if (root_ != nullptr) explain_into(*root_, text_, profile, true, out);
  return out;
}

}  // namespace walle::expression
