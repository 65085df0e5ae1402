#include "judge/chi_squared.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace clusterspec {

namespace {

constexpr int k_most_terms = 100'000;
constexpr double k_precision = 1e-15;

// x^a e^-x / Γ(a), by logarithms since each factor alone overflows. (lgamma sets `signgam`, a global that
// nobody here reads; a > 0, so the sign is known.)
double common_factor(double a, double x) { return std::exp(a * std::log(x) - x - std::lgamma(a)); }

// P(a, x) by its power series, which converges fast for x < a + 1 (Abramowitz and Stegun 6.5.29).
double lower_by_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (int n = 1; n < k_most_terms; ++n) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * k_precision) break;
  }
  return sum * common_factor(a, x);
}

// Q(a, x) by its continued fraction (6.5.31 in its even form), for x >= a + 1, evaluated by the modified
// Lentz method.
double upper_by_fraction(double a, double x) {
  constexpr double k_tiny = std::numeric_limits<double>::min() / k_precision;
  double b = x + 1 - a, c = 1 / k_tiny, d = 1 / b, product = d;
  for (int n = 1; n < k_most_terms; ++n) {
    const double numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    if (std::abs(d) < k_tiny) d = k_tiny;
    c = b + numerator / c;
    if (std::abs(c) < k_tiny) c = k_tiny;
    d = 1 / d;
    const double change = c * d;
    product *= change;
    if (std::abs(change - 1) < k_precision) break;
  }
  return product * common_factor(a, x);
}

}  // namespace

double chi_squared(const std::vector<int>& counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (counts.empty() || total <= 0) return 0;
  const double mean = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - mean) * (count - mean) / mean;
  return sum;
}

double upper_tail(double value, int degrees_of_freedom) {
  if (degrees_of_freedom <= 0 || !(value > 0)) return 1;
  if (std::isinf(value)) return 0;
  const double a = degrees_of_freedom / 2.0, x = value / 2;
  return x < a + 1 ? 1 - lower_by_series(a, x) : upper_by_fraction(a, x);
}

}  // namespace clusterspec
