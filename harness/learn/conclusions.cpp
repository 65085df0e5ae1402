#include "learn/conclusions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>

#include "learn/line_patterns.hpp"
#include "learn/signal_conclusions.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_lines_told = 12;

// A child is a worker if it can get connections. Where no child can, the launcher hands them out.
struct Roles {
  std::vector<const ProcessFact*> workers, helpers;
};
Roles roles_of(const ServingFacts& facts) {
  const auto engaged = [](const ProcessFact& fact) { return fact.accepts || fact.holds_listener; };
  const bool any = std::any_of(facts.processes.begin(), facts.processes.end(),
                               [&](const ProcessFact& fact) { return fact.child && engaged(fact); });
  Roles roles;
  for (const ProcessFact& fact : facts.processes)
    if (fact.child) (engaged(fact) || !any ? roles.workers : roles.helpers).push_back(&fact);
  return roles;
}

int workers_of(const ServingFacts& facts) { return static_cast<int>(roles_of(facts).workers.size()); }
int listeners_of(const ServingFacts& facts) { return static_cast<int>(facts.listeners.size()); }

// Numbers in a command line are other ones the next time.
std::string glob_of(const std::string& command) {
  std::string glob;
  for (const char c : command) {
    if (c < '0' || c > '9')
      glob += c;
    else if (glob.empty() || glob.back() != '*')
      glob += '*';
  }
  return glob;
}

class Concluding {
 public:
  Concluding(const ServerCommand& command, const std::vector<Run>& runs) : m_command(command), m_runs(runs) {}

  Conclusions all() {
    m_it.serving = standing();
    m_it.lines = first_lines(m_runs.front().journal, k_lines_told);
    counts();
    sockets();
    processes();
    connections();
    conclude_signals(m_command, m_runs, m_it);
    log();
    return std::move(m_it);
  }

 private:
  // The run in which most had come by the time of the look.
  ServingFacts standing() const {
    ServingFacts most = serving_facts(m_runs.front().journal);
    for (const Run& run : m_runs) {
      if (run.trial.workers != k_usual_workers || run.trial.option_first) continue;
      ServingFacts facts = serving_facts(run.journal);
      if (facts.trouble.empty() && facts.processes.size() > most.processes.size()) most = std::move(facts);
    }
    return most;
  }

  const Run* run_with(int workers, bool option_first = false) const {
    for (const Run& run : m_runs)
      if (run.trial.workers == workers && run.trial.option_first == option_first &&
          run.trial.signal.number == SIGTERM)
        return &run;
    return nullptr;
  }

  void count(const char* key, std::string& word, int (*of)(const ServingFacts&), const char* what) {
    const int now = of(m_it.serving);
    word = std::to_string(now);
    const Run* fewer = run_with(2);
    if (!fewer) {
      m_it.because[key] = fmt::format("{} {}; the command names no {{workers}}", now, what);
      return;
    }
    const ServingFacts two = serving_facts(fewer->journal);
    const std::string expression = two.trouble.empty() ? count_expression(of(two), now) : std::string();
    if (expression.empty()) {
      m_it.unknown[key] = two.trouble.empty() ? fmt::format("2 workers give {}, 3 give {}", of(two), now)
                                              : "with 2 workers it did not serve: " + two.trouble;
      return;
    }
    word = expression;
    m_it.because[key] = fmt::format("2 workers give {} {}, 3 give {}", of(two), what, now);
  }

  void counts() {
    count("dialect.worker-count", m_it.dialect.worker_count, workers_of, "processes that serve");
    count("dialect.listener-count", m_it.dialect.listener_count, listeners_of, "listening sockets");
    const Run* one = run_with(1);
    if (!one) return;
    const ServingFacts facts = serving_facts(one->journal);
    const auto as_stated = [&](const std::string& word, int seen) { return evaluate_count(word, 1) == seen; };
    const bool fits = facts.trouble.empty() && as_stated(m_it.dialect.worker_count, workers_of(facts)) &&
                      as_stated(m_it.dialect.listener_count, listeners_of(facts));
    m_it.dialect.least_workers = fits ? 1 : 2;
    m_it.because["dialect.least-workers"] =
        fits                    ? "with 1 it is as with more; 0 was not tried"
        : facts.trouble.empty() ? fmt::format("with 1 there are {} processes that serve and {} sockets",
                                              workers_of(facts), listeners_of(facts))
                                : "with 1 it did not serve: " + facts.trouble;
    if (const Run* first = run_with(k_usual_workers, true)) {
      const ServingFacts there = serving_facts(first->journal);
      m_it.option_stands_first = there.trouble.empty() && workers_of(there) == workers_of(m_it.serving);
    }
  }

  void sockets() {
    const ServingFacts& facts = m_it.serving;
    const std::vector<const ProcessFact*> workers = roles_of(facts).workers;
    const ProcessFact& launcher = facts.processes.front();
    const auto alone = [&](const ProcessFact& process) {
      return std::any_of(facts.listeners.begin(), facts.listeners.end(), [&](const ListenerFact& one) {
        return one.holders == std::vector<std::string>{process.name};
      });
    };
    const bool own =
        std::all_of(workers.begin(), workers.end(), [&](const auto* worker) { return alone(*worker); });
    const bool handed =
        launcher.accepts && !workers.empty() &&
        std::none_of(workers.begin(), workers.end(), [](const auto* worker) { return worker->accepts; }) &&
        !own;
    m_it.dialect.shares_listener = !own;
    std::vector<std::string> held, accepting;
    for (const ListenerFact& one : facts.listeners)
      held.push_back(fmt::format("{}", fmt::join(one.holders, " and ")));
    m_it.because["dialect.shares-listener"] = fmt::format("held by {}", fmt::join(held, "; by "));
    for (const ProcessFact& process : facts.processes)
      if (process.accepts) accepting.push_back(process.name);
    // Of sockets of their own the launcher's may not have been reached by any of a few connections.
    const bool one_more = own && facts.listeners.size() > workers.size() && launcher.holds_listener;
    m_it.dialect.launcher_serves = workers.empty() || one_more || (launcher.accepts && !handed);
    std::string& because = m_it.because["dialect.launcher-serves"];
    because = accepting.empty() ? "who accepts was not seen"
                                : fmt::format("{} accepted", fmt::join(accepting, ", "));
    if (handed) because += ", and hands its connections out";
    if (one_more && !launcher.accepts) because += "; the launcher has a socket of its own";
  }

  void processes() {
    const Roles roles = roles_of(m_it.serving);
    m_it.dialect.forks = std::any_of(roles.workers.begin(), roles.workers.end(),
                                     [](const ProcessFact* fact) { return !fact->executed; });
    if (!roles.workers.empty())
      m_it.because["dialect.forks"] = m_it.dialect.forks
                                          ? "no worker executed anything"
                                          : "each worker executed " + roles.workers.front()->command;
    for (const ProcessFact* helper : roles.helpers) {
      if (!helper->executed) {
        m_it.unknown["dialect.helpers"] = fmt::format(
            "{} neither accepts nor holds a socket, and has the command line of a worker", helper->name);
        continue;
      }
      m_it.dialect.helpers.push_back(glob_of(helper->command));
      m_it.because["dialect.helpers"] = "neither accepts nor holds a socket";
    }
  }

  void connections() {
    m_it.dialect.keep_alive = m_it.serving.keeps_alive;
    m_it.because["dialect.keep-alive"] = m_it.serving.keeps_alive ? "a connection was open after its answer"
                                                                  : "it closed a connection after its answer";
    m_it.unknown["dialect.at-once"] =
        "how many requests a process handles at a time (needed where they are few)";
    m_it.unknown["dialect.grace-period"] = "after which time it cuts what has not ended";
    if (m_command.slow.empty())
      m_it.unknown["requests.slow"] =
          "a request that is answered after {delay} ms (--slow PATH); what needs one in flight is skipped "
          "without it";
  }

  std::vector<Pid> worker_pids(const Run& run) const {
    const ServingFacts facts = serving_facts(run.journal);
    std::vector<Pid> pids;
    for (const ProcessFact* worker : roles_of(facts).workers) pids.push_back(worker->pid);
    return pids;
  }

  void log() {
    const auto seen_in = [&](const Run* run, const char* key, bool after, bool failed) {
      std::optional<std::string> found;
      if (run) found = common_pattern(lines_about_children(run->journal), {worker_pids(*run), after, failed});
      if (found)
        m_it.because[key] = "printed once for each worker";
      else
        m_it.unknown[key] = "no line with the pid of each worker was seen";
      return found;
    };
    m_it.log.started = seen_in(&m_runs.front(), "log.started", false, false);
    m_it.log.stopped = seen_in(graceful_run(m_runs, m_it.dialect), "log.stopped", true, false);
    const auto killed = std::find_if(m_runs.begin(), m_runs.end(),
                                     [](const Run& run) { return run.trial.signal.number == SIGKILL; });
    m_it.log.failed = seen_in(killed == m_runs.end() ? nullptr : &*killed, "log.failed", true, true);
    m_it.unknown["log.terminating"] = "a line by which each process says that it begins to end";
    m_it.unknown["log.ready"] =
        "a line of each worker that it can serve: needed where the socket listens before they can";
  }

  const ServerCommand& m_command;
  const std::vector<Run>& m_runs;
  Conclusions m_it;
};

}  // namespace

std::string count_expression(int at_two, int at_three) {
  const int more = at_three - at_two, rest = at_two - 2;
  if (more == 0) return std::to_string(at_two);
  if (more == 1 && rest == 0) return "{workers}";
  if (more == 1) return fmt::format("{{workers {} {}}}", rest > 0 ? '+' : '-', std::abs(rest));
  if (more > 1 && at_two == 2 * more) return fmt::format("{{workers * {}}}", more);
  return {};
}

Conclusions conclude(const ServerCommand& command, const std::vector<Run>& runs) {
  return Concluding(command, runs).all();
}

}  // namespace clusterspec
