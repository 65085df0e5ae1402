#include "schema_check.hpp"

#include <algorithm>
#include <set>

namespace clusterspec {
namespace {

using Json = nlohmann::json;

class Checker {
 public:
  explicit Checker(const Json& root) : m_root(root) {}

  void check(const Json& schema, const Json& value, const std::string& where) {
    static const std::set<std::string> known{
        "$schema", "$defs",    "$ref",       "title", "description",
        "type",    "required", "properties", "items", "additionalProperties",
        "enum",    "const",    "minimum"};
    for (const auto& [keyword, rule] : schema.items())
      if (!known.contains(keyword)) mistake(where, "the schema has the unknown keyword " + keyword);
    if (schema.contains("$ref")) {
      const std::string reference = schema["$ref"];
      check(m_root.at(Json::json_pointer(reference.substr(1))), value, where);
    }
    if (schema.contains("const") && schema["const"] != value)
      mistake(where, "is not " + schema["const"].dump());
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      mistake(where, value.dump() + " is none of " + schema["enum"].dump());
    if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
      mistake(where, "is too small");
    if (schema.contains("type") && !has_type(schema["type"], value))
      mistake(where, "is " + std::string(value.type_name()) + ", not " + schema["type"].dump());
    if (value.is_object()) check_object(schema, value, where);
    if (value.is_array() && schema.contains("items"))
      for (std::size_t i = 0; i < value.size(); ++i)
        check(schema["items"], value[i], where + "/" + std::to_string(i));
  }

  std::vector<std::string> mistakes;

 private:
  void mistake(const std::string& where, const std::string& what) { mistakes.push_back(where + ": " + what); }

  static bool has_type(const Json& types, const Json& value) {
    if (types.is_array())
      return std::any_of(types.begin(), types.end(), [&](const Json& type) { return has_type(type, value); });
    if (types == "integer") return value.is_number_integer();
    if (types == "number") return value.is_number();
    return types == value.type_name();
  }

  void check_object(const Json& schema, const Json& value, const std::string& where) {
    for (const Json& key : schema.value("required", Json::array()))
      if (!value.contains(key.get<std::string>())) mistake(where, "lacks " + key.dump());
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, member] : value.items()) {
      const std::string inner = where + "/" + key;
      if (properties.contains(key))
        check(properties[key], member, inner);
      else if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
        check(schema["additionalProperties"], member, inner);
      else if (schema.contains("additionalProperties") && schema["additionalProperties"] == false)
        mistake(inner, "is not in the schema");
    }
  }

  const Json& m_root;
};

}  // namespace

std::vector<std::string> schema_mistakes(const Json& schema, const Json& document) {
  Checker checker(schema);
  checker.check(schema, document, "");
  return checker.mistakes;
}

}  // namespace clusterspec
