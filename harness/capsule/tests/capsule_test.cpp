#include "capsule/capsule.hpp"

#include <catch2/catch.hpp>

#include "capsule/archive.hpp"
#include "capsule/same_failure.hpp"

namespace clusterspec {
namespace {

Capsule sample() {
  Capsule capsule;
  Manifest& manifest = capsule.manifest;
  manifest.clusterspec = "0.1.0";
  manifest.scenario = "documented/terminate/s";
  manifest.combination = {{"workers", "8"}};
  manifest.findings = {{"terminate.exit-code", "exit code 0", "exit code 1", 14}};
  manifest.settings = {"namespaces", "notification", 2.5, 4, 2};
  manifest.server = {"/opt/server", "0123456789abcdef", "1.0", {"server", "\xff\x1b"}, {"A=b"}, "/home"};
  manifest.kernel = {{"net/core/somaxconn", "4096"}};
  capsule.scenario =
      "title = \"T\"\nwhy = \"W\"\nverifies = [\"terminate.exit-code\"]\n[matrix]\nworkers = [1, 8]\n"
      "[launch]\nworkers = \"{workers}\"\n[[step]]\nawait = \"ready\"\n[[step]]\nsignal = \"INT\"\n"
      "[[expect]]\nexit = \"launcher\"\ncode = 0\n";
  capsule.implementation =
      "name = \"server\"\nexecutable = \"server\"\n[clustering]\nusual = \"short\"\n"
      "spellings.short = [\"-w\", \"{workers}\"]\n[requests.quick]\npath = \"/\"\n";
  capsule.requirements =
      "[[requirement]]\nid = \"terminate.exit-code\"\nlevel = \"must\"\nsuite = \"documented\"\n"
      "basis = \"derived\"\nsource = \"S\"\ntext = \"T\"\n";
  capsule.journal = "{}\n";
  capsule.out = std::string("\0\xff", 2);
  return capsule;
}

std::string changed_manifest(const std::string& from, const std::string& to) {
  std::vector<ArchiveEntry> known;
  for (const char* name : {"manifest.json", "scenario.toml", "implementation.toml", "requirements.toml",
                           "journal.jsonl", "stdout.txt", "stderr.txt"})
    known.push_back({std::string("capsule/") + name, 1 << 20});
  Files files = *unpack(*write_capsule(sample()), known, "c");
  std::string& text = files["capsule/manifest.json"];
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  const auto read = read_capsule(*pack(files), "c.tar.gz");
  return read ? "" : to_text(read.error());
}

TEST_CASE("a capsule comes back as it was") {
  const Capsule before = sample();
  const auto bytes = write_capsule(before);
  REQUIRE(bytes);
  const auto after = read_capsule(*bytes, "c.tar.gz");
  if (!after) FAIL(to_text(after.error()));
  CHECK(after->manifest.combination == before.manifest.combination);
  CHECK(after->manifest.settings.time_scale == 2.5);
  CHECK(after->manifest.server.arguments == before.manifest.server.arguments);
  CHECK(after->manifest.findings[0].line == 14);
  CHECK(after->scenario == before.scenario);
  CHECK(after->out == before.out);
  CHECK(*write_capsule(*after) == *bytes);
}

TEST_CASE("its case is that of its combination") {
  const auto held = case_of(sample(), "c.tar.gz");
  REQUIRE(held);
  CHECK(held->one.id == "documented/terminate/s[workers=8]@server");
  CHECK(held->one.scenario.launch.workers == std::vector<std::string>{"8"});
  CHECK(held->one.levels.at("terminate.exit-code") == Level::must);
}

TEST_CASE("a manifest that is wrong is told") {
  CHECK(changed_manifest("{\n", "[").find("no JSON object") != std::string::npos);
  CHECK(changed_manifest("clusterspec-capsule", "zip").find("the format is \"zip\"") != std::string::npos);
  CHECK(changed_manifest("\"version\": 1", "\"version\": 2").find("use the clusterspec that wrote it") !=
        std::string::npos);
  CHECK(changed_manifest("\"stress\"", "\"strass\"").find("`settings.stress` is missing") !=
        std::string::npos);
  CHECK(changed_manifest("\"fail\"", "\"lost\"").find("which is none of pass, fail") != std::string::npos);
  CHECK(changed_manifest("\"stress\": 2", "\"stress\": 1000000").find("0 to 1024 are possible") !=
        std::string::npos);
  CHECK(changed_manifest("\"time_scale\": 2.5", "\"time_scale\": 1e300").find("0.01 to 1000") !=
        std::string::npos);
  const std::string escape = changed_manifest("clusterspec-capsule", "\\u001b[2J");
  CHECK(escape.find('\x1b') == std::string::npos);
}

TEST_CASE("a mistake in a file of the capsule has its place") {
  Capsule capsule = sample();
  capsule.scenario += "cod = 1\n";
  const auto held = case_of(capsule, "c.tar.gz");
  REQUIRE_FALSE(held);
  CHECK(to_text(held.error().front()).find("c.tar.gz:scenario.toml:15:") == 0);
}

TEST_CASE("a failure is the same whatever its numbers, and another if it says something else") {
  const Scenario scenario = case_of(sample(), "c")->one.scenario;
  const auto of = [&](const std::string& id, const std::string& expected, const std::string& actual,
                      int line) {
    return symptoms(scenario, std::vector<RecordedFinding>{{id, expected, actual, line}});
  };
  const auto recorded =
      of("a.b", "every connection of \"slow\" answered", "9 of 64: 7 refused, 2 hung at worker 2", 13);
  CHECK(same_failure(recorded, of("a.b", "every connection of \"slow\" answered", "1 of 1: 1 refused", 13)));
  CHECK_FALSE(
      same_failure(recorded, of("a.c", "every connection of \"slow\" answered", "1 of 1: 1 refused", 13)));
  CHECK_FALSE(
      same_failure(recorded, of("a.b", "every connection of \"slow\" answered", "1 of 1: 1 refused", 8)));
  CHECK_FALSE(same_failure(recorded, of("a.b", "64 connections of \"slow\"", "2", 13)));
  CHECK_FALSE(
      same_failure(recorded, of("a.b", "every connection of \"slow\" answered", "it did not happen", 13)));
  CHECK_FALSE(same_failure(recorded, {}));
}

}  // namespace
}  // namespace clusterspec
