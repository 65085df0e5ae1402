// Whatever stands in a file, loading it ends with a value or with at least one mistake that has a place.
#include <random>

#include "load/tests/loading.hpp"

namespace clusterspec {
namespace {

const std::string k_scenario = k_head + R"(needs = ["slow-request"]
[matrix]
workers = [1, 4]
[launch]
workers = ["{workers}"]
terminal = true
[[step]]
open = "slow"
request = "slow"
delay = "150ms"
until = "handled"
[[step]]
press = "ctrl-c"
name = "ünterbrechen"
[[expect]]
connections = "slow"
outcome = ["answered", "refused"]
before = "step ünterbrechen"
[[expect]]
exit = "launcher"
code = 0
)";

template <class T>
void check_value_or_mistakes(const Loaded<T>& loaded) {
  if (loaded) return;
  REQUIRE_FALSE(loaded.error().empty());
  for (const Error& error : loaded.error()) {
    REQUIRE(error.where);
    REQUIRE(error.where->line >= 1);
    REQUIRE_FALSE(to_text(error).empty());
  }
}

void check_all_loaders(const std::string& text) {
  check_value_or_mistakes(combinations_of(text));
  check_value_or_mistakes(load_implementation({"x.toml", text}));
  check_value_or_mistakes(load_catalogue({"x.toml", text}));
  check_value_or_mistakes(load_matrix({"x.toml", text}));
}

}  // namespace

TEST_CASE("a file cut off at any byte is a value or a mistake") {
  REQUIRE(combinations_of(k_scenario));
  for (std::size_t length = 0; length <= k_scenario.size(); ++length) {
    INFO("cut off after " << length << " bytes");
    check_all_loaders(k_scenario.substr(0, length));
  }
}

TEST_CASE("a file with any one byte replaced is a value or a mistake") {
  std::mt19937 random(1);
  for (std::size_t place = 0; place < k_scenario.size(); ++place) {
    std::string text = k_scenario;
    text[place] = static_cast<char>(random() & 0xFF);
    INFO("byte " << place << " is " << static_cast<int>(text[place]));
    check_all_loaders(text);
  }
}

TEST_CASE("a file with any line removed or doubled is a value or a mistake") {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < k_scenario.size();) {
    const std::size_t end = k_scenario.find('\n', start) + 1;
    lines.push_back(k_scenario.substr(start, end - start));
    start = end;
  }
  for (std::size_t changed = 0; changed < lines.size(); ++changed) {
    std::string removed, doubled;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i != changed) removed += lines[i];
      doubled += lines[i];
      if (i == changed) doubled += lines[i];
    }
    INFO("line " << changed + 1);
    check_all_loaders(removed);
    check_all_loaders(doubled);
  }
}

}  // namespace clusterspec
