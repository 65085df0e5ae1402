// The one or two lines at the bottom of a terminal that are drawn again and again. Pure: text in, text out.
#pragma once

#include <string>
#include <vector>

#include "paint.hpp"

namespace clusterspec {

struct LiveState {
  int done = 0, total = 0, failures = 0, errors = 0;
  double seconds = 0;
  std::vector<std::string> running;  // case ids, the longest running first
};

class LiveLines {
 public:
  LiveLines(int columns, const Paint& paint) : m_columns(columns), m_paint(paint) {}

  // Takes the drawn lines away and leaves the cursor where they began. Empty if nothing is drawn.
  std::string erase();

  // Nothing may be written between this and the next erase().
  std::string draw(const LiveState& state);

 private:
  int m_columns;
  Paint m_paint;
  int m_lines = 0;
};

}  // namespace clusterspec
