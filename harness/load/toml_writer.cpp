#include "load/toml_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clusterspec {
namespace {

// `begin`: this many keys are written whatever they are: the verb of a step.
std::string lines_of(const std::vector<TomlKey>& keys, const std::vector<TomlKey>& defaults,
                     std::size_t begin) {
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool wanted = i < begin || keys[i].required || keys[i].value != defaults[i].value;
    if (wanted && !keys[i].value.empty()) text += keys[i].key + " = " + keys[i].value + "\n";
  }
  return text;
}

// A step or an expectation: the keys of its kind, then those that all have.
template <class Variant, class Whole>
std::string table_of(const Variant& variant, const Whole& whole) {
  return std::visit(
      [&]<class T>(const T& value) {
        const auto keys = [](const T& it, const Whole& common) {
          return toml_keys([&](auto&& visit) {
            T::describe(it, visit);
            Whole::describe_common(common, visit);
          });
        };
        return lines_of(keys(value, whole), keys(T{}, Whole{}), 1);
      },
      variant);
}

}  // namespace

std::string toml_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string toml_list(const std::vector<std::string>& values) {
  const std::string text = toml_text(values);
  return values.size() == 1 ? "[" + text + "]" : text;
}

std::string toml_text(bool value) { return value ? "true" : "false"; }
std::string toml_text(std::int64_t value) { return std::to_string(value); }

// A float of TOML has a fraction or an exponent.
std::string toml_text(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string toml_text(const Link& value) {
  if (!value.there()) return {};
  std::string text;
  const Link none;
  std::vector<std::string> usual;
  Link::describe(
      none, [&](const char*, const auto& member, Need, const char*) { usual.push_back(toml_text(member)); });
  std::size_t index = 0;
  Link::describe(value, [&](const char* key, const auto& member, Need, const char*) {
    const std::string written = toml_text(member);
    if (written != usual[index++]) text += (text.empty() ? "" : ", ") + std::string(key) + " = " + written;
  });
  return "{ " + text + " }";
}

// Exact, unlike to_text: the largest unit that leaves no fraction.
std::string toml_text(Duration value) {
  static constexpr std::array<std::pair<std::int64_t, const char*>, 4> k_units{
      {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}, {1, "ns"}}};
  const auto unit = std::find_if(k_units.begin(), k_units.end(),
                                 [&](const auto& it) { return value.count() % it.first == 0; });
  return fmt::format("\"{}{}\"", value.count() / unit->first, unit->second);
}

std::string toml_text(Signal value) { return toml_text(to_text(value)); }
std::string toml_text(const SignalWord& value) { return toml_text(to_text(value)); }
std::string toml_text(const Target& value) { return toml_text(to_text(value)); }
std::string toml_text(const Moment& value) { return toml_text(to_text(value)); }

std::string scenario_text(const Scenario& scenario) {
  const auto plain = [](const Scenario& it) {
    return toml_keys([&](auto&& visit) { Scenario::describe(it, visit); });
  };
  std::string text = lines_of(plain(scenario), plain(Scenario{}), 0);
  const auto launch = [](const Launch& it) {
    auto keys = toml_keys([&](auto&& visit) { Launch::describe(it, visit); });
    keys.erase(keys.begin());  // the first instance has its name
    return keys;
  };
  if (const std::string lines = lines_of(launch(scenario.launch), launch(Launch{}), 0); !lines.empty())
    text += "\n[launch]\n" + lines;
  for (const Step& step : scenario.steps) text += "\n[[step]]\n" + table_of(step.action, step);
  for (const Expectation& expectation : scenario.expectations)
    text += "\n[[expect]]\n" + table_of(expectation.subject, expectation);
  return text;
}

}  // namespace clusterspec
