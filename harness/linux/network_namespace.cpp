#include "linux/network_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "linux/stream.hpp"

namespace clusterspec {
namespace {

Fd own_network() { return Fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)); }

void enter(const Fd& network) {
  if (::setns(network.get(), CLONE_NEWNET) == 0) return;
  write_all(2, "clusterspec: " + system_failure("setns").value().message + "\n");
  ::_exit(99);
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::make() {
  Fd here = own_network();
  if (!here) return system_failure("open /proc/thread-self/ns/net");
  if (::unshare(CLONE_NEWNET) != 0) return system_failure("unshare(CLONE_NEWNET)");
  NetworkNamespace made(std::move(here), own_network());
  if (made.m_there) {
    enter(made.m_here);
    return made;
  }
  const auto failed = system_failure("open /proc/thread-self/ns/net");
  enter(made.m_here);
  return failed;
}

NetworkNamespace::Visit::Visit(const NetworkNamespace* network) : m_network(network) {
  if (m_network) enter(m_network->m_there);
}

NetworkNamespace::Visit::~Visit() {
  if (m_network) enter(m_network->m_here);
}

}  // namespace clusterspec
