#include <catch2/catch.hpp>

#include "generated_events.hpp"
#include "journal/journal_lines.hpp"
#include "journal/read_written.hpp"

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

TEST_CASE("A line that is read straight is read as any other") {
  int straight = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    for (const auto& event : generated(seed)) {
      std::string line = to_line(event, 7);
      const auto any_other = from_line(line);  // a space behind it, which our writer would not write
      line.pop_back();
      const auto written = from_line(line);
      INFO("seed " << seed << ", " << line);
      REQUIRE(any_other);
      REQUIRE(written);
      REQUIRE(same_event(*any_other, *written));
      detail::WrittenReader reader(line);
      const auto* concluded = std::get_if<Concluded>(&event.what);
      if (!concluded) continue;
      int number = 0;
      Event back{0, Source::driver, Concluded{}};
      reader.field("n", number, '{');
      reader.field("at", back.at);
      reader.field("source", back.source);
      reader.expect(R"(,"event":"concluded")");
      reader.fields(std::get<Concluded>(back.what));
      reader.expect("}");
      if (!reader.at_end()) continue;
      ++straight;
      REQUIRE(same_event(event, back));
    }
  }
  CHECK(straight > 0);
}

TEST_CASE("What our writer would not have written is not read straight") {
  const auto read = [](std::string_view text) {
    detail::WrittenReader reader(text);
    Exited exited;
    reader.field("pid", exited.pid, '{');
    reader.field("status", exited.status);
    reader.expect("}");
    return reader.at_end();
  };
  CHECK(read(R"({"pid":17,"status":256})"));
  CHECK(read(R"({"pid":-17})"));
  CHECK(read(R"({"pid":0})"));
  for (const std::string_view line : {"",
                                      "{",
                                      R"({"pid")",
                                      R"({"pid":})",
                                      R"({"pid":17)",
                                      R"({"pid":017})",
                                      R"({"pid":-0})",
                                      R"({"pid":+1})",
                                      R"({"pid":-})",
                                      R"({"pid":17.0})",
                                      R"({"pid":1e3})",
                                      R"({"pid":3000000000})",
                                      R"({"pid":"17"})",
                                      R"({ "pid":17})",
                                      R"({"pid":17} )",
                                      R"({"pid":17,"more":1})",
                                      R"({"status":256,"pid":17})",
                                      R"({"pid":17,"pid":17})",
                                      R"({"pid":17,"status":256,"status":256})",
                                      R"({"pid":17,"status":null})"}) {
    INFO(line);
    CHECK_FALSE(read(line));
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

TEST_CASE("A journal in pieces is the journal, wherever it was cut, and whatever was expected") {
  Journal journal;
  for (unsigned seed = 0; seed < 20; ++seed)
    for (auto& event : generated(seed)) journal.push_back(std::move(event));
  const auto text = write_journal(journal);
  for (const std::size_t size : {1UL, 7UL, 1000UL, text.size()})
    for (const std::size_t expected : {0UL, 1UL, text.size(), 2 * text.size()}) {
      JournalReader reader("case.jsonl");
      reader.expect(expected);
      for (std::string_view left = text; !left.empty(); left.remove_prefix(std::min(size, left.size())))
        reader.add(left.substr(0, size));
      const auto back = reader.end();
      REQUIRE(back);
      REQUIRE(write_journal(*back) == text);
    }
}

TEST_CASE("A mistake in a journal in pieces is told with its line, and nothing after it counts") {
  JournalReader reader("case.jsonl");
  const std::string good = to_line({0, Source::pidfd, Exited{17, 0}}, 0);
  for (const std::string& piece : {good, std::string("{\"n\":"), std::string("1}\n"), good})
    reader.add(piece);
  const auto journal = reader.end();
  REQUIRE_FALSE(journal);
  CHECK(journal.error().where->line == 2);
  CHECK(journal.error().message == "`at` is missing");
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
