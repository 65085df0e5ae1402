#include "drive/machine.hpp"

#include "linux/network_link.hpp"
#include "linux/process.hpp"
#include "linux/seccomp.hpp"
#include "linux/stream.hpp"
#include "linux/tcp.hpp"
#include "linux/terminal.hpp"

namespace clusterspec {
namespace {

constexpr Link k_any_link{std::chrono::milliseconds(1), 0};

constexpr int k_isolated = 1, k_notifying = 2, k_attributing = 4;

// What a cell could do: it reports as a byte, since its exit code is lost where it is killed. `obstacle`: to
// isolation, or where that is possible, to a link.
int attempt(Isolation isolation, bool notification, bool link, std::string& obstacle) {
  auto report = make_pipe();
  if (!report) return 0;
  const int write_end = report->write.get();
  const auto cell = start_cell(isolation, {write_end}, [&] {
    std::string text(1, '\0');
    const auto entered = enter_isolation(isolation);
    if (entered) {
      text[0] = static_cast<char>(k_isolated | (notification && notification_allowed() ? k_notifying : 0) |
                                  (copying_allowed() ? k_attributing : 0));
      if (link && isolation != Isolation::none)
        if (const auto linked = NetworkLink::open(k_any_link); !linked) text += linked.error().message;
    } else {
      text += entered.error().message;
    }
    write_all(write_end, text);
    return 0;
  });
  report->write.reset();
  if (!cell) {
    obstacle = cell.error().message;
    return 0;
  }
  std::string text;
  char buffer[512];
  for (long got; (got = read_some(report->read.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  wait_for_child(cell->pid);
  if (text.size() > 1) obstacle = text.substr(1);
  return text.empty() ? 0 : text[0];
}

}  // namespace

MachineFacts explore_machine(bool want_isolation, bool want_notification, bool want_link) {
  MachineFacts facts;
  int able = 0;
  std::string obstacle;
  if (want_isolation) {
    facts.isolation = is_root() ? Isolation::namespaces : Isolation::user_namespace;
    able = attempt(facts.isolation, want_notification, want_link, obstacle);
    if (able & k_isolated) {
      facts.machine.no_link = obstacle;
      if (!obstacle.empty())
        facts.machine.notes.push_back("no link between client and server (" + obstacle +
                                      "): cases with one are skipped");
    } else {
      facts.isolation = Isolation::none;
      facts.machine.notes.push_back(
          "no namespaces of its own (" + obstacle +
          "): cases share this machine's ports, and those that need isolation are skipped");
    }
  } else {
    facts.machine.notes.push_back(
        "--isolation=none: cases share this machine's ports, and those that need isolation are skipped");
  }
  if (!(able & k_isolated)) able = attempt(Isolation::none, want_notification, false, obstacle);
  facts.machine.namespaces = facts.isolation != Isolation::none;
  facts.machine.notification = (able & k_notifying) != 0;
  if (!want_notification)
    facts.machine.notes.push_back(
        "--observation=polling: times are upper bounds, and cases that need gates are skipped");
  else if (!facts.machine.notification)
    facts.machine.notes.push_back(
        "seccomp notification is refused here: observation by polling, and cases that need gates are "
        "skipped");
  facts.machine.attribution = (able & k_attributing) != 0;
  if (!facts.machine.attribution)
    facts.machine.notes.push_back(
        "copying a server's descriptors (pidfd_getfd) is refused here: cases that need to know who serves a "
        "connection are skipped");
  facts.machine.terminal = static_cast<bool>(open_terminal());
  if (!facts.machine.terminal)
    facts.machine.notes.push_back("no pty can be opened: cases with a terminal are skipped");
  return facts;
}

}  // namespace clusterspec
