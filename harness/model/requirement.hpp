// The catalogue of requirements (scenarios/requirements.toml).
#pragma once

#include <string>
#include <vector>

#include "model/names.hpp"
#include "model/need.hpp"

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

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("id", self.id, Need::required, "\"area.claim\"");
    v("level", self.level, Need::required, "must, should, or may: recorded, never failing");
    v("suite", self.suite, Need::required,
      "documented: the source document says it; production: operators need it");
    v("basis", self.basis, Need::required, "quoted from the document, or derived from its purpose");
    v("source", self.source, Need::required, "a section of the document, or a link");
    v("text", self.text, Need::required, "the statement");
    v("quote", self.quote, Need::optional, "the document's words");
  }
};

using Catalogue = std::vector<Requirement>;
const Requirement* find(const Catalogue& catalogue, const RequirementId& id);

}  // namespace clusterspec
