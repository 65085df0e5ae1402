// clusterspec.toml as it is written for somebody who has none.
#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

constexpr const char* k_head =
    R"(# What `clusterspec run` does in this folder. A line that begins with "#" and a key says what can stand there;
# without its "#" it holds. The command line comes before this file, and paths are meant from its folder.
# `clusterspec check FILE` finds mistakes in it, `clusterspec schema settings` prints its JSON schema for editors.
)";
constexpr const char* k_ci =
    R"(
# `clusterspec run --profile ci` holds this over what stands above: the same keys. Further profiles are
# [profile.NAME]. A baseline is written by `clusterspec baseline REPORT.json --reason WHY`.
[profile.ci]
)";

struct Setting {
  std::string key, meaning, value;  // empty value: it is not set
};

template <class T>
std::string value_text(const std::optional<T>& value) {
  return toml_text(value);
}
// A line for each where one line would be long.
std::string value_text(const std::vector<std::string>& values) {
  constexpr std::size_t k_columns = 100;
  if (values.empty()) return {};
  std::string line, lines;
  for (const std::string& value : values) {
    line += (line.empty() ? "" : ", ") + toml_text(value);
    lines += "  " + toml_text(value) + ",\n";
  }
  return line.size() <= k_columns ? "[" + line + "]" : "[\n" + lines + "]";
}

std::string behind_mark(const std::string& lines) {
  std::string text = "#";
  for (const char c : lines) text += c == '\n' ? std::string("\n#") : std::string(1, c);
  return text;
}

std::vector<Setting> all_of(const Settings& settings) {
  std::vector<Setting> all;
  Settings::describe(settings, [&](const char* key, const auto& member, Need, const char* meaning) {
    all.push_back({key, meaning, value_text(member)});
  });
  return all;
}

}  // namespace

std::string settings_text(const Settings& shown, const Settings& chosen, const Settings& ci) {
  std::string text = k_head;
  const auto others = all_of(shown), set = all_of(chosen);
  for (std::size_t i = 0; i < set.size(); ++i) {
    text += "\n# " + set[i].meaning + "\n";
    const std::string line = set[i].key + " = ";
    text += set[i].value.empty() ? behind_mark(line + others[i].value) : line + set[i].value;
    text += "\n";
  }
  text += k_ci;
  for (const Setting& setting : all_of(ci))
    if (!setting.value.empty())
      text += "# " + setting.meaning + "\n" + setting.key + " = " + setting.value + "\n";
  return text;
}

}  // namespace clusterspec
