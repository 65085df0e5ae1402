// Any text as scenario, implementation and catalogue: a value, or mistakes that can be shown.
#include "fuzz/require.hpp"
#include "load/load.hpp"

namespace {

using namespace clusterspec;

// The real one, so that the scenarios that seed the corpus are right before they are damaged.
const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    const auto source = read_source(SOURCE_DIR "/scenarios/requirements.toml");
    fuzz::require(source.has_value(), "the catalogue can be read");
    const auto read = load_catalogue(*source);
    fuzz::require(read.has_value(), "the catalogue is right");
    return *read;
  }();
  return loaded;
}

template <class T>
void require_value_or_mistakes(const Loaded<T>& loaded) {
  if (loaded) return;
  fuzz::require(!loaded.error().empty(), "what is not loaded has a mistake");
  for (const Error& error : loaded.error()) fuzz::require_told(error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SourceText source{"x.toml", std::string(reinterpret_cast<const char*>(data), size)};
  require_value_or_mistakes(load_combinations(source, "documented/x", &catalogue()));
  require_value_or_mistakes(load_implementation(source));
  require_value_or_mistakes(load_catalogue(source));
  return 0;
}
