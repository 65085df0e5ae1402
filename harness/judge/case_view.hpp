// A journal, or the beginning of one, as expectations ask it: events by type, who bore a pid when, who was
// hit by a signal. Holds references only; what it was made from must outlive it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "judge/assessment.hpp"
#include "model/cluster.hpp"
#include "model/scenario.hpp"

namespace clusterspec {

template <class T>
struct Observed {
  int number = k_never;
  const T* what = nullptr;
  explicit operator bool() const { return what != nullptr; }
  const T* operator->() const { return what; }
};

using Processes = std::vector<const ProcessState*>;

class CaseView {
 public:
  CaseView(const Scenario& scenario, const Implementation& implementation, std::span<const Event> events);

  const Scenario& scenario() const { return m_scenario; }
  const Implementation& implementation() const { return m_implementation; }
  const Cluster& cluster() const { return m_cluster; }
  std::span<const Event> events() const { return m_events; }
  const Event& event(int number) const { return m_events[static_cast<std::size_t>(number)]; }

  // By --time-scale; 1 if the journal does not say or says nonsense.
  double time_scale() const { return m_time_scale; }

  template <class T>
  std::vector<Observed<T>> all() const {
    std::vector<Observed<T>> found;
    for (std::size_t i = 0; i < m_events.size(); ++i)
      if (const T* what = std::get_if<T>(&m_events[i].what)) found.push_back({static_cast<int>(i), what});
    return found;
  }

  // The latest record for an occasion: a look may be named "ready" twice when a second instance starts.
  template <class T>
  Observed<T> at(std::string_view occasion) const {
    Observed<T> found;
    for (std::size_t i = 0; i < m_events.size(); ++i)
      if (const T* what = std::get_if<T>(&m_events[i].what); what && what->occasion == occasion)
        found = {static_cast<int>(i), what};
    return found;
  }

  // Who had that pid when this event was recorded. Pids come round again, in a cell of few pids soon.
  const ProcessState* bearer(Pid pid, int number) const;

  // The event that its `described` came from.
  int described_at(const ProcessState& process) const;

  // Did it run until the harness killed it after the case? Then its end is no event of the case.
  bool ended_by_cleaning(const ProcessState& process) const;

  // How many processes a target means by what the launch asks for.
  int expected_number(const Target& target) const;

  // The processes a target means. If there should be some and there are none, that is a violation; an
  // expectation about each of them would otherwise hold for want of anybody.
  std::vector<const ProcessState*> some_of(const Target& target, Assessment& assessment) const;

  // One of the workers that were asked for, or the launcher? What one too many does not do is not missed.
  bool asked_for(const ProcessState& process) const;

  std::string name(const ProcessState& process) const { return m_cluster.name(process.pid); }
  std::string names(const std::vector<const ProcessState*>& processes) const;

 private:
  const Scenario& m_scenario;
  const Implementation& m_implementation;
  std::span<const Event> m_events;
  Cluster m_cluster;
  double m_time_scale = 1;
};

// Was the process alive at that event, as far as was known then?
bool alive_at(const ProcessState& process, int number);

// Did a signal, recorded as that event, go to this process: to its pid, its group, or by the terminal it
// shares?
bool hits(const CaseView& view, const Observed<Signalled>& signal, const ProcessState& process);

// The same, but whether the process was there by then is left open.
bool aimed_at(const CaseView& view, const Observed<Signalled>& signal, const ProcessState& process);

// Wait statuses, as wait(2) encodes them.
bool exited_by_itself(int status);
int exit_code_of(int status);
int ending_signal_of(int status);

}  // namespace clusterspec
