// The server's ends of the probe's connections: who holds them, and how far they have come.
#include <unordered_map>

#include "drive/case_driver.hpp"
#include "linux/procfs.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {
namespace {

// Up to so many are asked for one by one; to list all of a port costs less than more than that.
constexpr std::size_t k_one_by_one = 8;

ServerEnd stage_of(const ConnectionEnd& end) {
  if (end.inode != 0) return ServerEnd::accepted;
  return end.handshake ? ServerEnd::handshake : ServerEnd::queued;
}

}  // namespace

Holder CaseDriver::holder_by_mark(int mark) const {
  const ListenerState* listener = m_listeners->by_mark(mark);
  if (!listener) return {};
  // Of those who share a socket, whoever opened it need not be who accepts.
  return {listener->facts.socket, m_case.implementation->dialect.shares_listener ? 0 : listener->facts.pid};
}

Holder CaseDriver::holder_of(int client) {
  if (const Holder marked = holder_by_mark(mark_reached(client)); marked.listener != 0) return marked;
  // Without marks only a connection that was accepted has a holder, found by its socket's inode.
  if (!m_polling) return {};
  const auto pair = server_end_of(client);
  const auto end = pair ? m_listeners->diag().connection(*pair) : std::nullopt;
  if (!end || end->inode == 0) return {};
  const std::vector<Pid> holders = socket_holders(end->inode, m_processes.alive());
  return holders.size() == 1 ? Holder{0, holders.front()} : Holder{};
}

bool CaseDriver::handled(const Connection& connection) const {
  if (connection.phase() >= Phase::answered) return true;
  if (connection.phase() != Phase::sent && !connection.waits_to_send()) return false;
  return connection.known_accepted() && connection.unread() == 0;
}

void CaseDriver::note_server_ends(const std::vector<Connection*>& connections) {
  if (connections.size() <= k_one_by_one) {
    for (Connection* connection : connections) {
      const auto pair = connection->server_end_address();
      if (const auto end = pair ? m_listeners->diag().connection(*pair) : std::nullopt)
        connection->note(stage_of(*end), end->unread, holder_by_mark(end->mark));
    }
    return;
  }
  std::unordered_map<int, ConnectionEnd> ends;
  for (const ConnectionEnd& end : m_listeners->diag().connections(m_port)) ends[end.client_port] = end;
  for (Connection* connection : connections) {
    const auto pair = connection->server_end_address();
    if (const auto it = pair ? ends.find(pair->remote_port) : ends.end(); it != ends.end())
      connection->note(stage_of(it->second), it->second.unread, holder_by_mark(it->second.mark));
  }
}

void CaseDriver::look_into_queues(Pid pid, const std::vector<SocketCookie>& sockets) {
  if (!m_case.implementation->dialect.shares_listener)
    m_looked_at_close.insert(sockets.begin(), sockets.end());
  const std::vector<Connection*> open = m_probe->all_open();
  if (open.empty()) return;
  note_server_ends(open);
  for (const SocketCookie socket : sockets) {
    ClosingQueue closing{pid, socket, 0, 0};
    for (Connection* connection : open) {
      if (connection->holder().listener != socket) continue;
      closing.queued += connection->server_end() == ServerEnd::queued;
      closing.handshakes += connection->server_end() == ServerEnd::handshake;
    }
    if (closing.queued + closing.handshakes > 0) m_recorder.record(Source::netlink, closing);
  }
}

}  // namespace clusterspec
