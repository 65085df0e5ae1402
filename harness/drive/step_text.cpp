#include "drive/step_text.hpp"

#include <fmt/format.h>

namespace clusterspec {
namespace {

std::string value_text(const std::string& value) { return value; }
std::string value_text(bool value) { return value ? "true" : "false"; }
std::string value_text(int value) { return std::to_string(value); }
std::string value_text(std::int64_t value) { return std::to_string(value); }
std::string value_text(Duration value) { return to_text(value); }
std::string value_text(const SignalWord& value) { return to_text(value); }
std::string value_text(const Target& value) { return to_text(value); }
std::string value_text(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, " "));
}
std::string value_text(const std::vector<Signal>& value) {
  std::vector<std::string> names;
  for (const Signal signal : value) names.push_back(to_text(signal));
  return value_text(names);
}
template <Named E>
std::string value_text(E value) {
  return std::string(name_of(value));
}
template <class T>
std::string value_text(const std::optional<T>& value) {
  return value ? value_text(*value) : std::string();
}

}  // namespace

std::string step_text(const Step& step) {
  return std::visit(
      [](const auto& action) {
        using Action = std::decay_t<decltype(action)>;
        const Action usual{};
        std::vector<std::string> defaults;
        Action::describe(usual, [&](const char*, const auto& member, Need, const char*) {
          defaults.push_back(value_text(member));
        });
        // What differs from the default says what this step is about; the verb always does.
        std::string text;
        std::size_t index = 0;
        Action::describe(action, [&](const char* key, const auto& member, Need, const char*) {
          const std::string value = value_text(member);
          if (index == 0)
            text = fmt::format("{} {}", key, value);
          else if (value != defaults[index])
            text += fmt::format(", {} {}", key, value);
          ++index;
        });
        return text;
      },
      step.action);
}

}  // namespace clusterspec
