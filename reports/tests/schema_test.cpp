#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sample_run.hpp"
#include "schema_check.hpp"

namespace clusterspec {
namespace {

nlohmann::json schema() { return nlohmann::json::parse(read_file("reports/schema/report.schema.json")); }

// Every object of a schema, those in $defs too.
void visit_objects(const nlohmann::json& node, const std::function<void(const nlohmann::json&)>& visit) {
  if (node.is_object() && node.contains("properties") && node["properties"].is_object() &&
      node.contains("type"))
    visit(node);
  if (node.is_structured())
    for (const auto& child : node) visit_objects(child, visit);
}

TEST_CASE("the JSON report is as its schema says") {
  const auto document = nlohmann::json::parse(written("json", sample_run()));
  const auto mistakes = schema_mistakes(schema(), document);
  for (const std::string& mistake : mistakes) UNSCOPED_INFO(mistake);
  CHECK(mistakes.empty());
}

TEST_CASE("the JSON report of a run without cases is as its schema says") {
  CHECK(schema_mistakes(schema(), nlohmann::json::parse(written("json", RunResult{}))).empty());
}

TEST_CASE("the schema lets nothing through that it does not name") {
  int objects = 0;
  visit_objects(schema(), [&](const nlohmann::json& object) {
    ++objects;
    INFO(object.dump());
    CHECK(object.value("additionalProperties", nlohmann::json()) == false);
    for (const auto& key : object["required"]) CHECK(object["properties"].contains(key.get<std::string>()));
  });
  CHECK(objects >= 7);
}

TEST_CASE("a report with a wrong, a missing and an unknown member breaks the schema") {
  auto document = nlohmann::json::parse(written("json", sample_run()));
  document["cases"][0]["verdict"] = "perhaps";
  document["cases"][1].erase("command");
  document["run"]["colour"] = "red";
  document["run"]["seconds"] = -1;
  CHECK(schema_mistakes(schema(), document).size() == 4);
}

}  // namespace
}  // namespace clusterspec
