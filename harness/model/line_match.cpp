#include <cctype>

#include "model/cluster.hpp"

namespace clusterspec {
namespace {

constexpr std::string_view k_pid = "{pid}";
constexpr std::string_view k_status = "{status}";

// Digits at the start of `text`, at most nine so that they fit; 0 if there are none.
std::size_t digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && count < 9 && std::isdigit(static_cast<unsigned char>(text[count]))) ++count;
  return count;
}

bool match(std::string_view pattern, std::string_view text, LineMatch& found) {
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
        if (match(pattern.substr(1), text.substr(skipped), found)) return true;
      return false;
    }
    const bool pid = pattern.starts_with(k_pid);
    if (pid || pattern.starts_with(k_status)) {
      const std::size_t count = digits(text);
      if (count == 0) return false;
      (pid ? found.pid : found.status) = std::stol(std::string(text.substr(0, count)));
      pattern.remove_prefix(pid ? k_pid.size() : k_status.size());
      text.remove_prefix(count);
      continue;
    }
    if (text.empty() || text.front() != pattern.front()) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
  }
  return text.empty();
}

}  // namespace

std::optional<LineMatch> match_line(std::string_view pattern, std::string_view text) {
  LineMatch found;
  if (!match(pattern, text, found)) return std::nullopt;
  return found;
}

const std::optional<std::string>& pattern_of(const LogPatterns& log, LineKind kind) {
  switch (kind) {
    case LineKind::started:
      return log.started;
    case LineKind::stopped:
      return log.stopped;
    case LineKind::failed:
      return log.failed;
    case LineKind::ready:
      return log.ready;
    case LineKind::terminating:
      break;
  }
  return log.terminating;
}

}  // namespace clusterspec
