#include <catch2/catch.hpp>

#include "plan/plan.hpp"

namespace clusterspec {
namespace {

using List = std::vector<std::string>;

Implementation implementation() {
  Implementation it;
  it.name = "server";
  it.arguments = {"--quiet"};
  it.endpoint = {"-p", "{port}", "--bind={host}"};
  it.value = {"--label", "{value}"};
  it.clustering = Clustering{
      {{"short", {"-w", "{workers}"}}, {"attached", {"-w{workers}"}}, {"long", {"--workers={workers}"}}},
      "short"};
  return it;
}

const Endpoint k_endpoint{"0.0.0.0", 3000, "/case"};

List composed(const Launch& launch, const Implementation& it = implementation()) {
  return compose_arguments(it, launch, k_endpoint).list;
}

Launch launch(std::vector<std::string> workers) {
  Launch it;
  it.workers = std::move(workers);
  return it;
}

}  // namespace

TEST_CASE("without a count there is no clustering option") {
  CHECK(composed(launch({})) == List{"--quiet", "-p", "3000", "--bind=0.0.0.0"});
}

TEST_CASE("the clustering option is given in the usual spelling, first") {
  CHECK(composed(launch({"2"})) == List{"-w", "2", "--quiet", "-p", "3000", "--bind=0.0.0.0"});
}

TEST_CASE("the named spelling is used") {
  Launch it = launch({"2"});
  it.spelling = "attached";
  CHECK(composed(it).front() == "-w2");
  it.spelling = "long";
  CHECK(composed(it).front() == "--workers=2");
}

TEST_CASE("the middle of the options never parts an option from its value") {
  Launch it = launch({"2"});
  it.position = Position::middle;
  CHECK(composed(it) == List{"--quiet", "-w", "2", "-p", "3000", "--bind=0.0.0.0"});
  it.values = {"a"};
  CHECK(composed(it) == List{"--quiet", "-p", "3000", "-w", "2", "--bind=0.0.0.0", "--label", "a"});
}

TEST_CASE("last is after the other options and before the operands") {
  Launch it = launch({"2"});
  it.position = Position::last;
  it.values = {"a"};
  it.operands = {"--", "-w", "7"};
  CHECK(composed(it) ==
        List{"--quiet", "-p", "3000", "--bind=0.0.0.0", "--label", "a", "-w", "2", "--", "-w", "7"});
}

TEST_CASE("spread options keep their order, so that the last count holds") {
  Launch it = launch({"7", "5", "2"});
  it.position = Position::spread;
  CHECK(composed(it) == List{"-w", "7", "--quiet", "-w", "5", "-p", "3000", "--bind=0.0.0.0", "-w", "2"});
  it.workers = {"1", "2"};
  CHECK(composed(it) == List{"-w", "1", "--quiet", "-p", "3000", "--bind=0.0.0.0", "-w", "2"});
  it.workers = {"1", "2", "3", "4", "5"};
  List counts;
  const Arguments arguments = compose_arguments(implementation(), it, k_endpoint);
  for (const int index : arguments.clustering)
    if (arguments.list[static_cast<std::size_t>(index)] != "-w")
      counts.push_back(arguments.list[static_cast<std::size_t>(index)]);
  CHECK(counts == it.workers);
}

TEST_CASE("the indexes of the clustering option are those of its arguments") {
  Launch it = launch({"7", "2"});
  it.position = Position::last;
  const Arguments arguments = compose_arguments(implementation(), it, k_endpoint);
  CHECK(arguments.clustering == std::vector<int>{4, 5, 6, 7});
  CHECK(arguments.list[7] == "2");
}

TEST_CASE("the option can be given without its value") {
  Launch it;
  it.without_value = true;
  it.position = Position::last;
  CHECK(composed(it).back() == "-w");
  it.spelling = "long";
  CHECK(composed(it).back() == "--workers=");
}

TEST_CASE("an empty count is an argument of its own") {
  CHECK(composed(launch({""})) == List{"-w", "", "--quiet", "-p", "3000", "--bind=0.0.0.0"});
}

TEST_CASE("defaults leave out address and port") {
  Launch it = launch({"2"});
  it.defaults = true;
  CHECK(composed(it) == List{"-w", "2", "--quiet"});
}

TEST_CASE("an address that a scenario asks for takes the place of the usual one") {
  Launch it = launch({"2"});
  it.host = "::";
  CHECK(composed(it) == List{"-w", "2", "--quiet", "-p", "3000", "--bind=::"});
  CHECK(fill_in("{host} {address}", it, {"127.0.0.1", 80, ""}) == ":: [::]:80");
}

TEST_CASE("values are carried byte for byte") {
  Launch it;
  it.defaults = true;
  it.values = {"", "a b", "\\xff\\x01", "\\\\xff", "\\n", "{value}", "{", "\\x4"};
  CHECK(composed(it) == List{"--quiet", "--label", "", "--label", "a b", "--label", "\xff\x01", "--label",
                             "\\xff", "--label", "\\n", "--label", "{value}", "--label", "{", "--label",
                             "\\x4"});
}

TEST_CASE("options that are asked for by name come before the values") {
  Launch it = launch({"2"});
  it.values = {"x"};
  it.options = {"force", "unknown"};
  Implementation server = implementation();
  server.options["force"] = {"--force", "{port}"};
  CHECK(composed(it, server) ==
        List{"-w", "2", "--quiet", "-p", "3000", "--bind=0.0.0.0", "--force", "3000", "--label", "x"});
}

TEST_CASE("more values are generated") {
  Launch it;
  it.defaults = true;
  it.more_values = 1000;
  const List list = composed(it);
  CHECK(list.size() == 2001);
  CHECK(list[2] == "value-1");
  CHECK(list.back() == "value-1000");
}

TEST_CASE("what was filled in is not filled in again") {
  Implementation it = implementation();
  it.arguments = {"{dir}"};
  CHECK(compose_arguments(it, Launch{}, {"h", 1, "{port}"}).list.front() == "{port}");
}

TEST_CASE("without a clustering table the count stands in the arguments") {
  Implementation it = implementation();
  it.clustering.reset();
  it.arguments = {"-c", "worker_processes {workers};"};
  CHECK(composed(launch({"7", "3"}), it)[1] == "worker_processes 3;");
  CHECK(composed(launch({}), it)[1] == "worker_processes 0;");
  CHECK(compose_arguments(it, launch({"3"}), k_endpoint).clustering.empty());
}

TEST_CASE("counts are numbers or expressions of the number of workers") {
  CHECK(evaluate_count("3", 8) == 3);
  CHECK(evaluate_count("{workers}", 8) == 8);
  CHECK(evaluate_count("{workers + 1}", 8) == 9);
  CHECK(evaluate_count("{workers-1}", 8) == 7);
  CHECK(evaluate_count("{workers * 2}", 8) == 16);
  CHECK(evaluate_count("{workers - 1}", 0) == 0);
  for (const char* wrong : {"", "x", "{}", "{workers", "{workers +}", "{workers / 2}", "{worker}", "-1", "3 ",
                            "{workers * 9999999999}", "{workers * 1000000}"})
    CHECK_FALSE(evaluate_count(wrong, 8));
  CHECK(evaluate_count("{workers / 2}", 8).error().message == "\"{workers / 2}\" is no count");
}

TEST_CASE("the last count is the one that is asked for, if it is one") {
  CHECK(requested_workers(launch({})) == 0);
  CHECK(requested_workers(launch({"7", "2"})) == 2);
  CHECK(requested_workers(launch({"1024"})) == 1024);
  for (const char* wrong : {"1025", "-1", "two", "", "2x", "99999999999999999999"})
    CHECK(requested_workers(launch({"2", wrong})) == 0);
}

TEST_CASE("the environment is the implementation's, then the launch's, and an empty PATH elsewhere") {
  Implementation it = implementation();
  it.environment = {{"A", "1"}, {"B", "2"}};
  Launch launched = launch({});
  launched.environment = {"B=3"};
  CHECK(compose_environment(it, launched, {}) == List{"A=1", "B=2", "B=3"});
  launched.other_directory = true;
  CHECK(compose_environment(it, launched, {}).back() == "PATH=");
}

}  // namespace clusterspec
