// Every struct that stands in TOML names its keys once, in `describe`: visitor(key, member, need, what it
// means). The loader, the list of valid keys in an error and the published schema all read that one list.
#pragma once

namespace clusterspec {

enum class Need { required, optional };

}  // namespace clusterspec
