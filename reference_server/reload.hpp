#pragma once
// The rolling reload: place by place a new worker is started, and when it listens the old one is told to
// drain; when that one's listener is closed the next place follows. It is complete when no old worker is
// left. A new worker that ends, or does not listen in time, ends the reload: the places not yet reached keep
// their old workers.
#include <sys/types.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <set>
#include <string>

#include "reference_server/cluster.hpp"
#include "reference_server/log_line.hpp"

namespace reference_server {

class Reload {
 public:
  Reload(asio::io_context& context, const Policy& policy, Cluster& cluster, Log& log);

  // During a reload: one more follows, however often this is called.
  void begin();
  // For good: the cluster ends.
  void stop();

  void on_listens(pid_t pid);
  void on_listener_closed(pid_t pid);
  void on_ended(pid_t pid);

 private:
  void next_place();
  void start_new();
  void end_old();
  void fail(const std::string& reason);
  void check_complete();

  const Policy& m_policy;
  Cluster& m_cluster;
  Log& m_log;
  asio::steady_timer m_patience;
  std::set<pid_t> m_old;  // told to drain
  pid_t m_new = 0;        // started, and not listening yet
  pid_t m_closing = 0;    // of the old ones, that of the current place
  int m_place = 0;
  bool m_active = false;
  bool m_again = false;
  bool m_failed = false;
  bool m_stopped = false;
};

}  // namespace reference_server
