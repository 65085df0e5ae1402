// Any bytes as a response, cut into pieces in several ways: however they come, they say the same.
#include <algorithm>
#include <random>

#include "fuzz/require.hpp"
#include "probe/response.hpp"

namespace {

using namespace clusterspec;

struct Seen {
  bool well_formed = true, complete = false, complete_at_end = false;
  int status = 0;
  std::int64_t body_bytes = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

// `next_size` says how many bytes come next; 0 counts as all.
template <class NextSize>
Seen read(std::string_view bytes, bool head, NextSize&& next_size) {
  ResponseReader reader(head);
  Seen seen;
  const bool begins = !bytes.empty();
  while (seen.well_formed && !bytes.empty()) {
    const std::size_t size = next_size();
    const std::string_view piece = bytes.substr(0, size == 0 ? bytes.size() : size);
    // A copy of its own, so that the address sanitizer sees a read beyond the piece.
    const std::string copy(piece);
    seen.well_formed = reader.feed(copy);
    bytes.remove_prefix(piece.size());
    fuzz::require(seen.well_formed == reader.error().empty(), "what is not well formed has a reason");
  }
  fuzz::require(reader.begun() == begins, "a response begins with its first byte");
  seen.complete = reader.complete();
  seen.status = reader.status();
  seen.body_bytes = reader.body_bytes();
  fuzz::require(seen.body_bytes >= 0, "a body is not shorter than nothing");
  // The connection asks for the end only where nothing was wrong before it.
  if (seen.well_formed) seen.complete_at_end = reader.finish();
  fuzz::require(!seen.complete || !seen.well_formed || seen.complete_at_end,
                "what is complete stays complete");
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // The corpus stays readable: where it is cut follows from the bytes and does not stand among them.
  std::uint32_t hash = 2166136261U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  for (const bool head : {false, true}) {
    const Seen whole = read(bytes, head, [] { return std::size_t{0}; });
    const Seen bytewise = read(bytes, head, [] { return std::size_t{1}; });
    fuzz::require(whole == bytewise, "byte by byte it is read as at once", bytes);
    std::minstd_rand random(hash);
    const Seen pieces = read(bytes, head, [&] { return std::size_t{1 + random() % 40}; });
    fuzz::require(whole == pieces, "in pieces it is read as at once", bytes);
  }
  return 0;
}
