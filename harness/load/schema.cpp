#include "load/load.hpp"
#include "load/schema_writer.hpp"

namespace clusterspec {
namespace {

using Json = SchemaWriter::Json;

Json document(const char* title, const char* description, Json table, Json definitions) {
  Json schema{
      {"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}, {"description", description}};
  schema.update(table);
  if (!definitions.empty()) schema["definitions"] = std::move(definitions);
  return schema;
}

Json scenario_schema(const Catalogue& catalogue) {
  const SchemaWriter writer(true);
  Scenario scenario;
  Json root = writer.table([&](auto&& visit) { Scenario::describe(scenario, visit); });
  Json& properties = root["properties"];
  properties["matrix"] = Json{{"description", "axis = its values; every combination is a case"},
                              {"type", "object"},
                              {"additionalProperties",
                               {{"type", "array"},
                                {"minItems", 1},
                                {"uniqueItems", true},
                                {"items", {{"type", {"string", "integer", "boolean"}}}}}}};
  properties["launch"] = writer.of(Launch{});
  properties["launch"]["description"] = "how the server is started before the first step";
  properties["launch"]["properties"].erase("launch");  // the first instance has its name
  Step step;
  properties["step"] = Json{{"description", "what is done, in order; each has one verb"},
                            {"type", "array"},
                            {"items", {{"oneOf", writer.alternatives<StepAction>([&](auto&& visit) {
                                          Step::describe_common(step, visit);
                                        })}}}};
  Expectation expectation;
  properties["expect"] = Json{{"description", "what must then be true; each has one subject"},
                              {"type", "array"},
                              {"items", {{"oneOf", writer.alternatives<ExpectationSubject>([&](auto&& visit) {
                                            Expectation::describe_common(expectation, visit);
                                          })}}}};
  std::vector<std::string> ids;
  for (const Requirement& requirement : catalogue) ids.push_back(requirement.id);
  return document("clusterspec scenario", "What is done to a server and what must then be true.",
                  std::move(root), writer.definitions(ids));
}

Json implementation_schema() {
  const SchemaWriter writer(false);
  return document("clusterspec implementation", "How one server is launched, and what dialect it speaks.",
                  writer.of(Implementation{}), writer.definitions({}));
}

Json requirements_schema() {
  const SchemaWriter writer(false);
  Json root{{"type", "object"},
            {"required", {"requirement"}},
            {"additionalProperties", false},
            {"properties", {{"requirement", {{"type", "array"}, {"items", writer.of(Requirement{})}}}}}};
  return document("clusterspec requirements", "The catalogue of what servers have to do.", std::move(root),
                  writer.definitions({}));
}

Json baseline_schema() {
  const SchemaWriter writer(false);
  Json root{{"type", "object"},
            {"additionalProperties", false},
            {"properties", {{"known", {{"type", "array"}, {"items", writer.of(KnownFailure{})}}}}}};
  return document("clusterspec baseline", "Failures that are known, each with its reason.", std::move(root),
                  writer.definitions({}));
}

Json settings_schema() {
  const SchemaWriter writer(false);
  return document("clusterspec settings", "clusterspec.toml: what `clusterspec run` does in this project.",
                  writer.of(SettingsFile{}), writer.definitions({}));
}

Json schema_of(TomlFile kind, const Catalogue& catalogue) {
  switch (kind) {
    case TomlFile::scenario:
      return scenario_schema(catalogue);
    case TomlFile::implementation:
      return implementation_schema();
    case TomlFile::requirements:
      return requirements_schema();
    case TomlFile::baseline:
      return baseline_schema();
    case TomlFile::settings:
      return settings_schema();
  }
  return {};
}

}  // namespace

std::string json_schema(TomlFile kind, const Catalogue& catalogue) {
  return schema_of(kind, catalogue).dump(2) + "\n";
}

}  // namespace clusterspec
