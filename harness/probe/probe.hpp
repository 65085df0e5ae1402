// probe/: the client side. Connections by the thousand, each with exactly one outcome, none lost track of.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "probe/connection.hpp"

namespace clusterspec {

// The request of a kind as bytes. {delay} is filled in as milliseconds, {bytes} as a number.
std::string request_bytes(const RequestKind& kind, const std::string& host, Duration delay,
                          std::int64_t bytes, bool keep_alive);

// How many connections a load makes: `clients` one after another each, the next when the last is answered or
// has failed, or with a rate so many a second, whatever becomes of the former ones, while fewer than
// `clients` are open.
struct LoadShape {
  int clients = 1;
  int rate = 0;
};

class Probe {
 public:
  // `progressed` and `keeper` of what is around are ours.
  Probe(Loop& loop, Connection::Surroundings around);
  ~Probe();

  Connection& connect(std::shared_ptr<const ConnectionPlan> plan, bool wait_to_send);

  // Until stopped; what is under way then runs to its outcome.
  void start_load(std::shared_ptr<const ConnectionPlan> plan, LoadShape shape);
  void stop_load(const std::string& group);

  // How many of the group have come at least that far.
  int reached(const std::string& group, Phase phase) const;
  int begun(const std::string& group) const;
  bool all_concluded(const std::string& group) const {
    return reached(group, Phase::concluded) == begun(group);
  }
  Connection* find(const std::string& group, int number);  // nothing once it is concluded
  // Closes a connection that never sent anything, as if it had not been: it has no outcome and does not
  // count.
  void forget(const std::string& group, int number);
  std::vector<Connection*> open_connections(const std::string& group);
  std::vector<Connection*> all_open();

  void close(const std::string& group);
  void close_all();

 private:
  struct Open {
    std::unique_ptr<Connection> connection;
    Phase counted = Phase::connecting;
    bool succeeded = false;  // its client has gone on to the next
  };
  struct Group {
    int begun = 0;
    std::array<int, 5> reached{};  // by phase
    std::map<int, Open> open;
    int due_successors = 0;
    bool succeeds = false;                          // soon, from the loop
    std::vector<std::unique_ptr<Connection>> done;  // freed from the loop: one of them may be calling us
    std::shared_ptr<const ConnectionPlan> load;     // set while a load runs
    LoadShape shape;
    std::int64_t load_began = 0, due = 0;  // with a rate: connections that were due by now
    Loop::TimerId next = 0;
  };
  void progressed(Connection& connection);
  void note_successor(Group& group, Open& open);
  void succeed(const std::string& name);
  Keeper* keeper_with_room();
  void returned(int number, Fd fd);
  void open_due(const std::string& name);

  Loop& m_loop;
  Connection::Surroundings m_around;
  std::vector<std::unique_ptr<Keeper>> m_keepers;  // outlive the connections that they keep
  std::map<std::string, Group> m_groups;
  int m_next = 1;
};

}  // namespace clusterspec
