// The catalogue of requirements (scenarios/requirements.toml).
#pragma once

#include <string>
#include <vector>

#include "model/names.hpp"

namespace clusterspec {

// may: recorded and reported, never failing.
enum class Level { must, should, may };
template <>
struct Names<Level> {
  static constexpr std::array table{std::pair{Level::must, "must"}, std::pair{Level::should, "should"},
                                    std::pair{Level::may, "may"}};
};

enum class Suite { documented, production };
template <>
struct Names<Suite> {
  static constexpr std::array table{std::pair{Suite::documented, "documented"},
                                    std::pair{Suite::production, "production"}};
};

// quoted: a sentence or line of the source document says it; derived: it follows from its purpose.
enum class Basis { quoted, derived };
template <>
struct Names<Basis> {
  static constexpr std::array table{std::pair{Basis::quoted, "quoted"}, std::pair{Basis::derived, "derived"}};
};

using RequirementId = std::string;  // "area.claim", never ordinal

struct Requirement {
  RequirementId id;
  Level level = Level::must;
  Suite suite = Suite::documented;
  Basis basis = Basis::derived;
  std::string source;  // "Launching", "Terminating", or a link
  std::string text;    // the statement
  std::string quote;   // the document's words, for a quoted one
};

using Catalogue = std::vector<Requirement>;
const Requirement* find(const Catalogue& catalogue, const RequirementId& id);

}  // namespace clusterspec
