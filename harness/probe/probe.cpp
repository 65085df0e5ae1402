#include "probe/probe.hpp"

#include <fmt/format.h>

#include <utility>

namespace clusterspec {
namespace {

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

}  // namespace

std::string request_bytes(const RequestKind& kind, const std::string& host, Duration delay,
                          std::int64_t bytes, bool keep_alive) {
  const auto fill = [&](std::string text) {
    replace_all(text, "{delay}",
                std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(delay).count()));
    replace_all(text, "{bytes}", std::to_string(bytes));
    return text;
  };
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", kind.method, fill(kind.path), host);
  for (const std::string& header : kind.headers) request += fill(header) + "\r\n";
  if (!keep_alive) request += "Connection: close\r\n";
  std::int64_t length = 0;
  if (kind.body_bytes) {
    length = std::max<std::int64_t>(0, std::strtoll(fill(*kind.body_bytes).c_str(), nullptr, 10));
    request += fmt::format("Content-Length: {}\r\n", length);
  }
  request += "\r\n";
  request.append(static_cast<std::size_t>(length), 'x');
  return request;
}

Probe::Probe(Loop& loop, Connection::Surroundings around) : m_loop(loop), m_around(std::move(around)) {
  m_around.progressed = [this](Connection& connection) { progressed(connection); };
  m_around.keeper = [this] { return keeper_with_room(); };
}

Keeper* Probe::keeper_with_room() {
  if (!m_keepers.empty() && !m_keepers.back()->full()) return m_keepers.back().get();
  auto keeper = Keeper::start(
      m_loop, [this](std::uint64_t key, Fd fd) { returned(static_cast<int>(key), std::move(fd)); });
  if (!keeper) return nullptr;
  m_keepers.push_back(std::move(*keeper));
  return m_keepers.back().get();
}

void Probe::returned(int number, Fd fd) {
  for (auto& [name, group] : m_groups)
    if (const auto it = group.open.find(number); it != group.open.end())
      return it->second.connection->returned(std::move(fd));
}

Probe::~Probe() {
  for (const auto& [name, group] : m_groups) m_loop.cancel(group.next);
}

Connection& Probe::connect(std::shared_ptr<const ConnectionPlan> plan, bool wait_to_send) {
  Group& group = m_groups[plan->group];
  const int number = m_next++;
  ++group.begun;
  auto& place = group.open[number].connection;
  place = std::make_unique<Connection>(m_loop, m_around, std::move(plan), number, wait_to_send);
  Connection& connection = *place;
  connection.begin();
  return connection;
}

void Probe::progressed(Connection& connection) {
  Group& group = m_groups[connection.group()];
  const auto it = group.open.find(connection.number());
  Open& open = it->second;
  // Phases may be skipped (refused at once): each counts as reached.
  while (open.counted < connection.phase()) {
    open.counted = static_cast<Phase>(static_cast<int>(open.counted) + 1);
    ++group.reached[static_cast<std::size_t>(open.counted)];
  }
  note_successor(group, open);
  if (connection.phase() == Phase::concluded) {
    group.done.push_back(std::move(open.connection));
    group.open.erase(it);
  }
  // From the loop, not from here: the connection that calls must live on until it returns, and a port that
  // refuses at once would recurse without end.
  if ((group.done.empty() && group.due_successors == 0) || std::exchange(group.succeeds, true)) return;
  m_loop.after(Duration{0}, [this, name = connection.group()] { succeed(name); });
}

// Who has its answer goes on, while the end of that connection is still watched: so a server sees no pause
// that comes from being watched. One that leaves connections open does not make them pile up.
void Probe::note_successor(Group& group, Open& open) {
  if (!group.load || group.shape.rate > 0 || open.succeeded) return;
  const bool goes_on =
      open.counted == Phase::concluded || (open.counted == Phase::answered && !group.load->keep_alive &&
                                           static_cast<int>(group.open.size()) < 2 * group.shape.clients);
  if (!goes_on) return;
  open.succeeded = true;
  ++group.due_successors;
}

// For all that have been answered or ended in one turn of the loop; those that begin here may end here.
void Probe::succeed(const std::string& name) {
  Group& group = m_groups[name];
  group.succeeds = false;
  const auto done = std::exchange(group.done, {});
  for (int due = std::exchange(group.due_successors, 0); due > 0 && group.load; --due)
    connect(group.load, false);
}

void Probe::start_load(std::shared_ptr<const ConnectionPlan> plan, LoadShape shape) {
  Group& group = m_groups[plan->group];
  group.load = plan;
  group.shape = shape;
  group.load_began = now_ns();
  group.due = 0;
  if (shape.rate > 0) return open_due(plan->group);
  for (int i = 0; i < shape.clients; ++i) connect(plan, false);
}

// By the clock and not by the last one opened: who is late catches up, so that a server that stalls is asked
// no less.
void Probe::open_due(const std::string& name) {
  Group& group = m_groups[name];
  group.next = 0;
  if (!group.load) return;
  const auto moment_of = [&](std::int64_t number) {
    return group.load_began + number * 1'000'000'000 / group.shape.rate;
  };
  for (const std::int64_t now = now_ns(); group.load && moment_of(group.due) <= now; ++group.due)
    if (static_cast<int>(group.open.size()) < group.shape.clients) connect(group.load, false);
  const Duration wait{std::max<std::int64_t>(0, moment_of(group.due) - now_ns())};
  group.next = m_loop.after(wait, [this, name] { open_due(name); });
}

void Probe::stop_load(const std::string& name) {
  Group& group = m_groups[name];
  group.load.reset();
  m_loop.cancel(group.next);
  for (const auto& [number, open] : group.open) open.connection->finish();
}

int Probe::reached(const std::string& group, Phase phase) const {
  const auto it = m_groups.find(group);
  return it == m_groups.end() ? 0 : it->second.reached[static_cast<std::size_t>(phase)];
}

int Probe::begun(const std::string& group) const {
  const auto it = m_groups.find(group);
  return it == m_groups.end() ? 0 : it->second.begun;
}

Connection* Probe::find(const std::string& group, int number) {
  auto& open = m_groups[group].open;
  const auto it = open.find(number);
  return it == open.end() ? nullptr : it->second.connection.get();
}

void Probe::forget(const std::string& group, int number) {
  Group& one = m_groups[group];
  const auto it = one.open.find(number);
  if (it == one.open.end()) return;
  --one.begun;
  for (int phase = 1; phase <= static_cast<int>(it->second.counted); ++phase)
    --one.reached[static_cast<std::size_t>(phase)];
  one.open.erase(it);
}

std::vector<Connection*> Probe::open_connections(const std::string& group) {
  std::vector<Connection*> connections;
  for (const auto& [number, open] : m_groups[group].open) connections.push_back(open.connection.get());
  return connections;
}

std::vector<Connection*> Probe::all_open() {
  std::vector<Connection*> connections;
  for (const auto& [name, group] : m_groups)
    for (const auto& [number, open] : group.open) connections.push_back(open.connection.get());
  return connections;
}

void Probe::close(const std::string& group) {
  for (Connection* connection : open_connections(group)) connection->abandon();
}

void Probe::close_all() {
  for (auto& [name, group] : m_groups) {
    group.load.reset();
    m_loop.cancel(group.next);
    close(name);
  }
}

}  // namespace clusterspec
