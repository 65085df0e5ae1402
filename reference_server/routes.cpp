#include "reference_server/routes.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "reference_server/escape.hpp"

namespace reference_server {
namespace {

struct Parameter {
  std::string_view name;
  std::uint64_t least;
  std::uint64_t most;
  std::uint64_t value;
};

// Fills the values that `query` gives. False: a name is unknown, or a value no number or out of range.
bool read_query(std::string_view query, std::span<Parameter> parameters) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    const auto name = pair.substr(0, equals);
    const auto text = pair.substr(equals + 1);
    Parameter* wanted = nullptr;
    for (auto& parameter : parameters) {
      if (parameter.name == name) wanted = &parameter;
    }
    if (wanted == nullptr) return false;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted->value);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    if (wanted->value < wanted->least || wanted->value > wanted->most) return false;
  }
  return true;
}

std::chrono::milliseconds milliseconds(std::uint64_t count) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(count));
}

Answer identity_answer(const Identity& identity) {
  Answer answer;
  answer.shared_text = identity.page;
  return answer;
}

Answer slow(std::string_view query, const Identity& identity) {
  std::array<Parameter, 1> parameters{{{"ms", 0, k_longest_wait_ms, 0}}};
  if (!read_query(query, parameters)) return failure(400);
  Answer answer = identity_answer(identity);
  answer.wait = milliseconds(parameters[0].value);
  return answer;
}

Answer body(std::string_view query) {
  std::array<Parameter, 3> parameters{{{"bytes", 0, k_largest_body, 0},
                                       {"chunk", 1, k_largest_body, 0},
                                       {"delay_ms", 0, k_longest_wait_ms, 0}}};
  if (!read_query(query, parameters)) return failure(400);
  Answer answer;
  answer.filler_bytes = parameters[0].value;
  answer.chunk_bytes = parameters[1].value;
  answer.chunk_pause = milliseconds(parameters[2].value);
  // A pause without a size of parts: one part every 16 KiB.
  if (answer.chunk_bytes == 0 && answer.chunk_pause.count() > 0) answer.chunk_bytes = 16 * 1024;
  return answer;
}

Answer upload(const Request& request) {
  Answer answer;
  answer.text = std::to_string(request.body_bytes) + "\n";
  return answer;
}

Answer not_allowed(std::string_view allow) {
  Answer answer = failure(405);
  answer.allow = allow;
  return answer;
}

}  // namespace

Identity make_identity(Role role, const std::vector<std::string>& labels) {
  Identity identity{role, std::to_string(getpid()), {}};
  identity.page = "pid " + identity.pid + "\nppid " + std::to_string(getppid()) + "\nrole " +
                  std::string(to_string(role)) + "\n";
  for (const auto& label : labels) identity.page += "label " + quoted(label) + "\n";
  return identity;
}

Answer route(const Request& request, const Identity& identity) {
  std::string_view target = request.target;
  // The absolute form, which every server has to accept (RFC 9112, 3.2.2).
  if (!target.empty() && target[0] != '/') {
    const auto authority = target.find("://");
    if (authority != std::string_view::npos) {
      const auto path_start = target.find_first_of("/?", authority + 3);
      target = path_start == std::string_view::npos ? "/" : target.substr(path_start);
    }
  }
  const auto path = target.substr(0, target.find('?'));
  const auto query = path.size() == target.size() ? std::string_view{} : target.substr(path.size() + 1);
  const bool is_head = request.method == HTTP_HEAD;
  const bool is_get = request.method == HTTP_GET || is_head;

  Answer answer;
  if (path == "/upload") {
    answer = request.method == HTTP_POST ? upload(request) : not_allowed("POST");
  } else if (path != "/" && path != "/slow" && path != "/body") {
    answer = failure(404);
  } else if (!is_get) {
    answer = not_allowed("GET, HEAD");
  } else if (path == "/") {
    answer = identity_answer(identity);
  } else {
    answer = path == "/slow" ? slow(query, identity) : body(query);
  }
  answer.body_withheld = is_head;
  return answer;
}

Answer failure(int status) {
  Answer answer;
  answer.status = status;
  answer.text = std::to_string(status) + " " + std::string(reason_phrase(status)) + "\n";
  return answer;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace reference_server
