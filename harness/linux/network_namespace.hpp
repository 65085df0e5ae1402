// A second network of one process (network_namespaces(7)): a socket belongs for good to the network in which
// it was made, wherever its process goes after.
#pragma once

#include "linux/fd.hpp"

namespace clusterspec {

class NetworkNamespace {
 public:
  // A new one in which nothing is up. Needs CAP_SYS_ADMIN (unshare(2)). It ends with its last descriptor,
  // socket and process.
  static Result<NetworkNamespace> make();

  // The calling thread, and no other, stands in it for as long as this lives. Null: it stays where it is.
  // What would be made in the wrong network would be taken for the server's doing: where the kernel does not
  // let the thread in or back, the process ends (setns(2), some 10 us).
  class Visit {
   public:
    explicit Visit(const NetworkNamespace* network);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    const NetworkNamespace* m_network;
  };

 private:
  NetworkNamespace(Fd here, Fd there) : m_here(std::move(here)), m_there(std::move(there)) {}

  Fd m_here, m_there;
};

}  // namespace clusterspec
