#include "model/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <csignal>
#include <utility>

namespace clusterspec {
namespace {

constexpr std::array k_units{std::pair{std::string_view{"ns"}, 1.0}, std::pair{std::string_view{"us"}, 1e3},
                             std::pair{std::string_view{"ms"}, 1e6}, std::pair{std::string_view{"s"}, 1e9},
                             std::pair{std::string_view{"m"}, 60e9}};

constexpr std::array k_signals{
    std::pair{SIGHUP, "HUP"},     std::pair{SIGINT, "INT"},   std::pair{SIGQUIT, "QUIT"},
    std::pair{SIGILL, "ILL"},     std::pair{SIGTRAP, "TRAP"}, std::pair{SIGABRT, "ABRT"},
    std::pair{SIGBUS, "BUS"},     std::pair{SIGFPE, "FPE"},   std::pair{SIGKILL, "KILL"},
    std::pair{SIGUSR1, "USR1"},   std::pair{SIGSEGV, "SEGV"}, std::pair{SIGUSR2, "USR2"},
    std::pair{SIGPIPE, "PIPE"},   std::pair{SIGALRM, "ALRM"}, std::pair{SIGTERM, "TERM"},
    std::pair{SIGCHLD, "CHLD"},   std::pair{SIGCONT, "CONT"}, std::pair{SIGSTOP, "STOP"},
    std::pair{SIGTSTP, "TSTP"},   std::pair{SIGTTIN, "TTIN"}, std::pair{SIGTTOU, "TTOU"},
    std::pair{SIGWINCH, "WINCH"}, std::pair{SIGSYS, "SYS"}};

// Length of the well-formed UTF-8 sequence at the start of `bytes`, 0 if there is none (RFC 3629, section 4).
std::size_t utf8_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : (lead & 0xF0) == 0xE0        ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  if (lead == 0xE0 && at(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && at(1) > 0x9F) return 0;  // surrogate
  if (lead == 0xF0 && at(1) < 0x90) return 0;  // overlong
  if (lead == 0xF4 && at(1) > 0x8F) return 0;  // above U+10FFFF
  return length;
}

// C1 controls and the characters that reorder text would let a server change how a report reads.
bool is_deceptive(std::string_view sequence) {
  if (sequence.size() == 2)
    return static_cast<unsigned char>(sequence[0]) == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
  if (sequence.size() != 3 || sequence[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(sequence[1]),
             third = static_cast<unsigned char>(sequence[2]);
  return (second == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE))) ||
         (second == 0x81 && third >= 0xA0 && third <= 0xAF);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::string hint = "a duration is a number with a unit: \"300ms\", \"2s\", \"1m\", \"50us\"";
  if (status != std::errc{})
    return failure(ErrorKind::file, fmt::format("\"{}\" is no duration", printable(text)), hint);
  if (unit.empty())
    return failure(ErrorKind::file, fmt::format("the duration \"{}\" has no unit", text), hint);
  if (number < 0)
    return failure(ErrorKind::file, fmt::format("the duration \"{}\" is negative", printable(text)), hint);
  for (const auto& [name, factor] : k_units) {
    if (unit != name) continue;
    const double nanoseconds = std::round(number * factor);
    if (!(nanoseconds <= 86'400e9))
      return failure(ErrorKind::file, fmt::format("the duration \"{}\" is over a day", text), hint);
    return Duration(static_cast<std::int64_t>(nanoseconds));
  }
  return failure(ErrorKind::file, fmt::format("\"{}\" is no unit of time", printable(unit)), hint);
}

std::string to_text(Duration duration) {
  const auto count = static_cast<double>(duration.count());
  if (duration.count() == 0) return "0ms";
  if (std::abs(count) >= 1e9) return fmt::format("{:.4g}s", count / 1e9);
  if (std::abs(count) >= 1e6) return fmt::format("{:.4g}ms", count / 1e6);
  if (std::abs(count) >= 1e3) return fmt::format("{:.4g}us", count / 1e3);
  return fmt::format("{}ns", duration.count());
}

Result<Signal> parse_signal(std::string_view text) {
  const std::string_view name = text.starts_with("SIG") ? text.substr(3) : text;
  std::string choices;
  for (const auto& [number, spelling] : k_signals) {
    if (name == spelling) return Signal{number};
    choices += (choices.empty() ? "" : ", ") + std::string(spelling);
  }
  return failure(ErrorKind::file, fmt::format("\"{}\" is no signal", printable(text)), "signals: " + choices);
}

std::string to_text(Signal signal) {
  for (const auto& [number, spelling] : k_signals)
    if (number == signal.number) return fmt::format("SIG{}", spelling);
  return fmt::format("signal {}", signal.number);
}

std::string address_text(std::string_view host, int port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

std::string wait_status_text(int status) {
  // The encoding of wait(2), which every Linux shares: signal in the low 7 bits, core flag, exit code above.
  const int signal = status & 0x7f;
  if (signal == 0) return fmt::format("exit code {}", (status >> 8) & 0xff);
  return fmt::format("killed by {}{}", to_text(Signal{signal}), (status & 0x80) ? " (core dumped)" : "");
}

std::string printable(std::string_view bytes, std::size_t limit) {
  std::string text;
  std::size_t used = 0;
  while (used < bytes.size() && used < limit) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t length = utf8_length(rest);
    const auto byte = static_cast<unsigned char>(rest[0]);
    if (length == 0 || byte == 0x7F || (length == 1 && byte < 0x20) || is_deceptive(rest.substr(0, length))) {
      const std::size_t escaped = length == 0 ? 1 : length;
      for (std::size_t i = 0; i < escaped; ++i) {
        const char c = rest[i];
        if (c == '\n')
          text += "\\n";
        else if (c == '\r')
          text += "\\r";
        else if (c == '\t')
          text += "\\t";
        else
          text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
      used += escaped;
    } else {
      text += rest.substr(0, length);
      used += length;
    }
  }
  if (used < bytes.size()) text += fmt::format(" … ({} bytes in all)", bytes.size());
  return text;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Linear-space backtracking to the last star only: no pattern is exponential.
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace clusterspec
