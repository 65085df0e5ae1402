#include "judge/holders.hpp"

namespace clusterspec {

Pid holder_of(const Concluded& connection, const CaseView& view) {
  if (connection.pid != 0 || connection.listener == 0) return connection.pid;
  // Whoever opened a shared listener is not who accepts from it.
  if (view.implementation().dialect.shares_listener) return 0;
  const ListenerState* listener = view.cluster().listener(connection.listener);
  return listener ? listener->facts.pid : 0;
}

bool was_answered(const Concluded& connection) {
  switch (connection.outcome) {
    case Outcome::answered:
      return true;
    case Outcome::closed_idle:
    case Outcome::abandoned:
      return connection.status != 0;  // kept open after its answer
    default:
      return false;
  }
}

}  // namespace clusterspec
