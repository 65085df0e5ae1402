// The model's types as JSON schemas (draft 7, which editors know), by the keys that each struct names in its
// `describe`: what load/reader.hpp reads, said to an editor.
//
// To add a type: one `of` here beside its `read` there. tests/schema_test.cpp holds both against each other.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "load/reader.hpp"

namespace clusterspec {

class SchemaWriter {
 public:
  using Json = nlohmann::ordered_json;

  // placeholders: "{axis}" may stand for any value, as in scenarios.
  explicit SchemaWriter(bool placeholders) : m_placeholders(placeholders) {}

  // A table with exactly the keys that `describe(visitor)` names.
  template <class Describe>
  Json table(Describe&& describe) const {
    Json properties = Json::object(), required = Json::array();
    describe([&](const char* key, const auto& member, Need need, const char* meaning) {
      if (properties.contains(key)) return;  // a gate's name is the name of its step too
      Json property = std::string_view(key) == "verifies"
                          ? one_or_more(Json{{"$ref", "#/definitions/requirement"}})
                          : of(member);
      property["description"] = meaning;
      if (need == Need::required) required.push_back(key);
      properties[key] = std::move(property);
    });
    Json schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  // One table for each alternative of a variant, told apart by its first key: the verb, or the subject.
  template <class Variant, class Common>
  Json alternatives(Common&& describe_common) const {
    Json list = Json::array();
    const auto add = [&]<class T>(T value) {
      const std::string word = keys_of<T>().front();
      Json schema = table([&](auto&& visit) {
        T::describe(value, visit);
        describe_common(visit);
      });
      Json required{word};
      for (const Json& key : schema.value("required", Json::array()))
        if (key != word) required.push_back(key);
      schema["title"] = word;
      schema["required"] = std::move(required);
      list.push_back(std::move(schema));
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) { (add(std::variant_alternative_t<I, Variant>{}), ...); }
    (std::make_index_sequence<std::variant_size_v<Variant>>());
    return list;
  }

  Json of(const std::string&) const;
  Json of(bool) const;
  Json of(int) const;
  Json of(std::int64_t) const;
  Json of(double) const;
  Json of(const Duration&) const;
  Json of(const Signal&) const;
  Json of(const SignalWord&) const;
  Json of(const Target&) const;
  Json of(const Moment&) const;

  template <Named E>
  Json of(E) const {
    Json names = Json::array();
    for (const auto& [value, name] : Names<E>::table) names.push_back(name);
    return or_placeholder(Json{{"enum", std::move(names)}});
  }
  template <class T>
  Json of(const std::optional<T>&) const {
    return of(T{});
  }
  template <class T>
  Json of(const std::vector<T>&) const {
    if constexpr (std::is_same_v<T, std::string>) return one_or_more(Json{{"type", {"string", "integer"}}});
    return one_or_more(of(T{}));
  }
  template <class T>
  Json of(const std::map<std::string, T>&) const {
    return Json{{"type", "object"}, {"additionalProperties", of(T{})}};
  }
  template <InToml T>
  Json of(const T&) const {
    T value;
    return table([&](auto&& visit) { T::describe(value, visit); });
  }

  // The definitions that the above refer to. `requirements`: the ids that `verifies` may name.
  Json definitions(const std::vector<std::string>& requirements) const;

 private:
  Json or_placeholder(Json schema) const;
  Json pattern(const std::string& pattern, const std::vector<std::string>& examples) const;
  // A list, or, as the loader takes it, one value alone.
  static Json one_or_more(Json element);

  bool m_placeholders;
};

}  // namespace clusterspec
