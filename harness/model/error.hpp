// Errors are values: every function that can fail returns Result<T>. No exception crosses a room.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace clusterspec {

// A place in a text file; lines and columns count from 1, 0 means unknown.
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const Location&, const Location&) = default;
};

enum class ErrorKind {
  usage,      // the command line asks for something that does not exist
  selection,  // likewise: a pattern or a tag that no case has
  file,       // a TOML file or a journal is faulty
  system,     // a system call failed
  harness,    // we broke a promise of our own
};

struct Error {
  ErrorKind kind = ErrorKind::harness;
  std::string message;            // what is wrong, with the offending value
  std::optional<Location> where;  // where in the user's text
  std::string source_line;        // that line, for the caret
  std::string hint;               // what would be right
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorKind kind, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), {}, {}, std::move(hint)});
}

// "file:line:column: message", the source line, a caret and the hint; several lines, no trailing newline.
std::string to_text(const Error& error);

}  // namespace clusterspec
