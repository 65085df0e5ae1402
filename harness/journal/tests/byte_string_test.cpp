#include "journal/byte_string.hpp"

#include <catch2/catch.hpp>

using namespace clusterspec::detail;

TEST_CASE("Text that a terminal can take stands as it is") {
  CHECK(is_plain(""));
  CHECK(is_plain("--label=caf\xc3\xa9 \"quoted\" back\\slash"));
  CHECK(is_plain("title = \"a\"\n\tb\n"));
}

TEST_CASE("Control characters and broken UTF-8 are escaped") {
  CHECK_FALSE(is_plain("\x1b[2J"));
  CHECK_FALSE(is_plain("a\r"));
  CHECK_FALSE(is_plain(std::string_view("\0", 1)));
  CHECK_FALSE(is_plain("\x7f"));
  CHECK_FALSE(is_plain("\xff"));
  CHECK_FALSE(is_plain("\xc3"));
  CHECK_FALSE(is_plain("\xed\xa0\x80"));
  // U+009B does what ESC [ does.
  CHECK_FALSE(
      is_plain("\xc2\x9b"
               "2J"));
}

TEST_CASE("Every byte comes back from its escape") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  all += "\\x41\\\\";
  const auto text = escape(all);
  for (const char c : text) CHECK((c >= 0x20 && c < 0x7f));
  CHECK(unescape(text) == all);
}

TEST_CASE("A faulty escape is refused") {
  CHECK_FALSE(unescape("\\"));
  CHECK_FALSE(unescape("\\n"));
  CHECK_FALSE(unescape("\\x4"));
  CHECK_FALSE(unescape("\\x4g"));
  CHECK(unescape("\\x4A\\\\") == "J\\");
}
