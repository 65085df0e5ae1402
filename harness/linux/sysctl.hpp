// Kernel settings of the network that the calling process stands in (sysctl(8)).
#pragma once

#include <string>

#include "model/error.hpp"

namespace clusterspec {

// "net.ipv4.tcp_migrate_req=1". Error: the kernel has no such setting, or it may not be written here.
Result<void> set_sysctl(const std::string& setting);

}  // namespace clusterspec
