// What the journal of one exploring run (learn/exploration.hpp) shows of its server: plain facts, not yet
// what they mean for an implementation file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"

namespace clusterspec {

struct ProcessFact {
  std::string name;  // "launcher", "child 2", "process 9": a child's child
  Pid pid = 0;
  std::string command;  // its words, joined
  bool child = false;   // of the launcher
  bool executed = false, own_group = false;
  bool holds_listener = false, accepts = false;
};

struct ListenerFact {
  std::string address;
  bool reuse_port = false;
  std::vector<std::string> holders;  // names of processes
};

// How the server stands when it serves.
struct ServingFacts {
  std::string trouble;                 // why it does not serve; empty: it does
  std::int64_t ready_ms = 0;           // from the start until it listened and everybody was at rest
  int status = 0;                      // HTTP, of the answer to the quick request; 0: there was none
  bool keeps_alive = false;            // a connection was open still after its answer
  std::vector<ProcessFact> processes;  // launcher first; those that live then
  std::vector<ListenerFact> listeners;
  // A script in front of the server: what it executed in its own place at last, and how many processes had
  // come and gone by then.
  std::string executes;  // empty: the program that was started is the server
  int passing = 0;
};
ServingFacts serving_facts(const Journal& journal);

// What the signal at the end of the run did.
struct SignalFacts {
  bool sent = false;
  std::optional<int> status;      // raw wait status of the launcher; none: it lives on, or it is not known
  bool ended = false;             // the launcher did, within the time that it was given
  std::int64_t took_ms = 0;       // from the signal to that end
  int left = 0;                   // processes that outlived the launcher
  int remained = 0, came = 0;     // children that lived before and after; that were new after it
  std::optional<Outcome> flight;  // of the slow request that was under way
};
SignalFacts signal_facts(const Journal& journal);

// A line that says something of a child, by its pid.
struct LineFact {
  std::string text;
  Pid pid = 0;
  std::optional<int> status;  // of that child, where it had ended by the end of the run
  bool after_signal = false;
};
std::vector<LineFact> lines_about_children(const Journal& journal);

// All that was printed, at most `most` lines of it.
std::vector<std::string> first_lines(const Journal& journal, std::size_t most);

}  // namespace clusterspec
