// Events as lines for people. Everything a server chose is escaped.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/event.hpp"

namespace clusterspec {
namespace {

std::string command_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (std::size_t i = 0; i < arguments.size() && i < 12; ++i)
    line += (i ? " " : "") + (arguments[i].empty() ? "''" : printable(arguments[i], 80));
  if (arguments.size() > 12) line += fmt::format(" … ({} arguments)", arguments.size());
  return line;
}

std::string signal_target(Pid target) {
  return target < 0 ? fmt::format("process group {}", -target) : fmt::format("process {}", target);
}

struct Text {
  std::string operator()(const CaseBegun& e) const {
    return "case " + e.case_id + " begins" + (e.link ? ", over a link: " + *e.link : "");
  }
  std::string operator()(const StepBegun& e) const { return fmt::format("step {}: {}", e.index + 1, e.text); }
  std::string operator()(const StepEnded& e) const {
    return e.done ? fmt::format("step {} done", e.index + 1)
                  : fmt::format("step {} not done: {}", e.index + 1, printable(e.detail));
  }
  std::string operator()(const Launched& e) const {
    return fmt::format("{} launched as process {}: {}", e.instance, e.pid, command_line(e.arguments));
  }
  std::string operator()(const Appeared& e) const {
    return fmt::format("process {} appears, child of {}, process group {}", e.pid, e.parent, e.group);
  }
  std::string operator()(const Executed& e) const {
    return fmt::format("process {} executes {}{}", e.pid, printable(e.path, 200),
                       e.possible ? "" : " (not possible)");
  }
  std::string operator()(const Described& e) const {
    return fmt::format("process {} is {}", e.pid, command_line(e.arguments));
  }
  std::string operator()(const Listening& e) const {
    return fmt::format("process {} listens on {}:{}{}, socket {}", e.pid, e.address, e.port,
                       e.reuse_port ? " with SO_REUSEPORT" : " without SO_REUSEPORT", e.socket);
  }
  std::string operator()(const ListenersSeen& e) const {
    std::string text = fmt::format("listeners ({}):", e.occasion);
    for (const ListenerSeen& l : e.listeners) {
      text += fmt::format(" {}:{} socket {}", l.address, l.port, l.socket);
      if (!l.holders.empty()) text += fmt::format(" held by {}", fmt::join(l.holders, " and "));
      if (l.queued) text += fmt::format(" with {} queued", l.queued);
      text += ";";
    }
    return e.listeners.empty() ? text + " none" : text;
  }
  std::string operator()(const ListenerClosed& e) const {
    return fmt::format("socket {} listens no more", e.socket);
  }
  std::string operator()(const ClosingQueue& e) const {
    std::string text = fmt::format("process {} is about to close socket {}, connections", e.pid, e.socket);
    if (e.queued) text += fmt::format(" in its queue: {}", e.queued);
    if (e.handshakes) text += fmt::format("{} in a handshake: {}", e.queued ? "," : "", e.handshakes);
    return text;
  }
  std::string operator()(const Signalled& e) const {
    const std::string by = e.typed ? "typed at the terminal"
                           : e.by  ? fmt::format("sent by process {}", e.by)
                                   : "sent by the harness";
    return fmt::format("{} to {}, {}", to_text(Signal{e.signal}), signal_target(e.target), by);
  }
  std::string operator()(const Exiting& e) const {
    return fmt::format("process {} calls exit with code {}", e.pid, e.code);
  }
  std::string operator()(const Exited& e) const {
    return fmt::format("process {} ended: {}", e.pid,
                       e.status ? wait_status_text(*e.status) : "status not known");
  }
  std::string operator()(const Reaped& e) const {
    return fmt::format("process {} was waited for{}", e.pid,
                       e.adopted.value_or(false) ? " by the harness, to which it had fallen" : "");
  }
  std::string operator()(const Orphaned& e) const {
    return fmt::format("process {} has lost its parent, and is process {}'s now", e.pid, e.parent);
  }
  std::string operator()(const Output& e) const {
    return fmt::format("{} of {}: \"{}\"{}", name_of(e.stream),
                       e.writer ? fmt::format("process {}", e.writer) : "the cluster", printable(e.text, 300),
                       e.cut     ? " (cut)"
                       : e.whole ? ""
                                 : " (not one whole line)");
  }
  std::string operator()(const Concluded& e) const {
    std::string text = fmt::format("connection {} of {}: {}", e.connection, e.group, name_of(e.outcome));
    if (e.pid) text += fmt::format(", held by process {}", e.pid);
    if (e.status) text += fmt::format(", HTTP {} with {} bytes", e.status, e.bytes);
    if (e.answers > 1) text += fmt::format(" in {} answers", e.answers);
    if (e.answers > 0 && e.close_announced && e.outcome != Outcome::answered) text += ", its close announced";
    text += fmt::format(", {:.3f} ms", static_cast<double>(e.ended - e.begun) / 1e6);
    if (!e.detail.empty()) text += ", " + printable(e.detail, 200);
    return text;
  }
  std::string operator()(const ProcessesSeen& e) const {
    std::string text = fmt::format("processes ({}):", e.occasion);
    for (const ProcessSeen& p : e.processes)
      text += fmt::format(" {} [{}] {};", p.pid, p.state, printable(p.command, 60));
    return e.processes.empty() ? text + " none" : text;
  }
  std::string operator()(const PortProbed& e) const {
    return fmt::format("port ({}): {}", e.occasion, name_of(e.state));
  }
  std::string operator()(const HeldAt& e) const {
    return fmt::format("process {} is held at gate {}", e.pid, e.gate);
  }
  std::string operator()(const ReleasedFrom& e) const {
    return fmt::format("process {} is released from gate {}{}", e.pid, e.gate,
                       e.at_deadline ? " at the deadline" : "");
  }
  std::string operator()(const Injected& e) const {
    return fmt::format("{} of process {} was made to fail with {}", e.call, e.pid, e.error);
  }
  std::string operator()(const CleanedUp& e) const {
    if (e.killed.empty()) return e.complete ? "nothing was left" : "not everything could be ended";
    std::string text = "left over and killed:";
    for (const ProcessSeen& p : e.killed)
      text += fmt::format(" {} [{}] {};", p.pid, p.state, printable(p.command, 60));
    return text;
  }
  std::string operator()(const Runaway& e) const {
    return fmt::format("the server is stopped: {} {}, the limit is {}; processes: {}", e.count,
                       printable(e.of, 40), e.limit, tree_text(e.processes));
  }
  std::string operator()(const Note& e) const { return printable(e.text); }
  std::string operator()(const HarnessFault& e) const { return "fault of the harness: " + printable(e.text); }
  std::string operator()(const CaseSkipped& e) const { return "skipped: " + printable(e.reason); }
  std::string operator()(const CaseEnded&) const { return "case ends"; }
};

}  // namespace

std::string tree_text(const std::vector<ProcessSeen>& processes) {
  constexpr std::size_t k_parents = 8, k_children = 4;
  std::map<Pid, std::vector<Pid>> children;
  for (const ProcessSeen& process : processes) children[process.parent].push_back(process.pid);
  std::vector<std::string> told;
  std::size_t left = 0;
  for (const ProcessSeen& process : processes) {
    const auto it = children.find(process.pid);
    if (it == children.end() && !told.empty()) continue;  // it stands there as a child
    if (told.size() == k_parents) {
      ++left;
      continue;
    }
    std::string text = fmt::format("{} {}", process.pid, printable(process.command, 60));
    if (it != children.end()) {
      const auto& all = it->second;
      const auto shown = static_cast<std::ptrdiff_t>(std::min(k_children, all.size()));
      text += fmt::format(" ({}", fmt::join(all.begin(), all.begin() + shown, ", "));
      text += all.size() > k_children ? fmt::format(", … {} in all)", all.size()) : ")";
    }
    told.push_back(std::move(text));
  }
  std::string text = told.empty() ? "none" : fmt::format("{}", fmt::join(told, ", "));
  if (left > 0) text += fmt::format(" and {} more with children", left);
  return text;
}

std::string to_text(const Event& event) {
  return fmt::format("+{:.3f} ms  {}", static_cast<double>(event.at) / 1e6, std::visit(Text{}, event.what));
}

}  // namespace clusterspec
