// A pseudo-terminal for a server (pty(7)), and the end of our own life as an event.
#pragma once

#include <initializer_list>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

struct Terminal {
  Fd master, slave;
};
// Echo is off: what is typed reaches the server only, as signals or input.
Result<Terminal> open_terminal();

bool type_byte(const Fd& master, char byte);

// Signals as readable events instead of handlers (signalfd(2)); they are blocked for the caller from here on.
Result<Fd> signals_as_descriptor(std::initializer_list<int> numbers);
// The number of the next one, 0 if there is none.
int next_signal(const Fd& signals);

}  // namespace clusterspec
