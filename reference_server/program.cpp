#include "reference_server/program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <iterator>
#include <utility>

#include "reference_server/message.hpp"
#include "reference_server/options.hpp"
#include "reference_server/process.hpp"

namespace reference_server {
namespace {

// With 0, 1 or 2 closed the listener would get that number, and each log line would go into it.
void keep_standard_descriptors_taken() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) {
      // The lowest free number, which is this one.
      [[maybe_unused]] const int opened = open("/dev/null", O_RDWR);
    }
  }
}

int usage_error(const Program& program, const std::string& text) {
  complain(program.name, text);
  return k_exit_usage;
}

void print(std::string_view text) {
  while (!text.empty()) {
    const auto written = write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

int run(const Program& program, const PolicyMaker& policy_for) {
  keep_standard_descriptors_taken();
  const auto tokens = tokenize(program.arguments, program.options);
  if (!tokens) return usage_error(program, tokens.error());
  const auto options = read_options(*tokens, policy_for({}));
  if (!options) return usage_error(program, options.error());
  if (options->help) {
    print(help_text(program.name, program.options));
    return 0;
  }
  if (options->version) {
    print(program.name + " " + std::string(k_version) + "\n");
    return 0;
  }

  const Policy policy = policy_for(*options);
  await_only(policy.signals, program.signals);
  Launch launch{.path = {},
                .arguments = policy.worker_arguments(program.arguments, *tokens),
                .signal_mask = program.signals.mask,
                .restore_pipe_signal = !program.signals.pipe_signal_ignored};
  // Blocked from a worker's birth, so that none can end it before it handles them.
  add_ending_signals(launch.signal_mask);
  if (policy.signals.reload != 0) sigaddset(&launch.signal_mask, policy.signals.reload);
  if (policy.ends_with_launcher) launch.death_signal = drain_signal();
  Process process(policy, *options, {options->workers, std::move(launch), program.name, program.argv0});
  return process.run();
}

}  // namespace reference_server
