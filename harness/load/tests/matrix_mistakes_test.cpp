// Mistakes in a matrix, and in the places that its axes fill.
#include "load/tests/loading.hpp"

namespace clusterspec {

using Catch::Matchers::Contains;

TEST_CASE("axes are used, have values, and each value once") {
  CHECK(mistakes_of(k_head + "[matrix]\nn = [1]\n" + k_expect) ==
        "s.toml:5:1: axis \"n\" is used nowhere\n"
        "  n = [1]\n"
        "  ^\n"
        "  write \"{n}\" where its value belongs, or remove it\n");
  CHECK_THAT(mistakes_of(k_head + "[matrix]\nn = []\n" + k_expect),
             Contains("axis \"n\" needs a list of values"));
  CHECK_THAT(mistakes_of(k_head + "[matrix]\nn = [1, \"1\"]\n" + k_expect),
             Contains("has the value \"1\" twice"));
  CHECK_THAT(mistakes_of(k_head + "[matrix]\nn = [1.5]\n" + k_expect),
             Contains("is a string, a whole number, true or false"));
  CHECK_THAT(mistakes_of(k_head + "[matrix]\nport = [1]\n" + k_expect),
             Contains("cannot be the name of an axis"));
}

TEST_CASE("a placeholder that nobody fills in is named") {
  const std::string text =
      k_head + "[matrix]\nworkers = [1]\n[launch]\nworkers = \"{wrokers}\"\nvalues = \"{workers}\"\n";
  CHECK(mistakes_of(text + k_expect) ==
        "s.toml:7:11: {wrokers} is neither an axis of the matrix nor filled in later\n"
        "  workers = \"{wrokers}\"\n"
        "            ^\n"
        "  did you mean \"workers\"? axes of the matrix: workers; filled in later: port, host, dir, address, "
        "workers, "
        "value, delay, bytes, pid, status, built\n");
}

TEST_CASE("arithmetic needs numbers and spaces") {
  const std::string text = k_head + "[matrix]\nn = [\"x\"]\n[launch]\nvalues = \"{n + 1}\"\n" + k_expect;
  CHECK_THAT(mistakes_of(text), Contains("{n + 1} cannot be computed: \"x\" is no number"));
  CHECK_THAT(
      mistakes_of(k_head + "[matrix]\nn = [4]\n[launch]\nvalues = \"{n-1}\"\nworkers=\"{n}\"\n" + k_expect),
      Contains("arithmetic needs spaces: \"{n - 1}\""));
}

TEST_CASE("a mistake seen in several combinations is reported once") {
  const auto loaded = combinations_of(
      k_head + "[matrix]\nn = [0, -1, 2]\n[[step]]\nopen = \"a\"\ncount = \"{n}\"\nuntil = \"x\"\n" +
      k_expect);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().size() == 2);
  CHECK(loaded.error()[0].message == "count = 0 is impossible");
}

}  // namespace clusterspec
