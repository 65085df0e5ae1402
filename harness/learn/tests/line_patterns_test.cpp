#include "learn/line_patterns.hpp"

#include <catch2/catch.hpp>

#include "model/cluster.hpp"

namespace clusterspec {
namespace {

std::string plain(const std::string& line) { return pattern_for(line, 123, std::nullopt, false); }

}  // namespace

TEST_CASE("The pid becomes a placeholder, and what stands before another number is left open") {
  CHECK(plain(" > worker 123 started") == " > worker {pid} started");
  CHECK(plain("[2026-11-26 11:03:17 +0000] [123] [INFO] Booting worker with pid: 123") ==
        "*] [INFO] Booting worker with pid: {pid}");
  CHECK(plain("2026/11/26 11:03:17 [notice] 5#5: start worker process 123") ==
        "*: start worker process {pid}");
  CHECK(plain("[9] - Worker 0 (PID: 123) booted in 0.01s, phase: 0") ==
        "* (PID: {pid}) booted in *s, phase: *");
  CHECK(plain("nothing of 1234") == "");
}

TEST_CASE("What ended it is a placeholder in a failure, and a part of the line where it ended well") {
  CHECK(pattern_for("worker process 123 exited on signal 9 (core 9)", 123, 9, false) ==
        "worker process {pid} exited on signal {status} (core *)");
  CHECK(pattern_for("worker process 123 exited with code 0", 123, 0, true) ==
        "worker process {pid} exited with code 0");
  CHECK(pattern_for("worker 123 (7) exited with code 0", 123, 0, true) ==
        "worker {pid} (*) exited with code 0");
}

TEST_CASE("A pattern fits the line it was made of") {
  for (const std::string line :
       {"[2026-11-26 11:03:17 +0000] [123] [INFO] Booting worker with pid: 123",
        "123: 1.25.3:9 at 123 took 4.5s", "[9] - Worker 0 (PID: 123) booted in 0.01s, phase: 0", "123"}) {
    const auto match = match_line(plain(line), line);
    CHECK((match && match->pid == 123));
  }
}

TEST_CASE("A line counts only if each worker has one") {
  std::vector<LineFact> lines{{"start worker process 5", 5, {}, false},
                              {"start worker process 6", 6, {}, false},
                              {"worker 5 is special today", 5, {}, false}};
  CHECK(common_pattern(lines, {{5, 6}, false, false}) == "start worker process {pid}");
  CHECK_FALSE(common_pattern(lines, {{5, 6, 7}, false, false}));
  CHECK_FALSE(common_pattern(lines, {{5, 6}, true, false}));
  CHECK_FALSE(common_pattern(lines, {{}, false, false}));
}

TEST_CASE("A pattern that another number of the line could be taken for is none") {
  CHECK_FALSE(common_pattern({{"worker 7 5 9 begins", 5, {}, false}}, {{5}, false, false}));
  CHECK(common_pattern({{"worker 1, pid 5 begins", 5, {}, false}}, {{5}, false, false}) ==
        "*, pid {pid} begins");
}

TEST_CASE("Of several the line with the most words is taken, and none of next to no words") {
  CHECK(common_pattern({{"[5] boot", 5, {}, false}, {"[5] the worker has booted", 5, {}, false}},
                       {{5}, false, false}) == "[{pid}] the worker has booted");
  CHECK_FALSE(common_pattern({{"[5] up", 5, {}, false}}, {{5}, false, false}));
}

TEST_CASE("A failure's line must tell what ended the worker") {
  const std::vector<LineFact> silent{{"worker 5 has failed", 5, 9, true}};
  const std::vector<LineFact> telling{{"worker 5 has failed by 9", 5, 9, true}};
  CHECK_FALSE(common_pattern(silent, {{5}, true, true}));
  CHECK(common_pattern(telling, {{5}, true, true}) == "worker {pid} has failed by {status}");
}

}  // namespace clusterspec
