// The network between client and server in a case.
#pragma once

#include <string>

#include "model/need.hpp"
#include "model/units.hpp"

namespace clusterspec {

// The longest delay: a kernel that hears nothing for a second sends its SYN again (RFC 6298, 2.1), and would
// do so in every round trip.
constexpr Duration k_longest_delay = std::chrono::milliseconds(400);

// Without delay and loss there is no link: client and server share a loopback, which delivers within the call
// that sends, so that next to nothing is ever under way.
struct Link {
  Duration delay{};  // one way; a round trip takes it twice
  double loss = 0;   // of each packet, in each direction

  bool there() const { return delay > Duration::zero() || loss > 0; }

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("delay", self.delay, Need::optional, "how long each packet is under way, in each direction: \"5ms\"");
    v("loss", self.loss, Need::optional, "probability that a packet is lost: 0.01");
  }
};

std::string to_text(const Link& link);  // "5ms each way, 1% of packets lost"

}  // namespace clusterspec
