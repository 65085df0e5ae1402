// Something was said to the user.
#include <fmt/format.h>

#include <algorithm>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

constexpr std::string_view k_address = "{address}";

std::string filled_in(std::string text, const std::string& address) {
  for (std::size_t at = text.find(k_address); at != std::string::npos;
       at = text.find(k_address, at + address.size()))
    text.replace(at, k_address.size(), address);
  return text;
}

// The texts that would do; one for each instance and way to write its address.
std::vector<std::string> wanted(const std::string& text, const CaseView& view) {
  if (text.find(k_address) == std::string::npos) return {text};
  std::vector<std::string> texts;
  for (const InstanceState& instance : view.cluster().instances()) {
    const Launched& launched = instance.launched;
    texts.push_back(filled_in(text, fmt::format("{}:{}", launched.address, launched.port)));
    if (launched.address.find(':') != std::string::npos)
      texts.push_back(filled_in(text, fmt::format("[{}]:{}", launched.address, launched.port)));
  }
  return texts;
}

}  // namespace

Assessment judge_it(const ExpectMessage& expect, const CaseView& view) {
  Assessment assessment;
  const auto texts = wanted(expect.text, view);
  std::vector<std::string> said;
  std::vector<int> evidence;
  for (const auto& output : view.all<Output>()) {
    if (output->stream != Stream::err || output->text.empty()) continue;
    for (const std::string& text : texts)
      if (output->text.find(text) != std::string::npos) return assessment;
    said.push_back(quoted(output->text));
    evidence.push_back(output.number);
  }
  assessment.violated(
      {.expected = expect.text.empty() ? std::string("a message on standard error")
                                       : fmt::format("a line on standard error with {} in it",
                                                     quoted(texts.empty() ? expect.text : texts.front())),
       .actual = said.empty() ? "nothing was written to standard error" : list(said, 3),
       .evidence = few(evidence),
       .hint = "Whoever started it reads standard error: say there what was wrong, with the value.",
       .proof = Proof::missing});
  return assessment;
}

}  // namespace clusterspec
