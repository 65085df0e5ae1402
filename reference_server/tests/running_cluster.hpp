#pragma once
// A server program run for a test, in a process group of its own, which does not outlive the test.
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace test {

// A port that nothing else gets as long as this lives: bound with SO_REUSEPORT and not listening, so that the
// server can join and no connection comes here.
class ReservedPort {
 public:
  ReservedPort();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  std::uint16_t number() const { return m_number; }

 private:
  int m_fd;
  std::uint16_t m_number;
};

class RunningCluster {
 public:
  // "-p PORT" is added in front. `in_child` runs before the program is executed.
  explicit RunningCluster(std::vector<std::string> arguments, const char* program = nullptr,
                          const std::function<void()>& in_child = {});
  ~RunningCluster();
  RunningCluster(const RunningCluster&) = delete;
  RunningCluster& operator=(const RunningCluster&) = delete;

  pid_t launcher() const { return m_launcher; }
  std::uint16_t port() const { return m_port.number(); }

  // Waits until `count` workers are announced, and returns their pids.
  std::vector<pid_t> workers(std::size_t count);
  // Waits until each of the processes has answered.
  void until_all_serve(std::size_t processes);
  // Waits for a line that contains the text. False: standard output has ended, or the patience is over.
  bool saw(const std::string& text, int times = 1);
  // Waits until nothing accepts on the port: the close of a dead process's socket takes a moment. False: the
  // patience is over.
  bool until_refused() const;
  void interrupt_group();
  // Waits for the end of a process that need not be a child of this one. False: the patience is over.
  static bool until_ended(pid_t pid);
  // Waits for the launcher's end: its raw wait status, -1 when the patience is over.
  int wait_status();
  // All lines until the end of standard output, which comes when no process holds it any more.
  std::string all_output();

 private:
  bool read_more();

  ReservedPort m_port;
  pid_t m_launcher = -1;
  int m_output = -1;
  bool m_reaped = false;
  std::string m_text;
};

// Of a wait status; -1 for the end by a signal.
int exit_code(int status);

int count_of(const std::string& text, const std::string& part);
std::string file_text(const std::string& path);

}  // namespace test
