#include "judge/chi_squared.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace clusterspec;

TEST_CASE("The statistic of Pearson's test") {
  CHECK(chi_squared({10, 10, 10}) == 0);
  CHECK(chi_squared({15, 5}) == Approx(5));
  CHECK(chi_squared({44, 56}) == Approx(1.44));
  CHECK(chi_squared({}) == 0);
  CHECK(chi_squared({0, 0}) == 0);
}

TEST_CASE("The upper tail agrees with the tables") {
  // Critical values for 0.05 and 0.001 (Abramowitz and Stegun, table 26.8).
  CHECK(upper_tail(3.841459, 1) == Approx(0.05).epsilon(1e-5));
  CHECK(upper_tail(5.991465, 2) == Approx(0.05).epsilon(1e-5));
  CHECK(upper_tail(7.814728, 3) == Approx(0.05).epsilon(1e-5));
  CHECK(upper_tail(18.307038, 10) == Approx(0.05).epsilon(1e-5));
  CHECK(upper_tail(10.827566, 1) == Approx(0.001).epsilon(1e-5));
  CHECK(upper_tail(13.815511, 2) == Approx(0.001).epsilon(1e-5));
  CHECK(upper_tail(124.342113, 100) == Approx(0.05).epsilon(1e-5));
}

TEST_CASE("The upper tail in closed form") {
  // Two degrees of freedom: exp(-x/2). One: erfc(sqrt(x/2)). Four: exp(-x/2)(1 + x/2).
  for (const double x : {0.01, 0.5, 1.0, 2.9, 3.1, 10.0, 50.0, 200.0, 1000.0}) {
    INFO(x);
    CHECK(upper_tail(x, 2) == Approx(std::exp(-x / 2)).epsilon(1e-11));
    CHECK(upper_tail(x, 1) == Approx(std::erfc(std::sqrt(x / 2))).epsilon(1e-11));
    CHECK(upper_tail(x, 4) == Approx(std::exp(-x / 2) * (1 + x / 2)).epsilon(1e-11));
  }
}

TEST_CASE("The upper tail at its borders") {
  CHECK(upper_tail(0, 5) == 1);
  CHECK(upper_tail(-1, 5) == 1);
  CHECK(upper_tail(100, 0) == 1);
  CHECK(upper_tail(1e9, 3) == 0);
  CHECK(upper_tail(std::nan(""), 3) == 1);
  CHECK(upper_tail(INFINITY, 3) == 0);
  // Many degrees of freedom: half lies above the median, about df - 2/3.
  CHECK(upper_tail(255 - 2.0 / 3, 255) == Approx(0.5).margin(1e-3));
  double last = 1;
  for (double x = 1; x < 500; x += 7) {
    const double p = upper_tail(x, 255);
    CHECK(p <= last + 1e-12);
    CHECK(p >= 0);
    last = p;
  }
}
