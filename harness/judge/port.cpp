// What a new connection to the port met.
#include <fmt/format.h>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

std::string hint_for(PortState state) {
  switch (state) {
    case PortState::refused:
      return "Nothing listens: every process that should has ended or closed its listener.";
    case PortState::answered:
      return "Somebody still accepts: a process of the cluster is left.";
    case PortState::silent:
      break;
  }
  return "The kernel takes the connection and nobody reads it: a listener is held by a process that does not "
         "accept.";
}

}  // namespace

Assessment judge_it(const ExpectPort& expect, const CaseView& view) {
  Assessment assessment;
  const auto probed = view.at<PortProbed>(expect.at);
  if (!probed) {
    assessment.not_observed(fmt::format("the port was not probed at {}", quoted(expect.at)));
  } else if (probed->state != expect.state) {
    assessment.violated(
        {.expected = fmt::format("a new connection at {} to be {}", quoted(expect.at), name_of(expect.state)),
         .actual = std::string(name_of(probed->state)),
         .evidence = {probed.number},
         .hint = hint_for(probed->state)});
  }
  return assessment;
}

}  // namespace clusterspec
