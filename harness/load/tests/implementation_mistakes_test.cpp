// What can be wrong with an implementation or a catalogue, and what is said about it.
#include "load/tests/loading.hpp"

namespace clusterspec {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("mistakes of an implementation") {
  const auto mistakes = [](const std::string& text) {
    const auto loaded = load_implementation({"i.toml", text});
    return loaded ? std::string() : joined(loaded.error());
  };
  const std::string head = "name = \"x\"\nexecutable = \"x\"\n";
  CHECK(mistakes(head) == "");
  CHECK_THAT(mistakes(""), Contains("an implementation lacks name: ") && Contains("executable: "));
  CHECK_THAT(mistakes("name = \"a b\"\nexecutable = \"x\"\n"), Contains("a name consists of letters"));
  const std::string build = "[build]\ncommand = [\"cc\", \"{built}/x\"]\nsources = [\"x.c\"]\n";
  CHECK(mistakes("name = \"x\"\nexecutable = \"{built}/x\"\n" + build) == "");
  CHECK_THAT(mistakes(head + build), StartsWith("i.toml:2:14: what [build] makes is \"{built}/NAME\""));
  CHECK_THAT(mistakes("name = \"x\"\nexecutable = \"{built}/x\"\n"), Contains("there is no [build]"));
  CHECK_THAT(mistakes(head + "[build]\ncommand = [\"cc\"]\nsources = []\n"),
             Contains("the build command needs {built}") && Contains("name the files that it is made from"));
  CHECK_THAT(mistakes(head + "[build]\ncommand = [\"cc\", \"{build}\"]\n"),
             Contains("did you mean \"built\"?") && Contains("build lacks sources"));
  CHECK_THAT(mistakes(head + "[files.\"../x\"]\ntext = \"\"\n"),
             StartsWith("i.toml:3:") && Contains("a file is named by its path below {dir}"));
  CHECK_THAT(mistakes(head + "[files.x]\ntext = \"{prot}\"\n"), Contains("did you mean \"port\"?"));
  CHECK(mistakes(head + "[files.x]\ntext = \"a { b; } {1,2} {}\"\n") == "");
  CHECK_THAT(mistakes(head + "[files.x]\ntext = \"\"\nmode = \"rwx\"\n"),
             StartsWith("i.toml:5:8: \"rwx\" are no permissions"));
  CHECK_THAT(mistakes(head + "[files.x]\ntext = \"\"\nmode = \"1777\"\n"), Contains("are no permissions"));
  CHECK_THAT(mistakes(head + "needs-files = [\"lib/x\"]\n"), Contains("\"lib/x\" is no absolute path"));
  CHECK_THAT(mistakes(head + "[dialect]\nfast-signals = [\"INT\"]\n"),
             Contains("SIGINT is the graceful signal"));
  CHECK_THAT(mistakes(head + "[dialect]\nreload-signal = \"INT\"\n"), Contains("is the graceful signal"));
  CHECK_THAT(mistakes(head + "[dialect]\nat-once = 0\n"), Contains("at-once is 1 or more"));
  CHECK_THAT(mistakes(head + "[dialect]\nexit-code = 1\nexit-signal = \"TERM\"\n"), Contains("not both"));
  CHECK_THAT(mistakes(head + "[[known]]\nrequirement = \"a.b\"\nreason = \"\"\n"),
             Contains("a known violation needs its reason"));
  CHECK_THAT(mistakes(head + "[[skip]]\nscenario = \"*\"\n"), Contains("skip lacks reason"));
  CHECK_THAT(mistakes(head + "value = [\"--label\"]\n"), Contains("value needs {value}"));
  CHECK_THAT(mistakes(head + "endpoint = [\"{prot}\"]\n"), Contains("did you mean \"port\"?"));
  CHECK_THAT(mistakes(head + "start-within = 3\n"), Contains("has no unit"));
  CHECK_THAT(mistakes(head + "[clustering]\nusual = \"shrt\"\nspellings.short = [\"-w\", \"{workers}\"]\n"),
             StartsWith("i.toml:4:9: there is no spelling \"shrt\"") && Contains("did you mean \"short\"?"));
  CHECK_THAT(mistakes(head + "[clustering]\nusual = \"short\"\nspellings.short = [\"-w\"]\n"),
             Contains("spelling \"short\" needs {workers}"));
  CHECK_THAT(mistakes(head + "[clustering]\nspellings.short = [\"{workers}\"]\n"),
             Contains("clustering lacks usual"));
  CHECK_THAT(
      mistakes(head + "[dialect]\nlauncher_serves = true\n"),
      Contains("dialect has no key \"launcher_serves\"") && Contains("did you mean \"launcher-serves\"?"));
  CHECK_THAT(mistakes(head + "[dialect]\nlistener-count = \"workers\"\n"),
             Contains("\"workers\" is no count"));
  CHECK_THAT(mistakes(head + "[dialect]\ngraceful-target = \"worker 1\"\n"), Contains("graceful-target is"));
  CHECK_THAT(mistakes(head + "[dialect]\ngraceful-signal = 2\n"), Contains("must be a signal's name"));
  CHECK_THAT(mistakes(head + "[log]\nstarted = \"up\"\n"), Contains("the started line needs {pid}"));
  CHECK_THAT(mistakes(head + "[requests.quick]\npath = \"x\"\n"), Contains("begins with \"/\""));
  CHECK_THAT(mistakes(head + "[requests.quick]\npaht = \"/\"\n"), Contains("requests.quick lacks path"));
  CHECK_THAT(mistakes(head + "[requests.quick]\npath = \"/\"\nheaders = [\"a\"]\n"),
             Contains("is no header line"));
}

TEST_CASE("mistakes of a catalogue") {
  const auto mistakes = [](const std::string& text) {
    const auto loaded = load_catalogue({"r.toml", text});
    return loaded ? std::string() : joined(loaded.error());
  };
  const std::string one =
      "[[requirement]]\nid = \"a.b\"\nlevel = \"must\"\nsuite = \"documented\"\nbasis = \"derived\"\nsource "
      "= \"S\"\ntext "
      "= \"T\"\n";
  CHECK(mistakes(one) == "");
  CHECK_THAT(mistakes(one + one), StartsWith("r.toml:9:6: requirement \"a.b\" stands here a second time") &&
                                      Contains("the first stands in line 1"));
  CHECK_THAT(mistakes(""), Contains("consists of [[requirement]] tables"));
  CHECK_THAT(mistakes("[[requirement]]\nid = \"ab\"\n"),
             Contains("\"ab\" is no requirement id") && Contains("lacks level"));
  CHECK_THAT(mistakes("[[requirements]]\nid = \"a.b\"\n"), Contains("did you mean \"requirement\"?"));
}

TEST_CASE("a mistake at a name with dots and brackets is told at its place") {
  const std::string head = "name = \"x\"\nexecutable = \"x\"\n";
  for (const std::string name : {"a.b", "a[0]", "[", ".", ""}) {
    const auto loaded = load_implementation({"i.toml", head + "[requests.\"" + name + "\"]\npath = \"x\"\n"});
    INFO("name " << name);
    REQUIRE_FALSE(loaded);
    CHECK_THAT(joined(loaded.error()), StartsWith("i.toml:4:8: a request's path begins with \"/\""));
  }
}

TEST_CASE("no mistake brings a control character of the file to the terminal") {
  const std::string head = "name = \"x\"\nexecutable = \"x\"\n";
  for (const std::string text :
       {"[requests.\"\\u001b[31m\"]\npath = \"x\"\n", "[requests.\"\\u001b[31m\"]\npath = 3\n",
        "[clustering]\nusual = \"\\u001b[31m\"\nspellings.short = [\"{workers}\"]\n",
        "[clustering]\nusual = \"x\"\nspellings.\"\\u001b\" = [\"{workers}\"]\n",
        "[clustering]\nusual = \"x\"\nspellings.\"\\u009b\" = [\"\"]\n"}) {
    const auto loaded = load_implementation({"\x1b[2J.toml", head + text});
    INFO(text);
    REQUIRE_FALSE(loaded);
    const std::string told = joined(loaded.error());
    CHECK(told.find('\x1b') == std::string::npos);
    CHECK(told.find("\u009b") == std::string::npos);
    CHECK_THAT(told, StartsWith("\\x1b[2J.toml:"));
  }
}

}  // namespace clusterspec
