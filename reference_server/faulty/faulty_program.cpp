#include "reference_server/faulty/faulty_program.hpp"

#include <unistd.h>

#include <algorithm>

#include "reference_server/escape.hpp"
#include "reference_server/faulty/faults.hpp"
#include "reference_server/message.hpp"
#include "reference_server/production.hpp"
#include "reference_server/program.hpp"

namespace faulty_server {
namespace {

using reference_server::OptionId;
using reference_server::OptionSpec;
using reference_server::Policy;

constexpr std::string_view k_program = "faulty_server";

const std::vector<OptionSpec>& table() {
  static const std::vector<OptionSpec> s_table = [] {
    const auto reference = reference_server::option_table();
    std::vector<OptionSpec> all(reference.begin(), reference.end());
    all.push_back({OptionId::other, 0, "fault", true, "NAME", "the decision that is broken (none)"});
    all.push_back(
        {OptionId::other, 0, "list-faults", false, "", "list all: name, requirements, what is wrong"});
    return all;
  }();
  return s_table;
}

int list() {
  std::string text;
  for (const auto& fault : faults()) {
    text += std::string(fault.name) + '\t' + std::string(fault.breaks) + '\t' + std::string(fault.sentence) +
            '\n';
  }
  return write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
}

struct Wanted {
  std::string fault;
  bool list = false;
};

Wanted read_wanted(const std::vector<std::string>& arguments) {
  Wanted wanted;
  const auto tokens = reference_server::tokenize(arguments, table());
  if (tokens) {
    for (const auto& token : *tokens) {
      if (token.kind != reference_server::Token::Kind::option) continue;
      if (token.option->long_name == "list-faults") wanted.list = true;
      if (token.option->long_name == "fault") wanted.fault = token.value;
    }
    return wanted;
  }
  // What is wrong with the arguments is said by the program itself; how it says so can be the fault.
  const auto option = std::find(arguments.begin(), arguments.end(), "--fault");
  if (option != arguments.end() && option + 1 != arguments.end()) wanted.fault = *(option + 1);
  return wanted;
}

}  // namespace

int run(const std::vector<std::string>& argv) {
  const auto signals = reference_server::take_signals();
  const reference_server::Program program{
      .name = std::string(k_program),
      .argv0 = argv.empty() ? "" : argv[0],
      .arguments = argv.empty() ? argv : std::vector<std::string>(argv.begin() + 1, argv.end()),
      .options = table(),
      .signals = signals};
  const Wanted wanted = read_wanted(program.arguments);
  if (wanted.list) return list();
  if (wanted.fault.empty()) return reference_server::run(program, reference_server::policy_for);
  const Fault* fault = find_fault(wanted.fault);
  if (fault == nullptr) {
    reference_server::complain(
        k_program, "unknown fault " + reference_server::quoted(wanted.fault) + " (--list-faults lists them)");
    return reference_server::k_exit_usage;
  }
  const auto broken = [fault](const reference_server::Options& options) {
    Policy policy = reference_server::policy_for(options);
    fault->apply(policy);
    return policy;
  };
  const auto whole = [&] { return reference_server::run(program, broken); };
  return fault->around == nullptr ? whole() : fault->around(whole);
}

}  // namespace faulty_server
