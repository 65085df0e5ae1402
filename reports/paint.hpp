// Colours of a terminal, or none of them. Only safe text may be painted.
#pragma once

#include <string>
#include <string_view>

namespace clusterspec {

class Paint {
 public:
  explicit Paint(bool on) : m_on(on) {}

  std::string strong(std::string_view text) const { return with("1", text); }
  std::string faint(std::string_view text) const { return with("2", text); }
  std::string good(std::string_view text) const { return with("32", text); }
  std::string warning(std::string_view text) const { return with("33", text); }
  std::string bad(std::string_view text) const { return with("1;31", text); }
  std::string fault(std::string_view text) const { return with("1;35", text); }

 private:
  std::string with(std::string_view code, std::string_view text) const {
    if (!m_on || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }

  bool m_on;
};

}  // namespace clusterspec
