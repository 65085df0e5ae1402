// A .tar.gz in memory. It comes from elsewhere and is not trusted: nothing of it is unpacked into a file.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/error.hpp"

namespace clusterspec {

// Which files an archive may have, and how many bytes each.
struct ArchiveEntry {
  std::string name;
  std::size_t most = 0;
  bool required = true;
};

using Files = std::map<std::string, std::string>;  // name -> content

// The same files give the same bytes.
Result<std::string> pack(const Files& files);

// `file` is for errors. One is: no .tar.gz, cut off, an entry that is not among `known` or is no plain file,
// the same name twice, an entry beyond its size, a required one missing.
Result<Files> unpack(const std::string& bytes, const std::vector<ArchiveEntry>& known,
                     const std::string& file);

}  // namespace clusterspec
