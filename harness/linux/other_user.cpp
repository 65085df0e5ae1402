#include "linux/other_user.hpp"

#include <sys/fsuid.h>

namespace clusterspec {
namespace {

constexpr unsigned k_nobody = 65534;
constexpr unsigned k_no_user = ~0U;  // asks, and changes nothing

}  // namespace

AsOtherUser::AsOtherUser(bool wanted) {
  if (!wanted) return;
  m_before = static_cast<unsigned>(::setfsuid(k_nobody));
  m_changed = static_cast<unsigned>(::setfsuid(k_no_user)) == k_nobody && m_before != k_nobody;
}

AsOtherUser::~AsOtherUser() {
  if (m_changed) ::setfsuid(m_before);
}

}  // namespace clusterspec
