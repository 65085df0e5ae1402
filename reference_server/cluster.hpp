#pragma once
// The workers of a launcher: starts them one after the other, announces each, keeps a record of each until it
// has ended (document, Launching: "Keep an array of futures that resolve when the launched processes exit").
// Each worker has a place; with restarts on, a place whose worker has ended gets another one. While a reload
// replaces the worker of a place there are two, of which the place has one.
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "reference_server/channel.hpp"
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
  // What else happens with workers, and what they ask for.
  struct Handlers {
    std::function<void(pid_t)> listens;
    std::function<void(pid_t)> listener_closed;
    std::function<void(pid_t)> ended;  // after its end has been announced
    std::function<bool()> steer;       // new connections come to the launcher; false: they do not
    std::function<void()> steer_no_more;
  };
  Cluster(asio::io_context& context, const Policy& policy, Log& log, Plan plan, Handlers handlers);

  // Starts the workers from the event loop, one a turn, so that the port is served and signals are read in
  // between; calls `started` after the last one. Starts none once an interrupt is pending.
  void start(std::function<void()> started);
  // No further worker from now on. `ended` is called once, when none lives; possibly before this returns.
  void wait_for_all(std::function<void()> ended);
  // A child may have ended: announces those that have.
  void reap();

  const std::vector<pid_t>& living() const { return m_living; }
  bool starting() const { return m_left > 0 && !m_stopped; }
  const Losses& losses() const { return m_losses; }

  // For a reload. The worker of a place, 0 if it has none.
  int places() const { return m_plan.count; }
  pid_t worker_at(int place) const { return m_places[static_cast<std::size_t>(place)].worker; }
  // Starts a worker that the place does not have until it is told; 0 if that fails, which has been said.
  pid_t start_beside(int place);
  void give_place(int place, pid_t pid);
  // Tells it to end, and has it killed when the grace period is over.
  void drain(pid_t pid);
  void kill_all(std::string_view why);

 private:
  using Clock = std::chrono::steady_clock;
  struct Worker {
    pid_t pid;
    int place;
    Clock::time_point started;
    std::shared_ptr<Channel> channel;
    std::unique_ptr<asio::steady_timer> deadline;  // of one that drains
  };
  struct Place {
    pid_t worker = 0;
    int quick_ends = 0;
    std::unique_ptr<asio::steady_timer> restart;
  };

  void start_next();
  pid_t start_one(int place);
  void start_in(int place);
  void restart(int place, Clock::duration lived);
  void heard(pid_t pid, std::optional<Message> message);
  void steered_no_more_for(pid_t pid);
  tl::expected<pid_t, std::error_code> start_from(const tl::expected<std::string, std::error_code>& path,
                                                  int channel) const;
  Worker* find(pid_t pid);
  void check_ended();

  asio::io_context& m_context;
  const Policy& m_policy;
  Log& m_log;
  Plan m_plan;
  Handlers m_handlers;
  std::vector<pid_t> m_living;
  std::list<Worker> m_workers;
  std::vector<Place> m_places;
  std::set<pid_t> m_steered_for;  // workers that close their listeners at the moment
  std::function<void()> m_started;
  std::function<void()> m_ended;
  Losses m_losses;
  int m_left = 0;
  bool m_stopped = false;
};

}  // namespace reference_server
