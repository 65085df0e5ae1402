// What a system call means to a scenario's gates.
#pragma once

#include <optional>
#include <vector>

#include "linux/seccomp.hpp"
#include "model/scenario.hpp"

namespace clusterspec {

// The signal that a call sends. `to_another` is false for signal 0, which asks whether someone is there, and
// for a signal to oneself (abort, a runtime's own threads): they tell nobody anything.
struct SentSignal {
  Pid target = 0;  // as kill(2) takes it
  int number = 0;
  bool to_another = false;
};
// Nothing if it is no call that sends signals.
std::optional<SentSignal> sent_signal(const Notification& notification, Pid caller);

// The call whose gates it has to pass. Nothing for one that no gate means: the close of what is no listener,
// the start of a thread.
std::optional<Call> gated_call(const Notification& notification, Pid caller, int pidfd);

// The frequent calls that have to be watched: for the gates of the steps, and where connections are judged
// the closing of listeners, which tells a connection reset in a queue from others. Under a load, or a
// thousand connections, which would be slowed, that is watched only where an expectation names these
// outcomes.
// And for workers that are forks the call by which they show themselves.
std::vector<WatchedCall> frequent_calls(const Scenario& scenario, const Dialect& dialect = {});

}  // namespace clusterspec
