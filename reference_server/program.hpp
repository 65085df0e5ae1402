#pragma once
// The whole program as a function, so that a program with another policy is a few lines.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reference_server/arguments.hpp"
#include "reference_server/policy.hpp"
#include "reference_server/signals.hpp"

namespace reference_server {

inline constexpr int k_exit_usage = 2;
inline constexpr std::string_view k_version = "0.1.0";

struct Program {
  std::string name;                    // in messages
  std::string argv0;                   // as it was started
  std::vector<std::string> arguments;  // without argv[0]
  OptionTable options;
  StartSignals signals;
};

// The policy may depend on the options; it is asked for without any to read them, and then with them.
using PolicyMaker = std::function<Policy(const Options&)>;

// Returns the exit code: 0, 1 (cannot listen), 2 (the command line is wrong), 3 (a worker failed), 4
// (forced).
int run(const Program& program, const PolicyMaker& policy_for);

}  // namespace reference_server
