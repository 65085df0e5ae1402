// Values with units as they stand in TOML files, journals and reports.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace clusterspec {

using Duration = std::chrono::nanoseconds;
using Pid = std::int32_t;            // 0: unknown
using SocketCookie = std::uint64_t;  // the kernel's name of a socket (SO_COOKIE), 0: unknown

// "250ms", "2s", "1.5s", "30us", "1m". A number without a unit is an error that says so.
Result<Duration> parse_duration(std::string_view text);
std::string to_text(Duration duration);

// A signal by its name without SIG ("INT", "KILL", "USR1") or with it; numbers are refused (they differ by
// machine).
struct Signal {
  int number = 0;
  friend bool operator==(Signal, Signal) = default;
};
Result<Signal> parse_signal(std::string_view text);
std::string to_text(Signal signal);

// "127.0.0.1:3000", "[::1]:3000".
std::string address_text(std::string_view host, int port);

// "exit code 1", "killed by SIGKILL", "killed by SIGSEGV (core dumped)" for a raw wait status (wait(2)).
std::string wait_status_text(int status);

// Anything a server printed or sent, made safe for a terminal: C escapes for control characters, \xNN for
// bytes that are no UTF-8. At most `limit` bytes of input are shown, then " … (N bytes in all)".
std::string printable(std::string_view bytes, std::size_t limit = 2000);

// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

// "*", "?" and literal text, against the whole of `text`.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace clusterspec
