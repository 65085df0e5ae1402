#include <fmt/format.h>

#include <map>

#include "load/document.hpp"
#include "load/reader.hpp"

namespace clusterspec {
namespace {

// "area.claim": both of small letters, digits and dashes.
bool is_requirement_id(const std::string& id) {
  const auto dot = id.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == id.size()) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char c = id[i];
    if (i != dot && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return true;
}

void check(const Requirement& requirement, const toml::table& table, Mistakes& mistakes) {
  const auto at = [&](const char* key) {
    return table.contains(key) ? table.get(key)->source() : table.source();
  };
  if (table.contains("id") && !is_requirement_id(requirement.id))
    mistakes.add(at("id"), fmt::format("\"{}\" is no requirement id", printable(requirement.id)),
                 "\"area.claim\", of small letters, digits and dashes");
  if (table.contains("text") && requirement.text.empty()) mistakes.add(at("text"), "text must not be empty");
  if (requirement.basis == Basis::quoted && requirement.quote.empty())
    mistakes.add(at("basis"), "a quoted requirement needs the words of the document: quote = \"…\"");
}

}  // namespace

Loaded<Catalogue> load_catalogue(const SourceText& source) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  if (!root) return tl::unexpected(mistakes.take());
  Substitution none;
  Reader reader(mistakes, none);
  Catalogue catalogue;
  std::map<RequirementId, toml::source_position> seen;
  reader.keys(*root, "the catalogue", [](auto&&) {}, {"requirement"});
  const toml::node* list = root->get("requirement");
  if (!list || !list->is_array_of_tables()) {
    mistakes.add(list ? list->source().begin : toml::source_position{1, 1},
                 "a catalogue of requirements consists of [[requirement]] tables");
    return tl::unexpected(mistakes.take());
  }
  for (const toml::node& element : *list->as_array()) {
    const toml::table& table = *element.as_table();
    Requirement requirement;
    reader.keys(table, "a requirement", [&](auto&& visit) { Requirement::describe(requirement, visit); });
    check(requirement, table, mistakes);
    if (const auto [earlier, fresh] = seen.emplace(requirement.id, table.source().begin); !fresh)
      mistakes.add(table.get("id") ? table.get("id")->source() : table.source(),
                   fmt::format("requirement \"{}\" stands here a second time", printable(requirement.id)),
                   fmt::format("the first stands in line {}", earlier->second.line));
    catalogue.push_back(std::move(requirement));
  }
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  return catalogue;
}

}  // namespace clusterspec
