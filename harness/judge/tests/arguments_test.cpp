#include "journal_builder.hpp"
#include "judge/argument_diff.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectArguments removed() { return {target("workers"), true, false}; }
ExpectArguments kept() { return {target("workers"), false, true}; }

JournalBuilder second_got(std::vector<std::string> arguments) {
  JournalBuilder builder;
  builder.description(k_second).arguments = std::move(arguments);
  return builder;
}

}  // namespace

TEST_CASE("Workers that got the other arguments only") {
  holds(removed());
  holds(kept());
}

TEST_CASE("A clustering argument that reached a worker is named with its place") {
  const auto builder = second_got({"server", "-w", "2", "--port", "3000", "--label", "a b"});
  fails(removed(), builder, "worker 2 (pid 4) also got argument 1 \"-w\" and argument 2 \"2\"");
  holds(kept(), builder);
}

TEST_CASE("A missing argument is named with its place in the launcher") {
  const auto builder = second_got({"server", "--port", "3000", "--label"});
  fails(kept(), builder, "argument 6 of the launcher, \"a b\", is missing");
  holds(removed(), builder);
}

TEST_CASE("An argument that was split arrived as something else") {
  const auto builder = second_got({"server", "--port", "3000", "--label", "a", "b"});
  fails(kept(), builder, "argument 6 of the launcher, \"a b\", arrived as argument 4, \"a\"");
  fails(removed(), builder, "argument 5 \"b\"");
}

TEST_CASE("A changed argument is not one too many") {
  const auto builder = second_got({"server", "--port", "3000", "--label", "a\xff"});
  fails(kept(), builder, "arrived as argument 4, \"a\\xff\"");
  holds(removed(), builder);
}

TEST_CASE("A moved argument is out of order, not one too many") {
  const auto builder = second_got({"server", "--label", "a b", "--port", "3000"});
  fails(kept(), builder, "out of order");
  holds(removed(), builder);
}

TEST_CASE("A clustering argument in place of another one breaks both") {
  const auto builder = second_got({"server", "--port", "3000", "-w", "2"});
  fails(removed(), builder, "argument 3 \"-w\" and argument 4 \"2\"");
  fails(kept(), builder, "\"--label\", is missing");
}

TEST_CASE("The same mistake in every worker is told once") {
  JournalBuilder builder;
  for (const Pid pid : {k_first, k_second}) builder.description(pid).arguments.push_back("--more");
  fails(removed(), builder, "wrong in 2 workers: worker 1 (pid 3) and worker 2 (pid 4)");
}

TEST_CASE("Where no description was had the execve call tells the arguments") {
  JournalBuilder builder;
  builder.remove<Described>([](const Described& d) { return d.pid != k_launcher; });
  holds(kept(), builder);
  builder.remove<Executed>([](const Executed& e) { return e.pid == k_second; });
  builder.remove<Appeared>([](const Appeared& e) { return e.pid == k_second; });
  builder.insert(builder.position<StepBegun>(), Appeared{k_second, k_launcher, k_launcher, k_launcher},
                 Source::polling);
  cannot_be_judged(kept(), builder, "the arguments of worker 2 (pid 4) were not observed");
}

TEST_CASE("A description from before the execve call shows the launcher's arguments and does not count") {
  JournalBuilder builder;
  Described early = builder.description(k_launcher);
  early.pid = k_first;
  builder.insert(builder.position<Executed>(1), early, Source::procfs);
  holds(removed(), builder);
}

TEST_CASE("Workers that should be there and are not fail, none asked for pass") {
  JournalBuilder builder;
  builder.remove<Executed>([](const Executed& e) { return e.pid != k_launcher; });
  fails(kept(), builder, "no such process was ever started");
  builder.get<Launched>().workers = 0;
  holds(kept(), builder);
}

TEST_CASE("Differences by the longest common subsequence") {
  const std::vector<std::string> nothing;
  auto diff = diff_arguments({"a", "b", "c"}, {"a", "x", "b", "c"}, nothing);
  CHECK(diff.extra == std::vector{1});
  CHECK(diff.missing.empty());
  diff = diff_arguments({"a", "b", "c"}, {"a", "c"}, nothing);
  CHECK(diff.missing == std::vector{1});
  CHECK(diff.extra.empty());
  diff = diff_arguments({"a", "b", "c"}, {"b", "c", "a"}, nothing);
  CHECK(diff.moved == std::vector{std::pair{0, 2}});
  CHECK((diff.extra.empty() && diff.missing.empty() && diff.changed.empty()));
  diff = diff_arguments({"a", "b"}, {"a", "B"}, nothing);
  CHECK(diff.changed == std::vector{std::pair{1, 1}});
  diff = diff_arguments({"a", "b"}, {"a", "B"}, {"B"});
  CHECK(diff.extra == std::vector{1});
  CHECK(diff.missing == std::vector{1});
  diff = diff_arguments({}, {}, nothing);
  CHECK((diff.extra.empty() && diff.missing.empty() && diff.changed.empty() && diff.moved.empty()));
  diff = diff_arguments({"a", "a"}, {"a"}, nothing);
  CHECK(diff.missing.size() == 1);
}

TEST_CASE("Lists of thousands are compared too") {
  std::vector<std::string> expected, actual;
  for (int i = 0; i < 3000; ++i) expected.push_back("value-" + std::to_string(i));
  actual = expected;
  actual.erase(actual.begin() + 1500);
  actual.insert(actual.begin() + 10, "--more");
  auto diff = diff_arguments(expected, actual, {});
  CHECK(diff.extra == std::vector{10});
  CHECK(diff.missing == std::vector{1500});

  std::vector<std::string> reversed(expected.rbegin(), expected.rend());
  for (int i = 0; i < 3000; ++i) reversed.push_back("again-" + std::to_string(i));
  diff = diff_arguments(expected, reversed, {});
  CHECK(diff.extra.size() == 3000);
  CHECK(diff.missing.empty());
}
