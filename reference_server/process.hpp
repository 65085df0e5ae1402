#pragma once
// One process of the cluster from its start to its end: launcher, worker, or a server without workers. The
// order of the steps is the document's, Launching and Terminating.
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "reference_server/channel.hpp"
#include "reference_server/cluster.hpp"
#include "reference_server/log_line.hpp"
#include "reference_server/options.hpp"
#include "reference_server/policy.hpp"
#include "reference_server/reload.hpp"
#include "reference_server/server.hpp"
#include "reference_server/signals.hpp"

namespace reference_server {

class Process {
 public:
  Process(const Policy& policy, const Options& options, Cluster::Plan plan);

  // Serves until it is interrupted. Returns the exit code; messages go to standard error.
  int run();

 private:
  bool listen();
  void on_interrupt(int signal);
  void on_drain();
  void carry_out(const InterruptStep& step);
  void terminate();
  void force(int exit_code);
  void close_server();
  void finished();

  // When the grace period is over; a launcher lets its workers go first.
  void wait_for_grace(std::chrono::milliseconds time, void (Process::*then)());
  void on_grace_over();
  void kill_workers();
  void cut();

  // Of a worker: what it agrees on with its launcher.
  void join_launcher();
  void ask_launcher_to_steer(std::function<void(bool)> answer);
  void on_message(std::optional<Message> message);

  // One thread; the hint lets Asio skip what several would need.
  asio::io_context m_context{1};
  const Policy& m_policy;
  const Options& m_options;
  const std::string m_program;
  const Role m_role;
  const Identity m_identity;
  Log m_log;
  Server m_server;
  Cluster m_cluster;
  Reload m_reload;
  Signals m_signals;
  asio::steady_timer m_grace;
  std::shared_ptr<Channel> m_launcher;  // of a worker, if its launcher gave it one
  std::function<void(bool)> m_steering_answer;
  int m_interrupts = 0;
  int m_exit_code = 0;
  bool m_interrupted_at_start = false;
  bool m_drained = false;  // told by its launcher, or its launcher has died
  bool m_grace_over = false;
  std::optional<int> m_forced;  // exit code of a forced end
  bool m_workers_ended = false;
  bool m_server_closed = false;
};

}  // namespace reference_server
