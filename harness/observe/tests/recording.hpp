// What observers under test record, and how a test looks at it.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "observe/recorder.hpp"

namespace clusterspec::tests {

struct Recording {
  Journal journal;
  Recorder recorder{[this](const Event& event, int) { journal.push_back(event); }};

  // The events of one kind, in order.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Event& event : journal)
      if (const auto* one = std::get_if<T>(&event.what)) found.push_back(*one);
    return found;
  }

  // Index of the first event of that kind for which `wanted` holds; -1: none.
  template <class T, class F>
  int find(F wanted) const {
    for (std::size_t i = 0; i < journal.size(); ++i)
      if (const auto* one = std::get_if<T>(&journal[i].what); one && wanted(*one)) return static_cast<int>(i);
    return -1;
  }

  // For a failed test's message.
  std::string text() const {
    std::string text;
    for (const Event& event : journal) text += to_text(event) + "\n";
    return text;
  }
};

}  // namespace clusterspec::tests
