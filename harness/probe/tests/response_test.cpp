#include "probe/response.hpp"

#include <catch2/catch.hpp>

using namespace clusterspec;

namespace {

const std::string k_ten = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
const std::string k_chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;extension=1\r\n "
    "world\r\n0\r\nTrailer: x\r\n\r\n";

}  // namespace

TEST_CASE("A response with a length is complete with its last byte") {
  ResponseReader reader;
  CHECK_FALSE(reader.begun());
  REQUIRE(reader.feed(k_ten.substr(0, k_ten.size() - 1)));
  CHECK(reader.begun());
  CHECK_FALSE(reader.complete());
  CHECK(reader.body_bytes() == 9);
  REQUIRE(reader.feed("9"));
  CHECK(reader.complete());
  CHECK(reader.status() == 200);
  CHECK(reader.body_bytes() == 10);
  CHECK(reader.finish());
}

TEST_CASE("A chunked response is complete with its last chunk; sizes and trailers are no body") {
  ResponseReader reader;
  REQUIRE(reader.feed(k_chunked));
  CHECK(reader.complete());
  CHECK(reader.body_bytes() == 11);
}

TEST_CASE("Wherever a response is cut into pieces it is read the same") {
  for (const std::string& whole :
       {k_ten, k_chunked, std::string("HTTP/1.1 204 No Content\r\n\r\n"),
        "HTTP/1.1 100 Continue\r\n\r\n" + k_ten,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" + std::string()}) {
    ResponseReader at_once;
    REQUIRE(at_once.feed(whole));
    REQUIRE(at_once.complete());
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      ResponseReader reader;
      INFO("cut after byte " << cut << " of " << whole);
      CHECK(reader.feed(whole.substr(0, cut)));
      CHECK_FALSE(reader.complete());
      CHECK(reader.feed(whole.substr(cut)));
      CHECK(reader.complete());
      CHECK(reader.status() == at_once.status());
      CHECK(reader.body_bytes() == at_once.body_bytes());
    }
    ResponseReader bytewise;
    for (const char byte : whole) REQUIRE(bytewise.feed({&byte, 1}));
    CHECK(bytewise.complete());
    CHECK(bytewise.body_bytes() == at_once.body_bytes());
  }
}

TEST_CASE("A response that ends early is not complete, wherever it ends") {
  for (const std::string& whole : {k_ten, k_chunked})
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      ResponseReader reader;
      INFO("ends after byte " << cut << " of " << whole);
      REQUIRE(reader.feed(whole.substr(0, cut)));
      CHECK_FALSE(reader.finish());
      CHECK_FALSE(reader.complete());
    }
}

TEST_CASE("A response without a length is complete with the end of the stream") {
  ResponseReader reader;
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\n\r\nsome text"));
  CHECK_FALSE(reader.complete());
  CHECK(reader.finish());
  CHECK(reader.complete());
  CHECK(reader.body_bytes() == 9);
}

TEST_CASE("A response to HEAD has no body, whatever its length says") {
  ResponseReader reader(true);
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"));
  CHECK(reader.complete());
  CHECK(reader.body_bytes() == 0);
  ResponseReader chunked(true);
  REQUIRE(chunked.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(chunked.complete());
}

TEST_CASE("An interim response is not the answer") {
  ResponseReader reader;
  REQUIRE(reader.feed("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK_FALSE(reader.complete());
  REQUIRE(reader.feed("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"));
  CHECK_FALSE(reader.complete());
  REQUIRE(reader.feed("HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n"));
  CHECK(reader.complete());
  CHECK(reader.status() == 503);

  ResponseReader only_interim;
  REQUIRE(only_interim.feed("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK_FALSE(only_interim.finish());
}

TEST_CASE("What is no HTTP is an error that says why") {
  for (const std::string& garbage :
       {std::string("hello, world\r\n\r\n"), std::string("\x16\x03\x01\x02", 4), std::string("\0\0\0\0", 4),
        std::string("GET / HTTP/1.1\r\n\r\n"), std::string("HTTP/1.1 2x0 OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")}) {
    ResponseReader reader;
    INFO(garbage);
    CHECK_FALSE(reader.feed(garbage));
    CHECK_FALSE(reader.error().empty());
    CHECK_FALSE(reader.complete());
  }
}

TEST_CASE("Bytes after the end of the response are an error, in the same piece or a later one") {
  for (const std::string& more : {std::string("x"), k_ten, std::string("\0", 1)}) {
    INFO(more);
    ResponseReader together;
    CHECK_FALSE(together.feed(k_ten + more));
    CHECK(together.error() == "bytes after the end of the response");
    CHECK(together.complete());
    CHECK(together.body_bytes() == 10);

    ResponseReader apart;
    REQUIRE(apart.feed(k_ten));
    CHECK_FALSE(apart.feed(more));
    CHECK(apart.error() == "bytes after the end of the response");
    CHECK(apart.body_bytes() == 10);
  }
}

TEST_CASE("Nothing is no response") {
  ResponseReader reader;
  CHECK(reader.feed(""));
  CHECK_FALSE(reader.begun());
  CHECK_FALSE(reader.finish());
}

TEST_CASE("Several responses follow each other, however they are cut") {
  const std::string all = k_ten + k_chunked + k_ten;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    INFO("cut at " << cut);
    ResponseReader reader(false, 3);
    REQUIRE(reader.feed(all.substr(0, cut)));
    CHECK(reader.complete() == (cut == all.size()));
    CHECK(reader.partial() ==
          (cut > 0 && cut != k_ten.size() && cut != k_ten.size() + k_chunked.size() && cut != all.size()));
    REQUIRE(reader.feed(all.substr(cut)));
    CHECK(reader.complete());
    CHECK(reader.answers() == 3);
    CHECK_FALSE(reader.close_announced());
    CHECK_FALSE(reader.feed("x"));
  }
}

TEST_CASE("A response that announces the close is the last, even where more were expected") {
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
  ResponseReader reader(false, 3);
  REQUIRE(reader.feed(k_ten + last));
  CHECK(reader.complete());
  CHECK(reader.answers() == 2);
  CHECK(reader.close_announced());
  CHECK(reader.body_bytes() == 12);
}

TEST_CASE("A response that the end of the stream completes has announced the close") {
  ResponseReader reader(false, 2);
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\n\r\nsome text"));
  CHECK(reader.partial());
  CHECK(reader.finish());
  CHECK(reader.answers() == 1);
  CHECK(reader.close_announced());
}
