// The reference server: decides everything as the document does, unless options ask for more.
#include "reference_server/production.hpp"
#include "reference_server/program.hpp"

int main(int argc, char** argv) {
  using namespace reference_server;
  // First of all, so that an interrupt at any later moment is kept and read.
  const StartSignals signals = take_signals();
  return run(
      {.name = "reference_server",
       .argv0 = argc > 0 ? argv[0] : "",
       .arguments = argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>{},
       .options = option_table(),
       .signals = signals},
      policy_for);
}
