#include "learn/implementation_text.hpp"

#include <csignal>

#include "learn/tests/explored.hpp"

namespace clusterspec::tests {
namespace {

Implementation loaded(const std::string& text) {
  auto implementation = load_implementation({"new.toml", text});
  if (!implementation) FAIL(to_text(implementation.error().front()) << "\n" << text);
  return *implementation;
}

}  // namespace

TEST_CASE("What was found out is what the loader reads") {
  End end;
  end.flight = Outcome::answered;
  end.others = {{11, 0}, {12, 0}, {13, 0}};
  Server server;
  server.lines = {"booting 11", "booting 12", "booting 13"};
  const Conclusions found = conclude(command(), runs_of(command(), server, {{SIGTERM, Role::launcher, end}}));
  const Implementation it = loaded(implementation_text(command(), found));
  CHECK(it.name == "mine");
  CHECK(it.executable == "server");
  CHECK(it.arguments == std::vector<std::string>{"--quiet", "-p", "{port}"});
  REQUIRE(it.clustering);
  CHECK(it.clustering->spellings.at("given") == std::vector<std::string>{"-w", "{workers}"});
  CHECK(it.dialect.worker_count == found.dialect.worker_count);
  CHECK(it.dialect.listener_count == "1");
  CHECK(it.dialect.shares_listener);
  CHECK_FALSE(it.dialect.launcher_serves);
  CHECK(it.dialect.graceful_signal == Signal{SIGTERM});
  CHECK(it.log.started == "booting {pid}");
  CHECK(it.requests.at("slow").path == "/slow?ms={delay}");
}

TEST_CASE("An option that must stand where it stood stays among the arguments") {
  auto runs = runs_of(command(), {}, {});
  for (Run& run : runs)
    if (run.trial.option_first) run.journal.clear();
  const Implementation it = loaded(implementation_text(command(), conclude(command(), runs)));
  CHECK_FALSE(it.clustering);
  CHECK(it.arguments == std::vector<std::string>{"--quiet", "-w", "{workers}", "-p", "{port}"});
}

TEST_CASE("Nothing that a server prints or is called gets out of its comment or its string") {
  Server server;
  server.lines = {"x\nname = \"other\"", "\x1b[31mred \"",     "[[known]]",
                  "worker 11 \"\"\" '",  "worker 12 \"\"\" '", "worker 13 \"\"\" '"};
  const ServerCommand hostile{"mine", {"/opt/a\"b\n", "c\nd", "\"", "-w", "{workers}"}, "/", ""};
  const std::string text = implementation_text(hostile, conclude(hostile, runs_of(hostile, server, {})));
  const Implementation it = loaded(text);
  CHECK(it.executable == "/opt/a\"b\n");
  CHECK(it.known.empty());
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(it.log.started == "worker {pid} \"\"\" '");
  CHECK_FALSE(it.requests.contains("slow"));
}

TEST_CASE("The account names the program behind a script") {
  Server server;
  server.executes = {"/opt/server"};
  server.passing = {21};
  const std::string text = account_text(conclude(command(), runs_of(command(), server, {})));
  CHECK(text.find("it executed /opt/server in its place") != std::string::npos);
  CHECK(text.find("a process had come and gone") != std::string::npos);
}

TEST_CASE("The account tells both, what was found out and what was not") {
  const std::string text = account_text(conclude(command(false), runs_of(command(false), {}, {})));
  CHECK(text.find("Found out") != std::string::npos);
  CHECK(text.find("child 1") != std::string::npos);
  CHECK(text.find("SIGHUP to the launcher: the launcher went on") != std::string::npos);
  CHECK(text.substr(text.find("Not found out")).find("requests.slow") != std::string::npos);
}

}  // namespace clusterspec::tests
