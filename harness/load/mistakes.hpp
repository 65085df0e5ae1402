// The mistakes found in one file, each with its place, so that all can be reported at once.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "load/load.hpp"

namespace clusterspec {

class Mistakes {
 public:
  explicit Mistakes(const SourceText& source);

  void add(const toml::source_position& at, std::string message, std::string hint = {});
  void add(const toml::source_region& at, std::string message, std::string hint = {}) {
    add(at.begin, std::move(message), std::move(hint));
  }

  // From here the same text is read again for another combination: a place that is known to be wrong is not
  // reported a second time, whatever its value is now.
  void next_reading() { m_known = m_errors.size(); }

  bool any() const { return !m_errors.empty(); }

  // In the order of the file.
  std::vector<Error> take();

  Location location(const toml::source_position& at) const;
  SettingPlace place(const toml::source_region& at) const {
    return {location(at.begin), line_at(static_cast<int>(at.begin.line))};
  }

 private:
  std::string line_at(int number) const;

  const SourceText& m_source;
  std::vector<std::size_t> m_line_starts;
  std::vector<Error> m_errors;
  std::size_t m_known = 0;
};

}  // namespace clusterspec
