// As much of JSON Schema 2020-12 as the report's schema uses; a keyword that is not known here is a mistake,
// so that no rule is silently not checked.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace clusterspec {

// One line for each rule that is broken, with the place: "/cases/0/seconds: …".
std::vector<std::string> schema_mistakes(const nlohmann::json& schema, const nlohmann::json& document);

}  // namespace clusterspec
