#include "reference_server/routes.hpp"

#include <catch2/catch.hpp>

#include "reference_server/answer_writer.hpp"
#include "reference_server/escape.hpp"

using namespace reference_server;
using namespace std::chrono_literals;

namespace {

const Identity& identity() {
  static const Identity s_identity = make_identity(Role::single, {"a b", "", "\xff\"\\"});
  return s_identity;
}

Answer get(std::string_view target, llhttp_method_t method = HTTP_GET) {
  return route({method, target, 7, true, false}, identity());
}

}  // namespace

TEST_CASE("bytes are escaped so that no two values look alike") {
  CHECK(quoted("a b") == "\"a b\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("\xff\n\"\\") == "\"\\xff\\x0a\\\"\\\\\"");
  CHECK(quoted("\\xff") == "\"\\\\xff\"");
}

TEST_CASE("the page at / says who serves and each label") {
  const auto answer = get("/");
  CHECK(answer.status == 200);
  CHECK_THAT(std::string(answer.body()),
             Catch::Contains("role single\nlabel \"a b\"\nlabel \"\"\nlabel \"\\xff\\\"\\\\\"\n"));
  CHECK(get("http://example.org/").body() == answer.body());
}

TEST_CASE("parameters are numbers within their range, or the answer is 400") {
  CHECK(get("/slow?ms=20").wait == 20ms);
  CHECK(get("/slow").wait == 0ms);
  const auto body = get("/body?bytes=5&chunk=2&delay_ms=3");
  CHECK(body.content_length() == 5);
  CHECK(body.chunk_bytes == 2);
  CHECK(body.chunk_pause == 3ms);
  for (const auto* wrong : {"/slow?ms=", "/slow?ms=-1", "/slow?ms=x", "/slow?ms=600001", "/slow?n=1",
                            "/slow?ms", "/body?bytes=99999999999999999999", "/body?chunk=0"}) {
    CAPTURE(wrong);
    CHECK(get(wrong).status == 400);
  }
}

TEST_CASE("unknown paths are 404, wrong methods 405 with what is allowed") {
  CHECK(get("/nothing").status == 404);
  CHECK(get("*").status == 404);
  CHECK(get("/", HTTP_DELETE).allow == "GET, HEAD");
  CHECK(get("/upload").allow == "POST");
  CHECK(get("/upload", HTTP_POST).body() == "7\n");
}

TEST_CASE("a large body is written in parts, and a HEAD of it without any") {
  AnswerWriter writer(identity());
  std::string out;
  writer.start(get("/body?bytes=1000&chunk=300&delay_ms=1"));
  writer.write_head(out, {true, false});
  CHECK_THAT(out,
             Catch::Contains("\r\nContent-Length: 1000\r\n") && Catch::Contains("\r\nConnection: close\r\n"));
  out.clear();
  int pauses = 0;
  while (writer.active()) {
    pauses += writer.take_pause() == 1ms ? 1 : 0;
    writer.write_part(out, 64);
  }
  CHECK(out == std::string(1000, 'x'));
  CHECK(pauses == 3);

  writer.start(get("/body?bytes=1000", HTTP_HEAD));
  out.clear();
  writer.write_head(out, {false, false});
  CHECK_FALSE(writer.active());
  CHECK_THAT(out, Catch::Contains("Content-Length: 1000\r\n") && Catch::EndsWith("\r\n\r\n"));
}
