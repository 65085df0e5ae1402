// A healthy case of a launcher and two workers, as a journal to be damaged by tests: each failing test is
// this journal with one event removed, doubled, moved or changed.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "judge/judge.hpp"

namespace clusterspec::tests {

inline constexpr Pid k_launcher = 2, k_first = 3, k_second = 4;
inline constexpr SocketCookie k_launcher_socket = 102, k_first_socket = 103, k_second_socket = 104;
inline constexpr int k_interrupt = 2, k_kill = 9, k_segmentation_fault = 11, k_terminate = 15;

class JournalBuilder {
 public:
  JournalBuilder() { build(); }

  // With times: one event a millisecond, connections begun half a millisecond before their end.
  Journal journal() const {
    Journal stamped = m_events;
    for (std::size_t i = 0; i < stamped.size(); ++i) {
      stamped[i].at = static_cast<std::int64_t>(i) * 1'000'000;
      if (auto* one = std::get_if<Concluded>(&stamped[i].what); one && one->begun == 0)
        one->begun = stamped[i].at - 500'000;
    }
    return stamped;
  }

  // The n-th event of a type (from 0).
  template <class T>
  T& get(int nth = 0) {
    return std::get<T>(m_events[position<T>(nth)].what);
  }
  template <class T>
  T& where(std::function<bool(const T&)> wanted) {
    return std::get<T>(m_events[position<T>(wanted)].what);
  }
  template <class T>
  std::size_t position(int nth = 0) const {
    for (std::size_t i = 0; i < m_events.size(); ++i)
      if (std::holds_alternative<T>(m_events[i].what) && nth-- == 0) return i;
    throw std::logic_error("the healthy journal has no such event");
  }
  template <class T>
  std::size_t position(const std::function<bool(const T&)>& wanted) const {
    for (std::size_t i = 0; i < m_events.size(); ++i)
      if (const T* what = std::get_if<T>(&m_events[i].what); what && wanted(*what)) return i;
    throw std::logic_error("the healthy journal has no such event");
  }
  template <class T>
  JournalBuilder& remove(std::function<bool(const T&)> unwanted = [](const T&) { return true; }) {
    std::erase_if(m_events, [&](const Event& event) {
      const T* what = std::get_if<T>(&event.what);
      return what && unwanted(*what);
    });
    return *this;
  }
  JournalBuilder& insert(std::size_t position, What what, Source source = Source::driver) {
    m_events.insert(m_events.begin() + static_cast<std::ptrdiff_t>(position),
                    Event{0, source, std::move(what)});
    return *this;
  }
  JournalBuilder& move(std::size_t from, std::size_t to) {
    Event event = m_events[from];
    m_events.erase(m_events.begin() + static_cast<std::ptrdiff_t>(from));
    m_events.insert(m_events.begin() + static_cast<std::ptrdiff_t>(to), std::move(event));
    return *this;
  }
  JournalBuilder& double_event(std::size_t position) {
    return insert(position + 1, m_events[position].what, m_events[position].source);
  }
  JournalBuilder& append_before_cleaning(What what) { return insert(position<CleanedUp>(), std::move(what)); }
  JournalBuilder& set_source(std::size_t position, Source source) {
    m_events[position].source = source;
    return *this;
  }

  Output& line(const std::string& part) {
    return where<Output>([&](const Output& output) { return output.text.find(part) != std::string::npos; });
  }
  std::size_t line_position(const std::string& part) {
    return position<Output>(
        [&](const Output& output) { return output.text.find(part) != std::string::npos; });
  }
  Described& description(Pid pid) {
    return where<Described>([&](const Described& described) { return described.pid == pid; });
  }
  Exited& end(Pid pid) {
    return where<Exited>([&](const Exited& exited) { return exited.pid == pid; });
  }
  ListenersSeen& listeners(const std::string& occasion) {
    return where<ListenersSeen>([&](const ListenersSeen& seen) { return seen.occasion == occasion; });
  }
  ProcessesSeen& processes(const std::string& occasion) {
    return where<ProcessesSeen>([&](const ProcessesSeen& seen) { return seen.occasion == occasion; });
  }

 private:
  void add(Source source, What what) { m_events.push_back(Event{0, source, std::move(what)}); }

  static ListenerSeen seen(SocketCookie socket, Pid holder) {
    ListenerSeen listener;
    listener.socket = socket;
    listener.inode = socket + 1000;
    listener.address = "0.0.0.0";
    listener.port = 3000;
    listener.holders = {holder};
    return listener;
  }

  void add_process(Pid pid, Pid parent, SocketCookie socket, std::vector<std::string> arguments) {
    add(Source::notification, Appeared{pid, parent, k_launcher, k_launcher});
    add(Source::notification, Executed{pid, "/usr/bin/server", arguments, true});
    Described described;
    described.pid = pid;
    described.parent = parent;
    described.group = described.session = k_launcher;
    described.executable = "/usr/bin/server";
    described.directory = "/";
    described.arguments = arguments;
    described.environment = {"PATH=/bin", "LANG=C"};
    described.descriptors = {{"0", "/dev/null"}, {"1", "pipe:[7]"}, {"2", "pipe:[8]"}};
    add(Source::procfs, described);
    if (pid != k_launcher) print(k_launcher, " > worker " + std::to_string(pid) + " started");
    Listening listening;
    listening.pid = pid;
    listening.socket = socket;
    listening.inode = socket + 1000;
    listening.address = "0.0.0.0";
    listening.port = 3000;
    listening.reuse_port = true;
    add(Source::notification, listening);
  }

  void print(Pid writer, std::string text) {
    add(Source::output, Output{Stream::out, writer, std::move(text), true, false});
  }

  void begin_step(int index, std::string text) { add(Source::driver, StepBegun{index, std::move(text)}); }
  void end_step(int index) { add(Source::driver, StepEnded{index, true, ""}); }

  void end_process(Pid pid, SocketCookie socket, std::vector<ListenerSeen> left) {
    add(Source::netlink, ListenerClosed{socket});
    add(Source::netlink, ListenersSeen{"exiting " + std::to_string(pid), std::move(left)});
    add(Source::notification, Exiting{pid, 0});
    add(Source::pidfd, Exited{pid, 0});
    if (pid == k_launcher) return;
    add(Source::pidfd, Reaped{pid});
    print(k_launcher, " < worker " + std::to_string(pid) + " stopped");
  }

  void build() {
    CaseBegun begun;
    begun.case_id = "documented/all@healthy";
    begun.levels = {{"area.must", "must"}, {"area.should", "should"}, {"area.may", "may"}};
    add(Source::driver, begun);
    const std::vector<std::string> arguments{"server", "-w", "2", "--port", "3000", "--label", "a b"};
    Launched launched;
    launched.instance = "server";
    launched.pid = k_launcher;
    launched.executable = "/usr/bin/server";
    launched.arguments = arguments;
    launched.clustering = {1, 2};
    launched.workers = 2;
    launched.listeners = 3;
    launched.address = "0.0.0.0";
    launched.port = 3000;
    add(Source::driver, launched);
    const std::vector<std::string> passed_on{"server", "--port", "3000", "--label", "a b"};
    add_process(k_launcher, 1, k_launcher_socket, arguments);
    add_process(k_first, k_launcher, k_first_socket, passed_on);
    add_process(k_second, k_launcher, k_second_socket, passed_on);

    const ListenerSeen a = seen(k_launcher_socket, k_launcher), b = seen(k_first_socket, k_first),
                       c = seen(k_second_socket, k_second);
    begin_step(0, "await ready");
    add(Source::netlink, ListenersSeen{"ready", {a, b, c}});
    add(Source::procfs, ProcessesSeen{"ready",
                                      {{k_launcher, 1, 'S', "server"},
                                       {k_first, k_launcher, 'S', "server"},
                                       {k_second, k_launcher, 'S', "server"}}});
    end_step(0);

    begin_step(1, "open quick");
    for (int i = 0; i < 6; ++i) {
      Concluded concluded;
      concluded.connection = i;
      concluded.group = "quick";
      concluded.request = "quick";
      concluded.outcome = Outcome::answered;
      concluded.status = 200;
      concluded.pid = k_launcher + i % 3;
      concluded.listener = k_launcher_socket + static_cast<SocketCookie>(i % 3);
      add(Source::probe, concluded);
    }
    end_step(1);

    begin_step(2, "signal INT to group");
    add(Source::driver, Signalled{0, -k_launcher, k_interrupt, false});
    end_step(2);
    begin_step(3, "await exited of launcher");
    for (const Pid pid : {k_launcher, k_first, k_second}) print(pid, " > terminating gracefully");
    end_process(k_first, k_first_socket, {a, c});
    end_process(k_second, k_second_socket, {a});
    end_process(k_launcher, k_launcher_socket, {});
    end_step(3);

    add(Source::probe, PortProbed{"end", PortState::refused});
    add(Source::netlink, ListenersSeen{"end", {}});
    add(Source::procfs, ProcessesSeen{"end", {}});
    add(Source::driver, CleanedUp{});
    add(Source::driver, CaseEnded{});
  }

  Journal m_events;
};

inline Target target(const std::string& text) { return parse_target(text).value(); }
inline Moment moment(const std::string& text) { return parse_moment(text).value(); }

inline Implementation healthy_implementation() {
  Implementation implementation;
  implementation.name = "healthy";
  implementation.log.started = " > worker {pid} started";
  implementation.log.stopped = " < worker {pid} stopped";
  implementation.log.failed = " ! worker process {pid} failed with {status}";
  implementation.log.terminating = " > terminating gracefully";
  return implementation;
}

inline Scenario scenario_with(std::vector<ExpectationSubject> subjects, RequirementId id = "area.must") {
  Scenario scenario;
  scenario.name = "documented/all";
  scenario.file = "scenarios/documented/all.toml";
  scenario.verifies = {id};
  const auto add = [&](StepAction action, std::string name = "") {
    const int line = 10 + static_cast<int>(scenario.steps.size());
    scenario.steps.push_back({std::move(action), std::move(name), {}, {scenario.file, line, 1}});
  };
  add(Await{});
  Open open;
  open.group = "quick";
  add(open);
  add(SendSignal{Signal{k_interrupt}, target("group"), 1}, "interrupt");
  add(Await{Awaited::exited, target("launcher"), "", {}, {}, false, {}});
  for (auto& subject : subjects) {
    const int line = 50 + static_cast<int>(scenario.expectations.size());
    scenario.expectations.push_back({std::move(subject), {}, "", {scenario.file, line, 1}});
  }
  return scenario;
}

// Judged without the standing checks, so that a test sees its own expectation only.
inline Judgement judged(ExpectationSubject subject, const JournalBuilder& builder,
                        const Implementation& implementation = healthy_implementation()) {
  Scenario scenario = scenario_with({std::move(subject)});
  scenario.waive = {Standing::leftovers, Standing::unexpected_process, Standing::crash};
  return judge(scenario, implementation, builder.journal());
}

inline std::string told(const Judgement& judgement) {
  std::string text = "verdict " + std::string(name_of(judgement.verdict)) + " " + judgement.reason + "\n";
  for (const Finding& finding : judgement.findings)
    text += finding.requirement + ": expected " + finding.expected + "; actual " + finding.actual + "\n";
  return text;
}

inline void holds(ExpectationSubject subject, const JournalBuilder& builder = {},
                  const Implementation& implementation = healthy_implementation()) {
  const Judgement judgement = judged(std::move(subject), builder, implementation);
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::pass);
  CHECK(judgement.findings.empty());
  CHECK(judgement.requirements == std::map<RequirementId, Verdict>{{"area.must", Verdict::pass}});
}

// One finding, whose actual text says this, with evidence, a hint and its place.
inline Finding fails(ExpectationSubject subject, const JournalBuilder& builder, const std::string& says,
                     const Implementation& implementation = healthy_implementation()) {
  const Judgement judgement = judged(std::move(subject), builder, implementation);
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::fail);
  CHECK(judgement.requirements == std::map<RequirementId, Verdict>{{"area.must", Verdict::fail}});
  REQUIRE(judgement.findings.size() == 1);
  const Finding& finding = judgement.findings.front();
  CHECK_THAT(finding.actual, Catch::Matchers::Contains(says));
  CHECK(finding.requirement == "area.must");
  CHECK_FALSE(finding.expected.empty());
  CHECK(finding.where == Location{"scenarios/documented/all.toml", 50, 1});
  CHECK(finding.evidence.size() <= 8);
  for (const int number : finding.evidence) {
    CHECK(number >= 0);
    CHECK(number < static_cast<int>(builder.journal().size()));
  }
  return finding;
}

inline void cannot_be_judged(ExpectationSubject subject, const JournalBuilder& builder,
                             const std::string& says,
                             const Implementation& implementation = healthy_implementation()) {
  const Judgement judgement = judged(std::move(subject), builder, implementation);
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::error);
  CHECK(judgement.findings.empty());
  CHECK_THAT(judgement.reason, Catch::Matchers::Contains(says));
  CHECK(judgement.requirements == std::map<RequirementId, Verdict>{{"area.must", Verdict::error}});
}

}  // namespace clusterspec::tests
