#include "cli/capsules.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "drive/content_hash.hpp"
#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "load/load.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

// Where it ran is not kept: a run has a directory of its own.
const Endpoint k_anywhere{"127.0.0.1", 3000, "DIRECTORY"};

std::vector<std::string> environment_of(const Case& one) {
  if (!one.scenario.launches_itself)
    return compose_environment(*one.implementation, one.scenario.launch, k_anywhere);
  std::vector<std::string> all;
  for (const Step& step : one.scenario.steps)
    if (const auto* launch = std::get_if<Launch>(&step.action))
      for (std::string& assignment : compose_environment(*one.implementation, *launch, k_anywhere))
        all.push_back(std::move(assignment));
  return all;
}

}  // namespace

std::string CapsuleWriter::keep(const Case& one, const CaseResult& result, const std::string& journal) {
  if (result.judgement.verdict != Verdict::fail || !m_kept.insert(result.id).second) return {};
  if (!m_made) m_made = m_common();
  Capsule capsule = *m_made;
  capsule.scenario = one.scenario.text;
  capsule.implementation = one.implementation->text;
  Manifest& manifest = capsule.manifest;
  manifest.scenario_file = one.scenario.file;
  manifest.implementation_file = one.implementation->file;
  manifest.server.environment = environment_of(one);
  record(capsule, result, journal);
  const auto bytes = write_capsule(capsule);
  return bytes ? m_results.keep_capsule(result, *bytes) : std::string();
}

std::string stress_note(int processes) {
  return fmt::format("stress: {} kept the processors busy while cases ran",
                     processes == 1 ? "1 process" : fmt::format("{} processes", processes));
}

void describe_machine(Manifest& manifest) {
  manifest.clusterspec = CLUSTERSPEC_VERSION;
  manifest.host = host_description();
  manifest.kernel = kernel_settings();
  manifest.server.directory = current_directory();
  manifest.server.hash = hash_of_file(manifest.server.executable);
}

std::string hash_of_file(const std::string& path) {
  std::error_code status;
  const auto size = std::filesystem::file_size(path, status);
  std::ifstream file(path, std::ios::binary);
  if (status || !file) return {};
  ContentHash hash;
  hash.begin_part(size);
  std::array<char, 16384> piece;
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
    hash.bytes({piece.data(), static_cast<std::size_t>(file.gcount())});
  return hash.text();
}

}  // namespace clusterspec
