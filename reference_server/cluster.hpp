#pragma once
// The workers of a launcher: starts them one after the other, announces each, keeps a record of each until it
// has ended (document, Launching: "Keep an array of futures that resolve when the launched processes exit").
#include <asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "reference_server/log_line.hpp"
#include "reference_server/policy.hpp"

namespace reference_server {

class Cluster {
 public:
  // `plan` says how each worker is started, `program` and `argv0` name this program in errors and to the
  // policy.
  struct Plan {
    int count;
    Launch launch;  // path and argv[0] are filled in at the start of each worker
    std::string program;
    std::string argv0;
  };
  Cluster(asio::io_context& context, const Policy& policy, Log& log, Plan plan);

  // Starts the workers from the event loop, one a turn, so that the port is served and signals are read in
  // between; calls `started` after the last one. Starts none once an interrupt is pending.
  void start(std::function<void()> started);
  // No further worker from now on. `ended` is called once, when none lives; possibly before this returns.
  void wait_for_all(std::function<void()> ended);
  // A child may have ended: announces those that have.
  void reap();

  const std::vector<pid_t>& living() const { return m_living; }
  bool starting() const { return m_left > 0 && !m_stopped; }

 private:
  void start_next();
  void start_one();
  tl::expected<pid_t, std::error_code> start_from(
      const tl::expected<std::string, std::error_code>& path) const;
  void check_ended();

  asio::io_context& m_context;
  const Policy& m_policy;
  Log& m_log;
  Plan m_plan;
  std::vector<pid_t> m_living;
  std::function<void()> m_started;
  std::function<void()> m_ended;
  int m_left = 0;
  bool m_stopped = false;
};

}  // namespace reference_server
