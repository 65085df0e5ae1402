// What can stand for a signal, for who is meant and for a moment: for "did you mean" and for editors.
#pragma once

#include <string>
#include <vector>

namespace clusterspec {

const std::vector<std::string>& target_choices();
const std::vector<std::string>& moment_choices();
const std::vector<std::string>& signal_choices();  // without SIG

}  // namespace clusterspec
