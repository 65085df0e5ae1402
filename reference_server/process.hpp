#pragma once
// One process of the cluster from its start to its end: launcher, worker, or a server without workers. The
// order of the steps is the document's, Launching and Terminating.
#include <asio/io_context.hpp>
#include <string>

#include "reference_server/cluster.hpp"
#include "reference_server/log_line.hpp"
#include "reference_server/options.hpp"
#include "reference_server/policy.hpp"
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
  void on_interrupt();
  void terminate();
  void close_server();
  void finished();

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
  Signals m_signals;
  int m_interrupts = 0;
  int m_exit_code = 0;
  bool m_interrupted_at_start = false;
  bool m_workers_ended = false;
  bool m_server_closed = false;
};

}  // namespace reference_server
