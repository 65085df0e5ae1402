// Baselines and clusterspec.toml.
#include <fmt/format.h>

#include "load/document.hpp"
#include "load/reader.hpp"
#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

// What the types alone cannot say, for the table at `path`.
void check(const Settings& it, const toml::table& table, Mistakes& mistakes) {
  const auto that = [&](bool good, const char* key, const std::string& message) {
    if (const toml::node* node = table.get(key); node && !good) mistakes.add(node->source(), message);
  };
  const auto one_of = [&](const std::optional<std::string>& value, const char* key,
                          const std::vector<std::string>& choices) {
    if (value && std::find(choices.begin(), choices.end(), *value) == choices.end())
      if (const toml::node* node = table.get(key))
        mistakes.add(node->source(), fmt::format("{} cannot be \"{}\"", key, printable(*value, 100)),
                     did_you_mean(*value, choices) + "valid: " + listed(choices));
  };
  one_of(it.suite, "suite", {"documented", "production", "all"});
  one_of(it.isolation, "isolation", {"auto", "none"});
  one_of(it.observation, "observation", {"auto", "polling"});
  one_of(it.combinations, "combinations", {"all", "one"});
  one_of(it.flaky, "flaky", {"fail", "report"});
  that(it.jobs.value_or(1) >= 1 && it.jobs.value_or(1) <= 256, "jobs", "jobs is a number from 1 to 256");
  that(it.repeat.value_or(1) >= 1, "repeat", "repeat is at least 1");
  that(it.retries.value_or(0) >= 0 && it.retries.value_or(0) <= 100, "retries",
       "retries is a number from 0 to 100");
  that(it.stress.value_or(0) >= 0 && it.stress.value_or(0) <= 1024, "stress", "stress is at least 0");
  that(it.time_scale.value_or(1) > 0, "time-scale", "time-scale is more than 0");
}

void check_known(const KnownFailure& known, const toml::table& table, const Catalogue& catalogue,
                 Mistakes& mistakes) {
  const toml::node* node = table.get("requirement");
  if (!node || known.requirement.empty() || find(catalogue, known.requirement)) return;
  std::vector<std::string> ids;
  for (const Requirement& requirement : catalogue) ids.push_back(requirement.id);
  mistakes.add(node->source(),
               fmt::format("there is no requirement \"{}\"", printable(known.requirement, 100)),
               did_you_mean(known.requirement, ids) + "`clusterspec list --requirements` shows all");
}

// Every value of the table, and every text of a list in it.
void add_places(const toml::table& table, const std::string& prefix, const Mistakes& mistakes,
                std::map<std::string, SettingPlace>& places) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    places[name] = mistakes.place(node.source());
    if (const toml::array* list = node.as_array())
      for (const toml::node& element : *list)
        if (const auto* text = element.as_string())
          places.emplace(name + "=" + text->get(), mistakes.place(element.source()));
  }
}

}  // namespace

Loaded<Baseline> load_baseline(const SourceText& source, const Catalogue* catalogue) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  if (!root) return tl::unexpected(mistakes.take());
  Substitution none;
  Reader reader(mistakes, none);
  Baseline baseline;
  baseline.file = source.file;
  reader.keys(*root, "a baseline", [](auto&&) {}, {"known"});
  const toml::node* list = root->get("known");
  if (list && !list->is_array_of_tables()) {
    mistakes.add(list->source(), "a baseline consists of [[known]] tables");
    return tl::unexpected(mistakes.take());
  }
  for (std::size_t i = 0; list && i < list->as_array()->size(); ++i) {
    const toml::table& table = *list->as_array()->get(i)->as_table();
    KnownFailure known;
    reader.keys(table, "a known failure", [&](auto&& visit) { KnownFailure::describe(known, visit); });
    known.where = mistakes.location(table.source().begin);
    if (catalogue) check_known(known, table, *catalogue, mistakes);
    for (const char* key : {"requirement", "case", "reason"})
      if (const auto* value = table.get_as<std::string>(key); value && value->get().empty())
        mistakes.add(value->source(), fmt::format("{} must not be empty", key),
                     std::string(key) == "reason" ? "who reads it later must know why this is accepted" : "");
    baseline.known.push_back(std::move(known));
  }
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  return baseline;
}

std::string baseline_text(const Baseline& baseline) {
  std::string text =
      "# Known failures: each may fail in these cases without failing the run. A new failure fails it, and "
      "one that\n"
      "# is fixed is reported so that its entry can go (with --strict-baseline it fails the run until "
      "then).\n";
  for (const KnownFailure& known : baseline.known) {
    text += "\n[[known]]\n";
    for (const TomlKey& key : toml_keys([&](auto&& visit) { KnownFailure::describe(known, visit); }))
      text += key.key + " = " + key.value + "\n";
  }
  return text;
}

Loaded<SettingsFile> load_settings(const SourceText& source) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  if (!root) return tl::unexpected(mistakes.take());
  Substitution none;
  Reader reader(mistakes, none);
  SettingsFile settings;
  settings.file = source.file;
  reader.keys(*root, "a settings file", [&](auto&& visit) { SettingsFile::describe(settings, visit); });
  check(settings.common, *root, mistakes);
  add_places(*root, "", mistakes, settings.places);
  if (const auto* profiles = root->get_as<toml::table>("profile"))
    for (const auto& [name, table] : *profiles)
      if (const auto it = settings.profiles.find(std::string(name.str()));
          it != settings.profiles.end() && table.as_table()) {
        check(it->second, *table.as_table(), mistakes);
        add_places(*table.as_table(), "profile." + it->first + ".", mistakes, settings.places);
      }
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  return settings;
}

}  // namespace clusterspec
