#include "linux/idle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "linux/procfs.hpp"

namespace clusterspec {
namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

struct ThreadSeen {
  char state = 'X';  // of proc_pid_status(5); one that ended meanwhile shows nothing
  bool pending = false;
  std::uint64_t switches = 0;

  bool stopped() const { return std::string_view("TtZX").find(state) != std::string_view::npos; }
};

ThreadSeen thread_in(const std::string& status_file) {
  std::ifstream status(status_file);
  ThreadSeen thread;
  for (std::string line; std::getline(status, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string_view key = std::string_view(line).substr(0, tab),
                           value = std::string_view(line).substr(tab + 1);
    if (key == "State:") {
      thread.state = value.empty() ? 'X' : value.front();
    } else if (key == "SigPnd:" || key == "ShdPnd:") {
      thread.pending = thread.pending || value.find_first_not_of('0') != std::string_view::npos;
    } else if (key == "voluntary_ctxt_switches:" || key == "nonvoluntary_ctxt_switches:") {
      thread.switches += number_in(value);
    }
  }
  return thread;
}

// Of each thread of the process, until one is not as wanted.
bool each_thread(Pid process, const std::function<bool(Pid, const ThreadSeen&)>& wanted) {
  std::error_code gone;
  for (std::filesystem::directory_iterator it(fmt::format("/proc/{}/task", process), gone), end;
       !gone && it != end; it.increment(gone)) {
    const auto thread = static_cast<Pid>(number_in(it->path().filename().string()));
    if (!wanted(thread, thread_in(it->path().string() + "/status"))) return false;
  }
  return true;
}

bool add_process(Pid process, Switches& switches) {
  return each_thread(process, [&](Pid thread, const ThreadSeen& seen) {
    // Of one that ended meanwhile none are known any more: its process has run.
    switches[thread] = seen.switches;
    return seen.stopped() || (seen.state == 'S' && !seen.pending);
  });
}

}  // namespace

std::optional<Switches> switches_if_idle(const std::vector<Pid>& processes) {
  Switches switches;
  for (const Pid process : processes) {
    if (!add_process(process, switches)) return std::nullopt;
    const auto parent = read_stat(process);
    for (const ProcessSeen& child : children_of(process)) {
      const auto stat = read_stat(child.pid);
      // Without an image it is just becoming another program.
      const bool copy =
          parent && stat && (stat->image == parent->image || stat->image == ProcessStat{}.image);
      if (copy && !add_process(child.pid, switches)) return std::nullopt;
    }
  }
  return switches;
}

bool all_stopped(const std::vector<Pid>& processes, bool uninterruptible) {
  return std::all_of(processes.begin(), processes.end(), [&](Pid process) {
    return each_thread(process, [&](Pid, const ThreadSeen& seen) {
      return seen.stopped() || (uninterruptible && seen.state == 'D');
    });
  });
}

}  // namespace clusterspec
