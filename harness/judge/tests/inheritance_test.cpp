// Descriptors and environment.
#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectDescriptors input_closed() { return {target("workers"), 0, {"closed", "/dev/null"}, false}; }
ExpectDescriptors output_inherited() { return {target("workers"), 1, {}, true}; }
ExpectEnvironment same_variables() { return {target("workers"), true, false}; }
ExpectEnvironment same_directory() { return {target("workers"), false, true}; }

}  // namespace

TEST_CASE("A worker's standard input is closed or /dev/null") {
  holds(input_closed());
  JournalBuilder closed;
  closed.description(k_first).descriptors.erase("0");
  holds(input_closed(), closed);
  JournalBuilder terminal;
  terminal.description(k_second).descriptors["0"] = "/dev/pts/0";
  fails(input_closed(), terminal, "\"/dev/pts/0\" in worker 2 (pid 4)");
}

TEST_CASE("A worker's standard output is the launcher's") {
  holds(output_inherited());
  JournalBuilder other;
  other.description(k_first).descriptors["1"] = "pipe:[99]";
  fails(output_inherited(), other, "\"pipe:[99]\" in worker 1 (pid 3)");
  JournalBuilder closed;
  closed.description(k_first).descriptors.erase("1");
  fails(output_inherited(), closed, "\"closed\"");
}

TEST_CASE("Descriptors that were not observed are our error") {
  JournalBuilder worker;
  worker.remove<Described>([](const Described& d) { return d.pid == k_second; });
  cannot_be_judged(input_closed(), worker, "the descriptors of worker 2 (pid 4)");
  JournalBuilder launcher;
  launcher.remove<Described>([](const Described& d) { return d.pid == k_launcher; });
  cannot_be_judged(output_inherited(), launcher, "the launcher's descriptors");
  holds(input_closed(), launcher);
}

TEST_CASE("A worker's environment is the launcher's") {
  holds(same_variables());
  JournalBuilder reordered;
  reordered.description(k_first).environment = {"LANG=C", "PATH=/bin"};
  holds(same_variables(), reordered);
  JournalBuilder more;
  more.description(k_first).environment.push_back("WORKER=1");
  fails(same_variables(), more, "worker 1 (pid 3) also has \"WORKER=1\"");
  JournalBuilder less;
  less.description(k_second).environment.pop_back();
  fails(same_variables(), less, "worker 2 (pid 4) lacks \"LANG=C\"");
  JournalBuilder unobserved;
  unobserved.remove<Described>([](const Described& d) { return d.pid == k_second; });
  cannot_be_judged(same_variables(), unobserved, "the environment of worker 2");
}

TEST_CASE("A worker's working directory is the launcher's") {
  holds(same_directory());
  JournalBuilder other;
  other.description(k_second).directory = "/tmp";
  fails(same_directory(), other, "worker 2 (pid 4) is in \"/tmp\"");
}
