// A slow reader or writer: how many bytes now, and when the next.
#pragma once

#include <algorithm>
#include <cstddef>

#include "model/units.hpp"

namespace clusterspec {

class Pace {
 public:
  // Bytes a second; 0: no limit.
  explicit Pace(int rate) : m_rate(rate) {}

  bool limited() const { return m_rate > 0; }
  // Fifty pieces a second, or one byte at a time.
  std::size_t piece(std::size_t most) const {
    return limited() ? std::min(most, static_cast<std::size_t>(std::max(1, m_rate / 50))) : most;
  }
  // Until the next piece, after so many bytes.
  Duration pause_after(std::size_t bytes) const {
    return Duration(static_cast<std::int64_t>(bytes) * 1'000'000'000 / std::max(1, m_rate));
  }

 private:
  int m_rate;
};

}  // namespace clusterspec
