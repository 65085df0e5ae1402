#include "reference_server/request.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace reference_server;
using Outcome = RequestParser::Outcome;

namespace {

int status_of(const std::string& bytes) {
  RequestParser parser;
  const auto fed = parser.feed(bytes);
  return fed.outcome == Outcome::failed ? parser.status() : 0;
}

}  // namespace

TEST_CASE("pipelined requests come out one at a time, however the bytes are cut") {
  const std::string stream =
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
      "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd"
      "GET /b HTTP/1.0\r\n\r\n";
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    RequestParser parser;
    std::string seen;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      std::string_view piece = std::string_view(stream).substr(at, step);
      while (!piece.empty()) {
        const auto fed = parser.feed(piece);
        REQUIRE(fed.outcome != Outcome::failed);
        piece.remove_prefix(fed.consumed);
        if (fed.outcome != Outcome::complete) continue;
        const auto request = parser.request();
        seen += std::string(request.target) + " " + std::to_string(request.body_bytes) +
                (request.keep_alive ? "+" : "-") + "; ";
      }
    }
    REQUIRE(seen == "/a 0+; /upload 5+; /upload 4+; /b 0-; ");
    REQUIRE_FALSE(parser.within_request());
  }
}

TEST_CASE("a request begins with its first byte and ends with its last") {
  RequestParser parser;
  CHECK_FALSE(parser.within_request());
  parser.feed("\r\n");
  CHECK_FALSE(parser.within_request());
  parser.feed("G");
  CHECK(parser.within_request());
  parser.feed("ET / HTTP/1.1\r\nHost: x\r\n");
  CHECK(parser.within_request());
  CHECK(parser.feed("\r\n").outcome == Outcome::complete);
  CHECK_FALSE(parser.within_request());
}

TEST_CASE("what is malformed or too long is answered with its status") {
  CHECK(status_of("nonsense\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);                        // no Host
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);  // two
  CHECK(status_of("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n") == 414);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(40'000, 'a') + "\r\n\r\n") == 431);
  CHECK(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        400);
  CHECK(status_of("POST / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n") == 417);
}

TEST_CASE("a client that waits for 100 is told so before its body") {
  RequestParser parser;
  const std::string head =
      "POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  const auto fed = parser.feed(head);
  CHECK(fed.outcome == Outcome::wants_continue);
  CHECK(fed.consumed == head.size());
  CHECK(parser.feed("ab").outcome == Outcome::complete);
  CHECK(parser.request().body_bytes == 2);
}

TEST_CASE("an upgrade is ignored") {
  RequestParser parser;
  CHECK(parser.feed("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n").outcome ==
        Outcome::complete);
  CHECK(parser.feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n").outcome == Outcome::complete);
}
