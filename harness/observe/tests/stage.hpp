#pragma once
// All that a case has to observe with, around one watched child.

#include <catch2/catch.hpp>
#include <functional>
#include <memory>

#include "linux/tests/children.hpp"
#include "observe/calls.hpp"
#include "observe/tests/recording.hpp"

namespace clusterspec::tests {

struct Stage {
  Loop loop;
  Recording recording;
  ProcessWatch processes{loop, recording.recorder};
  std::unique_ptr<ListenerWatch> listeners;
  Gates gates;
  std::unique_ptr<CallObserver> calls;
  int drains = 0;
  std::vector<std::pair<Pid, SocketCookie>> closing;

  Stage() {
    auto opened = ListenerWatch::open(loop, recording.recorder, processes, 0);
    REQUIRE(opened);
    listeners = std::move(*opened);
    const auto drain = [this] {
      ++drains;
      processes.sweep();
    };
    const auto closes = [this](Pid pid, const std::vector<SocketCookie>& sockets) {
      for (const SocketCookie socket : sockets) closing.push_back({pid, socket});
    };
    calls = std::make_unique<CallObserver>(loop, recording.recorder, processes, *listeners, gates,
                                           CallObserver::Surroundings{drain, closes});
  }

  // As a launched server is taken up.
  void launch(WatchedChild& watched) {
    Launched launched;
    launched.instance = k_first_instance;
    launched.pid = watched.child().pid();
    recording.recorder.record(Source::driver, launched);
    processes.track(launched.pid);
    REQUIRE(calls->attach(watched.take_notifications()));
  }

  bool until(const std::function<bool()>& condition) { return loop.run_until(condition, deadline()); }
  bool until_reaped(Pid pid) {
    return until([&] { return recording.find<Reaped>([&](const Reaped& e) { return e.pid == pid; }) >= 0; });
  }
};

inline bool possible() {
  if (notification_allowed()) return true;
  WARN("seccomp notification is not possible here");
  return false;
}

}  // namespace clusterspec::tests
