// Which processor receives a packet of loopback (Receive Packet Steering,
// Documentation/networking/scaling.rst).
#pragma once

namespace clusterspec {

// Lets all packets of a connection be received by one processor in the calling process's network, as a
// network card does. On loopback it is the sender's otherwise, and two that a client sends one after the
// other can be received at the same time: while the one that ends a handshake makes a connection of it,
// Linux 6.18 can find neither for the other, and resets a client although nobody closed anything
// (inet_ehash_insert() takes the one out of its table before it puts the other in). ci/bench/lookup_race
// shows it. It costs a client some of its rate (ci/bench/README.md). False: the kernel has no CONFIG_RPS, or
// the right to mount sysfs(5) is missing. It is mounted nowhere.
bool steer_packets();

}  // namespace clusterspec
