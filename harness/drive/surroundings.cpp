// The steps that change what a server finds around it: its port, its output, its executable, its children.
#include <algorithm>

#include "drive/case_driver.hpp"
#include "linux/orphans.hpp"
#include "linux/stream.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {

CaseDriver::Done CaseDriver::act(const Occupy& step) {
  auto occupied = occupy_port(m_host, m_port, step.how == Occupation::shared, step.other_user);
  if (!occupied) return tl::unexpected(occupied.error());
  if (!*occupied) {
    // Which is as it should be if it is another user's.
    m_missing = "the port is in use already, by a program that lets nobody join";
    return step.other_user;
  }
  m_occupied.push_back(std::move(*occupied));
  return true;
}

CaseDriver::Done CaseDriver::act(const SpoilOutput& step) {
  drain_outputs();
  for (const auto& instance : m_instances) {
    if (step.state == OutputState::closed) {
      instance->out->hang_up();
    } else {
      instance->out->stop();
      fill_up(instance->output.get());
    }
  }
  return true;
}

CaseDriver::Done CaseDriver::act(const Replace& step) {
  const auto replaced = [&]() -> Result<void> {
    switch (step.by) {
      case Substitute::nothing:
        return remove_file(m_executable);
      case Substitute::copy:
        return copy_program(m_options.executable, m_executable);
      case Substitute::empty_file:
        break;
    }
    // What runs cannot be written to (ETXTBSY): a new file of that name.
    if (auto removed = remove_file(m_executable); !removed) return removed;
    return write_file(m_executable, "", 0755);
  }();
  if (!replaced) return tl::unexpected(replaced.error());
  return true;
}

CaseDriver::Done CaseDriver::act(const Orphan& step) {
  const ProcessState* launcher = m_recorder.cluster().launcher();
  if (!launcher || !launcher->alive()) {
    m_missing = "process 1, whose children they would be, is not running";
    return false;
  }
  const Pid parent = launcher->pid;
  auto orphans = Orphans::leave(parent, step.count);
  if (!orphans) return tl::unexpected(orphans.error());
  for (const Pid pid : orphans->pids()) {
    m_recorder.record(Source::driver, Orphaned{pid, parent});
    m_processes.track(pid);
  }
  orphans->let_go();
  const auto ended = [&] {
    const std::vector<Pid> alive = m_processes.alive();
    return std::none_of(orphans->pids().begin(), orphans->pids().end(),
                        [&](Pid pid) { return std::find(alive.begin(), alive.end(), pid) != alive.end(); });
  };
  if (wait(ended, std::chrono::seconds(5))) return true;
  m_missing = "the orphans did not end";
  return false;
}

}  // namespace clusterspec
