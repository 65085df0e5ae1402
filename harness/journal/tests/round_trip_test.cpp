#include <catch2/catch.hpp>

#include "generated_events.hpp"
#include "journal/journal_lines.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

template <std::size_t... Index>
void add_one_of_each(Generator& generator, Journal& journal, std::index_sequence<Index...>) {
  (journal.push_back(generator.event<Index>()), ...);
}

Journal generated(unsigned seed) {
  Generator generator(seed);
  Journal journal;
  add_one_of_each(generator, journal, std::make_index_sequence<std::variant_size_v<What>>());
  return journal;
}

}  // namespace

TEST_CASE("Events of every kind with any content come back from their line") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto journal = generated(seed);
    for (const auto& event : journal) {
      const auto line = to_line(event, 7);
      INFO("seed " << seed << ", " << line);
      const auto back = from_line(line);
      REQUIRE(back);
      REQUIRE(same_event(event, *back));
      REQUIRE(to_line(*back, 7) == line);
    }
  }
}

TEST_CASE("A whole journal comes back, and writing it again gives the same bytes") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto journal = generated(seed);
    const auto text = write_journal(journal);
    const auto back = read_journal(text, "case.jsonl");
    REQUIRE(back);
    REQUIRE(back->size() == journal.size());
    REQUIRE(write_journal(*back) == text);
  }
}

TEST_CASE("A line holds no byte that could steer a terminal, whatever the server printed") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    for (const auto& event : generated(seed)) {
      const auto line = to_line(event, 0);
      REQUIRE(line.back() == '\n');
      for (const char c : std::string_view(line).substr(0, line.size() - 1)) {
        const auto byte = static_cast<unsigned char>(c);
        REQUIRE((byte >= 0x20 && byte != 0x7f));
      }
      REQUIRE(line.find("\xc2\x9b") == std::string::npos);
      REQUIRE(is_utf8(line));
    }
  }
}

TEST_CASE("The line of an event reads as documented") {
  CHECK(to_line({12345678, Source::pidfd, Exited{17, 256}}, 12) ==
        R"({"n":12,"at":12345678,"source":"pidfd","event":"exited","pid":17,"status":256})"
        "\n");
  CHECK(to_line({0, Source::pidfd, Exited{17, std::nullopt}}, 12) ==
        R"({"n":12,"at":0,"source":"pidfd","event":"exited","pid":17})"
        "\n");
  CHECK(to_line({5, Source::output, Output{Stream::err, 0, "a\xff\\", true, false}}, 0) ==
        R"({"n":0,"at":5,"source":"output","event":"output","stream":"stderr","writer":0,)"
        R"("text":{"escaped":"a\\xff\\\\"},"whole":true,"cut":false})"
        "\n");
  CHECK(to_line({5, Source::procfs, ProcessesSeen{"end", {{7, 1, 'Z', "server"}}}}, 0) ==
        R"({"n":0,"at":5,"source":"procfs","event":"processes-seen","occasion":"end",)"
        R"("processes":[{"pid":7,"parent":1,"state":"Z","command":"server"}]})"
        "\n");
}

TEST_CASE("Socket cookies and times of 64 bits are exact") {
  Listening listening;
  listening.socket = 0xfffffffffffffffeU;
  listening.inode = (1ULL << 53U) + 1;
  const auto back = from_line(to_line({(std::int64_t{1} << 62) + 1, Source::netlink, listening}, 0));
  REQUIRE(back);
  CHECK(back->at == (std::int64_t{1} << 62) + 1);
  CHECK(std::get<Listening>(back->what).socket == listening.socket);
  CHECK(std::get<Listening>(back->what).inode == listening.inode);
}

TEST_CASE("No field of an event is named like one of the line's own") {
  for (const auto& event : generated(1)) {
    std::visit(
        [](const auto& what) {
          std::remove_cvref_t<decltype(what)>::describe(what, [](std::string_view name, const auto&) {
            CHECK((name != "n" && name != "at" && name != "source" && name != "event" && name != "escaped"));
          });
        },
        event.what);
  }
}
