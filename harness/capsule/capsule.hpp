// A failing case as one file: everything that is needed to run it again the same way elsewhere, and what
// happened when it failed. Reading one starts no program.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/case.hpp"
#include "model/error.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// Goes up when a program of the old version would misread the new capsule.
inline constexpr int k_capsule_version = 1;

// What a run may be asked for.
inline constexpr int k_most_stress = 1024;
inline constexpr double k_least_time_scale = 0.01, k_most_time_scale = 1000;

// One finding, as far as it says what failed where.
struct RecordedFinding {
  std::string requirement, expected, actual;
  int line = 0;  // in scenario.toml
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("requirement", s.requirement);
    v("expected", s.expected);
    v("actual", s.actual);
    v("line", s.line);
  }
};

// The server that was run.
struct RecordedServer {
  std::string executable;  // absolute
  std::string hash;        // of its content: FNV-1a, 64 bits, in hexadecimal digits; not against forgery
  std::string version;
  std::vector<std::string> arguments;    // argv; empty if it was never launched
  std::vector<std::string> environment;  // "NAME=value" that the harness set; the rest it inherited
  std::string directory;                 // where clusterspec ran
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("executable", s.executable);
    v("hash", s.hash);
    v("version", s.version);
    v("arguments", s.arguments);
    v("environment", s.environment);
    v("directory", s.directory);
  }
};

// How the run was asked to run.
struct RunSettings {
  std::string isolation, observation;  // as CaseBegun has them
  double time_scale = 1;
  int jobs = 1;
  int stress = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("isolation", s.isolation);
    v("observation", s.observation);
    v("time_scale", s.time_scale);
    v("jobs", s.jobs);
    v("stress", s.stress);
  }
};

// manifest.json.
struct Manifest {
  std::string format = "clusterspec-capsule";
  int version = k_capsule_version;
  std::string clusterspec;  // its version
  std::string case_id, scenario;
  std::string scenario_file, implementation_file;  // where they stood
  Combination combination;
  int repetition = 0;
  Verdict verdict = Verdict::fail;
  std::vector<RecordedFinding> findings;
  RunSettings settings;
  RecordedServer server;
  std::string host;                           // kernel, machine, processors
  std::map<std::string, std::string> kernel;  // settings below /proc/sys that change how a server fares
  std::vector<std::string> notes;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("format", s.format);
    v("version", s.version);
    v("clusterspec", s.clusterspec);
    v("case", s.case_id);
    v("scenario", s.scenario);
    v("scenario_file", s.scenario_file);
    v("implementation_file", s.implementation_file);
    v("combination", s.combination);
    v("repetition", s.repetition);
    v("verdict", s.verdict);
    v("findings", s.findings);
    v("settings", s.settings);
    v("server", s.server);
    v("host", s.host);
    v("kernel", s.kernel);
    v("notes", s.notes);
  }
};

struct Capsule {
  Manifest manifest;
  std::string scenario, implementation, requirements;  // texts of the TOML files
  std::string journal;                                 // JSON lines
  std::string out, err;                                // what the server printed
};

// The bytes of the file.
Result<std::string> write_capsule(const Capsule& capsule);

// `file` is for errors, which say what is wrong and where.
Result<Capsule> read_capsule(const std::string& bytes, const std::string& file);

// Verdict, findings and outputs of the capsule are those of this result.
void record(Capsule& capsule, const CaseResult& result, const std::string& journal);

// The case that it holds, read from its own scenario, implementation and catalogue. Mistakes have their place
// in these: "FILE:scenario.toml:3:1".
struct CapsuleCase {
  Case one;
  Catalogue catalogue;
};
tl::expected<CapsuleCase, std::vector<Error>> case_of(const Capsule& capsule, const std::string& file);

}  // namespace clusterspec
