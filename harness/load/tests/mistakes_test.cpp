// One test for each kind of mistake; the exact text for those that people meet most.
#include "load/tests/loading.hpp"

namespace clusterspec {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

std::string with_step(const std::string& step) {
  return mistakes_of(k_head + "[[step]]\n" + step + k_expect);
}
std::string with_expect(const std::string& expect) { return mistakes_of(k_head + "[[expect]]\n" + expect); }

}  // namespace

TEST_CASE("the scenario that the others are made from is right") {
  CHECK(mistakes_of(k_head + k_expect) == "");
  CHECK(with_step("await = \"ready\"\n") == "");
}

TEST_CASE("a syntax error is shown where it is") {
  const std::string text = mistakes_of("title = \"T\"\nwhy = = \"W\"\n");
  CHECK_THAT(text, StartsWith("s.toml:2:7: "));
  CHECK_THAT(text,
             Contains("\n  why = = \"W\"\n        ^\n  this is no TOML: a line is key = value, a text"));
}

TEST_CASE("an unknown key of a step lists the keys of its verb and the nearest one") {
  CHECK(with_step("open = \"slow\"\ncout = 3\n") ==
        "s.toml:6:1: a step \"open\" has no key \"cout\"\n"
        "  cout = 3\n"
        "  ^\n"
        "  did you mean \"count\"? valid: open, request, count, per-process, until, delay, bytes, "
        "keep-alive, later, pipelined, read-rate, write-rate, at-once, "
        "over, within, hung-after, name, verifies\n");
}

TEST_CASE("a key of another verb is unknown") {
  CHECK_THAT(with_step("await = \"ready\"\nto = \"group\"\n"),
             Contains("a step \"await\" has no key \"to\""));
}

TEST_CASE("an unknown parameter of an expectation lists those of its subject") {
  CHECK(with_expect("exit = \"launcher\"\ncod = 0\ncode = 0\n") ==
        "s.toml:6:1: an expectation \"exit\" has no key \"cod\"\n"
        "  cod = 0\n"
        "  ^\n"
        "  did you mean \"code\"? valid: exit, code, failed, signal, verifies, hint\n");
}

TEST_CASE("an unknown key of a table is reported with those that exist") {
  CHECK_THAT(mistakes_of("titel = \"x\"\n" + k_head + k_expect),
             Contains("a scenario has no key \"titel\"") && Contains("did you mean \"title\"?"));
  CHECK_THAT(mistakes_of(k_head + "[launch]\nworker = 2\n" + k_expect),
             Contains("[launch] has no key \"worker\"") && Contains("did you mean \"workers\"?"));
}

TEST_CASE("a step needs a verb") {
  CHECK(with_step("awiat = \"ready\"\n") ==
        "s.toml:5:1: a step without a verb\n"
        "  awiat = \"ready\"\n"
        "  ^\n"
        "  did you mean \"await\"? it has exactly one of: launch, await, open, send, load, stop, close, "
        "signal, "
        "press, "
        "occupy, output, replace, orphan, look, hold, await-held, release, inject, freeze, thaw\n");
  CHECK_THAT(with_step("name = \"x\"\n"), StartsWith("s.toml:4:1: a step without a verb"));
}

TEST_CASE("a step has one verb only") {
  CHECK(with_step("press = \"ctrl-c\"\nawait = \"ready\"\n") ==
        "s.toml:5:1: a step has one verb, this has 2: await, press\n"
        "  press = \"ctrl-c\"\n"
        "  ^\n"
        "  write a table of its own for each\n");
}

TEST_CASE("an expectation needs a subject, and one only") {
  CHECK_THAT(with_expect("conections = \"a\"\n"),
             Contains("an expectation without a subject") && Contains("did you mean \"connections\"?"));
  CHECK_THAT(with_expect("exit = \"launcher\"\nport = \"refused\"\n"),
             Contains("an expectation has one subject, this has 2: exit, port"));
}

TEST_CASE("served-by has a parameter that is a subject elsewhere") {
  CHECK(mistakes_of(k_head +
                    "[[step]]\nopen = \"a\"\n[[expect]]\nserved-by = \"a\"\nprocesses = \"all\"\n") == "");
}

TEST_CASE("a wrong type says what is wanted and what is there") {
  CHECK(with_step("open = \"a\"\ncount = \"3\"\n") ==
        "s.toml:6:9: count must be a whole number, not a string\n"
        "  count = \"3\"\n"
        "          ^\n");
  CHECK_THAT(with_step("open = 3\n"), Contains("open must be a string, not a whole number"));
  CHECK_THAT(with_step("open = \"a\"\nkeep-alive = 1\n"),
             Contains("keep-alive must be true or false, not a whole number"));
  CHECK_THAT(with_step("open = \"a\"\ncount = 1.5\n"), Contains("not a number with a fraction"));
  CHECK_THAT(with_step("open = \"a\"\ncount = 99999999999\n"),
             Contains("count = 99999999999 is out of range"));
  CHECK_THAT(mistakes_of("launch = 3\n" + k_head + k_expect), Contains("launch must be a table"));
  CHECK_THAT(mistakes_of("step = 3\n" + k_head + k_expect),
             Contains("step must be a list of tables: write [[step]]"));
}

TEST_CASE("a duration needs a unit") {
  CHECK(with_step("await = \"ready\"\nwithin = 5\n") ==
        "s.toml:6:10: within is a duration and has no unit\n"
        "  within = 5\n"
        "           ^\n"
        "  a duration is a string with a unit: \"300ms\", \"2s\", \"1m\", \"50us\"\n");
  CHECK_THAT(with_step("await = \"ready\"\nwithin = \"5\"\n"), Contains("the duration \"5\" has no unit"));
  CHECK_THAT(with_step("await = \"ready\"\nwithin = \"5 sec\"\n"), Contains("is no unit of time"));
  CHECK_THAT(with_step("await = \"ready\"\nwithin = \"0ms\"\n"),
             Contains("within must be longer than nothing"));
}

TEST_CASE("a link has a delay of one way, a loss, or both") {
  const auto with_link = [](const std::string& link) {
    return mistakes_of("link = " + link + "\n" + k_head + k_expect);
  };
  CHECK(with_link("{ delay = \"5ms\", loss = 0.01 }") == "");
  CHECK(with_link("{ delay = \"0ms\" }") == "");
  CHECK(with_link("{ delay = 5 }") ==
        "s.toml:1:18: delay is a duration and has no unit\n"
        "  link = { delay = 5 }\n"
        "                   ^\n"
        "  a duration is a string with a unit: \"300ms\", \"2s\", \"1m\", \"50us\"\n");
  CHECK(with_link("{ dealy = \"5ms\", loss = 0 }") ==
        "s.toml:1:10: link has no key \"dealy\"\n"
        "  link = { dealy = \"5ms\", loss = 0 }\n"
        "           ^\n"
        "  did you mean \"delay\"? valid: delay, loss\n");
  CHECK(with_link("{ delay = \"2s\" }") ==
        "s.toml:1:18: delay = 2s is too long\n"
        "  link = { delay = \"2s\" }\n"
        "                   ^\n"
        "  at most 400ms: after a second without an answer a client asks again\n");
  CHECK(with_link("{ loss = 1 }") ==
        "s.toml:1:17: loss is a probability from 0 to below 1\n"
        "  link = { loss = 1 }\n"
        "                  ^\n"
        "  0.01 is one packet of a hundred\n");
  CHECK(with_link("{}") ==
        "s.toml:1:8: a link without delay and loss is none\n"
        "  link = {}\n"
        "         ^\n"
        "  link = { delay = \"5ms\" }\n");
  CHECK_THAT(with_link("{ delay = \"-5ms\" }"), StartsWith("s.toml:1:18: ") && Contains("duration"));
  CHECK_THAT(with_link("{ delay = \"5\" }"), Contains("the duration \"5\" has no unit"));
  CHECK_THAT(with_link("{ loss = -0.5 }"), Contains("from 0 to below 1"));
  CHECK_THAT(with_link("\"5ms\""), Contains("link must be a table with the keys delay, loss, not a string"));
}

TEST_CASE("impossible numbers") {
  CHECK(with_step("open = \"a\"\ncount = 0\n") ==
        "s.toml:6:9: count = 0 is impossible\n"
        "  count = 0\n"
        "          ^\n"
        "  at least 1\n");
  CHECK_THAT(with_step("open = \"a\"\nper-process = -1\n"), Contains("per-process = -1 is impossible"));
  CHECK_THAT(with_step("open = \"a\"\nbytes = -1\n"), Contains("bytes = -1 is impossible"));
  CHECK_THAT(with_step("signal = \"INT\"\ntimes = 0\n"), Contains("times = 0 is impossible"));
  CHECK_THAT(with_expect("processes = \"workers\"\ncount = -1\n"), Contains("count = -1 is impossible"));
  CHECK_THAT(with_expect("exit = \"launcher\"\ncode = 256\n"), Contains("from 0 to 255"));
  CHECK_THAT(with_expect("descriptors = \"workers\"\nnumber = 7\nis = \"closed\"\n"),
             Contains("only the descriptors"));
  CHECK_THAT(mistakes_of(k_head + "[launch]\nmore-values = -1\n" + k_expect), Contains("more-values = -1"));
}

TEST_CASE("orphans are children of a server that is process 1") {
  const std::string step = "[[step]]\norphan = 2\n";
  CHECK(mistakes_of(k_head + "[launch]\nfirst-process = true\n" + step + k_expect) == "");
  CHECK_THAT(mistakes_of(k_head + step + k_expect), Contains("has no pid namespace of its own"));
  CHECK_THAT(mistakes_of(k_head + "[launch]\nfirst-process = true\n[[step]]\norphan = 0\n" + k_expect),
             Contains("orphan = 0 is impossible"));
  CHECK_THAT(with_expect("orphans = \"reaped\"\nat = \"later\"\n"),
             Contains("look \"later\" does not exist"));
}

TEST_CASE("count and at-most exclude each other, as do an address and the default one") {
  CHECK_THAT(with_expect("lines = \"started\"\ncount = 2\nat-most = 2\n"),
             StartsWith("s.toml:7:11: count and at-most exclude each other"));
  CHECK_THAT(with_expect("lines = \"started\"\nat-most = -1\n"), Contains("at-most = -1 is impossible"));
  CHECK_THAT(mistakes_of(k_head + "[launch]\ndefaults = true\nhost = \"::\"\n" + k_expect),
             Contains("host or defaults"));
}

TEST_CASE("per-process and count exclude each other") {
  CHECK_THAT(with_step("open = \"a\"\ncount = 2\nper-process = 2\n"),
             StartsWith("s.toml:7:15: count and per-process exclude each other"));
}

TEST_CASE("unknown words of the vocabulary") {
  CHECK(with_step("await = \"redy\"\n") ==
        "s.toml:5:9: await cannot be \"redy\"\n"
        "  await = \"redy\"\n"
        "          ^\n"
        "  did you mean \"ready\"? valid: ready, started, exited, listeners-closed, concluded, line, idle\n");
  CHECK_THAT(with_step("signal = \"TREM\"\n"),
             Contains("\"TREM\" is no signal") && Contains("did you mean \"TERM\"?"));
  CHECK_THAT(with_step("signal = \"INT\"\nto = \"lanucher\"\n"),
             Contains("\"lanucher\" is nobody") && Contains("did you mean \"launcher\"?"));
  CHECK_THAT(with_expect("order = [\"ready\", \"launcher exitted\"]\n"),
             StartsWith("s.toml:5:19: ") && Contains("is no moment") &&
                 Contains("did you mean \"launcher exited\"?"));
  CHECK_THAT(with_step("inject = \"bind\"\nname = \"g\"\nerror = \"EADRINUSE\"\n"),
             Contains("did you mean \"EADDRINUSE\"?"));
  CHECK_THAT(mistakes_of("needs = [\"slow-requests\"]\n" + k_head + k_expect),
             Contains("did you mean \"slow-request\"?"));
  CHECK_THAT(with_expect("lines = \"start\"\ncount = 1\n"), Contains("did you mean \"started\"?"));
}

TEST_CASE("requirements are looked up in the catalogue") {
  CHECK(mistakes_of("title = \"T\"\nwhy = \"W\"\nverifies = [\"launch.exact-cuont\"]\n" + k_expect) ==
        "s.toml:3:13: there is no requirement \"launch.exact-cuont\"\n"
        "  verifies = [\"launch.exact-cuont\"]\n"
        "              ^\n"
        "  did you mean \"launch.exact-count\"? in this area: launch.exact-count\n");
  const SourceText unknown{"s.toml", "title = \"T\"\nwhy = \"W\"\nverifies = [\"x.y\"]\n" + k_expect};
  CHECK(load_scenario(unknown, "s", {}, nullptr));
}

TEST_CASE("a part proves only what the scenario verifies") {
  CHECK_THAT(mistakes_of(k_head + k_expect + "verifies = [\"terminate.launcher-waits\"]\n"),
             Contains("\"terminate.launcher-waits\" is not among what this scenario verifies"));
  CHECK(with_step("await = \"ready\"\nverifies = \"terminate.launcher-waits\"\n") == "");
  CHECK_THAT(with_step("await = \"ready\"\nverifies = \"terminate.launcher-wait\"\n"),
             Contains("did you mean \"terminate.launcher-waits\"?"));
  CHECK_THAT(mistakes_of(k_head + k_expect + "verifies = [\"launch.exact-count\"]\n"),
             Contains("no expectation proves \"terminate.exit-code\""));
}

TEST_CASE("verifies, title and why are there and not empty") {
  CHECK_THAT(mistakes_of("title = \"T\"\nwhy = \"W\"\nverifies = []\n" + k_expect),
             Contains("verifies must not be empty"));
  CHECK_THAT(mistakes_of("title = \"\"\nwhy = \" \"\nverifies = \"launch.exact-count\"\n" + k_expect),
             Contains("title must not be empty") && Contains("why must not be empty"));
  CHECK_THAT(mistakes_of(k_expect), Contains("a scenario lacks title: one line, what must be true; why: ") &&
                                        Contains("verifies: requirement ids"));
  CHECK_THAT(mistakes_of(
                 "title = \"T\"\nwhy = \"W\"\nverifies = [\"launch.exact-count\", \"launch.exact-count\"]\n" +
                 k_expect),
             Contains("stands here twice"));
}

TEST_CASE("a scenario expects something, and each expectation judges something") {
  CHECK_THAT(mistakes_of(k_head), Contains("a scenario without an expectation proves nothing"));
  CHECK_THAT(
      with_expect("processes = \"workers\"\n"),
      Contains("this expectation judges nothing") && Contains("give one or more of: count, executions"));
}

TEST_CASE("required keys") {
  CHECK_THAT(with_step("inject = \"bind\"\n"), Contains("a step \"inject\" lacks error: "));
  CHECK_THAT(with_expect("duration = \"1s\"\nfrom = \"ready\"\n"), Contains("lacks to: a later moment"));
}

TEST_CASE("groups are opened before they are used, and once") {
  CHECK(with_step("open = \"slow\"\n[[step]]\nawait = \"concluded\"\nconnections = \"slwo\"\n") ==
        "s.toml:8:15: connection group \"slwo\" does not exist here\n"
        "  connections = \"slwo\"\n"
        "                ^\n"
        "  did you mean \"slow\"? a step open = \"NAME\" or load = \"NAME\" makes one; there is slow\n");
  CHECK_THAT(with_step("close = \"a\"\n[[step]]\nopen = \"a\"\n"),
             Contains("connection group \"a\" does not exist here"));
  CHECK_THAT(with_step("open = \"a\"\n[[step]]\nload = \"a\"\n"),
             Contains("connection group \"a\" is there already"));
  CHECK_THAT(with_step("open = \"a\"\n[[step]]\nstop = \"a\"\n"), Contains("load \"a\" does not exist here"));
  CHECK_THAT(with_expect("connections = \"a\"\ncount = 1\n"), Contains("connection group \"a\""));
  CHECK_THAT(with_expect("served-by = \"a\"\nprocesses = \"all\"\n"), Contains("connection group \"a\""));
  CHECK_THAT(with_expect("spread = \"a\"\nover = \"all\"\n"), Contains("connection group \"a\""));
  CHECK_THAT(with_expect("order = [\"ready\", \"every a concluded\"]\n"),
             StartsWith("s.toml:5:19: connection group \"a\""));
}

TEST_CASE("looks, gates, step names and instances exist") {
  CHECK_THAT(with_expect("port = \"refused\"\nat = \"later\"\n"),
             Contains("look \"later\" does not exist here") && Contains("there is end, ready"));
  CHECK(with_expect("listeners = \"ready\"\ncount = 3\n") == "");
  CHECK_THAT(with_step("look = \"a\"\n[[step]]\nlook = \"a\"\n"), Contains("look \"a\" is there already"));
  CHECK_THAT(with_step("release = \"g\"\n"), Contains("gate \"g\" does not exist here"));
  CHECK_THAT(with_step("await-held = \"g\"\n"), Contains("gate \"g\""));
  CHECK_THAT(with_expect("order = [\"step a\", \"ready\"]\n"), Contains("step \"a\" does not exist here"));
  CHECK_THAT(with_step("signal = \"INT\"\nto = \"second/launcher\"\n"),
             Contains("instance \"second\" does not exist") && Contains("there is server"));
  CHECK_THAT(with_step("look = \"a\"\nname = \"n\"\n[[step]]\nlook = \"b\"\nname = \"n\"\n"),
             Contains("step \"n\" is there already"));
}

TEST_CASE("an await has the keys it needs and no others") {
  CHECK_THAT(with_step("await = \"concluded\"\n"), Contains("await = \"concluded\" lacks connections"));
  CHECK_THAT(with_step("await = \"line\"\n"), Contains("await = \"line\" lacks line"));
  CHECK_THAT(with_step("await = \"exited\"\nline = \"started\"\n"),
             Contains("line belongs to await = \"line\""));
  CHECK_THAT(with_step("await = \"exited\"\ncount = 2\n"), Contains("only started and line are counted"));
}

TEST_CASE("keys are pressed at a terminal") {
  CHECK_THAT(with_step("press = \"ctrl-c\"\n"), Contains("there is no terminal to press a key at"));
}

TEST_CASE("only a network's own settings are made") {
  for (const std::string setting :
       {"kernel.pid_max=5", "net.ipv4.tcp_migrate_req",
        "net.ipv4.tcp_migrate_req=", "net.ipv4/../../kernel=1", "net..x=1", "=1", ""})
    CHECK_THAT(mistakes_of("sysctl = \"" + setting + "\"\n" + k_head + k_expect),
               Contains("is no setting of a network"));
}

TEST_CASE("whether a program may join a port says only one that could") {
  CHECK_THAT(with_step("occupy = \"alone\"\nother-user = true\n"),
             Contains("is refused by every port in use"));
}

TEST_CASE("a silent connection gets no further than connected") {
  CHECK_THAT(with_step("open = \"a\"\nrequest = \"nothing\"\n"), Contains("gets no further than connected"));
}

TEST_CASE("a launch table beside launch steps has no effect") {
  CHECK_THAT(mistakes_of(k_head + "[launch]\nworkers = 1\n[[step]]\nlaunch = \"server\"\n" + k_expect),
             Contains("[launch] has no effect"));
}

TEST_CASE("all mistakes of a file are reported at once, in its order") {
  const auto loaded = combinations_of(R"(title = 3
verifies = ["launch.exact-count", "a.b"]
[launch]
positon = "first"
[[step]]
await = "redy"
[[step]]
nothing = 1
[[step]]
open = "a"
count = 0
[[expect]]
exit = "launchr"
code = 0
)");
  REQUIRE_FALSE(loaded);
  std::vector<int> lines;
  for (const Error& error : loaded.error()) lines.push_back(error.where->line);
  CHECK(lines == std::vector<int>{1, 1, 2, 4, 6, 7, 11, 13});
}

TEST_CASE("the caret stands below the value also after letters of several bytes") {
  CHECK_THAT(
      mistakes_of("title = \"T\"\nwhy = \"W\"\nverifies = [ \"launch.exact-count\", \"ü\", \"x.y\" ]\n" +
                  k_expect),
      Contains("s.toml:3:42: there is no requirement \"x.y\"\n"
               "  verifies = [ \"launch.exact-count\", \"ü\", \"x.y\" ]\n"
               "                                          ^\n"));
}

TEST_CASE("a file that cannot be read says why") {
  const auto missing = read_source("/nowhere/at/all.toml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "/nowhere/at/all.toml cannot be read: No such file or directory");
  CHECK_FALSE(read_source("/"));
}

}  // namespace clusterspec
