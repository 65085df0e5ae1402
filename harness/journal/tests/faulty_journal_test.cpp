#include <catch2/catch.hpp>

#include "journal/journal_lines.hpp"

using namespace clusterspec;
using Catch::Matchers::Contains;

namespace {

const std::string k_exited = R"({"n":0,"at":5,"source":"pidfd","event":"exited","pid":17,"status":0})";

std::string problem_of(const std::string& line) {
  const auto event = from_line(line);
  REQUIRE_FALSE(event);
  CHECK(event.error().kind == ErrorKind::file);
  return event.error().message;
}

}  // namespace

TEST_CASE("Keys of a newer writer are ignored") {
  CHECK(
      from_line(R"({"n":0,"at":5,"source":"pidfd","event":"exited","pid":17,"core":true,"more":{"a":[1]}})"));
}

TEST_CASE("What is missing or of the wrong type is named") {
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"pidfd","event":"exited"})"), Contains("`pid` is missing"));
  CHECK_THAT(problem_of(R"({"at":5,"source":"pidfd","event":"case-ended"})"), Contains("`n` is missing"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"pidfd","event":"exited","pid":"17"})"),
             Contains("`pid` must be a whole number, not string"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"pidfd","event":"exited","pid":17.0})"),
             Contains("whole number"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"pidfd","event":"exited","pid":3000000000})"),
             Contains("out of range"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"netlink","event":"listener-closed","socket":-1})"),
             Contains("out of range"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"guess","event":"case-ended"})"),
             Contains("\"guess\"") && Contains("pidfd"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"pidfd","event":"beheaded"})"),
             Contains("\"beheaded\" is unknown"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"procfs","event":"processes-seen","occasion":"end",)"
                        R"("processes":[{"pid":1,"parent":0,"state":"ZZ","command":"a"}]})"),
             Contains("`processes[0].state` must be one character"));
  CHECK_THAT(problem_of(R"({"n":0,"at":5,"source":"driver","event":"note","text":{"escaped":"\\q"}})"),
             Contains("faulty escape"));
  CHECK_THAT(problem_of("[1]"), Contains("must be an object"));
}

TEST_CASE("What is no JSON is an error value, never an exception") {
  for (const std::string line : {"", "   ", "{", "nonsense", "{\"n\":0", "{\"n\":1e999}", "\xff\xfe",
                                 "{\"n\":99999999999999999999999}"})
    CHECK_FALSE(from_line(line));
  CHECK_FALSE(from_line(std::string(100000, '[')));
  for (std::size_t length = 0; length < k_exited.size(); ++length)
    CHECK_FALSE(from_line(k_exited.substr(0, length)));
}

TEST_CASE("Errors never carry raw bytes of the journal") {
  const auto message = problem_of("{\"\x1b[2J\xff");
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find('\xff') == std::string::npos);
}

TEST_CASE("An error in a journal names file and line") {
  const auto journal = read_journal(k_exited + "\n{\"n\":1}\n", "case.jsonl");
  REQUIRE_FALSE(journal);
  REQUIRE(journal.error().where);
  CHECK(journal.error().where->file == "case.jsonl");
  CHECK(journal.error().where->line == 2);
}

TEST_CASE("A journal that was cut off says so") {
  const auto journal = read_journal(k_exited + "\n" + k_exited.substr(0, 30), "case.jsonl");
  REQUIRE_FALSE(journal);
  CHECK_THAT(journal.error().message, Contains("cut off"));
  CHECK(journal.error().where->line == 2);
}

TEST_CASE("A last line without its newline is read if it is whole") {
  const auto journal = read_journal(k_exited, "case.jsonl");
  REQUIRE(journal);
  CHECK(journal->size() == 1);
}

TEST_CASE("A missing or doubled line is noticed by its number") {
  const auto journal = read_journal(k_exited + "\n" + k_exited + "\n", "case.jsonl");
  REQUIRE_FALSE(journal);
  CHECK_THAT(journal.error().message, Contains("event number 0 stands where 1 should"));
}

TEST_CASE("An empty journal is an error that says so") {
  const auto journal = read_journal("", "case.jsonl");
  REQUIRE_FALSE(journal);
  CHECK_THAT(journal.error().message, Contains("empty"));
}
