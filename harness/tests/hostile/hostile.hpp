// A server that does what no server should, one thing at a time. Only a test object: everything here ends by
// itself after some seconds and a bounded number of forks, so that a harness that fails to stop it costs
// nothing but that time.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace hostile {

struct Server {
  int port = 0;
  char** arguments = nullptr;  // to execute itself again
};

struct Mode {
  std::string_view name;
  void (*play)(const Server& server);
};

extern const std::vector<Mode> k_process_modes, k_network_modes, k_output_modes;

// False once the net under all modes is reached: 12 s since the first process began, or 6,000 forks by all
// together.
bool may_go_on();
// fork(2), counted; -1 where it may not.
int counted_fork();
// Stands there until the time of may_go_on is over; nothing but SIGKILL ends it before where signals are
// ignored.
void stay();
void ignore_signals();
// A listener on the server's port, with SO_REUSEPORT and close-on-exec off.
int open_listener(int port);
// Takes connections until the time is over.
void serve(int listener, const std::function<void(int connection)>& answer);

}  // namespace hostile
