// doctor: what this machine allows, and what is lost without it. Each thing is tried, as a run would try it.
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "cli/report_commands.hpp"
#include "drive/machine.hpp"
#include "linux/inet_diag.hpp"
#include "model/units.hpp"

namespace clusterspec {
namespace {

struct Thing {
  std::string name;
  bool there = false;
  std::string found, lost;  // `lost`: what follows if it is not there
};

// A soft limit of this process ("/proc/PID/limits", proc(5)); 0: unlimited, or not to be read.
long limit(const std::string& name) {
  std::ifstream file("/proc/self/limits");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream rest(line.substr(name.size()));
    long soft = 0;
    return rest >> soft ? soft : 0;
  }
  return 0;
}

std::string limit_text(long soft) { return soft > 0 ? std::to_string(soft) : "no limit"; }

std::vector<Thing> things() {
  const MachineFacts facts = explore_machine(Wanted{.link = true});
  const Machine& machine = facts.machine;
  // Ten thousand connections, their clients, and some for the harness.
  constexpr long k_files = 12'000, k_processes = 2'000;
  const long files = limit("Max open files"), processes = limit("Max processes");
  const auto diag = InetDiag::open();
  const auto destroyed = DestroyedSockets::open();
  const auto note = [&](std::string_view part) {
    for (const std::string& text : machine.notes)
      if (text.find(part) != std::string::npos) return text;
    return std::string();
  };
  return {
      {"namespaces", machine.namespaces, std::string(name_of(facts.isolation)),
       note("namespaces") + "; as root or with user namespaces cases run side by side"},
      {"notification", machine.notification, "seccomp user notification",
       "observation by polling: times are upper bounds, cases with gates are skipped"},
      {"attribution", machine.attribution, "pidfd_getfd",
       "who serves a connection is not known: cases that ask for it are skipped"},
      {"link", machine.namespaces && machine.no_link.empty(), "TUN devices in a network namespace",
       (machine.no_link.empty() ? "needs namespaces" : machine.no_link) +
           ": cases with a link between client and server are skipped"},
      {"IPv6", machine.ipv6, "::1", "cases with connections over IPv6 are skipped"},
      {"terminal", machine.terminal, "a pty", "cases that press keys are skipped"},
      {"inet_diag", diag.has_value(), "sock_diag(7)",
       (diag ? "" : diag.error().message) + ": no case can run, since listeners cannot be seen"},
      {"destroyed sockets", destroyed.has_value(), "sock_diag(7), TCP destroy group",
       (destroyed ? "" : destroyed.error().message) +
           ": the closing of listeners is found by looking again and again"},
      {"open files", files == 0 || files >= k_files, limit_text(files),
       fmt::format("{} are allowed; cases with 10,000 connections need {}: ulimit -n {}", files, k_files,
                   k_files)},
      {"processes", processes == 0 || processes >= k_processes, limit_text(processes),
       fmt::format("{} are allowed; cases with 256 workers side by side need {}: ulimit -u {}", processes,
                   k_processes, k_processes)},
  };
}

}  // namespace

int doctor_command() {
  std::size_t lost = 0;
  for (const Thing& thing : things()) {
    print(fmt::format("{}  {:<18} {}\n", thing.there ? "ok" : "no", thing.name,
                      printable(thing.there ? thing.found : thing.lost)));
    lost += !thing.there;
  }
  print(lost == 0 ? std::string("Everything that a case can need is there.\n")
                  : fmt::format("{} missing: see above what that costs.\n", lost));
  return lost == 0 ? 0 : 1;
}

}  // namespace clusterspec
