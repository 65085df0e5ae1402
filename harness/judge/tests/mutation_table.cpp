#include "mutation_table.hpp"

#include <array>

namespace clusterspec::tests {

Events lines_with(const std::string& part) {
  return some<Output>("\"" + part + "\"",
                      [part](const Output& output) { return output.text.find(part) != std::string::npos; });
}

Events connections_of(const std::string& group) {
  return some<Concluded>("of " + group, [group](const Concluded& one) { return one.group == group; });
}

Must removed(Events events, Verdict becomes) {
  return {Mutation::Kind::removed, std::move(events), {}, becomes};
}
Must doubled(Events events) { return {Mutation::Kind::doubled, std::move(events), {}}; }
Must swapped(Events events) { return {Mutation::Kind::swapped, std::move(events), {}}; }
Must first(Events events) { return {Mutation::Kind::first, std::move(events), {}}; }
Must last(Events events) { return {Mutation::Kind::last, std::move(events), {}}; }
Must changed(Events events, std::string field, Verdict becomes) {
  return {Mutation::Kind::changed, std::move(events), std::move(field), becomes};
}

Must changed_however(Events events, std::string field, std::vector<std::string> but) {
  return {Mutation::Kind::changed, std::move(events), std::move(field), Verdict::fail, true, std::move(but)};
}

Read reads(Events events, std::vector<std::string> fields) { return {std::move(events), std::move(fields)}; }
Read reads_only(Events events, std::vector<std::string> fields) {
  return {std::move(events), std::move(fields), false};
}

std::vector<Read> who_is_who(std::vector<Read> more) {
  for (Read& read :
       std::array{reads(every<Launched>(), {"instance", "pid", "workers"}),
                  reads(every<Appeared>(), {"pid", "parent"}), reads(every<Executed>(), {"pid", "possible"}),
                  reads(every<Described>(), {"pid", "group", "session"})}) {
    read.shared = true;
    more.push_back(std::move(read));
  }
  return more;
}

JournalBuilder crowded() {
  JournalBuilder builder;
  Concluded other;
  other.group = "other";
  other.request = "quick";
  other.outcome = Outcome::answered;
  other.status = 200;
  other.answers = 1;
  other.close_announced = true;
  for (int i = 0; i < 2; ++i) {
    other.connection = 100 + i;
    other.pid = k_first + i;
    other.listener = k_first_socket + static_cast<SocketCookie>(i);
    builder.insert(builder.position<Signalled>() - 1, other, Source::probe);
  }
  const auto ready = builder.listeners("ready").listeners;
  const auto living = builder.processes("ready").processes;
  const std::size_t later = builder.position<Signalled>() - 1;  // before the step that signals begins
  builder.insert(later, Output{Stream::err, k_first, "listening on 3000", true, false}, Source::output);
  builder.insert(later, HeldAt{"gate", k_second}, Source::notification);
  builder.insert(later + 1, ReleasedFrom{"gate", k_second, false}, Source::notification);
  builder.insert(later, Note{"the machine is busy"});
  builder.insert(later, ListenersSeen{"later", ready}, Source::netlink);
  builder.insert(later, ProcessesSeen{"later", living}, Source::procfs);
  builder.insert(later, PortProbed{"later", PortState::answered}, Source::probe);
  builder.insert(later, Injected{k_first, "accept", "EMFILE"}, Source::notification);
  builder.insert(builder.position<ListenerClosed>(), ClosingQueue{k_first, k_first_socket, 0, 0},
                 Source::notification);
  for (const Pid pid : {k_launcher, k_first, k_second}) {
    builder.insert(builder.line_position("terminating") + 1, Note{"process " + std::to_string(pid)});
  }
  return builder;
}

}  // namespace clusterspec::tests
