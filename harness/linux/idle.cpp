#include "linux/idle.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include "linux/procfs.hpp"

namespace clusterspec {
namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool add_thread(Pid thread, const std::string& status_file, Switches& switches) {
  std::ifstream status(status_file);
  bool sleeps = false, stopped = false, pending = false;
  std::uint64_t count = 0;
  for (std::string line; std::getline(status, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string_view key = std::string_view(line).substr(0, tab),
                           value = std::string_view(line).substr(tab + 1);
    if (key == "State:") {
      sleeps = value.starts_with('S');
      stopped = value.find_first_of("TtZX") == 0;
    } else if (key == "SigPnd:" || key == "ShdPnd:") {
      pending = pending || value.find_first_not_of('0') != std::string_view::npos;
    } else if (key == "voluntary_ctxt_switches:" || key == "nonvoluntary_ctxt_switches:") {
      count += number_in(value);
    }
  }
  // A thread that ended meanwhile shows nothing: then its process has run.
  switches[thread] = count;
  return stopped || (sleeps && !pending);
}

bool add_process(Pid process, Switches& switches) {
  std::error_code gone;
  for (std::filesystem::directory_iterator it(fmt::format("/proc/{}/task", process), gone), end;
       !gone && it != end; it.increment(gone)) {
    const std::string thread = it->path().filename().string();
    if (!add_thread(static_cast<Pid>(number_in(thread)), it->path().string() + "/status", switches))
      return false;
  }
  return true;
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

}  // namespace clusterspec
