// toml++ once more, with instrumentation: what Debian ships as a library tells the fuzzer nothing of the parser's
// states. A program's own definitions come before those of its libraries. Debian's is built without assertions, and
// has one that is stricter than the code it stands in ("[[[a]" is told as a mistake), so this has none either.
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
