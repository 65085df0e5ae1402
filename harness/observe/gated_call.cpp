#include "observe/gated_call.hpp"

#include <algorithm>
#include <variant>

#include "linux/procfs.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {
namespace {

constexpr int k_standard_output = 1;

int descriptor(const Notification& n) { return static_cast<int>(n.arguments[0]); }

std::vector<WatchedCall> watched_for(Call call) {
  switch (call) {
    case Call::accept:
      return {WatchedCall::accept, WatchedCall::accept4};
    case Call::close:
      return {WatchedCall::close, WatchedCall::shutdown};
    case Call::clone:
      return {WatchedCall::fork, WatchedCall::vfork, WatchedCall::clone, WatchedCall::clone3};
    case Call::write:
      return {WatchedCall::write, WatchedCall::writev, WatchedCall::pwritev2, WatchedCall::sendto};
    case Call::bind:
    case Call::listen:
    case Call::execve:
    case Call::exit_group:
    case Call::kill:
      break;  // always watched
  }
  return {};
}

}  // namespace

std::optional<SentSignal> sent_signal(const Notification& n, Pid caller) {
  SentSignal sent{static_cast<Pid>(n.arguments[0]), static_cast<int>(n.arguments[1]), false};
  switch (n.call) {
    case WatchedCall::kill:
      if (sent.target == 0)
        if (const auto stat = read_stat(caller)) sent.target = -stat->group;
      break;
    case WatchedCall::tkill:
      sent.target = process_of_thread(sent.target);
      break;
    case WatchedCall::tgkill:
    case WatchedCall::rt_tgsigqueueinfo:
      sent.number = static_cast<int>(n.arguments[2]);
      break;
    case WatchedCall::pidfd_send_signal:
      sent.target = process_of_pidfd(caller, descriptor(n));
      break;
    case WatchedCall::rt_sigqueueinfo:
      break;
    default:
      return std::nullopt;
  }
  sent.to_another = sent.number != 0 && sent.target != caller;
  return sent;
}

std::optional<Call> gated_call(const Notification& n, Pid caller, int pidfd) {
  const auto only_if = [](bool meant, Call call) { return meant ? std::optional(call) : std::nullopt; };
  switch (n.call) {
    case WatchedCall::execve:
    case WatchedCall::execveat:
      return Call::execve;
    case WatchedCall::bind:
      return Call::bind;
    case WatchedCall::listen:
      return Call::listen;
    case WatchedCall::exit_group:
      return Call::exit_group;
    case WatchedCall::kill:
    case WatchedCall::tkill:
    case WatchedCall::tgkill:
    case WatchedCall::pidfd_send_signal:
    case WatchedCall::rt_sigqueueinfo:
    case WatchedCall::rt_tgsigqueueinfo:
      return only_if(sent_signal(n, caller)->to_another, Call::kill);
    case WatchedCall::accept:
    case WatchedCall::accept4: {
      const Fd socket = copy_descriptor(pidfd, descriptor(n));
      return only_if(socket && is_listener(socket.get()) && !accept_finds_nothing(socket.get()),
                     Call::accept);
    }
    case WatchedCall::close:
    case WatchedCall::shutdown: {
      const Fd socket = copy_descriptor(pidfd, descriptor(n));
      return only_if(socket && is_listener(socket.get()), Call::close);
    }
    case WatchedCall::fork:
    case WatchedCall::vfork:
    case WatchedCall::clone:
    case WatchedCall::clone3:
      return only_if(starts_process(n, caller), Call::clone);
    case WatchedCall::write:
    case WatchedCall::writev:
    case WatchedCall::pwritev2:
    case WatchedCall::sendto:
      return only_if(is_same_file(caller, descriptor(n), k_standard_output), Call::write);
    case WatchedCall::set_robust_list:
      break;  // watched for the sake of births
  }
  return std::nullopt;
}

// So many connections at once are a load.
constexpr int k_many = 1000;

std::vector<WatchedCall> frequent_calls(const Scenario& scenario, const Dialect& dialect) {
  std::vector<WatchedCall> all;
  if (dialect.forks) all.push_back(WatchedCall::set_robust_list);
  const auto watch = [&](Call call) {
    for (const WatchedCall one : watched_for(call)) all.push_back(one);
  };
  for (const Step& step : scenario.steps) {
    if (const auto* hold = std::get_if<Hold>(&step.action)) watch(hold->call);
    if (const auto* inject = std::get_if<Inject>(&step.action)) watch(inject->call);
  }
  const auto of_a_queue = [](Outcome outcome) {
    return outcome == Outcome::reset_queued || outcome == Outcome::reset_handshake;
  };
  const bool opens_many = std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const Step& step) {
    const auto* open = std::get_if<Open>(&step.action);
    return open && open->count >= k_many;
  });
  const bool loaded = opens_many || has_step<Load>(scenario);
  const auto tells_queues = [&](const Expectation& expectation) {
    const auto* it = std::get_if<ExpectConnections>(&expectation.subject);
    return it && (!loaded || std::any_of(it->outcome.begin(), it->outcome.end(), of_a_queue) ||
                  std::any_of(it->never.begin(), it->never.end(), of_a_queue));
  };
  if (std::any_of(scenario.expectations.begin(), scenario.expectations.end(), tells_queues))
    watch(Call::close);
  return all;
}

}  // namespace clusterspec
