// For a moment another user, as far as files and new sockets are concerned (setfsuid(2)): a listening socket
// lets only sockets of its own user join its port (SO_REUSEPORT, socket(7)).
#pragma once

namespace clusterspec {

class AsOtherUser {
 public:
  explicit AsOtherUser(bool wanted = true);
  ~AsOtherUser();
  AsOtherUser(const AsOtherUser&) = delete;
  AsOtherUser& operator=(const AsOtherUser&) = delete;

  // Only root can, where that user exists (user_namespaces(7)).
  bool possible() const { return m_changed; }

 private:
  bool m_changed = false;
  unsigned m_before = 0;
};

}  // namespace clusterspec
