// The table of what the judge must notice: a row for each parameter of each expectation, and for each check
// that it makes unasked. mutation_test.cpp holds the judge against it, and the table against the vocabulary
// (model/expectations.hpp): a parameter without a row fails.
//
// A row has a journal that passes. Each mutation that it says must be noticed changes the verdict, wherever
// it is applied. Each mutation of what the row's expectation does not read leaves it.
#pragma once

#include "journal_builder.hpp"
#include "mutation.hpp"

namespace clusterspec::tests {

inline const std::vector<Pid> k_workers{k_first, k_second};

// Some events of a journal.
struct Events {
  std::string type;  // "exited"
  std::string whose;
  std::function<bool(const Event&)> chosen;
};

namespace detail {
template <class T>
std::string name_of_type() {
  return std::string(k_event_names[What(T{}).index()]);
}
template <class T>
Pid owner_of(const T& what) {
  if constexpr (requires { what.pid; })
    return what.pid;
  else
    return what.writer;
}
}  // namespace detail

template <class T>
Events every() {
  return {detail::name_of_type<T>(), "",
          [](const Event& event) { return std::holds_alternative<T>(event.what); }};
}
template <class T>
Events some(std::string whose, std::function<bool(const T&)> chosen) {
  return {detail::name_of_type<T>(), std::move(whose), [chosen](const Event& event) {
            const T* what = std::get_if<T>(&event.what);
            return what && chosen(*what);
          }};
}
// Those of some processes: `pid`, or `writer`.
template <class T>
Events of(std::vector<Pid> pids) {
  std::string names;
  for (const Pid pid : pids) names += (names.empty() ? "of process " : ", ") + std::to_string(pid);
  return some<T>(names, [pids](const T& what) {
    return std::find(pids.begin(), pids.end(), detail::owner_of(what)) != pids.end();
  });
}
// The look of that name.
template <class T>
Events at(const std::string& occasion) {
  return some<T>("at " + occasion, [occasion](const T& what) { return what.occasion == occasion; });
}
Events lines_with(const std::string& part);
Events connections_of(const std::string& group);

// What must be noticed, and as what: a journal from which something is missing may be a fault of the harness.
struct Must {
  Mutation::Kind kind;
  Events events;
  std::string field;  // changed: some change of it
  Verdict becomes = Verdict::fail;
  bool every = false;  // changed: every change of it, except those in whose text one of `but` stands
  std::vector<std::string> but = {};
};
Must removed(Events events, Verdict becomes = Verdict::fail);
Must doubled(Events events);
Must swapped(Events events);
Must first(Events events);
Must last(Events events);
Must changed(Events events, std::string field, Verdict becomes = Verdict::fail);
Must changed_however(Events events, std::string field, std::vector<std::string> but = {});

// What the verdict depends on: whether and where the events are, and these fields.
struct Read {
  Events events;
  std::vector<std::string> fields;
  bool place = true;    // whether and where they are
  bool shared = false;  // stated for many rows at once: some may do without it
};
Read reads(Events events, std::vector<std::string> fields);
Read reads_only(Events events, std::vector<std::string> fields);  // wherever they are

// A journal that a row's mutations cannot make out of its own, but that is one event away all the same.
struct Damage {
  std::string text;
  std::function<void(JournalBuilder&)> apply;
};

struct Row {
  std::string subject, key, title;
  std::vector<ExpectationSubject> expect;  // none: what the judge does unasked
  std::vector<Must> must;
  std::vector<Read> reads;
  JournalBuilder journal;
  std::vector<Damage> damages = {};     // each must fail
  std::vector<Standing> standing = {};  // those that are not waived
  Implementation implementation = healthy_implementation();
};

// Which process is the launcher and which is worker N: nearly all rows read it.
std::vector<Read> who_is_who(std::vector<Read> more = {});

// A healthy journal, with events in it that few expectations ask for: another group of connections, looks and
// lines of other names.
JournalBuilder crowded();

std::vector<Row> rows_of_processes();
std::vector<Row> rows_of_inheritance();
std::vector<Row> rows_of_lines();
std::vector<Row> rows_of_connections();
std::vector<Row> rows_of_moments();
std::vector<Row> rows_of_endings();
std::vector<Row> rows_of_standing();

}  // namespace clusterspec::tests
