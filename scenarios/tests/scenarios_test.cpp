// Every file in scenarios/ is right, and together they test what the document says.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "judge/charged_requirements.hpp"
#include "load/load.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

const fs::path k_root = SCENARIOS_DIR;

// Documented requirements that no scenario verifies, each with the reason. None, and it should stay so.
const std::map<RequirementId, std::string> k_untested{};

std::vector<fs::path> toml_files(const fs::path& directory) {
  std::vector<fs::path> files;
  if (fs::is_directory(directory))
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

template <class T>
T value_of(const Loaded<T>& loaded) {
  if (loaded) return *loaded;
  std::string text;
  for (const Error& error : loaded.error()) text += to_text(error) + "\n";
  FAIL(text);
  return {};
}

SourceText source_of(const fs::path& file) {
  auto source = read_source(file.string());
  REQUIRE(source);
  return *source;
}

Catalogue catalogue() { return value_of(load_catalogue(source_of(k_root / "requirements.toml"))); }

std::vector<Scenario> scenarios(const Catalogue& catalogue, const std::string& suite) {
  std::vector<Scenario> all;
  for (const fs::path& file : toml_files(k_root / suite)) {
    const std::string name = fs::relative(file, k_root).replace_extension().generic_string();
    auto loaded = value_of(load_combinations(source_of(file), name, &catalogue));
    all.insert(all.end(), loaded.begin(), loaded.end());
  }
  return all;
}

std::shared_ptr<const Implementation> reference() {
  return std::make_shared<const Implementation>(
      value_of(load_implementation(source_of(k_root / "implementations/reference/reference.toml"))));
}

const Machine k_able{true, true, true, true, {}};

}  // namespace

TEST_CASE("what the judge charges on its own account stands in the catalogue") {
  const Catalogue known = catalogue();
  for (const char* id : charged::k_all) {
    INFO(id);
    CHECK(find(known, id) != nullptr);
  }
}

TEST_CASE("every implementation file is right and has the name that it states") {
  const auto files = toml_files(k_root / "implementations");
  REQUIRE_FALSE(files.empty());
  for (const fs::path& file : files) {
    INFO(file.string());
    const auto implementation = value_of(load_implementation(source_of(file)));
    CHECK(implementation.name == file.stem().string());
  }
}

TEST_CASE("every scenario file is right in every combination of its matrix") {
  const Catalogue known = catalogue();
  CHECK_FALSE(scenarios(known, "documented").empty());
  scenarios(known, "production");
}

TEST_CASE("the reference server is capable of the whole documented suite, and ids are unique") {
  const Catalogue known = catalogue();
  const auto cases = plan_cases(scenarios(known, "documented"), reference(), known, {}, k_able);
  std::set<std::string> ids;
  for (const Case& planned : cases) {
    INFO(planned.id);
    CHECK(ids.insert(planned.id).second);
    CHECK(planned.skip.value_or("") == "");
    CHECK(std::all_of(planned.id.begin(), planned.id.end(), [](char c) { return c > ' ' && c < 0x7f; }));
  }
  // Small enough to run before every commit: a case takes about 10 ms of one processor.
  CHECK(cases.size() <= 250);
}

TEST_CASE("each documented requirement is verified by a scenario of the documented suite") {
  const Catalogue known = catalogue();
  std::set<RequirementId> verified;
  for (const Scenario& scenario : scenarios(known, "documented"))
    verified.insert(scenario.verifies.begin(), scenario.verifies.end());
  for (const Requirement& requirement : known) {
    if (requirement.suite != Suite::documented) continue;
    INFO(requirement.id);
    CHECK(verified.contains(requirement.id) != k_untested.contains(requirement.id));
  }
}

TEST_CASE("scenarios of the documented suite verify only what the document says") {
  const Catalogue known = catalogue();
  for (const Scenario& scenario : scenarios(known, "documented"))
    for (const RequirementId& id : scenario.verifies) {
      INFO(scenario.name << " verifies " << id);
      const Requirement* requirement = find(known, id);
      CHECK((requirement && requirement->suite == Suite::documented));
    }
}

TEST_CASE("a scenario stands in the folder of the area that it verifies") {
  const Catalogue known = catalogue();
  for (const Scenario& scenario : scenarios(known, "documented")) {
    const std::string area = fs::path(scenario.name).parent_path().filename().string();
    INFO(scenario.name);
    CHECK(scenario.verifies.front().starts_with(area + "."));
  }
}

TEST_CASE("every argument list can be composed, and the last count is what is asked for") {
  const Catalogue known = catalogue();
  const auto implementation = reference();
  for (const Scenario& scenario : scenarios(known, "documented")) {
    const Arguments arguments =
        compose_arguments(*implementation, scenario.launch, {"127.0.0.1", 3000, "/case"});
    INFO(scenario.name);
    CHECK(arguments.clustering.empty() ==
          (scenario.launch.workers.empty() && !scenario.launch.without_value));
  }
}

}  // namespace clusterspec
