// The capsules that a run leaves: one for each case that failed.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "capsule/capsule.hpp"
#include "cli/results.hpp"

namespace clusterspec {

class CapsuleWriter {
 public:
  // `common` makes what is the same for all: settings, server, host, catalogue. Asked for at the first
  // failure, since it reads the whole program, which takes longer than many a case.
  CapsuleWriter(const ResultsDirectory& results, std::function<Capsule()> common)
      : m_results(results), m_common(std::move(common)) {}

  // Of the first failing repetition. The file's name; empty if there is one already, or if it could not be
  // written.
  std::string keep(const Case& one, const CaseResult& result, const std::string& journal);

 private:
  const ResultsDirectory& m_results;
  std::function<Capsule()> m_common;
  std::optional<Capsule> m_made;
  std::set<std::string> m_kept;
};

// "stress: 2 processes kept the processors busy while cases ran".
std::string stress_note(int processes);

// What a capsule says of the machine and of the program, which is read for its hash.
void describe_machine(Manifest& manifest);
std::string hash_of_file(const std::string& path);  // empty if it cannot be read

}  // namespace clusterspec
