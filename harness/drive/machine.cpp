#include "drive/machine.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "linux/network_link.hpp"
#include "linux/other_user.hpp"
#include "linux/process.hpp"
#include "linux/seccomp.hpp"
#include "linux/stream.hpp"
#include "linux/sysctl.hpp"
#include "linux/tcp.hpp"
#include "linux/terminal.hpp"

namespace clusterspec {
namespace {

constexpr Link k_any_link{std::chrono::milliseconds(1), 0};

constexpr int k_isolated = 1, k_notifying = 2, k_attributing = 4, k_changing_user = 8, k_with_ipv6 = 16;

// What a cell could do, and what stands in the way of the rest.
struct Able {
  int what = 0;
  std::string to_isolation, to_link;
  std::map<std::string, std::string> to_sysctl;
};

// In the cell. A line each: what is meant, a tab, what the kernel said.
std::string try_all(Isolation isolation, const Wanted& wanted) {
  std::string text(1, '\0');
  if (const auto entered = enter_isolation(isolation); !entered)
    return text + "\t" + entered.error().message + '\n';
  text[0] =
      static_cast<char>(k_isolated | (wanted.notification && notification_allowed() ? k_notifying : 0) |
                        (copying_allowed() ? k_attributing : 0) |
                        (AsOtherUser().possible() ? k_changing_user : 0) | (has_ipv6() ? k_with_ipv6 : 0));
  if (isolation == Isolation::none) return text;
  if (wanted.link)
    if (const auto linked = NetworkLink::open(k_any_link); !linked)
      text += "link\t" + linked.error().message + '\n';
  for (const std::string& setting : wanted.sysctl)
    if (const auto set = set_sysctl(setting); !set) text += setting + '\t' + set.error().message + '\n';
  return text;
}

// It reports through a pipe, since its exit code is lost where it is killed.
Able attempt(Isolation isolation, const Wanted& wanted) {
  Able able;
  auto report = make_pipe();
  if (!report) return able;
  const int write_end = report->write.get();
  const auto cell = start_cell(isolation, {write_end}, [&] {
    write_all(write_end, try_all(isolation, wanted));
    return 0;
  });
  report->write.reset();
  if (!cell) {
    able.to_isolation = cell.error().message;
    return able;
  }
  std::string text;
  char buffer[512];
  for (long got; (got = read_some(report->read.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  wait_for_child(cell->pid);
  if (text.empty()) return able;
  able.what = text[0];
  std::istringstream lines(text.substr(1));
  for (std::string line; std::getline(lines, line);) {
    const auto tab = std::min(line.find('\t'), line.size() - 1);
    const std::string of = line.substr(0, tab), why = line.substr(tab + 1);
    (of.empty() ? able.to_isolation : of == "link" ? able.to_link : able.to_sysctl[of]) = why;
  }
  return able;
}

}  // namespace

void Wanted::add(const Scenario& scenario) {
  link = link || scenario.link.there();
  sysctl.insert(scenario.sysctl.begin(), scenario.sysctl.end());
}

MachineFacts explore_machine(const Wanted& wanted) {
  MachineFacts facts;
  Able able;
  if (wanted.isolation) {
    facts.isolation = is_root() ? Isolation::namespaces : Isolation::user_namespace;
    able = attempt(facts.isolation, wanted);
    if (able.what & k_isolated) {
      facts.machine.no_link = able.to_link;
      facts.machine.no_sysctl = able.to_sysctl;
      if (!able.to_link.empty())
        facts.machine.notes.push_back("no link between client and server (" + able.to_link +
                                      "): cases with one are skipped");
      for (const auto& [setting, why] : able.to_sysctl)
        facts.machine.notes.push_back(setting + " cannot be set (" + why + "): cases with it are skipped");
    } else {
      facts.isolation = Isolation::none;
      facts.machine.notes.push_back(
          "no namespaces of its own (" + able.to_isolation +
          "): cases share this machine's ports, and those that need isolation are skipped");
    }
  } else {
    facts.machine.notes.push_back(
        "--isolation=none: cases share this machine's ports, and those that need isolation are skipped");
  }
  if (!(able.what & k_isolated)) able = attempt(Isolation::none, wanted);
  facts.machine.namespaces = facts.isolation != Isolation::none;
  facts.machine.notification = (able.what & k_notifying) != 0;
  if (!wanted.notification)
    facts.machine.notes.push_back(
        "--observation=polling: times are upper bounds, and cases that need gates are skipped");
  else if (!facts.machine.notification)
    facts.machine.notes.push_back(
        "seccomp notification is refused here: observation by polling, and cases that need gates are "
        "skipped");
  facts.machine.attribution = (able.what & k_attributing) != 0;
  if (!facts.machine.attribution)
    facts.machine.notes.push_back(
        "copying a server's descriptors (pidfd_getfd) is refused here: cases that need to know who serves a "
        "connection are skipped");
  facts.machine.other_users = (able.what & k_changing_user) != 0;
  facts.machine.ipv6 = (able.what & k_with_ipv6) != 0;
  if (!facts.machine.ipv6) facts.machine.notes.push_back("no IPv6 (::1) here: cases with it are skipped");
  facts.machine.terminal = static_cast<bool>(open_terminal());
  if (!facts.machine.terminal)
    facts.machine.notes.push_back("no pty can be opened: cases with a terminal are skipped");
  return facts;
}

}  // namespace clusterspec
