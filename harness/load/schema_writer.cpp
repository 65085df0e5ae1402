#include "load/schema_writer.hpp"

#include <fmt/format.h>

#include "load/choices.hpp"

namespace clusterspec {

SchemaWriter::Json SchemaWriter::or_placeholder(Json schema) const {
  if (!m_placeholders) return schema;
  return Json{{"anyOf", {std::move(schema), Json{{"$ref", "#/definitions/placeholder"}}}}};
}

SchemaWriter::Json SchemaWriter::one_or_more(Json element) {
  Json list{{"type", "array"}, {"items", element}};
  return Json{{"anyOf", {std::move(element), std::move(list)}}};
}

SchemaWriter::Json SchemaWriter::pattern(const std::string& pattern,
                                         const std::vector<std::string>& examples) const {
  Json schema = or_placeholder(Json{{"type", "string"}, {"pattern", pattern}});
  schema["examples"] = examples;
  return schema;
}

SchemaWriter::Json SchemaWriter::of(const std::string&) const { return Json{{"type", "string"}}; }
SchemaWriter::Json SchemaWriter::of(bool) const { return or_placeholder(Json{{"type", "boolean"}}); }
SchemaWriter::Json SchemaWriter::of(int) const { return or_placeholder(Json{{"type", "integer"}}); }
SchemaWriter::Json SchemaWriter::of(std::int64_t) const { return or_placeholder(Json{{"type", "integer"}}); }
SchemaWriter::Json SchemaWriter::of(double) const { return or_placeholder(Json{{"type", "number"}}); }

SchemaWriter::Json SchemaWriter::of(const Duration&) const {
  return pattern("^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m)$", {"300ms", "2s"});
}

SchemaWriter::Json SchemaWriter::of(const Signal&) const {
  return pattern(fmt::format("^(SIG)?({})$", fmt::join(signal_choices(), "|")), {"INT", "TERM", "KILL"});
}

SchemaWriter::Json SchemaWriter::of(const SignalWord&) const {
  return pattern(fmt::format("^(graceful|fast|reload|(SIG)?({}))$", fmt::join(signal_choices(), "|")),
                 {"graceful", "INT", "TERM"});
}

SchemaWriter::Json SchemaWriter::of(const Target&) const {
  return pattern("^([^/]+/)?(launcher|workers|worker [1-9][0-9]*|group|all|servers)$", target_choices());
}

SchemaWriter::Json SchemaWriter::of(const Moment&) const {
  return pattern(
      "^(launched|ready|signalled|step .+|(every|any) .+ concluded|(every worker|any worker|([^/]+/)?"
      "(launcher|worker [1-9][0-9]*)) (exited|closed its listener))$",
      moment_choices());
}

SchemaWriter::Json SchemaWriter::definitions(const std::vector<std::string>& requirements) const {
  Json all = Json::object();
  if (m_placeholders)
    all["placeholder"] = Json{{"description", "the value of a matrix axis: \"{axis}\" or \"{axis + 1}\""},
                              {"type", "string"},
                              {"pattern", "\\{[A-Za-z][A-Za-z0-9_-]*( *[-+*] *[0-9]+)?\\}"}};
  if (!requirements.empty()) all["requirement"] = or_placeholder(Json{{"enum", requirements}});
  return all;
}

}  // namespace clusterspec
