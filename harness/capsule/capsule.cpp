#include "capsule/capsule.hpp"

#include <fmt/format.h>

#include "capsule/archive.hpp"
#include "journal/read_fields.hpp"
#include "journal/write_fields.hpp"
#include "load/load.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_mib = 1 << 20;
constexpr const char* k_manifest = "capsule/manifest.json";

// Each file, where it stands, and how large it may be: a journal's limit is that of drive/guard, with room
// for what comes after the last event that is counted.
struct Part {
  const char* name;
  std::size_t most;
  std::string Capsule::*text;
};
constexpr Part k_parts[] = {{"capsule/scenario.toml", 4 * k_mib, &Capsule::scenario},
                            {"capsule/implementation.toml", 4 * k_mib, &Capsule::implementation},
                            {"capsule/requirements.toml", 4 * k_mib, &Capsule::requirements},
                            {"capsule/journal.jsonl", 128 * k_mib, &Capsule::journal},
                            {"capsule/stdout.txt", 16 * k_mib, &Capsule::out},
                            {"capsule/stderr.txt", 16 * k_mib, &Capsule::err}};

std::string manifest_text(const Manifest& manifest) {
  std::string line = "{";
  detail::FieldWriter(line).fields(manifest);
  return nlohmann::ordered_json::parse(line + "}").dump(2) + "\n";
}

tl::unexpected<Error> wrong(const std::string& file, std::string what, std::string hint = {}) {
  return tl::unexpected(
      Error{ErrorKind::file, "manifest.json: " + std::move(what), Location{file, 0, 0}, {}, std::move(hint)});
}

Result<Manifest> read_manifest(const std::string& text, const std::string& file) {
  const auto object = detail::json::parse(text, nullptr, false);
  if (!object.is_object()) return wrong(file, "this is no JSON object");
  Manifest manifest;
  detail::FieldReader reader;
  const std::string format = manifest.format;
  // Another version may have other fields: it is told from these two alone.
  reader.field(object, "", "format", manifest.format);
  reader.field(object, "", "version", manifest.version);
  if (!reader.problem() && manifest.format != format)
    return wrong(file, fmt::format("the format is \"{}\"", printable(manifest.format, 60)),
                 "this program reads \"" + format + "\"");
  if (!reader.problem() && manifest.version != k_capsule_version)
    return wrong(
        file, fmt::format("the version is {}", manifest.version),
        fmt::format("this program reads version {}; use the clusterspec that wrote it", k_capsule_version));
  reader.fields(object, "", manifest);
  if (reader.problem()) return wrong(file, *reader.problem());
  // As the command line allows them: these are done without being shown first.
  const RunSettings& settings = manifest.settings;
  if (settings.stress < 0 || settings.stress > k_most_stress)
    return wrong(file, fmt::format("`settings.stress` is {}", settings.stress),
                 fmt::format("0 to {} are possible", k_most_stress));
  if (settings.time_scale < k_least_time_scale || settings.time_scale > k_most_time_scale)
    return wrong(file, fmt::format("`settings.time_scale` is {}", settings.time_scale),
                 fmt::format("{} to {} are possible", k_least_time_scale, k_most_time_scale));
  return manifest;
}

}  // namespace

Result<std::string> write_capsule(const Capsule& capsule) {
  Files files{{k_manifest, manifest_text(capsule.manifest)}};
  for (const Part& part : k_parts) files[part.name] = capsule.*part.text;
  return pack(files);
}

Result<Capsule> read_capsule(const std::string& bytes, const std::string& file) {
  std::vector<ArchiveEntry> known{{k_manifest, k_mib}};
  for (const Part& part : k_parts) known.push_back({part.name, part.most});
  auto files = unpack(bytes, known, file);
  if (!files) return tl::unexpected(files.error());
  Capsule capsule;
  auto manifest = read_manifest((*files)[k_manifest], file);
  if (!manifest) return tl::unexpected(manifest.error());
  capsule.manifest = std::move(*manifest);
  for (const Part& part : k_parts) capsule.*part.text = std::move((*files)[part.name]);
  return capsule;
}

void record(Capsule& capsule, const CaseResult& result, const std::string& journal) {
  Manifest& manifest = capsule.manifest;
  manifest.case_id = result.id;
  manifest.scenario = result.scenario;
  manifest.combination = result.combination;
  manifest.repetition = result.repetition;
  manifest.verdict = result.judgement.verdict;
  manifest.server.arguments = result.arguments;
  manifest.findings.clear();
  for (const Finding& finding : result.judgement.findings)
    manifest.findings.push_back({finding.requirement, finding.expected, finding.actual, finding.where.line});
  capsule.journal = journal;
  capsule.out.clear();
  capsule.err.clear();
  for (const Event& event : result.journal)
    if (const auto* output = std::get_if<Output>(&event.what))
      (output->stream == Stream::out ? capsule.out : capsule.err) += output->text + "\n";
}

tl::expected<CapsuleCase, std::vector<Error>> case_of(const Capsule& capsule, const std::string& file) {
  const auto catalogue = load_catalogue({file + ":requirements.toml", capsule.requirements});
  if (!catalogue) return tl::unexpected(catalogue.error());
  auto implementation = load_implementation({file + ":implementation.toml", capsule.implementation});
  if (!implementation) return tl::unexpected(implementation.error());
  const auto scenario = load_scenario({file + ":scenario.toml", capsule.scenario}, capsule.manifest.scenario,
                                      capsule.manifest.combination, &*catalogue);
  if (!scenario) return tl::unexpected(scenario.error());
  auto shared = std::make_shared<const Implementation>(std::move(*implementation));
  auto cases = plan_cases({*scenario}, shared, *catalogue, {}, Machine{true, true, true, true, {}});
  return CapsuleCase{std::move(cases.front()), *catalogue};
}

}  // namespace clusterspec
