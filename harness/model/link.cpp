#include "model/link.hpp"

#include <fmt/format.h>

namespace clusterspec {

std::string to_text(const Link& link) {
  std::string text = to_text(link.delay) + " each way";
  if (link.loss > 0) text += fmt::format(", {:.4g}% of packets lost", link.loss * 100);
  return text;
}

}  // namespace clusterspec
