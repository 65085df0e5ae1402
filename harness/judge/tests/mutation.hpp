// Journals one event away from a given one. What the judge must notice, and what it must not, is tried
// against all of them.
#pragma once

#include <functional>
#include <string>

#include "model/event.hpp"

namespace clusterspec::tests {

struct Mutation {
  enum class Kind {
    removed,
    doubled,
    swapped,  // with the event after it
    first,    // moved to just after case-begun
    last,     // moved to just before case-ended
    changed,  // in one field
  };
  Kind kind = Kind::removed;
  int number = 0;      // of the event in the journal that was mutated
  std::string field;   // changed: "status", "listeners.holders"; "at" and "source" are those of every event
  std::string change;  // changed: "listeners[1].holders[0]: 3 -> 4"
};

// "#41 exited (process 3 ended: exit code 0): status: 0 -> 1"
std::string to_text(const Mutation& mutation, const Journal& original);

// Gives one mutated journal; false: enough.
using OnMutation = std::function<bool(const Mutation&, const Journal&)>;

// All mutations of one event. The journal is mutated in place, and as it was afterwards. A field is changed
// to its neighbours and to nothing, a list by each of its elements; of long lists the first and the last few
// are taken. False: `visit` had enough.
bool each_mutation_of(Journal& journal, int number, const OnMutation& visit);

// Of every event in turn.
bool each_mutation(Journal journal, const OnMutation& visit);

}  // namespace clusterspec::tests
